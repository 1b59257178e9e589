"""Local recordings: a folder or a file of audio or video, with captions and metadata beside it where there are some.

standup.mp4                     the recording
standup.vtt .srt .ttml .json3 .txt    its captions (written by people; the first that exists)
standup.info.json               title, description, channel, upload_date, webpage_url, id: as yt-dlp writes them
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from summarizer.download import metadata
from summarizer.errors import Failed, UsageError
from summarizer.records import VIDEO_ID, CaptionFormat, CaptionTrack, Source, Video

AUDIO = frozenset({".m4a", ".mp3", ".opus", ".ogg", ".oga", ".flac", ".wav", ".mka", ".aac", ".weba"})
VIDEO = frozenset({".mp4", ".mkv", ".webm", ".mov", ".m4v", ".avi", ".ts"})
CAPTIONS: tuple[CaptionFormat, ...] = ("vtt", "srt", "ttml", "json3", "txt")


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
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    media = [file for file in files if file.suffix.lower() in AUDIO | VIDEO]
    stems = {file.stem for file in media}
    bare = [
        file for file in files if file.suffix.lower() in {".vtt", ".srt", ".ttml", ".json3"} and file.stem not in stems
    ]
    found = [_video(file) for file in sorted(media + bare)]
    if not found:
        raise UsageError(f"{path} holds no recordings", f"Recordings end in {', '.join(sorted(AUDIO | VIDEO))}.")
    return found


def _video(file: Path) -> Video:
    info = _info(file)
    declared = str(info.get("id") or "")
    name = declared if VIDEO_ID.fullmatch(declared) else _hashed(str(file.resolve()))
    parts = [file, *(_beside(file, form) for form in CAPTIONS), file.with_name(f"{file.stem}.info.json")]
    stats = [(part.name, part.stat().st_size, part.stat().st_mtime_ns) for part in parts if part.is_file()]
    return Video(
        id=name,
        url=file.resolve().as_uri(),
        title=metadata.text(info.get("title"), 500) or file.stem,
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


def _beside(file: Path, form: str) -> Path:
    return file.with_name(f"{file.stem}.{form}")


def _info(file: Path) -> dict[str, Any]:
    """What stands in the .info.json; a broken one is an error, since ignoring it would publish under a wrong name."""
    path = file.with_name(f"{file.stem}.info.json")
    if not path.is_file():
        return {}
    try:
        info = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        info = None
    if not isinstance(info, dict):
        raise UsageError(f"{path} is not a JSON object", "Mend the file or move it away.")
    return info


def _path(video: Video) -> Path:
    from urllib.parse import unquote, urlsplit

    path = Path(unquote(urlsplit(video.url).path))
    if not path.is_file():
        raise Failed("file_gone", f"{path} is not there any more", "Put the recording back, or run on its new folder.")
    return path


def read(video: Video, space: Path) -> Source:
    """Metadata and captions of one recording."""
    file = _path(video)
    info = _info(file)
    captions: tuple[CaptionTrack, ...] = ()
    beside = next((path for form in CAPTIONS if (path := _beside(file, form)).is_file()), None)
    if beside is not None:
        form: CaptionFormat = beside.suffix[1:]  # type: ignore[assignment]  # one of CAPTIONS by construction
        language = metadata.text(info.get("language"), 10) or "und"
        data = beside.read_bytes()
        copy = space / f"human.{language}.{form}"
        copy.write_bytes(data)
        captions = (
            CaptionTrack(
                kind="human",
                language=language,
                format=form,
                file=copy.name,
                sha256=hashlib.sha256(data).hexdigest(),
            ),
        )
    public = str(info.get("webpage_url") or "")
    title = metadata.text(info.get("title"), 500) or file.stem
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
    """Seconds that the container declares; nothing when it cannot be opened, which the decoder reports better."""
    if file.suffix.lower() not in AUDIO | VIDEO:
        return None
    import av

    try:
        with av.open(str(file)) as container:
            return container.duration / 1_000_000 if container.duration else None
    except (av.FFmpegError, OSError, ValueError):
        return None


def copy_audio(video: Video, space: Path) -> Path:
    """The sound alone: an audio file is copied, a video's audio stream is lifted out without re-encoding."""
    file = _path(video)
    if file.suffix.lower() in AUDIO:
        return Path(shutil.copyfile(file, space / f"audio{file.suffix.lower()}"))
    if file.suffix.lower() not in VIDEO:
        raise Failed("no_audio", f"{file.name} has no recording beside it", "Put the audio or video file next to it.")
    return _lift_audio(file, space / "audio.mka")


def _lift_audio(file: Path, out: Path) -> Path:
    import av

    try:
        with av.open(str(file)) as container, av.open(str(out), "w", format="matroska") as copy:
            if not container.streams.audio:
                raise Failed("no_audio", f"{file.name} has no sound", "Nothing to transcribe; add captions beside it.")
            stream = container.streams.audio[0]
            target = copy.add_stream_from_template(stream)
            for packet in container.demux(stream):
                if packet.dts is not None:
                    packet.stream = target
                    copy.mux(packet)
    except (av.FFmpegError, ValueError) as error:
        raise Failed(
            "media_unreadable",
            f"{file.name} cannot be read: {error}",
            "Play the file to see whether it is whole.",
        ) from None
    return out
