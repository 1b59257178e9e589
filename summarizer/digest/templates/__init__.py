"""The templates' environment: every value is escaped unless it was made by one of our own functions."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from summarizer.digest.escape import escape, link, moment, timestamp
from summarizer.records import Source, Transcript

_REASONS = {
    "looped": "it repeated itself",
    "text_over_silence": "it wrote where nobody spoke",
    "too_fast": "it wrote more words than can be spoken",
}


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
    env.filters["reasons"] = lambda spans: ", ".join(dict.fromkeys(_REASONS[span.reason] for span in spans))
    return env


def _byline(source: Source, transcript: Transcript) -> Ready:
    """Speakers, channel, day and length: what is known of them, and a link to the video."""
    duration = source.duration or transcript.duration
    length = timestamp(duration) if duration else ""
    start = moment(source.url, 0)
    watch = f"[watch]({start})" if start else ""
    known = [escape(", ".join(source.speakers)), escape(source.channel), str(source.published or ""), length, watch]
    return Ready(" · ".join(part for part in known if part))


def _times(times: tuple[float, ...], url: str, most: int = 5) -> Ready:
    """The first moments of a mention as links, and how many more there are."""
    more = f" and {len(times) - most} more" if len(times) > most else ""
    return Ready(", ".join(link(url, seconds) for seconds in times[:most]) + more)
