"""Choose caption tracks: the best one written by people, and the best automatic one."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from summarizer.config import DownloadSettings
from summarizer.errors import Failed
from summarizer.records import CaptionFormat, CaptionKind, CaptionTrack

log = logging.getLogger(__name__)

MAX_BYTES = 20_000_000  # ten hours of captions with a time for every word are 12 MB
# json3 has every word once; in the site's vtt for automatic captions, lines are repeated as they scroll.
_FORMATS: tuple[CaptionFormat, ...] = ("json3", "vtt", "ttml", "srt")


def fetch(
    ydl: Any, info: dict[str, Any], settings: DownloadSettings, allows: Callable[[str], bool], space: Path
) -> tuple[CaptionTrack, ...]:
    """Download the chosen tracks, whose addresses `allows` accepts, into `space`; raises yt-dlp's network errors."""
    downloaded = []
    for kind in settings.captions:
        chosen = choose(
            info.get("subtitles" if kind == "human" else "automatic_captions"),
            settings.languages,
            kind,
            info.get("language"),
            allows,
        )
        if chosen is None:
            continue
        language, form, url = chosen
        with ydl.urlopen(url) as response:
            data = response.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Failed(
                "too_large",
                f"the {kind} captions of {info.get('id')} are larger than {MAX_BYTES // 1_000_000} MB",
                "Set download.captions to the other kind.",
            )
        if not data.strip():
            log.warning("the %s captions of %s are empty", kind, info.get("id"))
            continue
        path = space / f"{kind}.{language}.{form}"
        path.write_bytes(data)
        downloaded.append(
            CaptionTrack(
                kind=kind,
                language=language,
                format=form,
                file=path.name,
                sha256=hashlib.sha256(data).hexdigest(),
            )
        )
    return tuple(downloaded)


def choose(
    offered: Any, languages: tuple[str, ...], kind: CaptionKind, spoken: str | None, allows: Callable[[str], bool]
) -> tuple[str, CaptionFormat, str] | None:
    """The best (language, format, url) in yt-dlp's `{language: [{ext, url}]}`, or None.

    Left out are tracks at an address that `allows` does not accept or with a name that cannot be part of a file name,
    and machine translations: they add errors to those of speech recognition.
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
        listed = offered[name] if isinstance(offered[name], list) else ()
        by_format = {str(track.get("ext")): str(track.get("url") or "") for track in listed if isinstance(track, dict)}
        for form in _FORMATS:
            url = by_format.get(form, "")
            if allows(url) and "tlang=" not in url:
                return name.removesuffix("-orig"), form, url
    return None


def matches(name: str, language: str) -> bool:
    """Whether the language of a track matches a wanted language: `en` matches `en`, `en-US` and `en-orig`."""
    return name.lower() == language.lower() or name.lower().startswith(f"{language.lower()}-")
