"""Part `extractive`: how much of a human abstract a summary of 250 words covers, compared with other methods.

A rare term of an abstract is a content stem that occurs in at most a fifth of the talks. The share of these terms in a
summary measures the recall of what is specific to the talk; the share in the full text is the upper limit for quotes.
All methods get the same corrected text and the same sentences. One row, which is marked, has the abstract as input.

Whether quotes are complete sentences is measured on captions with full stops: the full stops are removed, and the
quotes are compared with the original sentences.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from summarizer.config import Config, SummarizeSettings
from summarizer.evaluation.material import Material, RealTalk, has_full_stops, make_transcript, remove_punctuation
from summarizer.evaluation.report import Part, Row
from summarizer.glossary.correct import correct
from summarizer.language.sentences import Sentence, clean, sentences
from summarizer.language.terms import packaged
from summarizer.language.words import content
from summarizer.records import Summary, Transcript
from summarizer.summarize.extractive.backend import Extractive

WORDS = 250
RARE = 0.2  # maximum share of talks in which a rare term occurs
SEEDS = range(5)
LONGEST_RUN = 3  # maximum number of sentences in one quote
Method = Callable[[RealTalk, Transcript, Sequence[Sentence]], Iterable[str]]


def measure(material: Material, _config: Config) -> Part:
    """The figures of the extractive back end, the baselines, and the time it takes."""
    rare = make_rare_terms(material.talks)
    rows: list[Row] = []
    for half in ("tune", "report"):
        talks = [talk for talk in material.talks if talk.half == half and rare(talk)]
        rows += _compare(talks, rare, half)
        punctuated = [talk for talk in material.talks if talk.half == half and has_full_stops(talk.text)]
        rows.append(_complete_quotes(punctuated, half))
    rows.append(_speed(material.talks))
    return Part(name="extractive", title="Rare terms of the human abstract covered in 250 words", rows=tuple(rows))


def make_rare_terms(talks: Sequence[RealTalk]) -> Callable[[RealTalk], set[str]]:
    """A function that returns the rare terms of a talk's abstract; empty without an abstract."""
    talk_counts = Counter(word for talk in talks for word in set(content(talk.text)))
    most = RARE * len(talks)
    return lambda talk: {word for word in content(talk.abstract) if talk_counts[word] <= most}


def _compare(talks: Sequence[RealTalk], rare: Callable[[RealTalk], set[str]], half: str) -> list[Row]:
    texts = {talk.id: _corrected(talk) for talk in talks}
    split = {talk.id: sentences(texts[talk.id]) for talk in talks}

    def row(name: str, method: Method, note: str = "") -> Row:
        summaries = [take_words(method(talk, texts[talk.id], split[talk.id]), WORDS) for talk in talks]
        shares = [share_covered(rare(talk), text) for talk, text in zip(talks, summaries, strict=True)]
        return Row(name=f"{name}, {half} half", figure=sum(shares) / len(shares), n=len(talks), note=note)

    rows = [
        row("extractive", _ours),
        row("extractive with the abstract as input", _ours_with_abstract, "reads the answer"),
    ]
    rows.append(row("lead", lambda _talk, _text, sentences: (sentence.text for sentence in sentences)))
    randoms = [row("random", _random(seed)) for seed in SEEDS]
    mean = sum(row.figure or 0.0 for row in randoms) / len(randoms)
    rows.append(randoms[0].model_copy(update={"figure": mean, "note": f"mean of {len(randoms)} seeds"}))
    rows += [row(name, method) for name, method in sumy_methods().items()]
    shares = [share_covered(rare(talk), texts[talk.id].text) for talk in talks]
    rows.append(
        Row(
            name=f"the complete talk, {half} half", figure=sum(shares) / len(shares), n=len(talks), note="not a summary"
        )
    )
    return rows


def _corrected(talk: RealTalk) -> Transcript:
    bare = talk.source.model_copy(update={"description": ""})
    return correct(talk.transcript, bare, packaged()).transcript


def share_covered(terms: set[str], text: str) -> float:
    """The share of terms that occur in a text."""
    return len(terms & set(content(text))) / len(terms)


