"""Escape foreign text for markdown, HTML and Hugo.

Site generators may process the pages with raw HTML enabled, so that a title could become a script, a link or a
shortcode that breaks the build. Therefore all ASCII punctuation is escaped, which needs no list of dangerous
characters; CommonMark renders each escape as the character itself. Characters that cannot start markup in their
position between letters, digits or spaces are not escaped, so that the source stays readable.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from summarizer.language.plain import strip_invisible

# Characters that need no escape after a letter or digit, and before what: "any" character, "space" (white space or the
# end of the line), or "inner" (a letter or digit). All other characters are always escaped.
_SAFE_BEFORE = {",": "any", "'": "any", '"': "any", "?": "any", ";": "any", "%": "any", ")": "any"} | {
    ":": "space", ".": "space", "/": "inner", "-": "inner"
}  # fmt: skip
_PUNCTUATION = re.compile(r"""[!-/:-@\[-`{-~]""")


def clean(text: str) -> str:
    """Return one line without invisible characters, with collapsed white space: what the check of claims reads too."""
    return strip_invisible(text)


def escape(text: str) -> str:
    """Return markdown that renders as exactly `clean(text)`."""
    line = clean(text)

    def escape_match(match: re.Match[str]) -> str:
        at = match.start()
        return match[0] if _is_safe(match[0], line[:at], line[at + 1 : at + 2]) else f"\\{match[0]}"

    return _PUNCTUATION.sub(escape_match, line)


def _is_safe(char: str, before: str, after: str) -> bool:
    before_space = not after or after.isspace()
    if char in "(&":  # "Rollouts (again)", "Ada & Bob": special only directly after a bracket or before a name
        return (char == "(" and before.endswith(" ") and after.isalnum()) or (char == "&" and before_space)
    rule = _SAFE_BEFORE.get(char)
    if rule is None or not before[-1:].isalnum() or (char in ".)" and before.isdigit()):  # "1." opens a list
        return False
    return rule == "any" or (rule == "space" and before_space) or (rule == "inner" and after.isalnum())


def format_code(text: str) -> str:
    """Return a code span if the text has no special characters; otherwise escape it as prose.

    Braces and angle brackets are not allowed in a code span, because Hugo processes shortcodes even inside code.
    """
    line = clean(text)
    return f"`{line}`" if re.fullmatch(r"[\w./:=@,+ -]+", line, re.ASCII) else escape(text)


def timestamp(seconds: float) -> str:
    """Return "12:34", or "1:02:34" from one hour on."""
    hours, rest = divmod(int(max(0.0, seconds)), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def moment_url(url: str, seconds: float) -> str:
    """Return the URL of a moment in a video: `&t=754s` for YouTube, else a media fragment; empty for other URLs."""
    try:
        parts = urlsplit(clean(url))
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or parts.username or re.search(r"[^\w.:\[\]-]", parts.netloc):
        return ""
    start = int(max(0.0, seconds))
    query = parse_qsl(parts.query)
    if host == "youtu.be" or host.endswith("youtube.com"):
        query = [(name, value) for name, value in query if name not in {"t", "start"}] + [("t", f"{start}s")]
        return urlunsplit((parts.scheme, parts.netloc, _quote(parts.path), urlencode(query), ""))
    return urlunsplit((parts.scheme, parts.netloc, _quote(parts.path), urlencode(query), f"t={start}"))


def _quote(path: str) -> str:
    return quote(path, safe="/%~@:-._")


def link(url: str, seconds: float, end: float | None = None) -> str:
    """Return a time or a range as a link to its moment; plain text when the recording has no public URL."""
    label = timestamp(seconds) if end is None else f"{timestamp(seconds)}–{timestamp(end)}"
    target = moment_url(url, seconds)
    return f"[{label}]({target})" if target else label
