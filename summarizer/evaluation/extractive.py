"""Extractive summaries beside simple and well-known ones: how much of a human abstract they cover in 250 words.

A rare term of an abstract is a content stem that at most a fifth of the talks say. Its share in a summary is recall of
what is special to the talk; the share in the whole text is what quotes can reach at best. All methods get the same
corrected text and the same sentences, and none but the row that says so sees the abstract.

Whether quotes are sentences is measured where captions have full stops: these are taken away, and the quotes compared.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from summarizer.config import Config, SummarizeSettings
from summarizer.evaluation.material import Material, RealTalk, punctuated, transcript_of, without_stops
from summarizer.evaluation.report import Part, Row
from summarizer.glossary.correct import correct
from summarizer.language.sentences import Sentence, clean, sentences
from summarizer.language.terms import packaged
from summarizer.language.words import content
from summarizer.records import Summary, Transcript
from summarizer.summarize.extractive.backend import Extractive

WORDS = 250
RARE = 0.2  # largest share of talks that say a rare term
SEEDS = range(5)
LONGEST_RUN = 3  # sentences that may be one quote
Method = Callable[[RealTalk, Transcript, Sequence[Sentence]], Iterable[str]]


def measure(material: Material, _config: Config) -> Part:
    """One table: this back end, the baselines, and how long it takes."""
    rare = rare_terms(material.talks)
    rows: list[Row] = []
    for half in ("tune", "report"):
        talks = [talk for talk in material.talks if talk.half == half and rare(talk)]
        rows += _compare(talks, rare, half)
        rows.append(_whole([talk for talk in material.talks if talk.half == half and punctuated(talk.text)], half))
    rows.append(_speed(material.talks))
    return Part(name="extractive", title="Rare terms of the human abstract covered in 250 words", rows=tuple(rows))


def rare_terms(talks: Sequence[RealTalk]) -> Callable[[RealTalk], set[str]]:
    """A function from a talk to the rare terms of its abstract; none without an abstract."""
    said_in = Counter(word for talk in talks for word in set(content(talk.text)))
    most = RARE * len(talks)
    return lambda talk: {word for word in content(talk.abstract) if said_in[word] <= most}


def _compare(talks: Sequence[RealTalk], rare: Callable[[RealTalk], set[str]], half: str) -> list[Row]:
    texts = {talk.id: _corrected(talk) for talk in talks}
    split = {talk.id: sentences(texts[talk.id]) for talk in talks}

    def row(name: str, method: Method, note: str = "") -> Row:
        shares = [covered(rare(talk), limited(method(talk, texts[talk.id], split[talk.id]), WORDS)) for talk in talks]
        return Row(name=f"{name}, {half} half", figure=sum(shares) / len(shares), n=len(talks), note=note)

    rows = [row("extractive", _ours), row("extractive with the abstract as input", _ours_with_abstract, "it was told")]
    rows.append(row("lead", lambda _talk, _text, found: (sentence.text for sentence in found)))
    randoms = [row("random", _random(seed)) for seed in SEEDS]
    mean = sum(row.figure or 0.0 for row in randoms) / len(randoms)
    rows.append(randoms[0].model_copy(update={"figure": mean, "note": f"mean of {len(randoms)} seeds"}))
    rows += [row(name, method) for name, method in _library().items()]
    whole = [covered(rare(talk), texts[talk.id].text) for talk in talks]
    rows.append(
        Row(name=f"the whole talk, {half} half", figure=sum(whole) / len(whole), n=len(talks), note="not a summary")
    )
    return rows


def _corrected(talk: RealTalk) -> Transcript:
    bare = talk.source.model_copy(update={"description": ""})
    return correct(talk.transcript, bare, packaged()).transcript


def covered(terms: set[str], text: str) -> float:
    """Share of terms that a text has."""
    return len(terms & set(content(text))) / len(terms)


def limited(texts: Iterable[str], most: int) -> str:
    """Whole texts in their order while they fit, and the beginning of the first that does not."""
    words: list[str] = []
    for text in texts:
        words += text.split()
        if len(words) >= most:
            break
    return " ".join(words[:most])


def ordered(summary: Summary) -> Iterator[str]:
    """A digest's statements, most prominent first: TL;DR, takeaways, then one point of every section after another."""
    yield summary.tldr.text
    yield from (claim.text for claim in summary.takeaways)
    rounds = max((len(section.claims) for section in summary.sections), default=0)
    for turn in range(rounds):
        yield from (section.claims[turn].text for section in summary.sections if turn < len(section.claims))


