"""Is this the text of this video? Gates, each a named refusal with its figure.

A missing transcript that is handed on as if it were text comes back as a fluent summary of something else. So the
text itself is looked at before anything else is done with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from summarizer.check.score import score
from summarizer.config import CheckSettings
from summarizer.errors import Refused
from summarizer.language.detection import language_of
from summarizer.language.repetition import LOOP_RATIO, compression
from summarizer.records import TextScore, Transcript

SHORT_VIDEO = 180.0  # seconds; below this, a slow speaker or a long jingle is no sign of anything
WINDOW_WORDS = 80  # about half a minute of speech
_PLACEHOLDER = re.compile(
    r"(transcript|captions?|subtitles?)\W+(is|are|not|un)\W*(not|un)?\s*available|no (transcript|captions|subtitles)"
    r"|transcript(ion)? (is )?(missing|disabled|failed)|lorem ipsum|could not retrieve|todo: transcript",
    re.IGNORECASE,
)
_UNSPACED = frozenset(("ja", "zh", "yue", "th", "lo", "km", "my"))  # words run together; claims are checked by words


def check(
    transcript: Transcript,
    duration: float | None,
    settings: CheckSettings,
    wanted_languages: tuple[str, ...],
    terms: Collection[str] = (),
) -> TextScore:
    """Raise `Refused` unless the transcript can be summarized; returns how it scores. `terms` are a glossary's names.

    Codes: `empty`, `placeholder`, `wrong_language`, `unspaced_language`, `too_short`, `looped`, `unreliable`,
    `poor_captions`. `duration` is the video's, seconds; `wanted_languages` are ISO 639-1 codes, none meaning any.
    """
    words = transcript.text.split()
    if not transcript.segments or not words:
        heard = transcript.recognised
        said = "speech recognition found no speech" if heard else f"{_source(transcript)} hold sound markers only"
        raise Refused("empty" if heard else "placeholder", said, "Nothing to do; there is nothing to summarize.")
    _refuse_placeholder(transcript, words)
    _refuse_language(transcript, words, wanted_languages)
    _refuse_short(transcript, words, duration or transcript.duration, settings.min_words_per_second)
    _refuse_loops(transcript)
    _refuse_cut(transcript)
    found = score(transcript, duration, terms)
    if transcript.kind == "automatic" and found.score < settings.min_caption_score:
        raise Refused(
            "poor_captions",
            f"{_source(transcript)} score {found.score:.2f}, less than {settings.min_caption_score:.2f} ({found})",
            "Allow speech recognition in transcribe.policy, or lower check.min_caption_score.",
        )
    return found


def _source(transcript: Transcript) -> str:
    return "the recognised sentences" if transcript.recognised else f"the {transcript.kind} captions"


def _refuse_placeholder(transcript: Transcript, words: list[str]) -> None:
    distinct = len({word.lower() for word in words})
    if (len(words) < 60 and _PLACEHOLDER.search(transcript.text)) or (len(words) >= 20 and distinct < 6):
        raise Refused(
            "placeholder",
            f"{_source(transcript)} are a placeholder: {len(words)} words, {distinct} different",
            "Try another source of text: transcribe.policy.",
        )


def _refuse_language(transcript: Transcript, words: list[str], wanted: tuple[str, ...]) -> None:
    bases = {language.split("-")[0].lower() for language in wanted}
    looks = language_of(" ".join(words[:5000]))
    language = looks or transcript.language
    if bases and language not in bases | (set() if looks else {"und"}):
        raise Refused(
            "wrong_language",
            f"{_source(transcript)} are in {language}, wanted is {', '.join(sorted(bases))}",
            "Add the language to download.languages.",
        )
    if language.split("-")[0].lower() in _UNSPACED:
        raise Refused(
            "unspaced_language",
            f"{_source(transcript)} are in {language}, whose words have no spaces between them: "
            "no claim could be checked against them",
            "Nothing to do; such talks cannot be summarized yet.",
        )


def _refuse_short(transcript: Transcript, words: list[str], duration: float | None, least: float) -> None:
    if not duration:
        return
    needed = least if duration > SHORT_VIDEO else least / 3
    count = len(words)
    if count / duration < needed:
        raise Refused(
            "too_short",
            f"{_source(transcript)} have {count} words for {duration:.0f} s, {count / duration:.2f} a second; "
            f"{needed:.2f} are needed",
            "If most of the video is silent on purpose, lower check.min_words_per_second.",
        )


def _refuse_loops(transcript: Transcript) -> None:
    """Looping text is what recognisers write over silence, and broken caption files."""
    texts = [segment.text for segment in transcript.segments]
    words = transcript.text.split()
    # Longer windows of ordinary talk compress as well as looping ones do, so the ratio needs Whisper's half minute.
    windows = [" ".join(words[i : i + WINDOW_WORDS]) for i in range(0, len(words), WINDOW_WORDS)]
    long = [window for window in windows if len(window) >= 200]
    looping = sum(compression(window) > LOOP_RATIO for window in long)
    repeated = sum(
        count - 1 for text, count in Counter(text.lower() for text in texts).items() if len(text.split()) > 3
    )
    if (long and looping / len(long) > 0.3) or (len(texts) > 8 and repeated / len(texts) > 0.3):
        raise Refused(
            "looped",
            f"{_source(transcript)} repeat themselves: {looping} of {len(long)} windows, {repeated} of {len(texts)} segments",
            "Try another source of text: transcribe.policy, or a larger transcribe.model.",
        )


def _refuse_cut(transcript: Transcript) -> None:
    """A text of which as much had to be cut out as was left is not the talk's."""
    cut = sum(span.end - span.start for span in transcript.cut)
    kept = sum(segment.end - segment.start for segment in transcript.segments)
    if cut > kept:
        raise Refused(
            "unreliable",
            f"{_source(transcript)} went wrong over {cut:.0f} s and left {kept:.0f} s that can be trusted",
            "Try a larger transcribe.model, or look at the sound.",
        )
