from __future__ import annotations

import io
from pathlib import Path

import pytest

from summarizer.config import load
from summarizer.download import expand_sources
from summarizer.errors import UsageError
from summarizer.pipeline import new_run

PROSE = "Good morning and welcome to this talk.\nToday we look at storage in Kubernetes.\nMost volumes are small.\n"


@pytest.mark.parametrize(
    ("source", "meaning"),
    [
        ("-hJAoeV3U3o", "https://www.youtube.com/watch?v=-hJAoeV3U3o"),
        (
            "PLj6h78yzYM2N8nw1YcqqKveySH6_0VnI0",
            "https://www.youtube.com/playlist?list=PLj6h78yzYM2N8nw1YcqqKveySH6_0VnI0",
        ),
        ("@cncf", "https://www.youtube.com/@cncf"),
        ("'https://youtu.be/aaaaaaaaaaa'", "https://youtu.be/aaaaaaaaaaa"),
        ('"my talks"', "my talks"),
        ("file:///a%20b/c.mp4", "/a b/c.mp4"),
        ("recordings1", "recordings1"),
        ("sample", "sample"),
    ],
)
def test_a_source_may_have_many_forms(source: str, meaning: str) -> None:
    """Ids, quotes and file addresses; a word without a capital letter is a path and no id."""
    assert expand_sources([source]) == [meaning]


@pytest.mark.parametrize("source", ["", "  ", "''", "file://server/x.mp4"])
def test_an_empty_source_is_a_usage_error(source: str) -> None:
    """It must not mean the current folder; nor is a file on another machine a local one."""
    with pytest.raises(UsageError):
        expand_sources([source])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_has_one_source_per_line(tmp_path: Path, encoding: str) -> None:
    """With comments, quotes, any line ends and byte order mark; paths are relative to its folder."""
    (tmp_path / "talks").mkdir()
    lines = [
        "# mine",
        "https://youtu.be/aaaaaaaaaaa#t=5",
        "",
        '"talks" # of May',
        "/else/x.mp4",
        "https://youtu.be/aaaaaaaaaaa#t=5",
    ]
    (tmp_path / "list.txt").write_bytes("\r\n".join(lines).encode(encoding))
    assert expand_sources([str(tmp_path / "list.txt")]) == [
        "https://youtu.be/aaaaaaaaaaa#t=5",
        str(tmp_path / "talks"),
        "/else/x.mp4",
    ]


def test_sources_are_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source is a dash."""
    monkeypatch.setattr("sys.stdin", io.StringIO("\ufeff@cncf\n# no\n"))
    assert expand_sources(["-"]) == ["https://www.youtube.com/@cncf"]


def test_a_transcript_is_a_source_and_no_list(tmp_path: Path) -> None:
    """Prose is not read as a list of paths; a list with a wrong line still is a list."""
    (tmp_path / "talk.txt").write_text(PROSE)
    (tmp_path / "list.txt").write_text("no/such/folder\nhttps://youtu.be/aaaaaaaaaaa\n")
    assert expand_sources([str(tmp_path / "talk.txt")]) == [str(tmp_path / "talk.txt")]
    assert len(expand_sources([str(tmp_path / "list.txt")])) == 2


def test_a_list_that_is_empty_or_contains_lists_is_a_usage_error(tmp_path: Path) -> None:
    """A list of lists could contain itself."""
    (tmp_path / "empty.txt").write_text("# nothing\n")
    (tmp_path / "outer.txt").write_text("inner.txt\n")
    (tmp_path / "inner.txt").write_text("https://youtu.be/aaaaaaaaaaa\n")
    for name in ("empty.txt", "outer.txt"):
        with pytest.raises(UsageError, match=name):
            expand_sources([str(tmp_path / name)])


def test_one_bad_source_does_not_stop_the_others(tmp_path: Path) -> None:
    """Also inside a list; a single bad source is an error."""
    (tmp_path / "talk.vtt").write_text("WEBVTT\n")
    (tmp_path / "list.txt").write_text("talk.vtt\nno/such\n")
    run = new_run(load(overrides=[f"runtime.library='{tmp_path}/l'", f"runtime.digests='{tmp_path}/d'"]))
    assert [task.video.title for task in run.find([str(tmp_path / "list.txt"), "https://example.com/"])] == ["talk"]
    assert [(outcome.status, outcome.code) for outcome in run.finals] == [("failed", "invalid_source")] * 2
    with pytest.raises(UsageError, match="neither a URL nor a file"):
        run.find(["no/such"])
