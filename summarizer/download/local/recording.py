"""Read one local recording: its metadata, captions and sound."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from summarizer import audio
from summarizer.config import DownloadSettings
from summarizer.download import metadata
from summarizer.download.companions import read_companion
from summarizer.download.local.info import read_info
from summarizer.download.local.listing import Files, find_files, find_title
from summarizer.download.local.names import AUDIO, CAPTIONS, MEDIA, VIDEO
from summarizer.download.tracks import matches
from summarizer.errors import Failed
from summarizer.programme import parse_title
from summarizer.records import CaptionKind, CaptionTrack, Source, Video

SPONSOR_TOLERANCE = 2.0  # seconds; cuts are made at the nearest packets or key frames


def _find_file(video: Video) -> Path:
    path = Path(os.fsdecode(unquote_to_bytes(urlsplit(video.url).path)))
    if not path.is_file():
        raise Failed("file_gone", f"{path} no longer exists", "Restore the recording, or run with its new location.")
    return path


def _copy_captions(
    files: Files, info: dict[str, Any], settings: DownloadSettings, space: Path
) -> tuple[CaptionTrack, ...]:
    """Copy the best track of each wanted kind into `space`.

    Tracks without a language come first, then the wanted languages in their order; then the version and the format.
    """
    automatic_languages = _keys(info.get("automatic_captions")) - _keys(info.get("subtitles"))
    spoken = metadata.clean_text(info.get("language"), 20)
    ranks: dict[CaptionKind, tuple[tuple[int, int, int], Path, str]] = {}
    for path, marks in files.captions:
        kind: CaptionKind = "automatic" if marks.automatic or marks.language in automatic_languages else "human"
        wanted = [i for i, language in enumerate(settings.languages) if matches(marks.language, language)]
        language_rank = -1 if not marks.language else wanted[0] if wanted else len(settings.languages)
        rank = ((language_rank, marks.rank, _form_rank(path)), path, marks.language)
        ranks[kind] = min(ranks.get(kind, rank), rank)
    tracks = []
    for kind in settings.captions:
        if kind in ranks:
            _, path, declared = ranks[kind]
            language = declared.removesuffix("-orig") or (spoken if metadata.is_language(spoken) else "und")
            form = CAPTIONS[_form_rank(path)]
            data = read_companion(path)
            copy = space / f"{kind}.{language}.{form}"
            copy.write_bytes(data)
            sha256 = hashlib.sha256(data).hexdigest()
            tracks.append(CaptionTrack(kind=kind, language=language, format=form, file=copy.name, sha256=sha256))
    return tuple(tracks)


def _form_rank(path: Path) -> int:
    return [*CAPTIONS].index(path.suffix[1:].lower())  # type: ignore[arg-type]


def _keys(table: Any) -> set[str]:
    return {str(key) for key in table} if isinstance(table, dict) else set()


def read_recording(video: Video, settings: DownloadSettings, space: Path) -> Source:
    """The metadata and captions of one recording."""
    file = _find_file(video)
    files = find_files(file)
    info = read_info(files.info)
    captions = _copy_captions(files, info, settings, space)
    public = str(info.get("webpage_url") or "")
    title = metadata.clean_text(info.get("title"), 500) or find_title(files)
    return Source(
        video_id=video.id,
        url=public if public.startswith("https://") else "",
        title=title,
        channel=metadata.clean_text(info.get("channel"), 200),
        speakers=tuple(speaker.name for speaker in parse_title(title).speakers),
        description=metadata.clean_text(info.get("description"), 20_000),
        published=video.published,
        duration=_find_duration(info, file),
        language=metadata.clean_text(info.get("language"), 20) or None,
        tags=metadata.parse_tags(info.get("tags")),
        playlist=video.playlist,
        chapters=metadata.parse_chapters(info.get("chapters")),
        captions=captions,
        has_audio=file.suffix.lower() in MEDIA,
    )


def _find_duration(info: dict[str, Any], file: Path) -> float | None:
    """The duration that the site declared, seconds, or else that of the file.

    yt-dlp can cut sponsors out of a video (`--sponsorblock-remove`) after it has written the description. The duration
    of the file is then the right one, if it lacks no more than the sponsors.
    """
    declared, stated = metadata.parse_number(info.get("duration")), _read_duration(file)
    sponsors = info.get("sponsorblock_chapters")
    if not declared or not stated or not isinstance(sponsors, list):
        return declared or stated
    lengths = [
        (metadata.parse_number(chapter.get("end_time")) or 0) - (metadata.parse_number(chapter.get("start_time")) or 0)
        for chapter in sponsors
        if isinstance(chapter, dict)
    ]
    shortest = declared - sum(max(0.0, length) for length in lengths) - SPONSOR_TOLERANCE
    return stated if shortest <= stated <= declared else declared


def _read_duration(file: Path) -> float | None:
    """The duration that the container states, seconds; None if it cannot be opened, which transcription will report."""
    if file.suffix.lower() not in MEDIA:
        return None
    try:
        return audio.container_duration(file)
    except Failed:
        return None


def copy_audio(video: Video, space: Path) -> Path:
    """The audio as one file in `space`: an audio file is copied, the audio stream of a video is extracted unchanged."""
    file = _find_file(video)
    if file.suffix.lower() in AUDIO:
        return Path(shutil.copyfile(file, space / f"audio{file.suffix.lower()}"))
    if file.suffix.lower() not in VIDEO:
        raise Failed("no_audio", f"{file.name} has no audio or video file", "Add the media file to its folder.")
    return audio.extract(file, space / "audio.mka")
