"""Real transcripts made unusable, one way for each gate."""

from __future__ import annotations

from collections.abc import Callable

from summarizer.evaluation.material import transcript_of
from summarizer.records import Transcript

# Texts of our own in the languages that the gate knows; a talk is replaced by them, sentence after sentence.
_OTHER_LANGUAGES = (
    "Wir haben den Server nicht gefunden und die Daten sind auf dem anderen Rechner, den wir von euch haben.",
    "No sabemos por qué los datos del servidor no están en la red, pero es muy importante para una empresa.",
    "Nous ne savons pas pourquoi les données sont dans le réseau, mais il est important que vous les ayez.",
    "Não sabemos se os dados estão no servidor, mas isso é muito importante para uma empresa como a nossa.",
)
FEW = 20  # segments
_PLACEHOLDERS = ("Transcript is not available for this video.", "No captions found.", "la la la la " * 40)


def _other_language(transcript: Transcript) -> Transcript | None:
    """As long as the talk, in German, Spanish, French or Portuguese; none of a clip of a line or two."""
    if len(transcript.segments) < 3:
        return None
    sentence = _OTHER_LANGUAGES[len(transcript.segments) % len(_OTHER_LANGUAGES)]
    words = sentence.split()
    # Rotated, so that no two segments are the same: a loop is another gate's business.
    lines = [" ".join(words[i % len(words) :] + words[: i % len(words)]) for i in range(len(transcript.segments))]
    segments = (s.model_copy(update={"text": line}) for s, line in zip(transcript.segments, lines, strict=True))
    return transcript.model_copy(update={"segments": tuple(segments)})


def _placeholder(transcript: Transcript) -> Transcript:
    text = _PLACEHOLDERS[len(transcript.segments) % len(_PLACEHOLDERS)]
    return transcript_of(text).model_copy(update={"duration": transcript.duration})


def _too_short(transcript: Transcript) -> Transcript | None:
    """The first tenth only; none of a talk too short to judge."""
    kept = transcript.segments[: len(transcript.segments) // 10]
    long = (transcript.duration or 0) > 200 and kept
    return transcript.model_copy(update={"segments": kept}) if long else None


def _looped(transcript: Transcript) -> Transcript | None:
    """From the middle on, two lines again and again; none of a clip of a few lines."""
    if len(transcript.segments) < FEW:
        return None
    middle = len(transcript.segments) // 2
    stuck = [segment.text for segment in transcript.segments[middle : middle + 2]]
    segments = (
        segment if segment.id < middle else segment.model_copy(update={"text": stuck[segment.id % len(stuck)]})
        for segment in transcript.segments
    )
    return transcript.model_copy(update={"segments": tuple(segments)})


BROKEN: dict[str, Callable[[Transcript], Transcript | None]] = {
    "placeholder": _placeholder,
    "wrong_language": _other_language,
    "too_short": _too_short,
    "looped": _looped,
}
