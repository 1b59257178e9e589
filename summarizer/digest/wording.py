"""What pages say of themselves, in the language of the digest: the table in wording.toml, and nothing clever."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

DEFAULT = "en"


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """Language -> key -> text with braces to fill in."""
    return tomllib.loads(resources.files(__package__).joinpath("wording.toml").read_text(encoding="utf-8"))


def wording(language: str) -> Mapping[str, str]:
    """The words of a language, `pt-BR` as `pt`; English where there are none."""
    return table().get(language) or table().get(language.split("-")[0]) or table()[DEFAULT]
