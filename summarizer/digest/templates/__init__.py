"""The templates' environment: every value is escaped unless it was made by one of our own functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from summarizer.digest.escape import code, escape, link, moment, timestamp
from summarizer.digest.wording import wording
from summarizer.records import Claim, Source, Transcript


class Ready(str):
    """Markdown that we made ourselves and that must not be escaped again."""

    __slots__ = ()


def _finalize(value: Any) -> str:
    """Called by Jinja for every `{{ expression }}`: forgetting to escape is not possible."""
    return str(value) if isinstance(value, Ready) else escape(str(value))


@cache
def environment() -> Environment:
    """Shared and immutable after this."""
    env = Environment(  # noqa: S701 - HTML autoescape would be wrong for markdown; `_finalize` escapes everything
        loader=PackageLoader("summarizer.digest"),
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.globals["link"] = lambda *args: Ready(link(*args))
    env.globals["page_link"] = lambda title, file: Ready(f"[{escape(title)}]({file})")
    env.globals["byline"] = _byline
    env.filters["clock"] = lambda seconds: Ready(timestamp(seconds))
    env.filters["day"] = lambda day: Ready(day.isoformat())
    env.filters["percent"] = lambda share: Ready(f"{share:.0%}")
    env.filters["times"] = _times
    env.filters["seconds"] = lambda spans: sum(span.end - span.start for span in spans)
    env.filters["reasons"] = lambda spans, say: Ready(", ".join(dict.fromkeys(say(span.reason) for span in spans)))
    env.filters["shown"] = _shown
    env.filters["ready"] = Ready  # what a macro gives: its parts are escaped already
    return env


def phrases(language: str) -> Callable[..., Ready]:
    """`say("covered", share=..., start=..., end=...)`: a phrase of the wording table with its values, escaped."""
    words = wording(language)

    def say(name: str, **values: Any) -> Ready:
        return Ready(words[name].format(**{key: _finalize(value) for key, value in values.items()}))

    return say


def _shown(claim: Claim) -> Ready:
    """A claim as the page says it: translated where it is, with its command as code."""
    command = f" {code(claim.command)}" if claim.command else ""
    return Ready(escape(claim.translation or claim.text) + command)


def _byline(source: Source, transcript: Transcript, say: Callable[..., Ready]) -> Ready:
    """Speakers, channel, day and length: what is known of them, and a link to the video."""
    duration = source.duration or transcript.duration
    length = timestamp(duration) if duration else ""
    start = moment(source.url, 0)
    watch = f"[{say('watch')}]({start})" if start else ""
    known = [escape(", ".join(source.speakers)), escape(source.channel), str(source.published or ""), length, watch]
    return Ready(" · ".join(part for part in known if part))


def _times(times: tuple[float, ...], url: str, say: Callable[..., Ready], most: int = 5) -> Ready:
    """The first moments of a mention as links, and how many more there are."""
    more = f" {say('more', count=len(times) - most)}" if len(times) > most else ""
    return Ready(", ".join(link(url, seconds) for seconds in times[:most]) + more)
