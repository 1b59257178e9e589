"""The names that talks are about, and how they are misheard: one list for corrections, mentions and evidence.

The list is glossary.toml beside this file (configs/glossary.toml in a checkout is a link to it), or a file of the same
form that `glossary.file` names. Its head explains the fields.
"""

from __future__ import annotations

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
ENDINGS = ("s", "'s")  # what a name may add in speech


class _Line(Record):
    """What stands behind one name in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    heard: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    everyday: bool = False


class Term(Record):
    """One name."""

    name: str
    kind: TermKind
    sure: tuple[str, ...]  # misheard forms that mean the name wherever they stand, words in lower case
    maybe: tuple[str, ...]  # forms that mean it in its context only
    near: frozenset[str] = frozenset()  # words whose nearness is context enough
    unless: frozenset[str] = frozenset()  # words whose nearness rules it out
    companions: tuple[str, ...] = ()  # names whose presence is context too
    everyday: bool = False  # the name is an ordinary word itself


Meanings = tuple[tuple["Term", bool], ...]  # what a form can mean, and whether it surely does; certain ones first


class Glossary(Record):
    """All names."""

    terms: tuple[Term, ...]

    @cached_property
    def projects(self) -> tuple[Term, ...]:
        """CNCF projects only."""
        return tuple(term for term in self.terms if term.kind == "project")

    @cached_property
    def any_project(self) -> re.Pattern[str]:
        """Finds project names in any case, the longest that stands at a place."""
        return term_pattern(tuple(term.name for term in self.projects))

    @cached_property
    def _names(self) -> dict[tuple[str, ...], Term]:
        return {tuple(words(term.name)): term for term in self.terms}

    def named(self, tokens: Sequence[str]) -> Iterator[tuple[Term, int]]:
        """Names as they are, in any case, among words in lower case; each with the index of its first word."""
        for at in range(len(tokens)):
            for length in range(1, 5):
                term = self._names.get(tuple(tokens[at : at + length]))
                if term and at + length <= len(tokens):
                    yield term, at

    @cached_property
    def forms(self) -> dict[str, tuple[tuple[tuple[str, ...], Meanings], ...]]:
        """First word -> (words of a form, its meanings), longest form first."""
        meanings: dict[tuple[str, ...], list[tuple[Term, bool]]] = {}
        for term in self.terms:
            for form, sure in [(form, True) for form in term.sure] + [(form, False) for form in term.maybe]:
                listed = meanings.setdefault(tuple(form.split()), [])
                listed.insert(0 if sure else len(listed), (term, sure))
        found: dict[str, list[tuple[tuple[str, ...], Meanings]]] = {}
        for parts, terms in meanings.items():
            for start in (parts[0], *(parts[0] + ending for ending in ENDINGS if len(parts) == 1)):
                found.setdefault(start, []).append((parts, tuple(terms)))
        return {first: tuple(sorted(forms, key=lambda pair: -len(pair[0]))) for first, forms in found.items()}


def glossary_bytes(path: Path | None) -> bytes:
    """The file as it is; raises `UsageError` when it cannot be read."""
    if path is None:
        return _packaged_bytes()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read the glossary {path}: {error.strerror}", "Mend glossary.file, or leave it empty."
        ) from None


@cache
def _packaged_bytes() -> bytes:
    return resources.files(__package__).joinpath("glossary.toml").read_bytes()


def packaged() -> Glossary:
    """The glossary that comes with the program."""
    return parse(_packaged_bytes(), "the packaged glossary")


def opened(path: str) -> Glossary:
    """The glossary that `glossary.file` names; the packaged one when it is empty."""
    return parse(glossary_bytes(Path(path) if path else None), path or "the packaged glossary")


def projects_in(text: str) -> list[str]:
    """Projects of the packaged glossary that a statement names; those that are everyday words are left out."""
    glossary = packaged()
    everyday = {term.name.lower() for term in glossary.projects if term.everyday}
    return [match[0] for match in glossary.any_project.finditer(text) if match[0].lower() not in everyday]


@lru_cache(maxsize=4)
def parse(data: bytes, origin: str) -> Glossary:
    """A glossary from the bytes of its file; raises `UsageError` naming the file and what is wrong in it."""
    remedy = "configs/glossary.toml shows the form."
    try:
        tables = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{origin} is not valid TOML: {error}", remedy) from None
    terms: list[Term] = []
    for table, lines in tables.items():
        if table not in _TABLES or not isinstance(lines, dict):
            raise UsageError(f"{origin}: there is no table [{table}]", f"Tables are {', '.join(_TABLES)}.")
        for name, line in lines.items():
            try:
                terms.append(_term(name, _TABLES[table], _Line.model_validate(_renamed(line))))
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                raise UsageError(f"{origin}: {name}: {where}: {first['msg']}", remedy) from None
    return Glossary(terms=tuple(terms))


def _renamed(line: object) -> object:
    """`with` is a word of Python's own."""
    return {"with_" if key == "with" else key: value for key, value in line.items()} if isinstance(line, dict) else line


def _term(name: str, kind: TermKind, line: _Line) -> Term:
    own = _spellings(name)
    split = {" ".join(words(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)))}
    listed = {" ".join(words(form)) for form in line.heard}
    possible = {" ".join(words(form)) for form in line.maybe} | split | (own if line.everyday else set())
    sure = listed | (set() if line.everyday else own)
    return Term(
        name=name,
        kind=kind,
        sure=tuple(sorted(sure - {""})),
        maybe=tuple(sorted(possible - sure - {""})),
        near=frozenset(word for near in line.near for word in words(near)),
        unless=frozenset(word for word in line.unless for word in words(word)),
        companions=line.with_,
        everyday=line.everyday,
    )


def _spellings(name: str) -> set[str]:
    """The name as a recogniser writes it that knows the sound and not the name: lower case, joined or not, "cube"."""
    parted = " ".join(words(name))
    found = {parted, parted.replace(" ", "")}
    if kube := re.match(r"kube[ -]?(?=[a-z]{3})", name.lower()):
        rest = " ".join(words(name[kube.end() :]))
        found |= {f"{start}{gap}{rest}" for start in ("kube", "cube") for gap in ("", " ")}
    return found
