"""The two forms of the stage `transcribe`: one reads a caption file, the other recognises speech in audio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    """A caption track as downloaded; `sha256` identifies the track in `Source.captions`."""

    sha256: str


def speech_backend(config: Config) -> Backend[Transcriber]:
    """The speech recognition back end that the setting `transcribe.backend` names."""
    return choose(BACKENDS, config.transcribe.backend, "transcribe.backend")


def _speech_settings(config: Config) -> dict[str, Any]:
    """Return the settings of the back end, and its name."""
    backend = speech_backend(config)
    # Whisper was the only back end at first: without its name, the transcripts of that time stay valid.
    name = {} if backend is WHISPER else {"backend": backend.name}
    return {**name, **backend.settings(config)}


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


# The key contains the source, because the source gives the format, language and duration of the caption file.
CAPTIONS = Stage(
    name="transcribe",
    version=6,  # 6: no cue, line or speaker is lost where files break their format
    record=Transcript,
    settings=lambda config: config.transcribe.captions,
    reads=(CaptionFile, Source),
    make=_read,
)
# The key contains the audio only. Title and glossary are hints on the names to expect: a new title must not cause
# hours of recognition again.
SPEECH = Stage(
    name="transcribe",
    version=6,  # 6: no words are lost at the ends of windows; times come from an alignment
    record=Transcript,
    settings=_speech_settings,
    reads=(Audio,),
    hints=(Source, Glossary),
    make=_recognise,
    backend=speech_backend,
)
