"""The template environment; every value is escaped unless a function of this package has created it as markdown."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from summarizer.digest.escape import escape, format_code, link, moment_url, timestamp
from summarizer.digest.wording import load_wording
from summarizer.programme import find_event, list_speakers
from summarizer.records import Abbreviation, Claim, Source, Span, Transcript


class Markdown(str):
    """Text that is markdown already and must not be escaped again."""

    __slots__ = ()


def _finalize(value: Any) -> str:
    """Escape a value; Jinja calls this for every `{{ expression }}`, so that escaping cannot be forgotten."""
    return str(value) if isinstance(value, Markdown) else escape(str(value))


@cache
def environment() -> Environment:
    """Return the shared environment; it is not changed after its creation."""
    env = Environment(  # noqa: S701 - HTML autoescape would be wrong for markdown; `_finalize` escapes everything
        loader=PackageLoader("summarizer.digest"),
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.globals["link"] = lambda *args: Markdown(link(*args))
    env.globals["page_link"] = lambda title, target: Markdown(f"[{escape(title)}]({target})")
    env.globals["byline"] = _format_byline
    env.filters["clock"] = lambda seconds: Markdown(timestamp(seconds))
    env.filters["day"] = lambda day: Markdown(day.isoformat())
    env.filters["percent"] = lambda share: Markdown(f"{share:.0%}")
    # Rounded down: 99.96 % is not all.
    env.filters["percent_down"] = lambda share: Markdown(f"{math.floor(share * 1000) / 10:g}%")
    env.filters["times"] = _format_times
    env.filters["seconds"] = lambda spans: sum(span.end - span.start for span in spans)
    env.filters["reasons"] = _format_reasons
    env.filters["abbreviations"] = _format_abbreviations
    env.filters["markdown"] = Markdown  # for results of macros, whose parts have been escaped
    return env


def load_phrases(language: str) -> Callable[..., Markdown]:
    """Return a function for templates: `phrase("covered", share=..., start=..., end=...)` inserts escaped values."""
    wording = load_wording(language)

    def phrase(key: str, **values: Any) -> Markdown:
        return Markdown(wording[key].format(**{name: _finalize(value) for name, value in values.items()}))

    return phrase


def format_point(claim: Claim, url: str, speaker: str = "") -> Markdown:
    """Return a claim with its moment: who said it, its translation or text, its command as code, the time as a link."""
    text = claim.translation or claim.text
    voice = f"{escape(speaker)}: " if speaker and not text.startswith(speaker) else ""
    command = f" {format_code(claim.command)}" if claim.command else ""
    return Markdown(f"{voice}{escape(text)}{command} ({link(url, claim.start)})")


def _format_reasons(spans: Sequence[Span], phrase: Callable[..., Markdown]) -> Markdown:
    """Return the different reasons of spans, separated by commas."""
    return Markdown(", ".join(dict.fromkeys(phrase(span.reason) for span in spans)))


def _format_byline(source: Source, transcript: Transcript, phrase: Callable[..., Markdown]) -> Markdown:
    """Return the known ones of speakers, event or channel, day and length, and a link to the video."""
    duration = source.duration or transcript.duration
    length = timestamp(duration) if duration else ""
    start = moment_url(source.url, 0)
    watch = f"[{phrase('watch')}]({start})" if start else ""
    speakers = ", ".join(escape(str(speaker)) for speaker in list_speakers(source))
    parts = [speakers, escape(find_event(source) or source.channel), str(source.published or ""), length, watch]
    return Markdown(" · ".join(part for part in parts if part))


def _format_abbreviations(abbreviations: Sequence[Abbreviation], url: str) -> Markdown:
    """Return abbreviations with their expansions and times, separated by semicolons."""
    return Markdown(
        "; ".join(f"{escape(item.short)}: {escape(item.long)} ({link(url, item.time)})" for item in abbreviations)
    )


def _format_times(times: tuple[float, ...], url: str, phrase: Callable[..., Markdown], maximum: int = 5) -> Markdown:
    """Return the first times of a mention as links, and the number of further ones."""
    more = f" {phrase('more', count=len(times) - maximum)}" if len(times) > maximum else ""
    return Markdown(", ".join(link(url, seconds) for seconds in times[:maximum]) + more)
