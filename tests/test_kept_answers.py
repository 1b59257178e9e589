from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from summarizer.config import load
from summarizer.library.upkeep import prune
from summarizer.pipeline import Walk
from summarizer.records import Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.store import Library
from summarizer.store.answers import FolderAnswers
from summarizer.summarize.llm.map_reduce import MapReduce
from tests.conftest import TALK, changed, make_transcript, summarize_settings
from tests.fake_backends import FakeBackends, make_video
from tests.fake_generator import QuotingGenerator

SETTINGS = summarize_settings(backend="transformers", chunk_tokens=64, overlap_segments=0)
KEY = "0123456789abcdef"


def long_talk(repeats: int = 4) -> Transcript:
    """Return a talk of several different chunks."""
    return make_transcript(
        tuple(f"{text[:-1]} in case {i}{n}." for i in range(1, 1 + repeats) for n, text in enumerate(TALK))
    )


def test_a_stored_answer_can_be_read(tmp_path: Path) -> None:
    """The bytes are unchanged; another key has no answer."""
    answers = FolderAnswers(tmp_path)
    answers.put(KEY, b"one\ntwo")
    assert FolderAnswers(tmp_path).get(KEY) == b"one\ntwo"
    assert answers.get(KEY[::-1]) is None


@pytest.mark.parametrize("damage", [b"", b"x", b"\x00" * 70])
def test_a_damaged_answer_counts_as_missing(tmp_path: Path, damage: bytes) -> None:
    """The file is empty, truncated, or has a wrong checksum."""
    answers = FolderAnswers(tmp_path)
    answers.put(KEY, b"data")
    (tmp_path / "answers" / KEY).write_bytes(damage)
    assert answers.get(KEY) is None


@pytest.mark.parametrize("key", ["", "../evil", "a/b", "XYZ"])
def test_a_key_cannot_be_a_path(tmp_path: Path, key: str) -> None:
    """A key consists of hex digits."""
    with pytest.raises(ValueError, match="is not a key"):
        FolderAnswers(tmp_path).put(key, b"x")


def test_a_fresh_store_reads_only_answers_of_this_run(tmp_path: Path) -> None:
    """`--force summarize` repeats every request, but only once."""
    FolderAnswers(tmp_path).put(KEY, b"old")
    fresh = FolderAnswers(tmp_path, fresh=True)
    assert fresh.get(KEY) is None
    fresh.put(KEY, b"new")
    assert fresh.get(KEY) == b"new"


def test_incomplete_answers_are_deleted(tmp_path: Path) -> None:
    """Temporary files of a killed process are deleted when the store is opened."""
    (tmp_path / "answers").mkdir()
    leftover = tmp_path / "answers" / ".tmp-123"
    leftover.write_bytes(b"half")
    FolderAnswers(tmp_path)
    assert not leftover.exists()


def test_prune_deletes_answers(tmp_path: Path) -> None:
    """Answers belong to no entry of the manifest."""
    config = load(overrides=[f"runtime.library='{tmp_path}'"])
    folder = Library(tmp_path).folder("video-00001")
    with folder.lock():
        folder.update(video=make_video(1))
        FolderAnswers(folder.path).put(KEY, b"data")
    prune(config, dry_run=False)
    assert not list(folder.path.glob("parts/*"))


@pytest.mark.parametrize("at", [1, 3, 6])
def test_an_interrupted_talk_repeats_only_the_chunk_in_flight(tmp_path: Path, source: Source, at: int) -> None:
    """Both runs together send every request once, and the interrupted one twice."""
    complete = QuotingGenerator()
    expected = MapReduce(complete, SETTINGS, "r").summarize(long_talk(), source)
    first, second = QuotingGenerator(fail_at=at), QuotingGenerator()
    with pytest.raises(KeyboardInterrupt):
        MapReduce(first, SETTINGS, "r").summarize(long_talk(), source, FolderAnswers(tmp_path))
    summary = MapReduce(second, SETTINGS, "r").summarize(long_talk(), source, FolderAnswers(tmp_path))
    assert (len(first.requests), len(second.requests)) == (at - 1, len(complete.requests) - at + 1)
    assert summary.model_copy(update={"made": expected.made}) == expected
    assert summary.made.tokens_in == expected.made.tokens_in


