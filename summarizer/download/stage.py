"""The stages `download` (metadata and captions of a video) and `audio` (its audio, if it is needed)."""

from __future__ import annotations

from pathlib import Path

from summarizer.config import DownloadSettings
from summarizer.download.base import Downloads
from summarizer.download.downloader import Downloader
from summarizer.records import Source, Video
from summarizer.stage import Audio, Backend, Stage, WithFiles, Work

BACKEND: Backend[Downloads] = Backend(
    name="download",
    open=lambda opening: Downloader(opening.config.download, opening.config.runtime),
    settings=lambda config: config.download.dump(),
)


def download(work: Work[DownloadSettings, Downloads], video: Video) -> WithFiles[Source]:
    """Download the metadata, and the caption tracks as files whose role is their kind."""
    source = work.backend.download(video, work.folder)
    return WithFiles(source, tuple((track.kind, work.folder / track.file) for track in source.captions))


def fetch_audio(work: Work[object, Downloads], video: Video, source: Source) -> Path:
    """Download the audio."""
    return work.backend.fetch_audio(video, source, work.folder)


# The title, day and length in a listing are used where the site itself has none; in the key they are represented by
# the fingerprint.
DOWNLOAD = Stage(
    name="download",
    version=1,
    record=Source,
    settings=lambda config: config.download,
    reads=(Video,),
    make=download,
    backend=lambda _config: BACKEND,
)
# The source is needed only for `has_audio`: new metadata must not repeat the download of the audio.
AUDIO = Stage(
    name="audio",
    version=1,
    record=Audio,
    settings=lambda _config: {},
    reads=(Video,),
    hints=(Source,),
    make=fetch_audio,
    backend=lambda _config: BACKEND,
)
