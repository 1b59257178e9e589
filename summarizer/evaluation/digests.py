"""Part `digests`: what is on the pages of real talks, for the configured back end beside simpler methods.

Talks of the report half that have a human abstract are summarized; the summarizers get the title, not the abstract.
Lead (the first sentences) and LexRank show what is possible without any work. `--set` chooses the back end and its
model: `summarizer eval --data FOLDER --only digests --set summarize.backend=transformers`.
"""

from __future__ import annotations

import re
import resource
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from summarizer.config import Config
from summarizer.errors import BackendError, Failed, Refused
from summarizer.evaluation.extractive import WORDS, make_rare_terms, share_covered, sumy_methods, take_words
from summarizer.evaluation.material import Material, RealTalk
from summarizer.evaluation.report import Part, Row
from summarizer.language.parts import finite_verbs
from summarizer.language.sentences import Sentence, sentences
from summarizer.language.words import content, tokens
from summarizer.pipeline import OpenedBackends
from summarizer.records import Claim, Summary
from summarizer.summarize import summarizer_backend
from summarizer.summarize.base import Summarizer
from summarizer.summarize.extractive import EXTRACTIVE
from summarizer.summarize.extractive.backend import Extractive
from summarizer.summarize.llm.generator import MemoryAnswers

TALKS = 12  # of the report half; a model of 1.5 billion parameters needs a minute for each on two cores
MIN_CONTENT = 3  # content words of a statement that says something
SHARED = 0.7  # share of a statement's content words in an earlier one that makes it a repetition
STRETCHES = 10  # equal parts of the talk, for the spread
_INSTRUCTIONS = re.compile(
    r"(?i)\b(?:json|segment numbers?|the (?:transcript|passage)|as an ai|in this (?:talk|video)"
    r"|the speaker (?:discuss|talk|emphasi|mention)\w*)\b"
)
_FILLERS = re.compile(r"(?i)\b(?:u+m|u+h|er|you know|i mean|(?:kind|sort) of like|so yeah|all right|okay so)\b")
_OPENINGS = frozenset("and but so because which or then that's also anyway well okay yeah right".split())
Rare = Callable[[RealTalk], set[str]]


@dataclass
class Pages:
    """The statements of one method on all talks."""

    name: str
    texts: dict[str, list[str]] = field(default_factory=dict)  # by id of the talk
    times: dict[str, list[float]] = field(default_factory=dict)  # seconds, of the same statements
    summaries: list[Summary] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


def measure(material: Material, config: Config) -> Part:
    """Return the figures of lead, LexRank, extractive and the configured back end."""
    rare = make_rare_terms(material.talks)
    talks = [talk for talk in material.talks if talk.half == "report" and rare(talk)][:TALKS]
    rows = [row for pages in (_lead(talks), *_lexrank(talks)) for row in _describe(pages, talks, rare)]
    extractive = summarize_all("extractive", talks, Extractive(config.summarize))
    rows += _describe(extractive, talks, rare)
    backend = summarizer_backend(config)
    if backend is not EXTRACTIVE:
        try:
            summarizer = OpenedBackends(config).open(backend)
            model = backend.model(config).name if backend.model else config.summarize.llm.model
            pages = summarize_all(f"{backend.name}, {model}", talks, summarizer)
            rows += [*_describe(pages, talks, rare), *_cost(pages)]
        except BackendError as error:
            rows.append(Row(name=backend.name, figure=None, note=f"no model here: {error}"))
    return Part(name="digests", title=f"The pages of {len(talks)} talks of the report half", rows=tuple(rows))


def summarize_all(name: str, talks: Sequence[RealTalk], summarizer: Summarizer) -> Pages:
    """Summarize the talks; refusals and failures are counted."""
    pages = Pages(name)
    for talk in talks:
        source = talk.source.model_copy(update={"description": ""})
        try:
            summary = summarizer.summarize(talk.corrected, source, MemoryAnswers())
        except (Refused, Failed) as error:
            pages.errors[error.code] += 1
            continue
        claims = list(list_claims(summary))
        pages.texts[talk.id] = [claim.text for claim in claims]
        pages.times[talk.id] = [claim.start for claim in claims]
        pages.summaries.append(summary)
    return pages


def _lead(talks: Sequence[RealTalk]) -> Pages:
    pages = Pages("lead")
    for talk in talks:
        _add_sentences(pages, talk, sentences(talk.corrected))
    return pages


def _lexrank(talks: Sequence[RealTalk]) -> list[Pages]:
    """Return the pages of LexRank; none if the library sumy is not installed."""
    methods = {name: method for name, method in sumy_methods().items() if "LexRank" in name}
    result = []
    for name, method in methods.items():
        pages = Pages(name)
        for talk in talks:
            split = sentences(talk.corrected)
            chosen = set(method(talk, talk.corrected, split))
            _add_sentences(pages, talk, [sentence for sentence in split if sentence.text in chosen])
        result.append(pages)
    return result


