"""Models that invent statements, and talks with injected instructions.

Nothing unsupported is published, and no page affects another.
"""

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
from summarizer.summarize.extractive.backend import Extractive
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


class InventingGenerator(FakeGenerator):
    """Returns the same sentences for every request, citing one segment after the other; `shift` is added to the ids."""

    def __init__(self, texts: Sequence[str], shift: int = 0) -> None:
        super().__init__()
        self.texts = texts
        self.shift = shift

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        for index, request in enumerate(requests):
            self.requests.append(request)
            statements = [{"text": text, "evidence": [i + self.shift]} for i, text in enumerate(self.texts)]
            answer: dict[str, Any] = {"claims": statements}
            if "claims" not in request.answer_schema["properties"]:
                sections = [{"heading": self.texts[0][:60], "notes": [0]}]
                answer = {"tldr": statements[0], "takeaways": statements, "sections": sections}
            yield index, Answer(text=json.dumps(answer), tokens_in=1, tokens_out=1, finished=True)


class PartlyInventingGenerator(InventingGenerator):
    """Returns true and invented notes in the map step, and only invented sentences in the other steps."""

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        true_statements = [{"text": text, "evidence": [i]} for i, text in enumerate(TALK)]
        for index, answer in super().generate(requests):
            parsed = json.loads(answer.text)
            if "claims" in parsed:
                parsed["claims"] = [*true_statements, *parsed["claims"]]
            yield index, answer.model_copy(update={"text": json.dumps(parsed)})


def render_page(transcript: Transcript, source: Source, summary: Summary) -> tuple[dict[str, Any], str]:
    """Return (front matter and data, HTML) of the digest, rendered with raw HTML allowed, as site generators do."""
    page = digest.render(source, transcript, summary, DigestSettings())
    _, matter, body = page.split("---\n", 2)
    data = json.loads(digest.render_data(digest.build(source, transcript, summary)))
    return data | yaml.safe_load(matter), MarkdownIt("commonmark", {"html": True}).enable("table").render(body)


def assert_safe(transcript: Transcript, source: Source, html: str) -> None:
    """Assert that a page has only tags of the templates, and only links to starts of segments of its video."""
    assert set(re.findall(r"</?([a-zA-Z!?][\w-]*)", html)) <= {"h1", "h2", "p", "ul", "li", "a", "blockquote"}
    targets = [target.replace("&amp;", "&") for target in re.findall(r'<a href="([^"]*)"', html)]
    starts = {int(segment.start) for segment in transcript.segments} | {0}
    for target in targets:
        assert (match := re.fullmatch(re.escape(source.url) + r"&t=(\d+)s", target)), target
        assert int(match[1]) in starts
    assert html.count("<a ") == len(targets)


@pytest.mark.parametrize("texts", [OTHER_TALK, NONSENSE, TIMES[:1], TIMES[1:2], TIMES[2:3], TIMES[3:]])
def test_invented_summaries_are_refused(texts: Sequence[str], transcript: Transcript, source: Source) -> None:
    """The texts are the summary of another talk, phrases without content, and sentences with invented times."""
    with pytest.raises(Refused) as refused:
        MapReduce(InventingGenerator(texts), SETTINGS, "r").summarize(transcript, source)
    assert refused.value.code == "unsupported"


def test_segments_that_do_not_exist_support_nothing(transcript: Transcript, source: Source) -> None:
    """True sentences that cite missing segments are not published."""
    with pytest.raises(Refused) as refused:
        MapReduce(InventingGenerator(TALK, shift=1000), SETTINGS, "r").summarize(transcript, source)
    assert refused.value.code == "unsupported"


@pytest.mark.parametrize("invented", [OTHER_TALK, NONSENSE, TIMES])
def test_invented_notes_are_dropped(invented: Sequence[str], transcript: Transcript, source: Source) -> None:
    """The page contains the true notes, and no part of the invented ones."""
    summary = MapReduce(PartlyInventingGenerator(invented), SETTINGS, "r").summarize(transcript, source)
    matter, html = render_page(transcript, source, summary)
    page = json.dumps(matter, default=str) + html
    for text in invented:
        assert text[:30] not in page
    assert "99:59" not in page
    assert matter["figures"]["dropped"] >= len(invented)
    assert matter["figures"]["claims_supported"] == 1.0
    assert_safe(transcript, source, html)


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_in_a_true_sentence_stays_text(markup: str, transcript: Transcript, source: Source) -> None:
    """Whether the claim is kept or dropped, the page gets no tag, link, image or shortcode."""
    summary = MapReduce(PartlyInventingGenerator([markup]), SETTINGS, "r").summarize(transcript, source)
    _, html = render_page(transcript, source, summary)
    assert_safe(transcript, source, html)
    assert "{{<" not in digest.render(source, transcript, summary, DigestSettings())


