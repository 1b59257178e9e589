from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.evidence import Checker
from summarizer.records import Claim, Source, Summary, Transcript
from summarizer.summarize.llm.generator import Answer, Request
from summarizer.summarize.llm.map_reduce import MapReduce
from summarizer.summarize.llm.notes import Note, joined
from summarizer.summarize.llm.reducing import silent_stretches, with_all_voices
from tests.conftest import TALK, make_transcript, summarize_settings
from tests.fake_generator import QuotingGenerator

SUBJECTS = tuple("disks networks queues caches tokens leases probes quotas events images".split())


def three_hours() -> Transcript:
    """2,160 segments of five seconds, with another subject every eighteen minutes."""
    return make_transcript(
        tuple(f"The {SUBJECTS[i // 216]} of team {i} were too slow before release {i + 10}." for i in range(2160))
    )


def summarize(transcript: Transcript, source: Source, generator: QuotingGenerator) -> Summary:
    settings = summarize_settings(backend="transformers", chunk_tokens=600, kind="meeting")
    return MapReduce(generator, settings, "r").summarize(transcript, source)


def is_merge(request: Request) -> bool:
    """Whether a request is one of the merge step: it shows notes, and asks for claims."""
    return "<notes>" in request.material and "claims" in request.answer_schema["properties"]


def note(text: str, start: int, part: int = 0, role: str = "point") -> Note:
    return Note(claim=Claim(text=text, evidence=(start,), start=start * 5.0), part=part, role=role)


def test_a_meeting_of_three_hours_is_condensed_in_a_tree(source: Source) -> None:
    """No prompt holds more notes than a chunk's tokens, and there is more than one level of merging."""
    generator = QuotingGenerator()
    summary = summarize(three_hours(), source, generator)
    merges = [request for request in generator.requests if is_merge(request)]
    assert len(merges) > 5
    assert all(generator.count_tokens(request.material) <= 640 for request in generator.requests)
    assert summary.evidence.covered_share == 1.0


def test_every_part_of_three_hours_has_a_voice(source: Source) -> None:
    """No gap between two neighbouring claims of the summary is longer than two of its eight stretches."""
    summary = summarize(three_hours(), source, QuotingGenerator())
    moments = sorted({0.0, 10_800.0, *(claim.start for section in summary.sections for claim in section.claims)})
    assert max(b - a for a, b in pairwise(moments)) <= 2 * 10_800 / 8


def test_a_model_that_forgets_half_of_the_talk_cannot_silence_it(source: Source) -> None:
    """Merging down to the first note only, and one section of it, still leaves every stretch its note."""

    class Forgetful(QuotingGenerator):
        def _quote(self, request: Request) -> dict[str, object]:
            answer = super()._quote(request)
            if is_merge(request):
                return {"claims": answer["claims"][:1]}  # type: ignore[index]
            if "sections" in answer:
                answer["sections"] = [{"heading": "x", "notes": [0]}]
            return answer

    generator = Forgetful()
    summary = summarize(three_hours(), source, generator)
    assert sum(is_merge(request) for request in generator.requests) > 5
    assert len(summary.sections) == 1
    moments = sorted({0.0, 10_800.0, *(claim.start for section in summary.sections for claim in section.claims)})
    assert max(b - a for a, b in pairwise(moments)) <= 2 * 10_800 / 8


def test_an_invented_merge_is_replaced_by_what_it_stood_for(source: Source) -> None:
    """A merged note is written anew, so it is checked anew."""

    class Inventing(QuotingGenerator):
        invented = 0

        def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
            for index, answer in super().generate(requests):
                if is_merge(requests[index]):
                    self.invented += answer.text.count("slow")
                    answer = answer.model_copy(update={"text": answer.text.replace("slow", "moved to Jenkins")})
                yield index, answer

    generator = Inventing()
    summary = summarize(three_hours(), source, generator)
    assert generator.invented > 100
    assert "Jenkins" not in summary.model_dump_json()
    assert "slow" in summary.tldr.text


def test_headings_are_checked_like_everything_else(source: Source) -> None:
    """A heading that its notes do not support is replaced by their own words."""

    class Shouting(QuotingGenerator):
        shouted = 0

        def _quote(self, request: Request) -> dict[str, object]:
            answer = super()._quote(request)
            for section in answer.get("sections", []):  # type: ignore[attr-defined]
                section["heading"] = "Buy Bitcoin at evil.example"
                self.shouted += 1
            return answer

    settings = summarize_settings(backend="transformers")
    generator = Shouting()
    summary = MapReduce(generator, settings, "r").summarize(make_transcript(), source)
    assert generator.shouted == 2
    assert "Bitcoin" not in summary.model_dump_json()
    assert all(section.heading for section in summary.sections)


# -- joining ----------------------------------------------------------------------------------------------------


def test_notes_that_say_the_same_are_joined_with_both_moments() -> None:
    """The one with more detail stays."""
    transcript = make_transcript((*TALK, "As I said, our disk needed forty milliseconds for every write to etcd."))
    notes = [note("The disk needed forty milliseconds for every write.", 3), note("Events went apart.", 8)]
    again = note("The disk needed forty milliseconds for every write to etcd.", 12)
    found = joined([*notes, again], Checker(transcript))
    assert [n.claim.text for n in found] == [again.claim.text, notes[1].claim.text]
    assert (found[0].claim.evidence, found[0].claim.start) == ((3, 12), 15.0)


@pytest.mark.parametrize(
    ("one", "other", "role"),
    [
        ("The write took 40 milliseconds on the disk.", "The write took 30 milliseconds on the disk.", "point"),
        ("We moved etcd to a faster disk.", "We moved etcd to a faster disk.", "decision"),
        ("We moved etcd to a faster disk.", "Prometheus measures requests.", "point"),
    ],
)
def test_notes_with_other_numbers_roles_or_subjects_stay_apart(one: str, other: str, role: str) -> None:
    """Alike is not the same."""
    assert len(joined([note(one, 3), note(other, 4, role=role)], Checker(make_transcript()))) == 2


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=20))
def test_merging_silences_no_part(found: list[tuple[int, bool]]) -> None:
    """Whatever a model keeps of a group, every part of it is cited afterwards, and what it kept is kept."""
    group = [note(TALK[i % 12], i, part) for i, (part, _) in enumerate(found)]
    kept = [one for one, (_, keep) in zip(group, found, strict=True) if keep]
    after = with_all_voices(kept, group)
    assert {n.part for n in after} == {part for part, _ in found}
    assert after[: len(kept)] == kept


@given(st.integers(1, 60), st.sets(st.integers(0, 59)), st.integers(1, 8))
def test_no_stretch_is_silent(count: int, used: set[int], stretches: int) -> None:
    """With what is added, every one of the equal stretches has a note in use."""
    notes = [note(TALK[i % 12], i) for i in range(count)]
    spoken = (used | set(silent_stretches(notes, used, stretches))) & set(range(count))
    parts = min(stretches, count)
    edges = [round(i * count / parts) for i in range(parts + 1)]
    assert all(spoken & set(range(a, b)) for a, b in pairwise(edges))
