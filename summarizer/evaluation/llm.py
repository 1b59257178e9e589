"""Part `llm`: whether summaries of a language model pass the checks, how useful they are, and how fast it is.

The configured back end summarizes a few talks of the report half that have a human abstract. Without a model, nothing
is measured. Usefulness is the share of the abstract's rare terms (terms in at most a tenth of all talks) that occur in
the digest. Abstracts promise more than the talk contains, so only terms that occur in the talk count.
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
RARE = 0.1  # maximum share of talks in which a rare term occurs
Summarize = Callable[[Transcript, Source], Summary]


def measure(material: Material, config: Config) -> Part:
    """Digests made, results of the evidence check, terms of the abstract, and speed of the configured model."""
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
    """Summarize the talks and return the figures; refusals and failures are counted."""
    made: list[tuple[RealTalk, Summary]] = []
    errors: Counter[str] = Counter()
    for talk in talks:
        # The summarizer gets the title but not the abstract, with which its summary will be compared.
        source = talk.source.model_copy(update={"description": ""})
        try:
            made.append((talk, summarize(talk.transcript, source)))
        except (Refused, Failed) as error:
            errors[error.code] += 1
    why = ", ".join(f"{code} {count}" for code, count in sorted(errors.items()))
    success = [Row(name="talks that got a digest", figure=len(made) / max(1, len(talks)), n=len(talks), note=why)]
    return success + (_quality(made, material) + _speed([summary for _, summary in made]) if made else [])


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
    """The stems that occur in at most a tenth of the talks."""
    talks = [talk for talk in material.talks if talk.text]
    seen = Counter(word for talk in talks for word in set(content(talk.text)))
    return {word for word, count in seen.items() if count <= max(1, RARE * len(talks))}


def terms_covered(talk: RealTalk, summary: Summary, rare: set[str]) -> float:
    """The share of the abstract's rare terms in the talk that occur in the digest; NaN if there are none."""
    wanted = set(content(talk.abstract)) & set(content(talk.text)) & rare
    return len(wanted & set(content(" ".join(texts(summary))))) / len(wanted) if wanted else math.nan


def texts(summary: Summary) -> Iterator[str]:
    """All text of a digest, in the language of the talk."""
    claims: list[Claim] = [summary.tldr, *summary.takeaways, *summary.decisions, *summary.actions]
    yield from (claim.text for claim in claims)
    for section in summary.sections:
        yield section.heading
        yield from (claim.text for claim in section.claims)


def _part(rows: Sequence[Row]) -> Part:
    return Part(name="llm", title="A language model on real talks", rows=tuple(rows))
