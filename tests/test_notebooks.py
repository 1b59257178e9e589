from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
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
    """A talk without captions, with real audio."""

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
def test_notebooks_are_committed_without_outputs(path: Path) -> None:
    """They have no execution counts either."""
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert not [cell for cell in cells if cell["outputs"] or cell["execution_count"]]
    assert max(len(cell["source"]) for cell in cells) <= 6, "a cell has few lines; other code belongs in the module"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_run_on_any_library(
    path: Path, runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recognised talk has three pictures; a refused one, with broken audio, shows the reason instead."""
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


def test_a_talk_is_read_with_the_results_behind_its_page(tmp_path: Path) -> None:
    """Not with other results of the same stages."""
    execute(tmp_path, FakeBackends(), [make_video(0)], "summarize.max_sections=3")
    execute(tmp_path, FakeBackends(), [make_video(0)], "summarize.max_sections=8")
    talk = open_talk(tmp_path / "library", "video-00000")
    by_stage = {entry.stage: entry for entry in talk.entries}
    assert {"download", "transcribe", "check", "glossary", "summarize", "digest"} == set(by_stage)
    assert by_stage["transcribe"].sha256 == by_stage["glossary"].inputs["transcript"]
    assert by_stage["summarize"].sha256 == by_stage["digest"].inputs["summary"]
    assert talk.page.startswith("# Talk 0\n")
    assert talk.summary is not None
    assert [talk.summary.tldr.text, *(c.text for c in talk.summary.takeaways)] == [
        c.text for c in talk.sections[0].claims
    ]


def test_corrections_are_listed_with_their_times(tmp_path: Path) -> None:
    """The transcript is the corrected one."""
    talk = inspect(tmp_path, FakeBackends(VTT.replace("use Prometheus", "use prometheus")))
    (row,) = [row for row in tables.corrections(talk) if row[1] == "prometheus"]
    assert row[2] == "Prometheus"
    assert "use Prometheus" in talk.segments[talk.corrections[0].segment].text


def test_a_talk_with_a_digest_is_preferred_to_a_refused_one(tmp_path: Path) -> None:
    """When no id is given."""
    execute(tmp_path, FakeBackends(captions=PLACEHOLDER, spoken=("Hello.",)), [make_video(0)])
    execute(tmp_path, FakeBackends(), [make_video(1)])
    assert open_talk(tmp_path / "library").source.video_id == "video-00001"
    refused = open_talk(tmp_path / "library", "video-00000")
    assert (refused.claims, bool(refused.refusal)) == ((), True)


def test_an_empty_or_damaged_library_is_a_usage_error(tmp_path: Path) -> None:
    """The message names the damage."""
    with pytest.raises(UsageError, match="no talk"):
        open_talk(tmp_path)
    inspect(tmp_path, FakeBackends())
    next((tmp_path / "library" / "video-00000").glob("glossary-*")).write_text("{}")
    with pytest.raises(UsageError, match="wrong length"):
        open_talk(tmp_path / "library")


def test_pauses_are_the_gaps_between_segments() -> None:
    """Shorter gaps are not listed."""
    segments = [Segment(id=i, start=s, end=e, text="x") for i, (s, e) in enumerate([(0, 2), (2.5, 4), (7, 8)])]
    assert tables.pauses(segments) == [(4, 7)]


def test_marks_of_a_time_axis_are_round() -> None:
    """Minutes, not hundreds of seconds: 3:20 and 6:40 are hard to read."""
    assert [tables.tick_seconds(seconds) for seconds in (40, 500, 1800, 5400, 40_000)] == [5, 60, 300, 600, 3600]


def test_the_level_of_sound_is_in_decibels() -> None:
    """A sine at full scale has its peak at 0 and its mean at -3 dBFS; silence is at the lower end."""
    sine = np.sin(np.arange(16_000 * 4, dtype=np.float32) * 0.2)
    times, peak, loudness = tables.sound_levels(np.concatenate([sine, np.zeros_like(sine)]).astype(np.float32), 16_000)
    assert (peak[5], loudness[5]) == (pytest.approx(0, abs=0.1), pytest.approx(-3.0, abs=0.2))
    assert (peak[-5], loudness[-5]) == (tables.SILENCE, tables.SILENCE)
    assert times[-1] == pytest.approx(8, abs=0.1)


def test_segments_without_a_pause_are_one_stretch_of_speech() -> None:
    """Two hundred segments with white lines between them would be a barcode."""
    segments = [Segment(id=i, start=s, end=e, text="x") for i, (s, e) in enumerate([(0, 2), (2.5, 4), (7, 8)])]
    assert tables.stretches(segments) == [(0, 4), (7, 1)]


def test_pictures_need_no_large_package() -> None:
    """A light environment shows the notebooks: matplotlib, but no torch."""
    code = "import sys, summarizer.inspection.pictures; print([m for m in ('torch', 'transformers', 'ctranslate2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_speed_of_speech_is_the_number_of_words_per_minute() -> None:
    """It is constant for an even talk, and zero in silence."""
    even = [Segment(id=i, start=i * 10, end=i * 10 + 10, text="word " * 25) for i in range(12)]
    _, speed = tables.words_per_minute(even, 120)
    assert speed == pytest.approx(150, rel=0.03)
    times, speed = tables.words_per_minute(even[:6], 120)
    assert speed[times > 90].max() < 1


def test_words_of_a_claim_are_classified(tmp_path: Path) -> None:
    """Cited, in a neighbouring segment, absent, and common; numbers are never common."""
    talk = inspect(tmp_path, FakeBackends())
    at = next(s.id for s in talk.segments if "forty milliseconds" in s.text)
    assert "etcd" in talk.segments[at - 1].text
    claim = Claim(text="The disk needs forty of etcd, not bananas", evidence=(at,), start=0)
    assert dict(tables.check_words(talk, claim)) == {
        "The": "common",
        "disk": "cited",
        "needs": "cited",
        "forty": "cited",
        "of": "common",
        "etcd,": "beside",
        "not": "common",
        "bananas": "absent",
    }


def test_pictures_are_labelled(tmp_path: Path) -> None:
    """Every claim has a row and a mark, the axis shows times, and `$` does not start a formula."""
    talk = inspect(tmp_path, FakeBackends(), title="Talk about $x^2$ and $\\nosuch$")
    figure = pictures.evidence(talk)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert all(any(text.startswith(f"{i:>2}  ") for text in texts) for i in range(len(talk.claims)))
    marks = [line.get_marker() for line in figure.axes[0].lines if line.get_marker() != "None"]
    assert marks == ["o"] * len(talk.claims)
    assert "0:30" in [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "words / min" in [axes.get_ylabel() for axes in pictures.timeline(talk).axes]
    pictures.timeline(talk).savefig(tmp_path / "timeline.png")
    assert "Claim 0: supported" in [text.get_text() for text in pictures.claim_words(talk, 0).axes[0].texts]
