"""The stages `download` and `audio`: what is known of a video and its captions, and its sound when it will be used."""

from __future__ import annotations

from pathlib import Path

from summarizer.config import DownloadSettings
from summarizer.download.downloader import Downloader
from summarizer.records import Source, Video
from summarizer.stage import Audio, Backend, Stage, WithFiles, Work

BACKEND = Backend(
    name="download",
    open=lambda opening: Downloader(opening.config.download, opening.config.runtime),
    settings=lambda config: config.download.dump(),
)


def download(work: Work[DownloadSettings, Downloader], video: Video) -> WithFiles[Source]:
    """Metadata, and the caption tracks as files beside it, their kinds as roles."""
    source = work.backend.download(video, work.folder)
    return WithFiles(source, tuple((track.kind, work.folder / track.file) for track in source.captions))


def fetch_audio(work: Work[object, Downloader], video: Video, source: Source) -> Path:
    """The sound."""
    return work.backend.fetch_audio(video, source, work.folder)


# What a listing says of a video besides its id and fingerprint (title, day, length) is used where the site itself says
# nothing; the fingerprint stands for it in the key.
DOWNLOAD = Stage(
    name="download",
    version=1,
    record=Source,
    settings=lambda config: config.download,
    reads=(Video,),
    make=download,
    backend=lambda _config: BACKEND,
)
# The source only tells whether there is sound to fetch: new metadata must not fetch it again.
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
