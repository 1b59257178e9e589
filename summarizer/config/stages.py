"""The tables of the stages without a choice of back ends."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from summarizer.config.base import OUT_OF_KEY, Table


class DownloadSettings(Table):
    """[download]: which videos to take, and what to download of each."""

    languages: tuple[str, ...] = ("en",)
    """Caption languages in order of preference; `en` also matches `en-US`. Empty: any language."""
    captions: tuple[Literal["human", "automatic"], ...] = ("human", "automatic")
    """Kinds of caption tracks to download."""
    shorts: bool = False
    """Whether to include YouTube Shorts (vertical clips, mostly trailers)."""
    max_hours: float = Field(default=12.0, gt=0)
    """Maximum length of a recording, hours; longer recordings are refused."""


class CheckSettings(Table):
    """[check]: which transcripts are refused."""

    min_words_per_second: float = Field(default=1 / 3, ge=0)
    """Minimum number of words per second; a transcript with fewer is refused as incomplete if the video is longer than
    three minutes."""
    min_caption_score: float = Field(default=0.0, ge=0, le=1)
    """Minimum score of automatic captions (shown by `summarizer explain`). 0: no minimum."""


class GlossarySettings(Table):
    """[glossary]: correction of misheard names."""

    correct: bool = True
    """Whether to correct misheard names, such as "cube control" for kubectl; every change is recorded."""
    file: Annotated[str, OUT_OF_KEY] = ""  # the content of the file is in the key
    """File of names in the format of configs/glossary.toml. Empty: that file."""


class DigestSettings(Table):
    """[digest]: the markdown page."""

    format: Literal["markdown", "hugo"] = "markdown"
    """`hugo`: the title is only in the front matter, and the index is `_index.md`, so that the folder is a section of a
    site."""
    tags: tuple[str, ...] = ()
    """Additional tags in the front matter."""


class IndexSettings(Table):
    """[index]: the page that lists all digests."""

    title: str = "Talk digests"
    """Heading of the index page."""
