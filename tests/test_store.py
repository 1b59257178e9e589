from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.errors import Deferred, StoreError, Unavailable
from summarizer.stage import stage_key
from summarizer.store import Entry, FileRef, Library, VideoFolder, files
from summarizer.store.files import atomic_write, file_sha256


def saved(folder: VideoFolder, data: bytes = b'{"a": 1}', key: str = "0123456789ab") -> Entry:
    """Store one result as the pipeline does."""
    with folder.lock(), folder.workspace() as space:
        path = space / "result.json"
        path.write_bytes(data)
        file = FileRef(name=f"download-{key}.json", sha256=file_sha256(path), bytes=len(data))
        entry = Entry(
            stage="download",
            key=key,
            files=(file,),
            made_by="test",
            settings={},
            inputs={},
            seconds=1.0,
            when=datetime.now(UTC),
        )
        return folder.save(entry, [path])


@pytest.fixture
def folder(tmp_path: Path) -> VideoFolder:
    return Library(tmp_path).folder("abcdefghijk")


def test_a_saved_result_is_found_by_another_process(folder: VideoFolder) -> None:
    """All state is in the manifest on disk."""
    entry = saved(folder)
    reopened = VideoFolder(folder.path)
    assert entry == reopened.find("download", "0123456789ab")
    assert reopened.intact(entry.files[0])
    assert reopened.find("download", "ffffffffffff") is None


@given(position=st.integers(0, 7), value=st.integers(0, 255), truncated=st.booleans())
def test_a_damaged_file_is_a_cache_miss_and_is_set_aside(position: int, value: int, truncated: bool) -> None:
    """A file with a changed byte or a truncated file is never returned as a result."""
    data = b'{"a": 1}'
    changed = data[:position] if truncated else data[:position] + bytes([value]) + data[position + 1 :]
    if changed == data:
        return
    with tempfile.TemporaryDirectory() as root:
        folder = Library(Path(root)).folder("abcdefghijk")
        entry = saved(folder, data)
        (folder.path / entry.files[0].name).write_bytes(changed)
        cached = VideoFolder(folder.path).find("download", entry.key)
        assert cached is None or not folder.intact(cached.files[0])
        if cached is not None:
            assert not (folder.path / entry.files[0].name).exists()
            assert changed == next((folder.path / "aside").iterdir()).read_bytes()


@given(st.binary(max_size=200))
def test_a_corrupt_manifest_counts_as_empty(data: bytes) -> None:
    """The run continues, and the file is kept."""
    with tempfile.TemporaryDirectory() as root:
        folder = Library(Path(root)).folder("abcdefghijk")
        folder.path.mkdir()
        (folder.path / "manifest.json").write_bytes(data)
        assert folder.manifest.entries == {}


@given(
    st.dictionaries(st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=8), st.booleans()), max_size=5),
    st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
)
def test_a_key_depends_on_all_values_but_not_on_their_order(
    settings: dict[str, object], inputs: dict[str, str]
) -> None:
    """The same content gives the same key; any change gives another key."""
    key = stage_key("summarize", 1, settings, inputs)
    assert key == stage_key("summarize", 1, dict(reversed(settings.items())), dict(reversed(inputs.items())))
    other_keys = {
        stage_key("digest", 1, settings, inputs),
        stage_key("summarize", 2, settings, inputs),
        stage_key("summarize", 1, {**settings, "new key": 1}, inputs),
        stage_key("summarize", 1, settings, {**inputs, "new key": "x"}),
    }
    assert len(other_keys) == 4
    assert key not in other_keys
    assert len(key) == 12


def test_two_runs_cannot_lock_one_video(folder: VideoFolder) -> None:
    """The second run gets `Deferred`."""
    with folder.lock(), pytest.raises(Deferred) as error, VideoFolder(folder.path).lock():
        pass
    assert error.value.code == "locked"


def test_temporary_files_of_a_killed_run_are_deleted(folder: VideoFolder) -> None:
    """They are deleted when the video is next locked; results are kept."""
    entry = saved(folder)
    (folder.path / ".tmp-abc").write_bytes(b"half")
    (folder.path / ".tmp-dir").mkdir()
    (folder.path / ".tmp-dir" / "audio.part").write_bytes(b"half")
    with folder.lock():
        pass
    assert {".lock", "manifest.json", entry.files[0].name} == {path.name for path in folder.path.iterdir()}


def test_a_file_is_synced_before_it_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """fsync of the file, rename, fsync of the folder: in this order, a power failure cannot lose it."""
    order: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(handle: int) -> None:
        order.append("sync folder" if Path(f"/proc/self/fd/{handle}").is_dir() else "sync file")
        real_sync(handle)

    def rename(self: Path, target: Path) -> Path:
        order.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", rename)
    atomic_write(tmp_path / "x", b"data")
    assert order == ["sync file", "rename", "sync folder"]


def test_a_killed_write_leaves_the_old_or_the_new_content(tmp_path: Path) -> None:
    """A process that rewrites a file in a loop is killed; the file is always complete."""
    script = (
        "import sys, itertools; from pathlib import Path; from summarizer.store.files import atomic_write\n"
        "for i in itertools.count():\n"
        "    atomic_write(Path(sys.argv[1]), (str(i % 10) * 50000).encode()); print(i, flush=True)\n"
    )
    path = tmp_path / "x"
    for rounds in (1, 7, 20):
        process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(rounds):
            process.stdout.readline()
        process.kill()
        process.wait()
        data = path.read_bytes()
        assert (len(data), len(set(data))) == (50000, 1)


def test_a_full_disk_is_an_error_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The existing file is kept."""
    atomic_write(tmp_path / "x", b"old")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match="no space left") as error:
        atomic_write(tmp_path / "x", b"new")
    assert "Free some space" in error.value.remedy
    assert (tmp_path / "x").read_bytes() == b"old"


@pytest.mark.parametrize("name", ["../../../etc", "a" * 10, "a" * 12, "abc/efghijk", "abcdefghij\n", ""])
def test_only_video_ids_are_used_as_folder_names(tmp_path: Path, name: str) -> None:
    """Any other name could lead out of the library."""
    with pytest.raises(Unavailable):
        Library(tmp_path).folder(name)


def test_the_manifest_is_readable_by_people(folder: VideoFolder) -> None:
    """It is JSON with the stage, the key and the time of each result."""
    saved(folder)
    manifest = json.loads((folder.path / "manifest.json").read_text())
    assert {"stage", "key", "files", "made_by", "when"} <= set(manifest["entries"]["download-0123456789ab"])


def test_dropping_results_deletes_their_files(folder: VideoFolder) -> None:
    """Files that no entry names are deleted too."""
    first, second = saved(folder), saved(folder, b'{"b": 22}', key="ba9876543210")
    with folder.lock():
        assert folder.drop([first]) == 8
    assert folder.find("download", second.key) == second
    assert files.TEMPORARY not in " ".join(path.name for path in folder.path.iterdir())
