"""The stage `transcribe`: from a caption file, or from sound, to segments with times."""

from __future__ import annotations

from dataclasses import dataclass

from summarizer.config import CaptionsSettings, Config
from summarizer.language.terms import Glossary
from summarizer.records import Source, Transcript
from summarizer.stage import Audio, Backend, Stage, StoredFile, Work, choose
from summarizer.transcribe.base import Recording, Transcriber
from summarizer.transcribe.captions import read_captions
from summarizer.transcribe.whisper import WHISPER

BACKENDS: dict[str, Backend[Transcriber]] = {backend.name: backend for backend in (WHISPER,)}


@dataclass(frozen=True)
class CaptionFile(StoredFile):
    """A caption track as it was downloaded; `sha256` tells which of the source's tracks it is."""

    sha256: str


def speech_backend(config: Config) -> Backend[Transcriber]:
    """The speech recognition back end that the settings name."""
    return choose(BACKENDS, config.transcribe.backend, "transcribe.backend")


def _read(work: Work[CaptionsSettings, None], captions: CaptionFile, source: Source) -> Transcript:
    track = next(track for track in source.captions if track.sha256 == captions.sha256)
    return read_captions(
        captions.path,
        track.format,
        video_id=source.video_id,
        language=track.language,
        kind=track.kind,
        duration=source.duration,
        settings=work.settings,
    )


def _recognise(work: Work[object, Transcriber], audio: Audio, source: Source, glossary: Glossary) -> Transcript:
    return work.backend.transcribe(Recording(audio.path, source, glossary))


# The source gives the format, the language and the length that a caption file is read with, so it is in the key.
CAPTIONS = Stage(
    name="transcribe",
    version=5,
    record=Transcript,
    settings=lambda config: config.transcribe.captions,
    reads=(CaptionFile, Source),
    make=_read,
)
# Keyed on the sound alone. Title and glossary only tell a recogniser which names to expect: a new title must never
# repeat hours of recognition.
SPEECH = Stage(
    name="transcribe",
    version=5,
    record=Transcript,
    settings=lambda config: speech_backend(config).settings(config),
    reads=(Audio,),
    hints=(Source, Glossary),
    make=_recognise,
    backend=speech_backend,
)
