"""Prompts as files that people can read and change; each carries its version, which is part of the provenance."""

from __future__ import annotations

from functools import cache
from importlib import resources

from summarizer.records import Record


class Prompt(Record):
    """One prompt: the instructions, and their version."""

    name: str
    version: str
    text: str


@cache
def load(name: str) -> Prompt:
    """The prompt in `<name>.md`: a line `version: N`, a line of dashes, the text."""
    head, _, text = resources.files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8").partition("\n---\n")
    return Prompt(name=name, version=head.removeprefix("version:").strip(), text=text.strip())


def versions() -> str:
    """All prompt versions as one string, for provenance."""
    return " ".join(f"{name}={load(name).version}" for name in ("map", "reduce", "retry"))
