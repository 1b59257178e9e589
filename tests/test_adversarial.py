"""Back ends that lie, and talks that give orders: nothing unsupported is published, and no page harms another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from summarizer import digest
from summarizer.config import DigestSettings, SummarizeSettings
from summarizer.errors import Refused
from summarizer.records import Source, Summary, Transcript
from summarizer.summarize.extractive import Extractive
from summarizer.summarize.llm.generator import Answer, Request
from summarizer.summarize.llm.map_reduce import MapReduce
from tests.conftest import TALK, make_source, make_transcript, summarize_settings
from tests.fake_backends import FakeBackends, make_video
from tests.fake_generator import FakeGenerator, QuotingGenerator
from tests.injections import INJECTIONS
from tests.test_run import execute

SETTINGS = SummarizeSettings(backend="transformers")
OTHER_TALK = (
    "The keynote presents a blockchain for hospital records in Estonia.",
    "Patients share 40 percent more data when a smart contract pays them.",
    "Dr. Rossi of Genoa tested it with 1,200 nurses.",
    "Quantum keys protect the ledger against theft.",
)
NONSENSE = (
    "Leveraging synergies empowers stakeholders to unlock holistic value.",
    "The future of innovation is a journey that we embrace together.",
    "Key insights include best practices, thought leadership and alignment.",
    "Transformation accelerates outcomes across the enterprise landscape.",
)
TIMES = (
    "At 47:12 the speaker shows that etcd was slow.",
    "The disk of etcd was slow, as the slide at 99:59 says.",
    "In minute 73 the API server became slow.",
    "The controller was changed at t=86400s.",
)
MARKUP = (
    "We moved etcd to a <b onmouseover=alert(1)>faster disk</b>.",
    "We moved etcd to a [faster disk](https://evil.example).",
    "We moved etcd to a faster disk {{< youtube evilvideo00 >}}.",
    "We moved etcd to a faster disk ![x](https://evil.example/x.png).",
)


class Liar(FakeGenerator):
    """Says the same sentences about everything, citing segments in turn; `shift` makes ids that do not exist."""

    def __init__(self, texts: Sequence[str], shift: int = 0) -> None:
        super().__init__()
        self.texts = texts
        self.shift = shift

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        for index, request in enumerate(requests):
            self.requests.append(request)
            said = [{"text": text, "evidence": [i + self.shift]} for i, text in enumerate(self.texts)]
            answer: dict[str, Any] = {"claims": said}
            if "claims" not in request.answer_schema["properties"]:
                sections = [{"heading": self.texts[0][:60], "notes": [0]}]
                answer = {"tldr": said[0], "takeaways": said, "sections": sections}
            yield index, Answer(text=json.dumps(answer), tokens_in=1, tokens_out=1, finished=True)


class HalfLiar(Liar):
    """Truthful notes with the lies among them, and lies only where it writes anew."""

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        honest = [{"text": text, "evidence": [i]} for i, text in enumerate(TALK)]
        for index, answer in super().generate(requests):
            parsed = json.loads(answer.text)
            if "claims" in parsed:
                parsed["claims"] = [*honest, *parsed["claims"]]
            yield index, answer.model_copy(update={"text": json.dumps(parsed)})


def page_of(transcript: Transcript, source: Source, summary: Summary) -> tuple[dict[str, Any], str]:
    """(front matter, HTML) of the digest, rendered with raw HTML allowed, as the sites do."""
    page = digest.render(source, transcript, summary, DigestSettings())
    _, matter, body = page.split("---\n", 2)
    return yaml.safe_load(matter), MarkdownIt("commonmark", {"html": True}).enable("table").render(body)


def assert_harmless(transcript: Transcript, source: Source, html: str) -> None:
    """Only our own tags; links to moments of this video only, each the start of a segment; no shortcode."""
    assert set(re.findall(r"</?([a-zA-Z!?][\w-]*)", html)) <= {"h1", "h2", "p", "ul", "li", "a"}
    targets = [target.replace("&amp;", "&") for target in re.findall(r'<a href="([^"]*)"', html)]
    starts = {int(segment.start) for segment in transcript.segments} | {0}
    for target in targets:
        assert (found := re.fullmatch(re.escape(source.url) + r"&t=(\d+)s", target)), target
        assert int(found[1]) in starts
    assert html.count("<a ") == len(targets)


@pytest.mark.parametrize("lie", [OTHER_TALK, NONSENSE, TIMES[:1], TIMES[1:2], TIMES[2:3], TIMES[3:]])
def test_a_back_end_that_only_lies_is_refused(lie: Sequence[str], transcript: Transcript, source: Source) -> None:
    """Another talk's summary, fluent nonsense, and moments that do not exist."""
    with pytest.raises(Refused) as refused:
        MapReduce(Liar(lie), SETTINGS, "r").summarize(transcript, source)
    assert refused.value.code == "unsupported"


def test_segments_that_do_not_exist_support_nothing(transcript: Transcript, source: Source) -> None:
    """True sentences with ids from nowhere are no claims."""
    with pytest.raises(Refused) as refused:
        MapReduce(Liar(TALK, shift=1000), SETTINGS, "r").summarize(transcript, source)
    assert refused.value.code == "unsupported"


