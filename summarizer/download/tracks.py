"""Which caption tracks to take: the best one people wrote, and the best one the site made itself."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

from summarizer.config import DownloadSettings
from summarizer.records import CaptionFormat, CaptionKind, CaptionTrack

log = logging.getLogger(__name__)

MAX_BYTES = 20_000_000  # ten hours of word-timed captions are 12 MB
# json3 has every word once; the site's vtt for automatic captions repeats each line as it rolls up.
_FORMATS: tuple[CaptionFormat, ...] = ("json3", "vtt", "ttml", "srt")


def fetch(ydl: Any, info: dict[str, Any], settings: DownloadSettings, space: Path) -> tuple[CaptionTrack, ...]:
    """Write the chosen tracks into `space`; network errors leave as yt-dlp's."""
    found = []
    for kind in settings.captions:
        chosen = choose(
            info.get("subtitles" if kind == "human" else "automatic_captions"),
            settings.languages,
            kind,
            info.get("language"),
        )
        if chosen is None:
            continue
        language, form, url = chosen
        with ydl.urlopen(url) as response:
            data = response.read(MAX_BYTES)
        if not data.strip():
            log.warning("the %s captions of %s are empty", kind, info.get("id"))
            continue
        path = space / f"{kind}.{language}.{form}"
        path.write_bytes(data)
        found.append(
            CaptionTrack(
                kind=kind,
                language=language,
                format=form,
                file=path.name,
                sha256=hashlib.sha256(data).hexdigest(),
            )
        )
    return tuple(found)


def choose(
    offered: Any, languages: tuple[str, ...], kind: CaptionKind, spoken: str | None
) -> tuple[str, CaptionFormat, str] | None:
    """The best (language, format, url) of yt-dlp's `{language: [{ext, url}]}`, or nothing.

    Machine translations are left out: they are a guess about a guess.
    """
    if not isinstance(offered, dict):
        return None
    names = [
        name for name in offered if isinstance(name, str) and name != "live_chat" and name.replace("-", "").isalnum()
    ]
    if kind == "automatic":
        names.sort(key=lambda name: (not name.endswith("-orig"), name != spoken))
    wanted = languages or tuple(names)
    ranked = [name for language in wanted for name in names if matches(name, language)]
    for name in dict.fromkeys(ranked):
        by_format = {
            track.get("ext"): str(track.get("url") or "") for track in offered[name] if isinstance(track, dict)
        }
        for form in _FORMATS:
            url = by_format.get(form, "")
            if url.startswith(("https://", "http://")) and "tlang=" not in url:
                return name.removesuffix("-orig"), form, url
    return None


def matches(name: str, language: str) -> bool:
    """Whether a track's language is a wanted one: `en` takes `en`, `en-US` and `en-orig`."""
    return name.lower() == language.lower() or name.lower().startswith(f"{language.lower()}-")