def test_equal_chunks_are_computed_once(source: Source) -> None:
    """A talk with two equal parts sends one request for both, and its notes cite both moments."""
    generator = QuotingGenerator()
    settings = changed(SETTINGS, chunk_tokens=156)
    summary = MapReduce(generator, settings, "r").summarize(make_transcript(TALK * 2), source)
    materials = [request.material for request in generator.requests]
    assert len(set(materials)) == len(materials) == 2
    assert {id % len(TALK) for id in summary.tldr.evidence} == {summary.tldr.evidence[0]}
    assert len(summary.tldr.evidence) == 2


@pytest.mark.parametrize("change", [{"points_per_section": 2}, {"max_takeaways": 3}])
def test_a_changed_size_of_the_summary_repeats_no_map_step(
    tmp_path: Path, source: Source, change: dict[str, int]
) -> None:
    """Only the request of the reduce step is repeated."""
    generator = QuotingGenerator()
    MapReduce(generator, SETTINGS, "r").summarize(long_talk(1), source, FolderAnswers(tmp_path))
    before = len(generator.requests)
    resized = MapReduce(generator, changed(SETTINGS, **change), "r")
    resized.summarize(long_talk(1), source, FolderAnswers(tmp_path))
    assert len(generator.requests) == before + 1


@pytest.mark.parametrize("other", [("another", "r"), (SETTINGS.llm.model, "r2")])
def test_another_model_or_revision_repeats_all_requests(tmp_path: Path, source: Source, other: tuple[str, str]) -> None:
    """Stored answers are used only for the model that generated them."""
    generator = QuotingGenerator()
    MapReduce(generator, SETTINGS, "r").summarize(long_talk(1), source, FolderAnswers(tmp_path))
    before = len(generator.requests)
    model, revision = other
    another = MapReduce(generator, changed(SETTINGS, model=model), revision)
    another.summarize(long_talk(1), source, FolderAnswers(tmp_path))
    assert len(generator.requests) == 2 * before


SCRIPT = """
import sys, time
from pathlib import Path
from summarizer.store.answers import FolderAnswers
from summarizer.summarize.llm.map_reduce import MapReduce
from tests.conftest import make_source
from tests.fake_generator import QuotingGenerator
from tests.test_kept_answers import SETTINGS, long_talk

class Slow(QuotingGenerator):
    def _quote(self, request):
        print("asked", flush=True)
        time.sleep(float(sys.argv[2]))
        return super()._quote(request)

MapReduce(Slow(), SETTINGS, "r").summarize(long_talk(), make_source(), FolderAnswers(Path(sys.argv[1])))
print("done", flush=True)
"""


def test_a_killed_process_repeats_only_the_chunk_in_flight(tmp_path: Path, source: Source) -> None:
    """After SIGKILL during the fifth request, the next process sends that request and the rest."""
    complete = QuotingGenerator()
    MapReduce(complete, SETTINGS, "r").summarize(long_talk(), source)
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    with subprocess.Popen([*command, "0.1"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(5)]
        time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert printed == ["asked\n"] * 5
    printed = subprocess.run([*command, "0"], capture_output=True, text=True, check=True).stdout.split()
    assert printed == [*["asked"] * (len(complete.requests) - 4), "done"]


def test_a_run_keeps_answers_in_the_videos_folder(tmp_path: Path, source: Source) -> None:
    """After an interruption at the third request, the next run sends it and the rest; `--force` sends all."""
    generators: list[QuotingGenerator] = []

    class WithModel(FakeBackends):
        def summarize(self, transcript: Transcript, source: Source, answers: Answers) -> Summary:
            generators.append(QuotingGenerator(fail_at=0 if generators else 3))
            return MapReduce(generators[-1], SETTINGS, "r").summarize(transcript, source, answers)

    config = load(overrides=[f"runtime.library='{tmp_path}'"])

    def walk(*forced: str) -> None:
        folder = Library(tmp_path).folder("video-00001")
        with folder.lock():
            Walk(make_video(1), folder, config, WithModel(), forced=frozenset(forced)).run()

    with pytest.raises(KeyboardInterrupt):
        walk()
    walk()
    walk("summarize")
    first, second, forced = (len(generator.requests) for generator in generators)
    assert (first, second) == (2, forced - 2)
