"""Local recordings: a folder or a file of audio or video, with captions and metadata beside it where there are some.

standup.mp4                           the recording
standup.vtt .srt .ttml .json3 .txt    its captions; `standup.en.vtt` names their language, as yt-dlp does
standup.info.json                     title, description, channel, upload_date, webpage_url, id: as yt-dlp writes them

Captions alone are a recording too, plain text (`.txt`) when an .info.json is beside it. They count as written by people
unless the .info.json has their language under `automatic_captions` only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from summarizer import audio
from summarizer.config import DownloadSettings
from summarizer.download import metadata
from summarizer.download.tracks import matches
from summarizer.errors import Failed, UsageError
from summarizer.records import VIDEO_ID, CaptionFormat, CaptionKind, CaptionTrack, Source, Video

AUDIO = frozenset({".m4a", ".mp3", ".opus", ".ogg", ".oga", ".flac", ".wav", ".mka", ".aac", ".weba"})
VIDEO = frozenset({".mp4", ".mkv", ".webm", ".mov", ".m4v", ".avi", ".ts"})
CAPTIONS: tuple[CaptionFormat, ...] = ("vtt", "srt", "ttml", "json3", "txt")
_INFO = ".info.json"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def read_list(path: Path) -> list[str]:
    """Sources in a text file, one a line; `#` begins a comment; relative paths start at the file's folder."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} is not a readable text file", "A list has one URL or path a line.") from None
    found = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not found:
        raise UsageError(f"{path} lists nothing", "Write one URL or path a line.")
    return [
        line
        if "://" in line or ("." in line.split("/")[0] and not (path.parent / line).exists())
        else str(path.parent / line)
        for line in found
    ]


def list_recordings(path: Path) -> list[Video]:
    """All recordings in a folder (not below it), by name; or the one file."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        found = [_video(file, parts) for file, parts in _recordings(files)]
    except OSError as error:
        raise UsageError(f"cannot read {error.filename or path}: {error.strerror}", "Make it readable.") from None
    if not found:
        raise UsageError(f"{path} holds no recordings", f"Recordings end in {', '.join(sorted(AUDIO | VIDEO))}.")
    return found


def _recordings(files: list[Path]) -> list[tuple[Path, list[Path]]]:
    """Each recording with all files that belong to it: media, or captions that have no media."""
    media = [file for file in files if file.suffix.lower() in AUDIO | VIDEO]
    described = {file.name.removesuffix(_INFO) for file in files if file.name.endswith(_INFO)}
    known = described | {file.stem for file in media}
    parts: dict[str, list[Path]] = {}
    alone: dict[str, Path] = {}
    for file in files:
        if file.name.endswith(_INFO):
            parts.setdefault(file.name.removesuffix(_INFO), []).append(file)
        elif (form := file.suffix[1:].lower()) in CAPTIONS:
            stem, _ = _parted(file, known)
            parts.setdefault(stem, []).append(file)
            if form != "txt" or stem in described:
                alone.setdefault(stem, file)
    for file in media:
        alone.pop(file.stem, None)
    named = [(file.stem, file) for file in media] + list(alone.items())
    return sorted((file, parts.get(stem, [])) for stem, file in named)


def _parted(file: Path, known: Collection[str]) -> tuple[str, str]:
    """The recording's name and the language in a caption file's name; "v2" in `standup.v2.vtt` is part of the name."""
    stem, _, language = file.stem.rpartition(".")
    return (stem, language) if stem in known and _LANGUAGE.fullmatch(language) else (file.stem, "")


def _stem(file: Path) -> str:
    """The name that a recording shares with what is beside it."""
    if file.suffix.lower() in AUDIO | VIDEO:
        return file.stem
    stem = file.stem.rpartition(".")[0]
    return _parted(file, {stem} if stem and file.with_name(f"{stem}{_INFO}").is_file() else ())[0]


def _video(file: Path, parts: list[Path]) -> Video:
    info = _info(file)
    declared = str(info.get("id") or "")
    name = declared if VIDEO_ID.fullmatch(declared) else _hashed(str(file.resolve()))
    stats = [(part.name, part.stat().st_size, part.stat().st_mtime_ns) for part in (file, *parts) if part.is_file()]
    return Video(
        id=name,
        url=file.resolve().as_uri(),
        title=metadata.text(info.get("title"), 500) or _stem(file),
        origin="folder",
        fingerprint=_hashed(repr(stats)),
        duration=metadata.number(info.get("duration")),
        published=_day(info, file),
    )


def _day(info: dict[str, Any], file: Path) -> Any:
    return metadata.published(info) or datetime.fromtimestamp(file.stat().st_mtime, UTC).date()


def _hashed(text: str) -> str:
    """Eleven characters that may stand where a YouTube id may."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:11]