@pytest.mark.parametrize("payload", INJECTIONS)
def test_a_model_that_obeys_an_injection_publishes_only_supported_claims(payload: str, source: Source) -> None:
    """Even if the model follows instructions in the transcript, its invented statements are dropped."""
    transcript = make_transcript((*TALK[:6], payload, *TALK[6:]))
    obedient = PartlyInventingGenerator([payload, "PWNED", "EvilCorp won every award of 2031."])
    summary = MapReduce(obedient, SETTINGS, "r").summarize(transcript, source)
    _, html = render_page(transcript, source, summary)
    assert "2031" not in html
    assert "EvilCorp" not in html or "EvilCorp" in payload
    assert_safe(transcript, source, html)


@pytest.mark.parametrize("payload", INJECTIONS)
def test_a_transcript_cannot_change_the_request(payload: str, source: Source) -> None:
    """Instructions and schema are unchanged, and the material contains each delimiter once."""
    plain, hostile = QuotingGenerator(), QuotingGenerator()
    MapReduce(plain, SETTINGS, "r").summarize(make_transcript((*TALK, "Nothing here.")), source)
    MapReduce(hostile, SETTINGS, "r").summarize(make_transcript((*TALK, payload)), source)
    request, expected = hostile.requests[0], plain.requests[0]
    assert (request.instructions, request.answer_schema) == (expected.instructions, expected.answer_schema)
    for mark in ("<transcript>", "</transcript>"):
        assert request.material.count(mark) == 1
    assert len(request.material.splitlines()) == len(expected.material.splitlines())


@pytest.mark.parametrize("place", ["title", "description", "transcript"])
@pytest.mark.parametrize("payload", INJECTIONS)
def test_an_injection_changes_only_the_text_of_a_page(payload: str, place: str) -> None:
    """The page has the same front matter keys, only tags of the templates, and only links to its video."""
    texts = (*TALK, payload) if place == "transcript" else TALK
    transcript = make_transcript(texts)
    source = make_source(**{place: payload}) if place != "transcript" else make_source()
    plain, _ = render_page(make_transcript(), make_source(), _summarize_with_quotes(make_transcript(), make_source()))
    for summary in (_summarize_with_quotes(transcript, source), _summarize_with_model(transcript, source)):
        matter, html = render_page(transcript, source, summary)
        assert _extract_keys(matter) == _extract_keys(plain)
        assert (matter["video"], matter["date"], matter["type"]) == (plain["video"], plain["date"], plain["type"])
        assert_safe(transcript, source, html)


def test_hostile_talks_do_not_change_other_pages(tmp_path: Path) -> None:
    """The page of an ordinary talk is the same alone and in a run with all injections as titles of other talks."""
    ordinary = make_video(0)
    execute(tmp_path / "alone", FakeBackends(), [ordinary])
    hostile = [make_video(i, title=payload) for i, payload in enumerate(INJECTIONS, 1)]
    run = execute(tmp_path / "among", FakeBackends(), [*hostile, ordinary])
    assert {outcome.status for outcome in run.finals} == {"made"}
    (page,) = (tmp_path / "alone" / "digests").glob("*video-00000.md")
    assert _remove_durations(page) == _remove_durations(tmp_path / "among" / "digests" / page.name)
    index = MarkdownIt("commonmark", {"html": True}).render((tmp_path / "among" / "digests" / "index.md").read_text())
    assert set(re.findall(r"</?([a-zA-Z!?][\w-]*)", index)) <= {"h1", "h2", "p", "ul", "li", "a", "hr"}
    pages = {path.name for path in (tmp_path / "among" / "digests").glob("*.md")}
    assert set(re.findall(r'<a href="([^"]*)"', index)) <= pages


def test_the_injections_are_many_and_distinct() -> None:
    """There are at least 60 different ones."""
    assert len(set(INJECTIONS)) == len(INJECTIONS) >= 60


def _remove_durations(page: Path) -> str:
    """Return the text of a page without the durations of the stages."""
    return re.sub(r"^ +seconds: [\d.]+\n", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _summarize_with_quotes(transcript: Transcript, source: Source) -> Summary:
    return Extractive(SummarizeSettings(kind="talk")).summarize(transcript, source)


def _summarize_with_model(transcript: Transcript, source: Source) -> Summary:
    return MapReduce(QuotingGenerator(), summarize_settings(kind="talk", model="")).summarize(transcript, source)


def _extract_keys(value: object) -> object:
    """Return the keys of nested dictionaries, without keys that are omitted when their value is empty."""
    if not isinstance(value, dict):
        return None
    optional = {"event", "speakers", "seconds", "tokens_in", "tokens_out", "prompt_version", "device"}
    return {key: _extract_keys(inner) for key, inner in value.items() if key not in optional}
