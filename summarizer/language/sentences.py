"""Convert segments to sentences that can be quoted, each with the ids of its segments.

Punctuated text is split at full stops. Automatic captions have none, so their text is split where sentences are likely
to begin (`boundaries`). Each sentence is then capitalised and closed with a full stop, and fillers are removed. Words
are only removed, never changed or moved, so that a sentence remains a quote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from summarizer.language.boundaries import PAUSE, STOP, divide
from summarizer.records import Segment, Transcript


def _not_after(words: str) -> str:
    """Return an expression that fails after each of these words."""
    return "".join(rf"(?<!\b{word} )" for word in words.split())


# "You know" is a filler where nothing depends on it: not in "let you know what it costs" or "how do you know".
_FILLERS = re.compile(
    r"(?i)(?<![\w'])(?:u+h+|u+m+|er+m?"
    rf"|{_not_after('let lets do did if as what when once that because would should will')}you know"
    r"(?! (?:what|how|why|where|when|who|which|if|whether|about|that|the answer|it|exactly|them)\b)"
    rf"|{_not_after('what that did')}i mean(?! (?:by|that|it|to)\b)"
    rf"|{_not_after('a the this that what some any same one every each different new another other')}"
    r"(?:sort|kind) of(?: like)?)(?:,|(?![\w']))\s*"
)
# "Right" and "yeah" between commas, as written by people; without commas "right" may be a word of the sentence.
_ASIDE = re.compile(r"(?i),\s*(?:right|yeah|okay|ok|like|you know|I mean)\s*(?=[,.?!]|$)[,?]?")
_REPEATED = re.compile(r"(?i)\b([\w']{1,40}(?: [\w']{1,40})?)(?: \1\b)+")
_LEADING = re.compile(
    r"(?i)^(?:(?:and|so(?! (?:far|that|much|many|long)\b)|but|now|okay|ok|well|right|yeah|yes|yep|um|uh|oh|wow"
    r"|also|then|actually|basically|like|anyway|anyways|alright|all right|again|you know(?! (?:what|how|why|if|that)\b)"
    r"|i mean|of course|obviously|sure|plus|oops|cool|great|perfect|(?:as|like) I said)"
    r"\b[, ]*)+(?=\w)"
)
_TRAILING = re.compile(
    r"(?i)(?:(?<![, ])[, ]++(?:cool|okay|ok|yeah|yep|alright|so|and|but|or|um|uh|er|you know|i mean|i guess"
    r"|and so on|and stuff|or something|or whatever|and (?:stuff|things) like that"
    rf"|{_not_after('is are was the it all to your be get got')}(?<!'s )right))+(?=[.?!]*$)[?]?"
)
_LONGEST_TRAIL = 200  # characters at the end in which such words are looked for: time grows with their square
_MARKS = re.compile(r"^(?:>>+|\[[^\]]*\]|\([a-z ]+\)|♪+)$")
LONG_PAUSE = 0.6  # seconds between two segments that count as a pause
MAX_WORDS_PER_STOP = 60  # with more words per full stop, a text counts as unpunctuated


@dataclass(frozen=True)
class Sentence:
    """A sentence of a transcript."""

    text: str
    segments: tuple[int, ...]  # ids
    start: float  # seconds
    end: float  # seconds
    speaker: str | None = None
    completeness: float = 1.0  # probability that it is exactly one sentence; see `boundaries.divide`


def sentences(transcript: Transcript) -> list[Sentence]:
    """Return all sentences of a transcript, in order."""
    text = transcript.text
    stops = full_stops(text)
    punctuated = stops and len(text.split()) / stops <= MAX_WORDS_PER_STOP
    runs = _split_punctuated(transcript) if punctuated else _split_unpunctuated(transcript)
    result = []
    for words, completeness in runs:
        cleaned = clean(" ".join(word for word, _ in words))
        if not re.search(r"\w", cleaned):
            continue
        ids = tuple(dict.fromkeys(segment for _, segment in words))
        first, last = transcript.segments[ids[0]], transcript.segments[ids[-1]]
        result.append(Sentence(cleaned, ids, first.start, last.end, first.speaker, completeness))
    return result


def full_stops(text: str) -> int:
    """Return the number of words that end a sentence."""
    return len(re.findall(r"[.!?](?:\s|$)", text))


def clean(text: str) -> str:
    """Remove fillers and stutters, capitalise the first letter, and end the text with a full stop."""
    text = _FILLERS.sub("", _ASIDE.sub(",", re.sub(r"\[[^\[\]]*\]", " ", text)))
    text = " ".join(word for word in text.split() if not _MARKS.match(word))
    text = re.sub(r",(?=[.?!])|(?<=,)[, ]+(?=,)", "", _REPEATED.sub(r"\1", text)).strip(" ,;-")
    text = _LEADING.sub("", text)
    text = text[:-_LONGEST_TRAIL] + _TRAILING.sub("", text[-_LONGEST_TRAIL:])
    text = re.sub(r"\bi\b(?=['’ ]|$)", "I", text)
    if text and not any(char.isupper() for char in text.split()[0]):
        text = text[0].upper() + text[1:]
    return text if not text or text[-1] in ".!?" else f"{text}."


def _split_punctuated(transcript: Transcript) -> list[tuple[list[tuple[str, int]], float]]:
    """Split into runs of (word, segment id) at full stops and changes of speaker; their completeness is 1."""
    runs: list[list[tuple[str, int]]] = [[]]
    speaker = None
    for segment in transcript.segments:
        if segment.speaker != speaker:
            runs.append([])
        speaker = segment.speaker
        for word in segment.text.split():
            runs[-1].append((word, segment.id))
            if re.search(r"[.!?][\"')\]]*$", word) and not re.fullmatch(
                r"(?:[A-Z]|Mr|Mrs|Dr|vs|e\.g|i\.e|etc)\.", word
            ):
                runs.append([])
    return [(run, 1.0) for run in runs if run]


def _split_unpunctuated(transcript: Transcript) -> list[tuple[list[tuple[str, int]], float]]:
    """Split into runs of (word, segment id) that are likely to be sentences, each with its completeness."""
    words: list[tuple[str, int]] = []
    breaks: list[float] = []
    previous: Segment | None = None
    for segment in transcript.segments:
        strength = 0.0
        if previous is not None:
            strength = PAUSE if segment.start - previous.end > LONG_PAUSE else 0.0
            strength = STOP if segment.speaker != previous.speaker else strength
        for word in segment.text.split():
            if _MARKS.match(word):
                strength = STOP
                continue
            if words and re.search(r"[.!?]$", words[-1][0]):
                strength = STOP
            words.append((word, segment.id))
            breaks.append(strength)
            strength = 0.0
        previous = segment
    if not words:
        return []
    starts = divide([word for word, _ in words], breaks)
    ends = [start for start, _ in starts[1:]] + [len(words)]
    return [(words[start:end], completeness) for (start, completeness), end in zip(starts, ends, strict=True)]