def _ours(talk: RealTalk, text: Transcript, _found: Sequence[Sentence]) -> Iterable[str]:
    bare = talk.source.model_copy(update={"description": ""})
    return ordered(Extractive(SummarizeSettings()).summarize(text, bare))


def _ours_with_abstract(talk: RealTalk, text: Transcript, _found: Sequence[Sentence]) -> Iterable[str]:
    return ordered(Extractive(SummarizeSettings()).summarize(text, talk.source))


def _random(seed: int) -> Method:
    def method(talk: RealTalk, _text: Transcript, found: Sequence[Sentence]) -> Iterable[str]:
        order = list(found)
        random.Random(f"{seed} {talk.id}").shuffle(order)  # noqa: S311 - not secret
        return (sentence.text for sentence in order)

    return method


def _library() -> dict[str, Method]:
    """LexRank (Erkan and Radev 2004) and TextRank (Mihalcea and Tarau 2004) as sumy has them; none without it."""
    try:
        from sumy.models.dom import ObjectDocumentModel, Paragraph
        from sumy.models.dom import Sentence as SumySentence
        from sumy.nlp.stemmers import Stemmer
        from sumy.summarizers.lex_rank import LexRankSummarizer
        from sumy.summarizers.text_rank import TextRankSummarizer
        from sumy.utils import get_stop_words
    except ImportError:
        return {}

    class Tokenizer:
        """Words by white space; the sentences are given."""

        def to_words(self, text: str) -> tuple[str, ...]:
            return tuple(word.strip(".,?!") for word in text.split())

    def method(kind: type) -> Method:
        def ranked(_talk: RealTalk, _text: Transcript, found: Sequence[Sentence]) -> Iterable[str]:
            summarizer = kind(Stemmer("english"))
            summarizer.stop_words = get_stop_words("english")
            listed = [SumySentence(sentence.text, Tokenizer()) for sentence in found]
            document = ObjectDocumentModel([Paragraph(listed)])
            best = summarizer(document, WORDS // 10)  # in the order of the talk; enough for the budget
            rated = summarizer.rate_sentences(document) if hasattr(summarizer, "rate_sentences") else {}
            return (str(s) for s in (sorted(best, key=lambda s: -rated[s]) if rated else best))

        return ranked

    return {"LexRank (sumy)": method(LexRankSummarizer), "TextRank (sumy)": method(TextRankSummarizer)}


def _whole(talks: Sequence[RealTalk], half: str) -> Row:
    """Share of quotes that are sentences, one or several: in talks with full stops, which are taken away before."""
    found = [whole for talk in talks for whole in _are_sentences(talk)]
    share = sum(found) / len(found) if found else None
    return Row(
        name=f"quotes that are whole sentences, {half} half", figure=share, n=len(found), note="full stops hidden"
    )


def _are_sentences(talk: RealTalk) -> Iterator[bool]:
    words, starts = without_stops(talk.text)
    edges = [0, *sorted(starts), len(words)]
    runs = {
        _compared(" ".join(words[start:end]))
        for at, start in enumerate(edges)
        for end in edges[at + 1 : at + 1 + LONGEST_RUN]
    }
    summary = Extractive(SummarizeSettings()).summarize(transcript_of(" ".join(words)), talk.source)
    yield from (_compared(text) in runs for text in ordered(summary))


def _compared(text: str) -> str:
    return clean(text).lower().rstrip(".")


def _speed(talks: Sequence[RealTalk]) -> Row:
    """Seconds for the longest talk, scaled to an hour of 150 words a minute."""
    talk = max(talks, key=lambda talk: len(talk.text))
    started = time.process_time()
    Extractive(SummarizeSettings()).summarize(talk.transcript, talk.source)
    seconds = (time.process_time() - started) * 9000 / len(talk.text.split())
    return Row(name="processor seconds for an hour's talk", figure=seconds, unit="seconds", most=2.0, n=1)
