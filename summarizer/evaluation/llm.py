"""A language model on real talks: does it get through the gates, is it useful, and how long does it take?

Uses the back end of the configuration on a few talks of the reported half that have an abstract by people. Without a
model it says so and measures nothing. Usefulness is the share of the abstract's rare terms (in at most a tenth of all
talks) that occur in the digest: abstracts promise more than is said, so only terms that the talk says count.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from summarizer.config import Config
from summarizer.errors import BackendError, Failed, Refused
from summarizer.evaluation.material import Material, RealTalk
from summarizer.evaluation.report import Part, Row
from summarizer.language.words import content
from summarizer.pipeline import OpenedBackends
from summarizer.records import Claim, Source, Summary, Transcript
from summarizer.summarize import summarizer_backend
from summarizer.summarize.extractive import EXTRACTIVE
from summarizer.summarize.llm.generator import MemoryAnswers

TALKS = 3
RARE = 0.1  # a term is rare that occurs in at most this share of the talks
Summarize = Callable[[Transcript, Source], Summary]


def measure(material: Material, config: Config) -> Part:
    """Gates passed, evidence figures, terms of the abstract, and speed of the configured model."""
    backend = summarizer_backend(config)
    if backend is EXTRACTIVE:
        return _part([Row(name="summaries", figure=None, note="no model here: summarize.backend is extractive")])
    talks = [talk for talk in material.talks if talk.half == "report" and talk.abstract and talk.text][:TALKS]
    try:
        summarizer = OpenedBackends(config).open(backend)
        return _part(rows(talks, material, lambda text, source: summarizer.summarize(text, source, MemoryAnswers())))
    except BackendError as error:
        return _part([Row(name="summaries", figure=None, note=f"no model here: {error}")])


def rows(talks: Sequence[RealTalk], material: Material, summarize: Summarize) -> list[Row]:
    """Summarize the talks and tell what came of it; refusals and failures are figures too."""
    made: list[tuple[RealTalk, Summary]] = []
    stopped: Counter[str] = Counter()
    for talk in talks:
        # The title is known to a run, the abstract would be the answer.
        source = talk.source.model_copy(update={"description": ""})
        try:
            made.append((talk, summarize(talk.transcript, source)))
        except (Refused, Failed) as error:
            stopped[error.code] += 1
    why = ", ".join(f"{code} {count}" for code, count in sorted(stopped.items()))
    found = [Row(name="talks that got a digest", figure=len(made) / max(1, len(talks)), n=len(talks), note=why)]
    return found + (_quality(made, material) + _speed([summary for _, summary in made]) if made else [])


def _quality(made: Sequence[tuple[RealTalk, Summary]], material: Material) -> list[Row]:
    summaries = [summary for _, summary in made]
    claims = sum(summary.evidence.claims for summary in summaries)
    dropped = sum(summary.evidence.dropped for summary in summaries)
    resolve = min(summary.evidence.citations_resolve for summary in summaries)
    supported = min(summary.evidence.claims_supported for summary in summaries)
    covered = min(summary.evidence.covered_share for summary in summaries)
    rare = rare_terms(material)
    shares = [share for talk, summary in made if not math.isnan(share := terms_covered(talk, summary, rare))]
    words = statistics.mean(len(" ".join(texts(summary)).split()) for summary in summaries)
    return [
        Row(name="citations that resolve, worst talk", figure=resolve, least=1.0, n=len(made)),
        Row(name="claims supported, worst talk", figure=supported, least=1.0, n=claims),
        Row(name="share of the talk covered, worst talk", figure=covered, least=1.0, n=len(made)),
        Row(name="statements dropped as unsupported", figure=dropped / max(1, dropped + claims), n=dropped + claims),
        Row(
            name="the abstract's rare terms in the digest",
            figure=statistics.mean(shares) if shares else None,
            n=len(shares),
            note=f"digests of {words:.0f} words on average",
        ),
    ]


def _speed(summaries: Sequence[Summary]) -> list[Row]:
    seconds = sum(summary.made.seconds for summary in summaries)
    read, written = (sum(getattr(s.made, name) for s in summaries) for name in ("tokens_in", "tokens_out"))
    device = summaries[0].made.device
    return [
        Row(name="seconds per talk", figure=seconds / len(summaries), unit="seconds", n=len(summaries), note=device),
        Row(name="tokens read per second", figure=read / max(seconds, 1e-9), unit="count", n=read),
        Row(name="tokens written per second", figure=written / max(seconds, 1e-9), unit="count", n=written),
    ]


def rare_terms(material: Material) -> set[str]:
    """Stems that occur in at least one and at most a tenth of the talks."""
    talks = [talk for talk in material.talks if talk.text]
    seen = Counter(word for talk in talks for word in set(content(talk.text)))
    return {word for word, count in seen.items() if count <= max(1, RARE * len(talks))}


def terms_covered(talk: RealTalk, summary: Summary, rare: set[str]) -> float:
    """Share of the abstract's rare terms, those that the talk says, which the digest has; NaN without any."""
    wanted = set(content(talk.abstract)) & set(content(talk.text)) & rare
    return len(wanted & set(content(" ".join(texts(summary))))) / len(wanted) if wanted else math.nan


def texts(summary: Summary) -> Iterator[str]:
    """Everything that a digest says, in the talk's own language."""
    claims: list[Claim] = [summary.tldr, *summary.takeaways, *summary.decisions, *summary.actions]
    yield from (claim.text for claim in claims)
    for section in summary.sections:
        yield section.heading
        yield from (claim.text for claim in section.claims)


def _part(found: Sequence[Row]) -> Part:
    return Part(name="llm", title="A language model on real talks", rows=tuple(found))
