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
    """Store one result the way the pipeline does."""
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


def test_what_is_saved_is_found_by_another_process(folder: VideoFolder) -> None:
    """The manifest on disk is the only memory."""
    entry = saved(folder)
    again = VideoFolder(folder.path)
    assert entry == again.find("download", "0123456789ab")
    assert again.intact(entry.files[0])
    assert again.find("download", "ffffffffffff") is None


@given(position=st.integers(0, 7), value=st.integers(0, 255), cut=st.booleans())
def test_any_corruption_is_a_miss_and_is_set_aside(position: int, value: int, cut: bool) -> None:
    """A changed byte or a cut file never comes back as a result."""
    data = b'{"a": 1}'
    changed = data[:position] if cut else data[:position] + bytes([value]) + data[position + 1 :]
    if changed == data:
        return
    with tempfile.TemporaryDirectory() as root:
        folder = Library(Path(root)).folder("abcdefghijk")
        entry = saved(folder, data)
        (folder.path / entry.files[0].name).write_bytes(changed)
        found = VideoFolder(folder.path).find("download", entry.key)
        assert found is None or not folder.intact(found.files[0])
        if found is not None:
            assert not (folder.path / entry.files[0].name).exists()
            assert changed == next((folder.path / "aside").iterdir()).read_bytes()


@given(st.binary(max_size=200))
def test_a_corrupt_manifest_counts_as_empty(data: bytes) -> None:
    """Whatever stands in it, the run goes on, and the file is kept for a look."""
    with tempfile.TemporaryDirectory() as root:
        folder = Library(Path(root)).folder("abcdefghijk")
        folder.path.mkdir()
        (folder.path / "manifest.json").write_bytes(data)
        assert folder.manifest.entries == {}


@given(
    st.dictionaries(st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=8), st.booleans()), max_size=5),
    st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
)
def test_a_key_depends_on_everything_and_on_no_order(settings: dict[str, object], inputs: dict[str, str]) -> None:
    """Same content, same key; any change, another key."""
    key = stage_key("summarize", 1, settings, inputs)
    assert key == stage_key("summarize", 1, dict(reversed(settings.items())), dict(reversed(inputs.items())))
    others = {
        stage_key("digest", 1, settings, inputs),
        stage_key("summarize", 2, settings, inputs),
        stage_key("summarize", 1, {**settings, "new key": 1}, inputs),
        stage_key("summarize", 1, settings, {**inputs, "new key": "x"}),
    }
    assert len(others) == 4
    assert key not in others
    assert len(key) == 12


def test_two_runs_cannot_hold_one_video(folder: VideoFolder) -> None:
    """The second is told to leave it to the first."""
    with folder.lock(), pytest.raises(Deferred) as error, VideoFolder(folder.path).lock():
        pass
    assert error.value.code == "locked"


def test_leftovers_of_a_killed_run_are_swept(folder: VideoFolder) -> None:
    """Half-written files go when the video is next held; results stay."""
    entry = saved(folder)
    (folder.path / ".tmp-abc").write_bytes(b"half")
    (folder.path / ".tmp-dir").mkdir()
    (folder.path / ".tmp-dir" / "audio.part").write_bytes(b"half")
    with folder.lock():
        pass
    assert {".lock", "manifest.json", entry.files[0].name} == {path.name for path in folder.path.iterdir()}


def test_a_write_is_synced_before_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """fsync the file, rename it, fsync the folder: in this order, or a power cut could lose it."""
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


def test_kill_at_any_moment_leaves_old_or_new(tmp_path: Path) -> None:
    """A process that rewrites a file in a loop is killed; the file is always whole."""
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


def test_a_full_disk_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENOSPC names the remedy, and what was there stays."""
    atomic_write(tmp_path / "x", b"old")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match="no space left") as error:
        atomic_write(tmp_path / "x", b"new")
    assert "Free some space" in error.value.remedy
    assert (tmp_path / "x").read_bytes() == b"old"


@pytest.mark.parametrize("name", ["../../../etc", "a" * 10, "a" * 12, "abc/efghijk", "abcdefghij\n", ""])
def test_only_ids_become_folders(tmp_path: Path, name: str) -> None:
    """Anything else could leave the library."""
    with pytest.raises(Unavailable):
        Library(tmp_path).folder(name)


def test_the_manifest_is_readable_by_people(folder: VideoFolder) -> None:
    """Plain JSON with the stage, the key and when it was made."""
    saved(folder)
    manifest = json.loads((folder.path / "manifest.json").read_text())
    assert {"stage", "key", "files", "made_by", "when"} <= set(manifest["entries"]["download-0123456789ab"])


def test_dropping_results_frees_their_files(folder: VideoFolder) -> None:
    """Files that no entry names go with them."""
    first, second = saved(folder), saved(folder, b'{"b": 22}', key="ba9876543210")
    with folder.lock():
        assert folder.drop([first]) == 8
    assert folder.find("download", second.key) == second
    assert files.TEMPORARY not in " ".join(path.name for path in folder.path.iterdir())
