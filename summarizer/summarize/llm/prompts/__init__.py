"""Prompts as files that people can read and change.

Each file carries its version, which is written into every summary. Keys are made from the texts themselves, so that a
change is noticed even when somebody forgot to raise the version. Instructions begin with what all requests of a step
share, then what the kind of recording adds, then the language: a server's prefix cache can reuse as much as possible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from string import Template

from summarizer.records import Kind, Record

# How a language is called in a prompt; a code that is not here is given as it is.
LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hi": "Hindi",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "pt-BR": "Brazilian Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Simplified Chinese",
    "zh-TW": "Traditional Chinese",
}


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


def instructions(step: str, kind: Kind, language: str) -> str:
    """The instructions of a step (`map`, `merge`, `reduce`); `language` is that of a translation, or empty."""
    return "\n\n".join(
        Template(load(name).text).safe_substitute(language=LANGUAGES.get(language, language))
        for name in _names(step, kind, language)
    )


def versions(kind: Kind, language: str) -> str:
    """The versions of the prompts of one summary as one string, for provenance."""
    used = dict.fromkeys(name for step in ("map", "merge", "reduce") for name in _names(step, kind, language))
    return " ".join(f"{name}={load(name).version}" for name in (*used, "retry"))


@cache
def fingerprint() -> str:
    """12 hex digits over all prompt files: part of a summary's key."""
    files = sorted(path.name for path in resources.files(__package__).iterdir() if path.name.endswith(".md"))
    texts = [load(name.removesuffix(".md")).model_dump_json() for name in files]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def _names(step: str, kind: Kind, language: str) -> Sequence[str]:
    return (step, *([] if step == "merge" else [f"{step}-{kind}"]), *(["translation"] if language else []))