def take_words(texts: Iterable[str], most: int) -> str:
    """The first `most` words of the texts, joined in order."""
    words: list[str] = []
    for text in texts:
        words += text.split()
        if len(words) >= most:
            break
    return " ".join(words[:most])


def list_texts(summary: Summary) -> Iterator[str]:
    """The statements of a digest, most prominent first: TL;DR, takeaways, then the points of sections in turn."""
    yield summary.tldr.text
    yield from (claim.text for claim in summary.takeaways)
    rounds = max((len(section.claims) for section in summary.sections), default=0)
    for turn in range(rounds):
        yield from (section.claims[turn].text for section in summary.sections if turn < len(section.claims))


def _ours(talk: RealTalk, text: Transcript, _sentences: Sequence[Sentence]) -> Iterable[str]:
    bare = talk.source.model_copy(update={"description": ""})
    return list_texts(Extractive(SummarizeSettings()).summarize(text, bare))


def _ours_with_abstract(talk: RealTalk, text: Transcript, _sentences: Sequence[Sentence]) -> Iterable[str]:
    return list_texts(Extractive(SummarizeSettings()).summarize(text, talk.source))


def _random(seed: int) -> Method:
    def method(talk: RealTalk, _text: Transcript, sentences: Sequence[Sentence]) -> Iterable[str]:
        order = list(sentences)
        random.Random(f"{seed} {talk.id}").shuffle(order)  # noqa: S311 - not a secret
        return (sentence.text for sentence in order)

    return method


def sumy_methods() -> dict[str, Method]:
    """LexRank (Erkan and Radev 2004) and TextRank (Mihalcea and Tarau 2004) from sumy; empty if it is not installed."""
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
        """Splits words by white space; sumy needs no other tokenizer, because the sentences are given."""

        def to_words(self, text: str) -> tuple[str, ...]:
            return tuple(word.strip(".,?!") for word in text.split())

    def method(kind: type) -> Method:
        def ranked(_talk: RealTalk, _text: Transcript, sentences: Sequence[Sentence]) -> Iterable[str]:
            summarizer = kind(Stemmer("english"))
            summarizer.stop_words = get_stop_words("english")
            listed = [SumySentence(sentence.text, Tokenizer()) for sentence in sentences]
            document = ObjectDocumentModel([Paragraph(listed)])
            best = summarizer(document, WORDS // 10)  # in the order of the talk; enough for the budget
            rated = summarizer.rate_sentences(document) if hasattr(summarizer, "rate_sentences") else {}
            return (str(s) for s in (sorted(best, key=lambda s: -rated[s]) if rated else best))

        return ranked

    return {"LexRank (sumy)": method(LexRankSummarizer), "TextRank (sumy)": method(TextRankSummarizer)}


def _complete_quotes(talks: Sequence[RealTalk], half: str) -> Row:
    """The share of quotes that are complete sentences; `talks` have full stops, which are removed first."""
    complete = [is_complete for talk in talks for is_complete in _are_sentences(talk)]
    share = sum(complete) / len(complete) if complete else None
    return Row(
        name=f"quotes that are complete sentences, {half} half",
        figure=share,
        n=len(complete),
        note="full stops removed",
    )


def _are_sentences(talk: RealTalk) -> Iterator[bool]:
    words, starts = remove_punctuation(talk.text)
    edges = [0, *sorted(starts), len(words)]
    runs = {
        _normalise(" ".join(words[start:end]))
        for at, start in enumerate(edges)
        for end in edges[at + 1 : at + 1 + LONGEST_RUN]
    }
    summary = Extractive(SummarizeSettings()).summarize(make_transcript(" ".join(words)), talk.source)
    yield from (_normalise(text) in runs for text in list_texts(summary))


def _normalise(text: str) -> str:
    return clean(text).lower().rstrip(".")


def _speed(talks: Sequence[RealTalk]) -> Row:
    """Processor seconds for the longest talk, scaled to an hour of 150 words per minute."""
    talk = max(talks, key=lambda talk: len(talk.text))
    started = time.process_time()
    Extractive(SummarizeSettings()).summarize(talk.transcript, talk.source)
    seconds = (time.process_time() - started) * 9000 / len(talk.text.split())
    return Row(name="processor seconds for an hour's talk", figure=seconds, unit="seconds", most=2.0, n=1)