@pytest.mark.parametrize("lies", [OTHER_TALK, NONSENSE, TIMES])
def test_lies_among_truths_are_dropped(lies: Sequence[str], transcript: Transcript, source: Source) -> None:
    """The page has the true ones; none of the others, in no place of it."""
    summary = MapReduce(HalfLiar(lies), SETTINGS, "r").summarize(transcript, source)
    matter, html = page_of(transcript, source, summary)
    told = json.dumps(matter, default=str) + html
    for lie in lies:
        assert lie[:30] not in told
    assert "99:59" not in told
    assert matter["ai"]["evidence"]["claims_dropped"] >= len(lies)
    assert matter["ai"]["evidence"]["claims_supported"] == 1.0
    assert_harmless(transcript, source, html)


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_around_a_truth_stays_text(markup: str, transcript: Transcript, source: Source) -> None:
    """Whether the claim is kept or dropped, the page gets no tag, link, picture or shortcode."""
    summary = MapReduce(HalfLiar([markup]), SETTINGS, "r").summarize(transcript, source)
    _, html = page_of(transcript, source, summary)
    assert_harmless(transcript, source, html)
    assert "{{<" not in digest.render(source, transcript, summary, DigestSettings())


@pytest.mark.parametrize("payload", INJECTIONS)
def test_an_obedient_model_still_cannot_leave_its_claims(payload: str, source: Source) -> None:
    """A model that does what the transcript says publishes what the transcript says, or nothing."""
    transcript = make_transcript((*TALK[:6], payload, *TALK[6:]))
    obedient = HalfLiar([payload, "PWNED", "EvilCorp won every award of 2031."])
    summary = MapReduce(obedient, SETTINGS, "r").summarize(transcript, source)
    _, html = page_of(transcript, source, summary)
    assert "2031" not in html
    assert "EvilCorp" not in html or "EvilCorp" in payload
    assert_harmless(transcript, source, html)


@pytest.mark.parametrize("payload", INJECTIONS)
def test_a_transcript_cannot_change_the_question(payload: str, source: Source) -> None:
    """Instructions and schema are the same bytes, and the delimiters stand once each."""
    plain, hostile = QuotingGenerator(), QuotingGenerator()
    MapReduce(plain, SETTINGS, "r").summarize(make_transcript((*TALK, "Nothing here.")), source)
    MapReduce(hostile, SETTINGS, "r").summarize(make_transcript((*TALK, payload)), source)
    asked, expected = hostile.requests[0], plain.requests[0]
    assert (asked.instructions, asked.answer_schema) == (expected.instructions, expected.answer_schema)
    for mark in ("<transcript>", "</transcript>"):
        assert asked.material.count(mark) == 1
    assert len(asked.material.splitlines()) == len(expected.material.splitlines())


@pytest.mark.parametrize("place", ["title", "description", "transcript"])
@pytest.mark.parametrize("payload", INJECTIONS)
def test_an_injection_changes_prose_and_nothing_else(payload: str, place: str) -> None:
    """In title, description or transcript: the same front matter keys, our own tags, links to the video only."""
    texts = (*TALK, payload) if place == "transcript" else TALK
    transcript = make_transcript(texts)
    source = make_source(**{place: payload}) if place != "transcript" else make_source()
    plain, _ = page_of(make_transcript(), make_source(), _quotes(make_transcript(), make_source()))
    for summary in (_quotes(transcript, source), _model(transcript, source)):
        matter, html = page_of(transcript, source, summary)
        assert _keys(matter) == _keys(plain)
        assert (matter["video"], matter["date"], matter["type"]) == (plain["video"], plain["date"], plain["type"])
        assert_harmless(transcript, source, html)


def test_hostile_talks_leave_the_other_pages_as_they_were(tmp_path: Path) -> None:
    """One innocent talk alone, and among talks with every injection as a title: the same bytes."""
    innocent = make_video(0)
    execute(tmp_path / "alone", FakeBackends(), [innocent])
    hostile = [make_video(i, title=payload) for i, payload in enumerate(INJECTIONS, 1)]
    run = execute(tmp_path / "among", FakeBackends(), [*hostile, innocent])
    assert {outcome.status for outcome in run.finals} == {"made"}
    (page,) = (tmp_path / "alone" / "digests").glob("*video-00000.md")
    assert _without_clock(page) == _without_clock(tmp_path / "among" / "digests" / page.name)
    index = MarkdownIt("commonmark", {"html": True}).render((tmp_path / "among" / "digests" / "index.md").read_text())
    assert set(re.findall(r"</?([a-zA-Z!?][\w-]*)", index)) <= {"h1", "h2", "p", "ul", "li", "a", "hr"}
    pages = {path.name for path in (tmp_path / "among" / "digests").glob("*.md")}
    assert set(re.findall(r'<a href="([^"]*)"', index)) <= pages


def test_there_are_many_injections_and_no_two_the_same() -> None:
    """A corpus, not an example."""
    assert len(set(INJECTIONS)) == len(INJECTIONS) >= 60


def _without_clock(page: Path) -> str:
    """A page's text without how many seconds each stage took."""
    return re.sub(r"^ +seconds: [\d.]+\n", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _quotes(transcript: Transcript, source: Source) -> Summary:
    return Extractive(SummarizeSettings(kind="talk")).summarize(transcript, source)


def _model(transcript: Transcript, source: Source) -> Summary:
    return MapReduce(QuotingGenerator(), summarize_settings(kind="talk", model="")).summarize(transcript, source)


def _keys(value: object) -> object:
    """The keys of nested dictionaries, without the values; what provenance leaves out when it is zero is optional."""
    if not isinstance(value, dict):
        return None
    optional = {"seconds", "tokens_in", "tokens_out", "prompt_version", "device"}
    return {key: _keys(inner) for key, inner in value.items() if key not in optional}
