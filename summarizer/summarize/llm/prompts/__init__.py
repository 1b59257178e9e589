"""Prompts as files that people can read and change.

Each file carries its version, which is written into every summary. Keys are made from the texts themselves, so that a
change is noticed even when somebody forgot to raise the version. Instructions begin with what all requests of a step
share, then what the kind of recording adds, then the language: a server's prefix cache can reuse as much as possible.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from string import Template

from summarizer.records import Record

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
    """One prompt: its version, and its text for each step; a prompt of a single step has it under ""."""

    name: str
    version: str
    texts: dict[str, str]

    @property
    def text(self) -> str:
        """The text of a prompt of a single step."""
        return self.texts[""]


@cache
def load(name: str) -> Prompt:
    """The prompt in `<name>.md`: a line `version: N`, then for each step a line `--- step` and its text."""
    content = resources.files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    head, *parts = re.split(r"(?m)^---[ ]*(\w*)$", content)
    texts = {step: text.strip() for step, text in zip(parts[::2], parts[1::2], strict=True)}
    return Prompt(name=name, version=head.removeprefix("version:").strip(), texts=texts)


def instructions(step: str, kind: str, language: str) -> str:
    """The instructions of a step (`map`, `merge`, `reduce`); `language` is that of a translation, or empty."""
    return "\n\n".join(
        Template(prompt.texts.get(step) or prompt.text).safe_substitute(language=LANGUAGES.get(language, language))
        for prompt in _prompts(kind, language, [step])
        if step in prompt.texts or "" in prompt.texts
    )


def versions(kind: str, language: str) -> str:
    """The versions of the prompts of one summary as one string, for provenance."""
    used = [*_prompts(kind, language, ["map", "merge", "reduce"]), *map(load, ("retry", "form", "cut"))]
    return " ".join(f"{prompt.name}={prompt.version}" for prompt in used)


@cache
def fingerprint() -> str:
    """12 hex digits over all prompt files: part of a summary's key."""
    files = sorted(path.name for path in resources.files(__package__).iterdir() if path.name.endswith(".md"))
    texts = [load(name.removesuffix(".md")).model_dump_json() for name in files]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def _prompts(kind: str, language: str, steps: Sequence[str]) -> list[Prompt]:
    """What the instructions of the steps are made of: the steps' own, the kind's, the translation's."""
    names = [*steps, f"kind-{kind}", *(["translation"] if language else [])]
    return [load(name) for name in names]
