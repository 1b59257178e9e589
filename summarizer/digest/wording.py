"""The fixed texts of pages, in the language of the digest, from the table in wording.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

DEFAULT = "en"


@cache
def load_table() -> Mapping[str, Mapping[str, str]]:
    """Return language -> key -> text with placeholders in braces."""
    return tomllib.loads(resources.files(__package__).joinpath("wording.toml").read_text(encoding="utf-8"))


def load_wording(language: str) -> Mapping[str, str]:
    """Return the texts of a language, those of `pt` for `pt-BR`, and English for languages without an entry."""
    table = load_table()
    return table.get(language) or table.get(language.split("-")[0]) or table[DEFAULT]
