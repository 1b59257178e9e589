"""The glossary: names that occur in talks and their misheard forms, for corrections, mentions and evidence.

It is read from `glossary.toml` beside this module (`configs/glossary.toml` in a checkout is a link to it), or from the
file of the same format that the setting `glossary.file` names. The comment at the top of the file explains its fields.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, ValidationError

from summarizer.errors import UsageError
from summarizer.language.matcher import term_pattern
from summarizer.language.words import words
from summarizer.records import Record

TermKind = Literal["project", "product", "term"]
_TABLES: dict[str, TermKind] = {"projects": "project", "products": "product", "terms": "term"}
ENDINGS = ("s", "'s")  # endings that a spoken name may have


class _Entry(Record):
    """The fields of one name in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    heard: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    everyday: bool = False


class Term(Record):
    """One name of the glossary."""

    name: str
    kind: TermKind
    sure: tuple[str, ...]  # misheard forms that always mean the name; words in lower case
    maybe: tuple[str, ...]  # forms that mean the name only in its context
    near: frozenset[str] = frozenset()  # words near a form that are sufficient context
    unless: frozenset[str] = frozenset()  # words near a form that exclude the name
    companions: tuple[str, ...] = ()  # names in the talk that are also context
    everyday: bool = False  # the name is also an ordinary word


Meanings = tuple[tuple["Term", bool], ...]  # the terms that a form can mean and whether that is certain; certain first


class Glossary(Record):
    """All names of a glossary."""

    terms: tuple[Term, ...]

    @cached_property
    def projects(self) -> tuple[Term, ...]:
        """The CNCF projects."""
        return tuple(term for term in self.terms if term.kind == "project")

    @cached_property
    def project_pattern(self) -> re.Pattern[str]:
        """Matches project names, ignoring case; the longest name at each position."""
        return term_pattern(tuple(term.name for term in self.projects))

    @cached_property
    def _names(self) -> dict[tuple[str, ...], Term]:
        return {tuple(words(term.name)): term for term in self.terms}

    def find_names(self, tokens: Sequence[str]) -> Iterator[tuple[Term, int]]:
        """Yield the correctly spelled names among words in lower case, each with the index of its first word."""
        for first in range(len(tokens)):
            for length in range(1, 5):
                term = self._names.get(tuple(tokens[first : first + length]))
                if term and first + length <= len(tokens):
                    yield term, first

    @cached_property
    def forms(self) -> dict[str, tuple[tuple[tuple[str, ...], Meanings], ...]]:
        """First word -> (words of a form, its meanings), longest form first."""
        meanings: dict[tuple[str, ...], list[tuple[Term, bool]]] = {}
        for term in self.terms:
            for form, sure in [(form, True) for form in term.sure] + [(form, False) for form in term.maybe]:
                terms = meanings.setdefault(tuple(form.split()), [])
                terms.insert(0 if sure else len(terms), (term, sure))
        by_first_word: dict[str, list[tuple[tuple[str, ...], Meanings]]] = {}
        for form_words, terms in meanings.items():
            first = form_words[0]
            for word in (first, *(first + ending for ending in ENDINGS if len(form_words) == 1)):
                by_first_word.setdefault(word, []).append((form_words, tuple(terms)))
        return {word: tuple(sorted(forms, key=lambda pair: -len(pair[0]))) for word, forms in by_first_word.items()}


def glossary_bytes(path: Path | None) -> bytes:
    """Read a glossary file, or the packaged glossary when `path` is None; raises `UsageError` when it is unreadable."""
    if path is None:
        return _packaged_bytes()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read the glossary {path}: {error.strerror}",
            "Correct glossary.file, or leave it empty to use the packaged glossary.",
        ) from None


@cache
def _packaged_bytes() -> bytes:
    return resources.files(__package__).joinpath("glossary.toml").read_bytes()


def packaged_checksum() -> str:
    """The first 12 hex digits of the SHA-256 of the packaged glossary, for keys of results that depend on it."""
    return hashlib.sha256(_packaged_bytes()).hexdigest()[:12]


def packaged() -> Glossary:
    """The glossary that is part of this package."""
    return parse(_packaged_bytes(), "the packaged glossary")


def projects_in(text: str) -> list[str]:
    """Names of projects of the packaged glossary in a text, without those that are also everyday words."""
    glossary = packaged()
    everyday = {term.name.lower() for term in glossary.projects if term.everyday}
    return [match[0] for match in glossary.project_pattern.finditer(text) if match[0].lower() not in everyday]


@lru_cache(maxsize=4)
def parse(data: bytes, origin: str) -> Glossary:
    """Parse the bytes of a glossary file; `origin` names the file in errors. Raises `UsageError` if it is invalid."""
    remedy = "See the comment at the top of configs/glossary.toml for the format."
    try:
        tables = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{origin} is not valid TOML: {error}", remedy) from None
    terms: list[Term] = []
    for table, entries in tables.items():
        if table not in _TABLES or not isinstance(entries, dict):
            raise UsageError(f"{origin}: unknown table [{table}]", f"Use one of the tables {', '.join(_TABLES)}.")
        for name, entry in entries.items():
            try:
                terms.append(_make_term(name, _TABLES[table], _Entry.model_validate(_rename_with(entry))))
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                raise UsageError(f"{origin}: {name}: {where}: {first['msg']}", remedy) from None
    return Glossary(terms=tuple(terms))


def _rename_with(entry: object) -> object:
    """Rename the field `with`, which is a keyword of Python, to `with_`."""
    if not isinstance(entry, dict):
        return entry
    return {"with_" if key == "with" else key: value for key, value in entry.items()}


def _make_term(name: str, kind: TermKind, entry: _Entry) -> Term:
    own = _spellings(name)
    split = {" ".join(words(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)))}
    listed = {" ".join(words(form)) for form in entry.heard}
    possible = {" ".join(words(form)) for form in entry.maybe} | split | (own if entry.everyday else set())
    sure = listed | (set() if entry.everyday else own)
    return Term(
        name=name,
        kind=kind,
        sure=tuple(sorted(sure - {""})),
        maybe=tuple(sorted(possible - sure - {""})),
        near=frozenset(word for near in entry.near for word in words(near)),
        unless=frozenset(word for unless in entry.unless for word in words(unless)),
        companions=entry.with_,
        everyday=entry.everyday,
    )


def _spellings(name: str) -> set[str]:
    """Spellings by speech recognition that has never seen the name: lower case, joined or not, "cube" for "kube"."""
    separate = " ".join(words(name))
    spellings = {separate, separate.replace(" ", "")}
    if kube := re.match(r"kube[ -]?(?=[a-z]{3})", name.lower()):
        rest = " ".join(words(name[kube.end() :]))
        spellings |= {f"{start}{gap}{rest}" for start in ("kube", "cube") for gap in ("", " ")}
    return spellings
