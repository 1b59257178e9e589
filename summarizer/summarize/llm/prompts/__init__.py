"""Prompts, as text files that people can read and change.

Each file has a version, which is stored in every summary. Keys contain a checksum of the texts, so that a change has an
effect even if the version was not raised. Instructions begin with the part that all requests of a step share, followed
by the part for the kind of recording and the part for the language, so that prefix caches of servers are effective.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from string import Template

from summarizer.records import Record

FOLDER = resources.files(__package__)
# Names of languages in prompts; for other languages the code itself is used.
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
    """One prompt: its version, and its text for each step; the step is "" in a prompt with a single text."""

    name: str
    version: str
    texts: dict[str, str]

    @property
    def text(self) -> str:
        """The text of a prompt with a single text."""
        return self.texts[""]


@cache
def load(name: str) -> Prompt:
    """Load `<name>.md`: a line `version: N`, then for each step a line `--- step` and its text."""
    content = FOLDER.joinpath(f"{name}.md").read_text(encoding="utf-8")
    head, *parts = re.split(r"(?m)^---[ ]*(\w*)$", content)
    texts = {step: text.strip() for step, text in zip(parts[::2], parts[1::2], strict=True)}
    return Prompt(name=name, version=head.removeprefix("version:").strip(), texts=texts)


def build_instructions(step: str, kind: str, language: str) -> str:
    """Return the instructions of a step (`map`, `merge`, `reduce`); `language` is that of the translation, or empty."""
    return "\n\n".join(
        Template(prompt.texts.get(step) or prompt.text).safe_substitute(language=LANGUAGES.get(language, language))
        for prompt in _load_all(kind, language, [step])
        if step in prompt.texts or "" in prompt.texts
    )


def list_versions(kind: str, language: str) -> str:
    """Return the versions of all prompts of a summary as one string, for provenance."""
    used = [*_load_all(kind, language, ["map", "merge", "reduce"]), *map(load, ("retry", "form", "cut"))]
    return " ".join(f"{prompt.name}={prompt.version}" for prompt in used)


@cache
def compute_checksum() -> str:
    """Return the SHA-256 of all prompt files, 12 hex digits; it is in the key of summaries."""
    files = sorted(path.name for path in FOLDER.iterdir() if path.name.endswith(".md"))
    texts = [load(name.removesuffix(".md")).model_dump_json() for name in files]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def _load_all(kind: str, language: str, steps: Sequence[str]) -> list[Prompt]:
    """Load the prompts of the steps, of the kind and, if there is a language, of the translation."""
    names = [*steps, f"kind-{kind}", *(["translation"] if language else [])]
    return [load(name) for name in names]
