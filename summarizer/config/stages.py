"""The tables of the stages that have no back ends to choose from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from summarizer.config.base import Table


class DownloadSettings(Table):
    """[download]: which videos, and what is fetched of each."""

    languages: tuple[str, ...] = ("en",)
    """Wanted caption languages, best first; `en` also takes `en-US`. Empty: any language."""
    captions: tuple[Literal["human", "automatic"], ...] = ("human", "automatic")
    """Caption tracks to fetch when they exist."""
    shorts: bool = False
    """Whether to take YouTube Shorts (vertical clips); they are mostly trailers."""
    max_hours: float = Field(default=12.0, gt=0)
    """Longer recordings are refused, hours."""


class CheckSettings(Table):
    """[check]: which texts are refused."""

    min_words_per_second: float = Field(default=1 / 3, ge=0)
    """Fewer words per second of a video over three minutes: the text is refused as incomplete."""
    min_caption_score: float = Field(default=0.0, ge=0, le=1)
    """Automatic captions that score lower are not used (`explain` shows the score); 0: all are."""


class GlossarySettings(Table):
    """[glossary]: misheard names."""

    correct: bool = True
    """Replace misheard names by the right ones: "cube control" by kubectl; every change is listed."""
    file: str = Field(default="", exclude=True)  # its content is part of the key, not its place
    """File of names in the form of configs/glossary.toml; empty: that one."""


class DigestSettings(Table):
    """[digest]: how a page looks."""

    tags: tuple[str, ...] = ()
    """Extra tags for the front matter."""


class IndexSettings(Table):
    """[index]: the page that lists all pages."""

    title: str = "Talk digests"
    """Heading of the index page."""
