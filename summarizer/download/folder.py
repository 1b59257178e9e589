"""Local recordings: audio or video files, with optional caption and metadata files of the same name.

standup.mp4                           the recording
standup.vtt .srt .ttml .json3 .txt    its captions, also .sbv .dfxp .srv1 .srv2 .srv3 .ass .ssa .docx;
                                      `standup.en.vtt` states their language, as yt-dlp does
standup.info.json                     title, description, channel, upload_date, webpage_url, chapters, playlist_title,
                                      id: as yt-dlp writes them

A caption file without media is a recording too; plain text (`.txt`) and Word files (`.docx`) only with an .info.json
file. Captions count as written by people unless the .info.json file has their language only under
`automatic_captions`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from summarizer import audio
from summarizer.config import DownloadSettings
from summarizer.download import metadata
from summarizer.download.tracks import matches
from summarizer.errors import Failed, UsageError
from summarizer.programme import parse_title
from summarizer.records import VIDEO_ID, CaptionFormat, CaptionKind, CaptionTrack, Source, Video

AUDIO = frozenset(".m4a .mp3 .opus .ogg .oga .flac .wav .mka .aac .weba .wma .amr .aif .aiff .ac3 .eac3 .mp2".split())
VIDEO = frozenset(".mp4 .mkv .webm .mov .m4v .avi .ts .mts .m2ts .wmv .3gp .3g2 .mpg .mpeg .flv .ogv".split())
SPONSOR_TOLERANCE = 2.0  # seconds; cuts are made at the nearest packets or key frames
# In order of preference.
CAPTIONS: tuple[CaptionFormat, ...] = (
    *("vtt", "srt", "ttml", "json3", "sbv", "dfxp", "srv3", "srv2", "srv1", "ass", "ssa", "docx", "txt"),
)
UNTITLED = frozenset(("docx", "txt"))  # captions only beside a recording or an .info.json file: they may be anything
_INFO = ".info.json"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def read_list(path: Path) -> list[str]:
    """The sources in a text file, one per line. `#` starts a comment; paths are relative to the file's folder."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} is not a readable text file", "A list has one URL or path per line.") from None
    sources = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not sources:
        raise UsageError(f"{path} contains no sources", "Write one URL or path per line.")
    return [
        line
        if "://" in line or ("." in line.split("/")[0] and not (path.parent / line).exists())
        else str(path.parent / line)
        for line in sources
    ]


def list_recordings(path: Path) -> list[Video]:
    """The recordings in a folder, without its subfolders, sorted by name; or a single file.

    A recording that cannot be read is listed too: its download reports why, and the others are not affected.
    """
    try:
        files = sorted(file for file in path.iterdir() if not file.is_dir()) if path.is_dir() else [path]
        videos = [_make_video(file, companions) for file, companions in _group_files(files)]
    except OSError as error:
        raise UsageError(f"cannot read {error.filename or path}: {error.strerror}", "Check its permissions.") from None
    if not videos:
        suffixes = ", ".join(sorted(AUDIO | VIDEO))
        raise UsageError(f"{path} contains no recordings", f"Recordings have one of the suffixes {suffixes}.")
    return videos


def _group_files(files: list[Path]) -> list[tuple[Path, list[Path]]]:
    """Each recording (media, or captions without media) with its caption and metadata files."""
    media = [file for file in files if file.suffix.lower() in AUDIO | VIDEO]
    described = {file.name.removesuffix(_INFO) for file in files if file.name.endswith(_INFO)}
    stems = described | {file.stem for file in media}
    companions: dict[str, list[Path]] = {}
    captions_only: dict[str, Path] = {}
    for file in files:
        if file.name.endswith(_INFO):
            companions.setdefault(file.name.removesuffix(_INFO), []).append(file)
        elif (form := file.suffix[1:].lower()) in CAPTIONS:
            stem, _ = _split_name(file, stems)
            companions.setdefault(stem, []).append(file)
            if form not in UNTITLED or stem in described:
                captions_only.setdefault(stem, file)
    for file in media:
        captions_only.pop(file.stem, None)
    recordings = [(file.stem, file) for file in media] + list(captions_only.items())
    return sorted((file, companions.get(stem, [])) for stem, file in recordings)


def _split_name(file: Path, stems: Collection[str]) -> tuple[str, str]:
    """The recording's name and the language in the name of a caption file; in `standup.v2.vtt`, "v2" is no language."""
    stem, _, language = file.stem.rpartition(".")
    return (stem, language) if stem in stems and _LANGUAGE.fullmatch(language) else (file.stem, "")