def _add_sentences(pages: Pages, talk: RealTalk, chosen: Sequence[Sentence]) -> None:
    """Add sentences up to the number of words that are compared."""
    total, pages.texts[talk.id], pages.times[talk.id] = 0, [], []
    for sentence in chosen:
        total += len(sentence.text.split())
        if total > WORDS:
            break
        pages.texts[talk.id].append(sentence.text)
        pages.times[talk.id].append(sentence.start)


def _describe(pages: Pages, talks: Sequence[RealTalk], rare: Rare) -> list[Row]:
    made = [talk for talk in talks if pages.texts.get(talk.id)]
    if not made:
        return [Row(name=f"{pages.name}: pages", figure=0.0, n=len(talks), note=_list_errors(pages))]
    texts = [text for talk in made for text in pages.texts[talk.id]]
    minutes = sum(_duration(talk) for talk in made) / 60
    repeated = sum(count_repeated(pages.texts[talk.id]) for talk in made)
    spread = [measure_spread(pages.times[talk.id], _duration(talk)) for talk in made]
    shares = [share_covered(rare(talk), take_words(pages.texts[talk.id], WORDS)) for talk in made]
    count = len(texts)
    return [
        Row(name=f"{pages.name}: pages", figure=len(made) / len(talks), n=len(talks), note=_list_errors(pages)),
        Row(name=f"{pages.name}: empty statements", figure=sum(map(is_empty, texts)) / count, n=count),
        Row(name=f"{pages.name}: repeated statements", figure=repeated / count, n=count),
        Row(name=f"{pages.name}: whole sentences", figure=sum(map(is_sentence, texts)) / count, n=count),
        Row(name=f"{pages.name}: spread over the talk", figure=statistics.mean(spread), n=len(made)),
        Row(name=f"{pages.name}: statements for ten minutes", figure=10 * count / minutes, unit="count", n=count),
        Row(name=f"{pages.name}: the abstract's rare terms", figure=statistics.mean(shares), n=len(made)),
    ]


def _cost(pages: Pages) -> list[Row]:
    """Return what a model's pages cost, and how many of its statements held."""
    if not pages.summaries:
        return []
    name, count = pages.name, len(pages.summaries)
    claims = sum(summary.evidence.claims for summary in pages.summaries)
    quotes = sum(s.evidence.claims if s.quoted else s.evidence.quotes for s in pages.summaries)
    dropped = sum(summary.evidence.dropped for summary in pages.summaries)
    seconds = [summary.made.seconds for summary in pages.summaries]
    tokens_in = sum(summary.made.tokens_in for summary in pages.summaries)
    tokens_out = sum(summary.made.tokens_out for summary in pages.summaries)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return [
        Row(name=f"{name}: statements that are quotes", figure=quotes / max(1, claims), n=claims),
        Row(name=f"{name}: answers kept", figure=(claims - quotes) / max(1, claims - quotes + dropped), n=dropped),
        Row(name=f"{name}: seconds a talk", figure=statistics.mean(seconds), unit="seconds", n=count),
        Row(name=f"{name}: tokens read a talk", figure=tokens_in / count, unit="count", n=count),
        Row(name=f"{name}: tokens written a talk", figure=tokens_out / count, unit="count", n=count),
        Row(name=f"{name}: peak memory, GB", figure=peak / 1e9, unit="count", n=count),
    ]


def _duration(talk: RealTalk) -> float:
    return talk.corrected.segments[-1].end


def _list_errors(pages: Pages) -> str:
    return ", ".join(f"{code} {count}" for code, count in sorted(pages.errors.items()))


# -- figures of statements, from their text alone ----------------------------------------------------------------
# Only the table of verbs is shared with the rules by which the summarizers choose statements (`summarize/form.py`), so
# that a fault which those rules overlook is counted here.


def list_claims(summary: Summary) -> Iterator[Claim]:
    """Yield the TL;DR, the takeaways and the points of the sections, in the order of the page."""
    yield from (summary.tldr, *summary.takeaways)
    for section in summary.sections:
        yield from section.claims


def is_empty(text: str) -> bool:
    """Whether a statement says nothing, or repeats words of instructions to a model."""
    return "..." in text or len(set(content(text))) < MIN_CONTENT or bool(_INSTRUCTIONS.search(text))


def is_sentence(text: str) -> bool:
    """Whether a statement looks like one whole written sentence."""
    words = [word.lower() for word in tokens(text)]
    return (
        bool(words)
        and text[0].isupper()
        and text.rstrip("\"')")[-1:] in {".", "!"}
        and words[0] not in _OPENINGS
        and bool(finite_verbs(words))
        and not _FILLERS.search(text)
    )


def count_repeated(texts: Sequence[str]) -> int:
    """Return the number of statements that share most of their content words with one earlier statement."""
    bags = [set(content(text)) for text in texts]
    return sum(
        any(bag and len(bag & earlier) >= SHARED * len(bag) for earlier in bags[:number])
        for number, bag in enumerate(bags)
    )


def measure_spread(times: Sequence[float], duration: float) -> float:
    """Return the share of ten equal parts of the talk in which a statement's moment lies, 0..1; times in seconds."""
    parts = {min(STRETCHES - 1, int(STRETCHES * time / duration)) for time in times} if duration else set()
    return len(parts) / STRETCHES
