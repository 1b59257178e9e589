"""Gates that check whether a text is the transcript of its video; each raises a refusal with a code and its figure.

If a placeholder were summarized as if it were a transcript, the result would be a fluent summary of something else.
Therefore the text is checked before any other stage uses it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from summarizer.check.score import score
from summarizer.config import CheckSettings
from summarizer.errors import Refused
from summarizer.language.detection import detect_language
from summarizer.language.repetition import LOOP_RATIO, compression
from summarizer.records import TextScore, Transcript

SHORT_VIDEO = 180.0  # seconds; in shorter videos a slow speaker or a long jingle explains few words
WINDOW_WORDS = 80  # about 30 s of speech
_PLACEHOLDER = re.compile(
    r"(transcript|captions?|subtitles?)\W+(is|are|not|un)\W*(not|un)?\s*available|no (transcript|captions|subtitles)"
    r"|transcript(ion)? (is )?(missing|disabled|failed)|lorem ipsum|could not retrieve|todo: transcript",
    re.IGNORECASE,
)
# Languages without spaces between words; claims are checked word by word.
_UNSPACED = frozenset(("ja", "zh", "yue", "th", "lo", "km", "my"))


def check(
    transcript: Transcript,
    duration: float | None,
    settings: CheckSettings,
    wanted_languages: tuple[str, ...],
    terms: Collection[str] = (),
) -> TextScore:
    """Return the score of a transcript; raise `Refused` when it cannot be summarized.

    `duration` is that of the video, seconds; `wanted_languages` are ISO 639-1 codes, empty for any language; `terms`
    are glossary names. Codes: `empty`, `placeholder`, `wrong_language`, `unspaced_language`, `too_short`, `looped`,
    `unreliable`, `poor_captions`.
    """
    words = transcript.text.split()
    if not transcript.segments or not words:
        remedy = "Nothing to do; there is nothing to summarize."
        if transcript.recognised:
            raise Refused("empty", "speech recognition found no speech", remedy)
        raise Refused("placeholder", f"{_name_source(transcript)} contain only sound markers", remedy)
    _refuse_placeholder(transcript, words)
    _refuse_language(transcript, words, wanted_languages)
    _refuse_short(transcript, words, duration or transcript.duration, settings.min_words_per_second)
    _refuse_loops(transcript)
    _refuse_removed(transcript)
    text_score = score(transcript, duration, terms)
    if transcript.kind == "automatic" and text_score.score < settings.min_caption_score:
        raise Refused(
            "poor_captions",
            f"{_name_source(transcript)} score {text_score.score:.2f}, less than {settings.min_caption_score:.2f} "
            f"({text_score})",
            "Allow speech recognition in transcribe.policy, or lower check.min_caption_score.",
        )
    return text_score


def _name_source(transcript: Transcript) -> str:
    return "the recognised sentences" if transcript.recognised else f"the {transcript.kind} captions"


def _refuse_placeholder(transcript: Transcript, words: list[str]) -> None:
    distinct = len({word.lower() for word in words})
    if (len(words) < 60 and _PLACEHOLDER.search(transcript.text)) or (len(words) >= 20 and distinct < 6):
        raise Refused(
            "placeholder",
            f"{_name_source(transcript)} are a placeholder: {len(words)} words, {distinct} of them distinct",
            "Try another source of text (transcribe.policy).",
        )


def _explain_language(language: str) -> str:
    """What to do about a language that is not wanted; quotes alone need the form of English sentences."""
    allow = f"Add {language!r} to download.languages"
    if language.startswith("en"):
        return f"{allow}."
    return f"{allow}, and set summarize.backend to a language model: quotes are made of English talks only."


def _refuse_language(transcript: Transcript, words: list[str], wanted: tuple[str, ...]) -> None:
    bases = {language.split("-")[0].lower() for language in wanted}
    detected = detect_language(" ".join(words[:5000]))
    language = detected or transcript.language
    if bases and language not in bases | (set() if detected else {"und"}):
        raise Refused(
            "wrong_language",
            f"{_name_source(transcript)} are in {language}, not in {' or '.join(sorted(bases))}",
            _explain_language(language),
        )
    if language.split("-")[0].lower() in _UNSPACED:
        raise Refused(
            "unspaced_language",
            f"{_name_source(transcript)} are in {language}, which has no spaces between words, "
            "so no claim could be checked against them",
            "Nothing to do; talks in such languages cannot be summarized yet.",
        )


def _refuse_short(transcript: Transcript, words: list[str], duration: float | None, minimum: float) -> None:
    if not duration:
        return
    needed = minimum if duration > SHORT_VIDEO else minimum / 3
    count = len(words)
    if count / duration < needed:
        raise Refused(
            "too_short",
            f"{_name_source(transcript)} have {count} words for {duration:.0f} s, {count / duration:.2f} a second; "
            f"{needed:.2f} are needed",
            "If most of the video is intentionally silent, lower check.min_words_per_second.",
        )


def _refuse_loops(transcript: Transcript) -> None:
    """Refuse text that repeats itself, as recognisers produce for silence and as broken caption files contain."""
    texts = [segment.text for segment in transcript.segments]
    words = transcript.text.split()
    # Longer windows of ordinary speech compress as well as repeated text, so the ratio is only valid for the 30 s
    # windows of Whisper, from which it comes.
    windows = [" ".join(words[i : i + WINDOW_WORDS]) for i in range(0, len(words), WINDOW_WORDS)]
    long = [window for window in windows if len(window) >= 200]
    looping = sum(compression(window) > LOOP_RATIO for window in long)
    repeated = sum(
        count - 1 for text, count in Counter(text.lower() for text in texts).items() if len(text.split()) > 3
    )
    if (long and looping / len(long) > 0.3) or (len(texts) > 8 and repeated / len(texts) > 0.3):
        raise Refused(
            "looped",
            f"{_name_source(transcript)} repeat themselves in {looping} of {len(long)} windows and {repeated} of "
            f"{len(texts)} segments",
            "Try another source of text (transcribe.policy), or a larger transcribe.whisper.model.",
        )


def _refuse_removed(transcript: Transcript) -> None:
    """Refuse a text of which more was removed than kept."""
    removed = sum(span.end - span.start for span in transcript.removed)
    kept = sum(segment.end - segment.start for segment in transcript.segments)
    if removed > kept:
        raise Refused(
            "unreliable",
            f"{_name_source(transcript)} are unreliable: {removed:.0f} s had to be removed, only {kept:.0f} s remain",
            "Try a larger transcribe.whisper.model, or check the sound.",
        )
