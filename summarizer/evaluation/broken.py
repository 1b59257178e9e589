"""Damage real transcripts, in one way for each check that must refuse them."""

from __future__ import annotations

from collections.abc import Callable

from summarizer.evaluation.material import make_transcript
from summarizer.records import Transcript

# Sentences written for this project, in languages that the check detects; they replace the text of a talk.
_OTHER_LANGUAGES = (
    "Wir haben den Server nicht gefunden und die Daten sind auf dem anderen Rechner, den wir von euch haben.",
    "No sabemos por qué los datos del servidor no están en la red, pero es muy importante para una empresa.",
    "Nous ne savons pas pourquoi les données sont dans le réseau, mais il est important que vous les ayez.",
    "Não sabemos se os dados estão no servidor, mas isso é muito importante para uma empresa como a nossa.",
)
MIN_SEGMENTS = 20  # of a transcript that can be made to loop
_PLACEHOLDERS = ("Transcript is not available for this video.", "No captions found.", "la la la la " * 40)


def _other_language(transcript: Transcript) -> Transcript | None:
    """A German, Spanish, French or Portuguese text as long as the talk; None for fewer than three segments."""
    if len(transcript.segments) < 3:
        return None
    sentence = _OTHER_LANGUAGES[len(transcript.segments) % len(_OTHER_LANGUAGES)]
    words = sentence.split()
    # The words are rotated so that neighbouring segments differ; otherwise the check for loops would refuse the text.
    lines = [" ".join(words[i % len(words) :] + words[: i % len(words)]) for i in range(len(transcript.segments))]
    segments = (s.model_copy(update={"text": line}) for s, line in zip(transcript.segments, lines, strict=True))
    return transcript.model_copy(update={"segments": tuple(segments)})


def _placeholder(transcript: Transcript) -> Transcript:
    text = _PLACEHOLDERS[len(transcript.segments) % len(_PLACEHOLDERS)]
    return make_transcript(text).model_copy(update={"duration": transcript.duration})


def _too_short(transcript: Transcript) -> Transcript | None:
    """The first tenth of the talk; None if the talk is shorter than 200 s."""
    kept = transcript.segments[: len(transcript.segments) // 10]
    is_long = (transcript.duration or 0) > 200 and kept
    return transcript.model_copy(update={"segments": kept}) if is_long else None


def _looped(transcript: Transcript) -> Transcript | None:
    """Two segments repeated from the middle to the end; None for fewer than `MIN_SEGMENTS` segments."""
    if len(transcript.segments) < MIN_SEGMENTS:
        return None
    middle = len(transcript.segments) // 2
    repeated = [segment.text for segment in transcript.segments[middle : middle + 2]]
    segments = (
        segment if segment.id < middle else segment.model_copy(update={"text": repeated[segment.id % len(repeated)]})
        for segment in transcript.segments
    )
    return transcript.model_copy(update={"segments": tuple(segments)})


BROKEN: dict[str, Callable[[Transcript], Transcript | None]] = {
    "placeholder": _placeholder,
    "wrong_language": _other_language,
    "too_short": _too_short,
    "looped": _looped,
}
