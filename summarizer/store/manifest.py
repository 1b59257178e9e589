"""The records of one video's folder: which file holds which result, and what it was made from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, field_validator

from summarizer.records import Page, Record, Video


class FileRef(Record):
    """One file of a result, and what its bytes must be."""

    name: str  # within the video's folder
    sha256: str
    bytes: int
    role: str = ""  # "human" or "automatic" for a caption track, empty for the result itself


class Refusal(Record):
    """A result that says no; cached like any other, so that a refusal is not worked for twice."""

    code: str
    message: str
    remedy: str = ""


class Entry(Record):
    """One cached result: where it is, what it was made from and by."""

    stage: str
    key: str
    files: tuple[FileRef, ...] = ()
    refusal: Refusal | None = None
    made_by: str  # package version
    settings: dict[str, Any]  # the settings in the key, so that `explain` can say what changed
    inputs: dict[str, str]  # name -> SHA-256
    seconds: float
    when: datetime

    @property
    def name(self) -> str:
        """What the manifest calls it: `<stage>-<key>`."""
        return f"{self.stage}-{self.key}"

    @property
    def sha256(self) -> str:
        """SHA-256 of the result: what the next stage's key is made from."""
        return self.files[0].sha256 if self.files else ""


class Failure(Record):
    """The last attempt at a result that could not be made; it is tried again, and a plan can say so."""

    code: str
    message: str
    when: datetime


class Manifest(Record):
    """Everything that is known of one video without reading another file."""

    format: Literal[1] = 1
    video: Video | None = None
    entries: dict[str, Entry] = Field(default_factory=dict)  # "<stage>-<key>"
    published: FileRef | None = None  # the page as last written to the digests folder
    page: Page | None = None  # what the index says of the page, so that the index needs manifests only
    failures: dict[str, Failure] = Field(default_factory=dict)  # "<stage>-<key>", until there is a result

    @field_validator("page", mode="before")
    @classmethod
    def _no_page(cls, value: Any) -> Any:
        """Version 0.1.0 wrote an empty table where there is no page."""
        return value or None