def _info(file: Path) -> dict[str, Any]:
    """What stands in the .info.json; a broken one is an error, since ignoring it would publish under a wrong name."""
    path = file.with_name(f"{_stem(file)}{_INFO}")
    if not path.is_file():
        return {}
    try:
        info = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        info = None
    if not isinstance(info, dict):
        raise UsageError(f"{path} is not a JSON object", "Repair the file or move it away.")
    return info


def _path(video: Video) -> Path:
    from urllib.parse import unquote, urlsplit

    path = Path(unquote(urlsplit(video.url).path))
    if not path.is_file():
        raise Failed("file_gone", f"{path} is not there any more", "Put the recording back, or run on its new folder.")
    return path


def _captions(file: Path, info: dict[str, Any], settings: DownloadSettings, space: Path) -> tuple[CaptionTrack, ...]:
    """The best track of each wanted kind, copied into `space`: language unnamed, else as wanted; then by format."""
    made_by_machine = _keys(info.get("automatic_captions")) - _keys(info.get("subtitles"))
    spoken = metadata.text(info.get("language"), 20)
    ranks: dict[CaptionKind, tuple[tuple[int, int], Path, str]] = {}
    for path in file.parent.iterdir():
        form = path.suffix[1:].lower()
        stem, named = _parted(path, {_stem(file)})
        if form not in CAPTIONS or stem != _stem(file):
            continue
        kind: CaptionKind = "automatic" if named in made_by_machine else "human"
        wanted = [i for i, language in enumerate(settings.languages) if matches(named, language)]
        language_rank = -1 if not named else wanted[0] if wanted else len(settings.languages)
        rank = ((language_rank, CAPTIONS.index(form)), path, named)
        ranks[kind] = min(ranks.get(kind, rank), rank)
    tracks = []
    for kind in settings.captions:
        if kind in ranks:
            (_, best), path, named = ranks[kind]
            language = named.removesuffix("-orig") or (spoken if _LANGUAGE.fullmatch(spoken) else "und")
            data = path.read_bytes()
            copy = space / f"{kind}.{language}.{CAPTIONS[best]}"
            copy.write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            tracks.append(
                CaptionTrack(kind=kind, language=language, format=CAPTIONS[best], file=copy.name, sha256=digest)
            )
    return tuple(tracks)


def _keys(table: Any) -> set[str]:
    return {str(key) for key in table} if isinstance(table, dict) else set()


def read(video: Video, settings: DownloadSettings, space: Path) -> Source:
    """Metadata and captions of one recording."""
    file = _path(video)
    info = _info(file)
    captions = _captions(file, info, settings, space)
    public = str(info.get("webpage_url") or "")
    title = metadata.text(info.get("title"), 500) or _stem(file)
    return Source(
        video_id=video.id,
        url=public if public.startswith("https://") else "",
        title=title,
        channel=metadata.text(info.get("channel"), 200),
        speakers=metadata.speakers(title),
        description=metadata.text(info.get("description"), 20_000),
        published=video.published,
        duration=metadata.number(info.get("duration")) or _duration(file),
        language=metadata.text(info.get("language"), 20) or None,
        tags=metadata.tags(info.get("tags")),
        captions=captions,
        has_audio=file.suffix.lower() in AUDIO | VIDEO,
    )


def _duration(file: Path) -> float | None:
    """Seconds that the container states; None when it cannot be opened: transcription reports that with its reason."""
    if file.suffix.lower() not in AUDIO | VIDEO:
        return None
    try:
        return audio.container_duration(file)
    except Failed:
        return None


def copy_audio(video: Video, space: Path) -> Path:
    """The audio as one file in `space`: an audio file is copied, a video's audio stream extracted as it is."""
    file = _path(video)
    if file.suffix.lower() in AUDIO:
        return Path(shutil.copyfile(file, space / f"audio{file.suffix.lower()}"))
    if file.suffix.lower() not in VIDEO:
        raise Failed("no_audio", f"{file.name} has no recording beside it", "Put the audio or video file next to it.")
    return audio.extract(file, space / "audio.mka")
