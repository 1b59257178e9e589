"""Parse TTML (IMSC, DFXP) and YouTube's older XML formats srv1, srv2 and srv3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from summarizer.transcribe.captions.cues import CLOCK, Parsed, Untimed, clock_seconds, place
from summarizer.transcribe.captions.formats.blocks import split_lines
from summarizer.transcribe.captions.markup import clean_text, strip_markup

_OFFSET = re.compile(r"(\d+(?:\.\d+)?)\s*(h|ms|m|s|f|t)?")
_FRAMES = re.compile(r"(\d+):(\d+):(\d+)[:;](\d+)(?:\.\d+)?")
_UNITS = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
_NO_TEXT = {"metadata", "title", "desc", "copyright", "agent", "head", "set"}


@dataclass(frozen=True)
class _Rates:
    """How long a frame and a tick are, seconds (TTML2, section 7.2)."""

    frame: Fraction
    tick: Fraction


@dataclass(frozen=True)
class _Place:
    """Where an element is in time, and who speaks in it."""

    start: Fraction
    end: Fraction | None
    speaker: str | None = None


def parse_ttml(text: str) -> Parsed:
    """Parse XML captions up to the place where they break off.

    Raises `ValueError` for files with a document type, which captions need not and attacks that expand entities do,
    and for XML that has no readable element.
    """
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        raise ValueError("the file has a document type")
    parser: XMLPullParser[Any] = XMLPullParser(["start"])
    failure: ParseError | None = None
    # Encodings are decoded already; what the declaration says about them no longer holds.
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    step = 4096
    try:
        for at in range(0, len(body), step):
            parser.feed(body[at : at + step])
        parser.close()
    except ParseError as error:
        failure = error
    events: Any = parser.read_events()
    root: Element | None = next((element for _, element in events), None)
    if root is None:
        raise failure or ValueError("the file has no element")
    items = list(_read_older(root)) if _name(root) in {"transcript", "timedtext"} else list(_read_document(root))
    parsed = place(items)
    if failure:
        line, column = failure.position
        lines = split_lines(body)[line - 1 :]
        parsed.unread_bytes = max(1, len("\n".join(lines).encode()) - column)
    return parsed


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str | None:
    """An attribute by its local name, whatever its namespace."""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), None)


def _read_older(root: Element) -> Iterator[Untimed]:
    """YouTube's formats: `<text start dur>` in seconds; `<text t d>` and `<p t d>` in milliseconds."""
    for element in root.iter():
        if _name(element) not in {"text", "p"}:
            continue
        seconds = element.get("start"), element.get("dur")
        milliseconds = element.get("t"), element.get("d")
        start, length = (_to_number(value, 1) for value in seconds)
        if start is None:
            start, length = (_to_number(value, 1000) for value in milliseconds)
        words = "".join(element.itertext())
        times = None if start is None else (start, start + (length or 0.0))
        # The text is escaped once more within the XML.
        yield Untimed(times, strip_markup(words))


def _to_number(value: str | None, scale: int) -> float | None:
    return float(value) / scale if value and re.fullmatch(r"\d{1,12}(\.\d{1,9})?", value) else None


def _read_document(root: Element) -> Iterator[Untimed]:
    """The paragraphs of a document, with the offsets of all elements around them."""
    rates = _read_rates(root)
    names = {
        _attribute(agent, "id"): " ".join("".join(name.itertext()).split())
        for agent in root.iter()
        if _name(agent) == "agent"
        for name in agent
        if _name(name) == "name"
    }
    body = next((child for child in root if _name(child) == "body"), root)
    yield from _walk(body, _Place(Fraction(0), None), rates, {key: name for key, name in names.items() if key and name})


def _walk(element: Element, around: _Place, rates: _Rates, names: dict[str, str]) -> Iterator[Untimed]:
    """The paragraphs in an element. In a sequential container, each child begins where the one before it ends."""
    here = _locate(element, around, rates, names)
    if _name(element) == "p":
        yield from _read_paragraph(element, here, rates, names)
        return
    sequential = element.get("timeContainer") == "seq"
    after = here
    for child in element:
        if _name(child) not in _NO_TEXT:
            yield from _walk(child, after, rates, names)
            if sequential:
                end = _locate(child, after, rates, names).end
                after = _Place(end if end is not None else after.start, here.end, here.speaker)