def _find_stem(file: Path) -> str:
    """The name that a recording shares with its caption and metadata files."""
    if file.suffix.lower() in AUDIO | VIDEO:
        return file.stem
    stem = file.stem.rpartition(".")[0]
    return _split_name(file, {stem} if stem and file.with_name(f"{stem}{_INFO}").is_file() else ())[0]


def _make_video(file: Path, companions: list[Path]) -> Video:
    try:
        info = _read_info(file)
    except Failed:  # raised again by its download
        info = {}
    declared = str(info.get("id") or "")
    path = Path(os.path.realpath(file))  # unlike `resolve`, no error for a link to itself
    name = declared if VIDEO_ID.fullmatch(declared) else _hash(str(path))
    stats = [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in (file, *companions) if p.is_file()]
    return Video(
        id=name,
        url=path.as_uri(),
        title=metadata.clean_text(info.get("title"), 500) or _find_stem(file),
        origin="folder",
        fingerprint=_hash(repr(stats)),
        duration=metadata.parse_number(info.get("duration")),
        published=metadata.parse_date(info),  # a file's time of modification is no date of publication
        playlist=metadata.parse_playlist(info),
    )


def _hash(text: str) -> str:
    """A hash of eleven characters, in the form of a YouTube id."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:11]


def _read_info(file: Path) -> dict[str, Any]:
    """The content of the .info.json file; `Failed` if it is invalid: ignoring it could publish a wrong title."""
    path = file.with_name(f"{_find_stem(file)}{_INFO}")
    if not path.is_file():
        return {}
    try:
        info = json.loads(path.read_bytes())
    except OSError as error:
        raise Failed("invalid_info", f"cannot read {path}: {error.strerror}", "Check its permissions.") from None
    except (ValueError, RecursionError):
        info = None
    if not isinstance(info, dict):
        raise Failed("invalid_info", f"{path} is not a JSON object", "Repair or remove the file.")
    return info


def _find_file(video: Video) -> Path:
    from urllib.parse import unquote, urlsplit

    path = Path(unquote(urlsplit(video.url).path))
    if not path.is_file():
        raise Failed("file_gone", f"{path} no longer exists", "Restore the recording, or run with its new location.")
    return path


def _copy_captions(
    file: Path, info: dict[str, Any], settings: DownloadSettings, space: Path
) -> tuple[CaptionTrack, ...]:
    """Copy the best track of each wanted kind into `space`.

    Tracks without a language come first, then the wanted languages in their order; then the format decides.
    """
    automatic_languages = _keys(info.get("automatic_captions")) - _keys(info.get("subtitles"))
    spoken = metadata.clean_text(info.get("language"), 20)
    ranks: dict[CaptionKind, tuple[tuple[int, int], Path, str]] = {}
    for path in file.parent.iterdir():
        form = path.suffix[1:].lower()
        stem, declared = _split_name(path, {_find_stem(file)})
        if not path.is_file() or form not in CAPTIONS or stem != _find_stem(file):
            continue
        kind: CaptionKind = "automatic" if declared in automatic_languages else "human"
        wanted = [i for i, language in enumerate(settings.languages) if matches(declared, language)]
        language_rank = -1 if not declared else wanted[0] if wanted else len(settings.languages)
        rank = ((language_rank, CAPTIONS.index(form)), path, declared)
        ranks[kind] = min(ranks.get(kind, rank), rank)
    tracks = []
    for kind in settings.captions:
        if kind in ranks:
            (_, best), path, declared = ranks[kind]
            language = declared.removesuffix("-orig") or (spoken if _LANGUAGE.fullmatch(spoken) else "und")
            data = path.read_bytes()
            copy = space / f"{kind}.{language}.{CAPTIONS[best]}"
            copy.write_bytes(data)
            sha256 = hashlib.sha256(data).hexdigest()
            tracks.append(
                CaptionTrack(kind=kind, language=language, format=CAPTIONS[best], file=copy.name, sha256=sha256)
            )
    return tuple(tracks)


def _keys(table: Any) -> set[str]:
    return {str(key) for key in table} if isinstance(table, dict) else set()


def read_recording(video: Video, settings: DownloadSettings, space: Path) -> Source:
    """The metadata and captions of one recording."""
    file = _find_file(video)
    info = _read_info(file)
    captions = _copy_captions(file, info, settings, space)
    public = str(info.get("webpage_url") or "")
    title = metadata.clean_text(info.get("title"), 500) or _find_stem(file)
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
        has_audio=file.suffix.lower() in AUDIO | VIDEO,
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
    if file.suffix.lower() not in AUDIO | VIDEO:
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
