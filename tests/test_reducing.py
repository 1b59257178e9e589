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
from summarizer.summarize.llm.notes import Note, join_duplicates
from summarizer.summarize.llm.reducing import find_missing_intervals, restore_missing_parts
from tests.conftest import TALK, make_transcript, summarize_settings
from tests.fake_generator import QuotingGenerator

SUBJECTS = tuple("disks networks queues caches tokens leases probes quotas events images".split())


def make_long_transcript() -> Transcript:
    """Return three hours: 2,160 segments of five seconds, with a new subject every 18 minutes."""
    return make_transcript(
        tuple(f"The {SUBJECTS[i // 216]} of team {i} were too slow before release {i + 10}." for i in range(2160))
    )


def summarize(transcript: Transcript, source: Source, generator: QuotingGenerator) -> Summary:
    settings = summarize_settings(backend="transformers", chunk_tokens=600, kind="meeting")
    return MapReduce(generator, settings, "r").summarize(transcript, source)


def is_merge(request: Request) -> bool:
    """Return whether a request is from the merge step: it contains notes, and the answer has claims."""
    return "<notes>" in request.material and "claims" in request.answer_schema["properties"]


def make_note(text: str, start: int, part: int = 0, role: str = "point") -> Note:
    return Note(claim=Claim(text=text, evidence=(start,), start=start * 5.0), part=part, role=role)


def test_a_meeting_of_three_hours_is_condensed_in_a_tree(source: Source) -> None:
    """No prompt is longer than a chunk, and there is more than one level of merging."""
    generator = QuotingGenerator()
    summary = summarize(make_long_transcript(), source, generator)
    merges = [request for request in generator.requests if is_merge(request)]
    assert len(merges) > 5
    assert all(generator.count_tokens(request.material) <= 640 for request in generator.requests)
    assert summary.evidence.covered_share == 1.0


def test_every_part_of_three_hours_is_represented(source: Source) -> None:
    """No gap between two successive claims of the summary is longer than two of its eight intervals."""
    summary = summarize(make_long_transcript(), source, QuotingGenerator())
    moments = sorted({0.0, 10_800.0, *(claim.start for section in summary.sections for claim in section.claims)})
    assert max(b - a for a, b in pairwise(moments)) <= 2 * 10_800 / 8


def test_parts_that_the_model_omits_stay_in_the_summary(source: Source) -> None:
    """Even if the model keeps one note of a group and makes one section, every interval has a note."""

    class Forgetful(QuotingGenerator):
        def _quote(self, request: Request) -> dict[str, object]:
            answer = super()._quote(request)
            if is_merge(request):
                return {"claims": answer["claims"][:1]}  # type: ignore[index]
            if "sections" in answer:
                answer["sections"] = [{"heading": "x", "notes": [0]}]
            return answer

    generator = Forgetful()
    summary = summarize(make_long_transcript(), source, generator)
    assert sum(is_merge(request) for request in generator.requests) > 5
    assert len(summary.sections) == 1
    moments = sorted({0.0, 10_800.0, *(claim.start for section in summary.sections for claim in section.claims)})
    assert max(b - a for a, b in pairwise(moments)) <= 2 * 10_800 / 8


def test_an_invented_merged_note_is_replaced_by_its_sources(source: Source) -> None:
    """A merged note is a new sentence, so it is checked."""

    class Inventing(QuotingGenerator):
        invented = 0

        def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
            for index, answer in super().generate(requests):
                if is_merge(requests[index]):
                    self.invented += answer.text.count("slow")
                    answer = answer.model_copy(update={"text": answer.text.replace("slow", "moved to Jenkins")})
                yield index, answer

    generator = Inventing()
    summary = summarize(make_long_transcript(), source, generator)
    assert generator.invented > 100
    assert "Jenkins" not in summary.model_dump_json()
    assert "slow" in summary.tldr.text


def test_headings_are_checked(source: Source) -> None:
    """A heading that its notes do not support is replaced by words from the notes."""

    class Advertising(QuotingGenerator):
        replaced = 0

        def _quote(self, request: Request) -> dict[str, object]:
            answer = super()._quote(request)
            for section in answer.get("sections", []):  # type: ignore[attr-defined]
                section["heading"] = "Buy Bitcoin at evil.example"
                self.replaced += 1
            return answer

    settings = summarize_settings(backend="transformers")
    generator = Advertising()
    summary = MapReduce(generator, settings, "r").summarize(make_transcript(), source)
    assert generator.replaced == 2
    assert "Bitcoin" not in summary.model_dump_json()
    assert all(section.heading for section in summary.sections)


# -- joining ----------------------------------------------------------------------------------------------------


def test_near_duplicates_are_joined_and_cite_both_segments() -> None:
    """The more detailed note is kept."""
    transcript = make_transcript((*TALK, "As I said, our disk needed forty milliseconds for every write to etcd."))
    notes = [make_note("The disk needed forty milliseconds for every write.", 3), make_note("Events went apart.", 8)]
    repeated = make_note("The disk needed forty milliseconds for every write to etcd.", 12)
    joined = join_duplicates([*notes, repeated], Checker(transcript))
    assert [n.claim.text for n in joined] == [repeated.claim.text, notes[1].claim.text]
    assert (joined[0].claim.evidence, joined[0].claim.start) == ((3, 12), 15.0)


@pytest.mark.parametrize(
    ("first", "second", "role"),
    [
        ("The write took 40 milliseconds on the disk.", "The write took 30 milliseconds on the disk.", "point"),
        ("We moved etcd to a faster disk.", "We moved etcd to a faster disk.", "decision"),
        ("We moved etcd to a faster disk.", "Prometheus measures requests.", "point"),
    ],
)
def test_notes_with_different_numbers_roles_or_subjects_are_not_joined(first: str, second: str, role: str) -> None:
    """Similar words are not sufficient."""
    notes = [make_note(first, 3), make_note(second, 4, role=role)]
    assert len(join_duplicates(notes, Checker(make_transcript()))) == 2


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=20))
def test_merging_keeps_every_part(parts: list[tuple[int, bool]]) -> None:
    """For any selection that a model keeps of a group, all parts are cited afterwards and the selection is kept."""
    group = [make_note(TALK[i % 12], i, part) for i, (part, _) in enumerate(parts)]
    kept = [member for member, (_, keep) in zip(group, parts, strict=True) if keep]
    restored = restore_missing_parts(kept, group)
    assert {n.part for n in restored} == {part for part, _ in parts}
    assert restored[: len(kept)] == kept


@given(st.integers(1, 60), st.sets(st.integers(0, 59)), st.integers(1, 8))
def test_every_interval_has_a_used_note(count: int, used: set[int], intervals: int) -> None:
    """After the missing notes are added, each of the equal intervals has a used note."""
    notes = [make_note(TALK[i % 12], i) for i in range(count)]
    all_used = (used | set(find_missing_intervals(notes, used, intervals))) & set(range(count))
    parts = min(intervals, count)
    edges = [round(i * count / parts) for i in range(parts + 1)]
    assert all(all_used & set(range(a, b)) for a, b in pairwise(edges))
