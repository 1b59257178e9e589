"""The manifest of one video's folder: the file of each result, and what the result was made from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, field_validator

from summarizer.records import Page, Record, Video


class FileRef(Record):
    """One file of a result, with its checksum and length."""

    name: str  # in the video's folder
    sha256: str
    bytes: int
    role: str = ""  # "human" or "automatic" for a caption track, empty for the result itself


class Refusal(Record):
    """A refusal as a result; it is cached like any other result, so that the work is not repeated."""

    code: str
    message: str
    remedy: str = ""


class Entry(Record):
    """One cached result: its files, its inputs, and what made it."""

    stage: str
    key: str
    files: tuple[FileRef, ...] = ()
    refusal: Refusal | None = None
    made_by: str  # package version
    settings: dict[str, Any]  # the settings in the key; `explain` compares them
    inputs: dict[str, str]  # name of each value read -> its SHA-256
    seconds: float
    when: datetime

    @property
    def name(self) -> str:
        """The name in the manifest: `<stage>-<key>`."""
        return f"{self.stage}-{self.key}"

    @property
    def sha256(self) -> str:
        """SHA-256 of the result; part of the keys of the stages that read it. Empty for a refusal."""
        return self.files[0].sha256 if self.files else ""


class Failure(Record):
    """The last failed attempt to make a result. It is repeated by the next run; a plan shows it."""

    code: str
    message: str
    when: datetime


class Manifest(Record):
    """Everything about one video that is needed without reading another file."""

    format: Literal[1] = 1
    video: Video | None = None
    entries: dict[str, Entry] = Field(default_factory=dict)  # "<stage>-<key>"
    published: FileRef | None = None  # the page as it was last written to the digests folder
    page: Page | None = None  # the entry of the page in the index, so that writing the index only reads manifests
    failures: dict[str, Failure] = Field(default_factory=dict)  # "<stage>-<key>", until the result is made

    @field_validator("page", mode="before")
    @classmethod
    def _no_page(cls, value: Any) -> Any:
        """Read the empty table that version 0.1.0 wrote if there was no page."""
        return value or None
