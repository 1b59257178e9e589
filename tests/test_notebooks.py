from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from summarizer.errors import UsageError
from summarizer.inspection import pictures, tables
from summarizer.library.reader import FinishedTalk, open_talk
from summarizer.records import Claim, Segment, Source, Transcript, Video
from summarizer.transcribe import Recording
from tests.conftest import make_transcript
from tests.fake_backends import VTT, FakeBackends, make_video
from tests.media import write_audio
from tests.test_run import execute

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PLACEHOLDER = "WEBVTT\n\n00:00.000 --> 01:00.000\n[Music]\n"


class Recorded(FakeBackends):
    """A talk without captions, and real sound to draw."""

    def fetch_audio(self, video: Video, source: Source, folder: Path) -> Path:
        return write_audio(folder / "audio.ogg", seconds=3)

    def transcribe(self, recording: Recording) -> Transcript:
        return make_transcript(self.spoken, video_id=recording.source.video_id, kind="whisper")


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("execute", ROOT / "notebooks" / "execute.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def inspect(root: Path, backends: FakeBackends, **fields: object) -> FinishedTalk:
    execute(root, backends, [make_video(0, **fields)])
    return open_talk(root / "library")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_kept_without_outputs(path: Path) -> None:
    """What a run showed stays out of the repository, and so do its counters."""
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert not [cell for cell in cells if cell["outputs"] or cell["execution_count"]]
    assert max(len(cell["source"]) for cell in cells) <= 6, "few lines a cell; the rest belongs into the module"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_run_on_any_library(
    path: Path, runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A heard talk shows three pictures; a refused one (its sound broken, too) says why instead of claims."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    execute(tmp_path, Recorded(captions=None), [make_video(0)])
    execute(tmp_path, FakeBackends(captions=PLACEHOLDER, spoken=("Hello.",)), [make_video(1)])
    before = path.read_bytes()
    for video, shown in (("video-00000", 3), ("video-00001", 1)):
        ran = runner.execute(path, LIBRARY=str(tmp_path / "library"), VIDEO=video)
        outputs = [output for cell in ran.cells for output in cell.get("outputs", ())]
        assert shown == sum("image/png" in output.get("data", {}) for output in outputs)
        assert ("No digest" in json.dumps(outputs)) == (video == "video-00001")
    assert before == path.read_bytes()


def test_a_talk_is_read_with_all_that_its_page_was_made_from(tmp_path: Path) -> None:
    """The newest page's own results, not just any of the stage."""
    execute(tmp_path, FakeBackends(), [make_video(0)], "summarize.max_sections=3")
    execute(tmp_path, FakeBackends(), [make_video(0)], "summarize.max_sections=8")
    found = open_talk(tmp_path / "library", "video-00000")
    by_stage = {entry.stage: entry for entry in found.entries}
    assert {"download", "transcribe", "check", "glossary", "summarize", "digest"} == set(by_stage)
    assert by_stage["transcribe"].sha256 == by_stage["glossary"].inputs["transcript"]
    assert by_stage["summarize"].sha256 == by_stage["digest"].inputs["summary"]
    assert found.page.startswith("# Talk 0\n")
    assert found.summary is not None
    assert [found.summary.tldr.text, *(c.text for c in found.summary.takeaways)] == [
        c.text for c in found.sections[0].claims
    ]


def test_names_put_right_are_listed_with_their_moment(tmp_path: Path) -> None:
    """The text shown is the one that was summarized."""
    found = inspect(tmp_path, FakeBackends(VTT.replace("use Prometheus", "use prometheus")))
    (row,) = [row for row in tables.corrections(found) if row[1] == "prometheus"]
    assert row[2] == "Prometheus"
    assert "use Prometheus" in found.segments[found.corrections[0].segment].text


def test_a_talk_with_a_digest_comes_before_a_refused_one(tmp_path: Path) -> None:
    """Without an id, the first worth looking at."""
    execute(tmp_path, FakeBackends(captions=PLACEHOLDER, spoken=("Hello.",)), [make_video(0)])
    execute(tmp_path, FakeBackends(), [make_video(1)])
    assert open_talk(tmp_path / "library").source.video_id == "video-00001"
    refused = open_talk(tmp_path / "library", "video-00000")
    assert (refused.claims, bool(refused.refusal)) == ((), True)


def test_an_empty_or_damaged_library_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    """Damage is named, never drawn."""
    with pytest.raises(UsageError, match="no talk"):
        open_talk(tmp_path)
    inspect(tmp_path, FakeBackends())
    next((tmp_path / "library" / "video-00000").glob("glossary-*")).write_text("{}")
    with pytest.raises(UsageError, match="wrong length"):
        open_talk(tmp_path / "library")


def test_pauses_are_the_gaps_between_segments() -> None:
    """Start and end of each, shorter ones left out."""
    segments = [Segment(id=i, start=s, end=e, text="x") for i, (s, e) in enumerate([(0, 2), (2.5, 4), (7, 8)])]
    assert tables.pauses(segments) == [(4, 7)]


def test_the_speed_of_speech_is_words_over_time() -> None:
    """An even talk has the same speed everywhere; silence has none."""
    even = [Segment(id=i, start=i * 10, end=i * 10 + 10, text="word " * 25) for i in range(12)]
    _, speed = tables.words_per_minute(even, 120)
    assert speed == pytest.approx(150, rel=0.03)
    times, speed = tables.words_per_minute(even[:6], 120)
    assert speed[times > 90].max() < 1


def test_words_of_a_claim_are_told_apart(tmp_path: Path) -> None:
    """Said there, said beside it, not said, and too common to check; numbers always count."""
    found = inspect(tmp_path, FakeBackends())
    at = next(s.id for s in found.segments if "forty milliseconds" in s.text)
    assert "etcd" in found.segments[at - 1].text
    claim = Claim(text="The disk needs forty of etcd, not bananas", evidence=(at,), start=0)
    assert dict(tables.check_words(found, claim)) == {
        "The": "common",
        "disk": "cited",
        "needs": "cited",
        "forty": "cited",
        "of": "common",
        "etcd,": "beside",
        "not": "common",
        "bananas": "absent",
    }


def test_pictures_say_what_they_show(tmp_path: Path) -> None:
    """Every claim has a row and a mark, an unsupported one another mark; times are on the axis; `$` is no formula."""
    found = inspect(tmp_path, FakeBackends(), title="Talk about $x^2$ and $\\nosuch$")
    figure = pictures.evidence(found)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert all(any(text.startswith(f"{i:>2}  ") for text in texts) for i in range(len(found.claims)))
    marks = [line.get_marker() for line in figure.axes[0].lines if line.get_marker() != "None"]
    assert marks == ["o"] * len(found.claims)
    assert "0:30" in [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "words / min" in [axes.get_ylabel() for axes in pictures.timeline(found).axes]
    pictures.timeline(found).savefig(tmp_path / "timeline.png")
    assert "Claim 0: supported" in [text.get_text() for text in pictures.claim_words(found, 0).axes[0].texts]