def _read_paragraph(paragraph: Element, here: _Place, rates: _Rates, names: dict[str, str]) -> Iterator[Untimed]:
    """The text of a paragraph: in one cue, or one for each span that has times or a speaker of its own."""
    timed = here if _has_times(paragraph) else None
    pieces = list(_read_pieces(paragraph, here, timed, rates, names))
    last: _Place | None = None
    words = ""
    for place_, text in [*pieces, (None, "")]:
        if words and place_ != last:
            yield Untimed(_times(last), clean_text(words), last.speaker if last else here.speaker)
            words = ""
        last, words = place_, words + text


def _read_pieces(
    element: Element, here: _Place, timed: _Place | None, rates: _Rates, names: dict[str, str]
) -> Iterator[tuple[_Place | None, str]]:
    """Pieces of text with their place; None where neither the element nor one around it has times."""
    around = timed or (here if here.start or here.end is not None else None)
    # Source files are indented: line breaks of the file are spaces, only <br/> is a line break.
    yield around, re.sub(r"\s+", " ", element.text or "")
    for child in element:
        name = _name(child)
        if name == "br":
            yield around, "\n"
        elif name not in _NO_TEXT:
            inside = _locate(child, here, rates, names)
            own = inside if _has_times(child) or inside.speaker != here.speaker else around
            yield from _read_pieces(child, inside, own, rates, names)
        yield around, re.sub(r"\s+", " ", child.tail or "")


def _times(place_: _Place | None) -> tuple[float, float] | None:
    if place_ is None:
        return None
    return float(place_.start), float(place_.start if place_.end is None else place_.end)


def _has_times(element: Element) -> bool:
    return any(element.get(name) is not None for name in ("begin", "end", "dur"))


def _locate(element: Element, around: _Place, rates: _Rates, names: dict[str, str]) -> _Place:
    """The times of an element: they count from the begin of the element around it."""
    begin = _parse_time(element.get("begin"), rates)
    end = _parse_time(element.get("end"), rates)
    length = _parse_time(element.get("dur"), rates)
    start = around.start + (begin or 0)
    ends = [around.start + end] if end is not None else []
    ends += [start + length] if length is not None else []
    ends += [around.end] if around.end is not None else []
    agent = _attribute(element, "agent")
    return _Place(start, min(ends) if ends else None, names.get(agent or "", around.speaker))


def _read_rates(root: Element) -> _Rates:
    rate = Fraction(_attribute(root, "frameRate") or 30) if _is_number(_attribute(root, "frameRate")) else Fraction(30)
    multiplier = re.fullmatch(r"\s*(\d+)[\s:]+(\d+)\s*", _attribute(root, "frameRateMultiplier") or "")
    if multiplier and int(multiplier[1]) and int(multiplier[2]):
        rate *= Fraction(int(multiplier[1]), int(multiplier[2]))
    stated = _attribute(root, "tickRate")
    tick = Fraction(stated) if stated and _is_number(stated) else rate if _attribute(root, "frameRate") else Fraction(1)
    return _Rates(1 / rate, 1 / tick)


def _is_number(text: str | None) -> bool:
    return bool(text and re.fullmatch(r"\d{1,12}", text) and int(text))


def _parse_time(text: str | None, rates: _Rates) -> Fraction | None:
    """A clock time, a clock time with frames, or a number with a unit; a number alone is seconds."""
    text = (text or "").strip()
    if match := _FRAMES.fullmatch(text):
        return Fraction(clock_seconds(*match.groups()[:3])) + int(match[4]) * rates.frame
    if match := re.fullmatch(CLOCK, text):
        return Fraction(clock_seconds(*match.groups())).limit_denominator(10**6)
    if (match := _OFFSET.fullmatch(text)) and len(text) < 30:
        unit = {"f": rates.frame, "t": rates.tick}.get(match[2] or "") or _UNITS[match[2] or "s"]
        return Fraction(match[1]) * unit
    return None
