"""Foreign text made harmless for markdown, HTML and Hugo.

The pages go through site generators with raw HTML switched on, where a title could become a script, a link or a
shortcode that breaks the whole build. Escaping every ASCII punctuation character is the only rule that needs no list of
dangers; CommonMark renders each escape as the character itself. Where a character stands alone between letters, digits
or spaces it cannot start anything, and is left as it is, so that the source stays pleasant to read.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

# Harmless after a letter or digit, as the second value says: "any" before anything, "space" before white space or
# the end of the line, "inner" between two letters or digits. Everything not listed is always escaped.
_HARMLESS = {",": "any", "'": "any", '"': "any", "?": "any", ";": "any", "%": "any", ")": "any"} | {
    ":": "space", ".": "space", "/": "inner", "-": "inner"
}  # fmt: skip
_PUNCTUATION = re.compile(r"""[!-/:-@\[-`{-~]""")


def clean(text: str) -> str:
    """One line without control, bidirectional, zero-width and unassigned characters; white space collapsed."""
    kept = "".join(" " if char.isspace() else char for char in text if char.isspace() or _visible(char))
    return " ".join(kept.split())


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def escape(text: str) -> str:
    """Markdown that renders as exactly `clean(text)`, and as nothing else."""
    line = clean(text)

    def guard(match: re.Match[str]) -> str:
        at = match.start()
        return match[0] if _harmless(match[0], line[:at], line[at + 1 : at + 2]) else f"\\{match[0]}"

    return _PUNCTUATION.sub(guard, line)


def _harmless(char: str, before: str, after: str) -> bool:
    spaced = not after or after.isspace()
    if char in "(&":  # "Rollouts (again)", "Ada & Bob": only a bracket or a name right behind makes them special
        return (char == "(" and before.endswith(" ") and after.isalnum()) or (char == "&" and spaced)
    rule = _HARMLESS.get(char)
    if rule is None or not before[-1:].isalnum() or (char in ".)" and before.isdigit()):  # "1." opens a list
        return False
    return rule == "any" or (rule == "space" and spaced) or (rule == "inner" and after.isalnum())


def code(text: str) -> str:
    """A code span, for text of characters that mean nothing anywhere; other text is escaped as prose.

    Braces and angle brackets stay out of it: Hugo reads shortcodes even inside code.
    """
    line = clean(text)
    return f"`{line}`" if re.fullmatch(r"[\w./:=@,+ -]+", line, re.ASCII) else escape(text)


def timestamp(seconds: float) -> str:
    """ "12:34", or "1:02:34" from an hour on."""
    whole = int(max(0.0, seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def moment(url: str, seconds: float) -> str:
    """The address of a moment in a video: `&t=754s` for YouTube, a media fragment elsewhere; empty without a video."""
    try:
        parts = urlsplit(clean(url))
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or parts.username or re.search(r"[^\w.:\[\]-]", parts.netloc):
        return ""
    whole = int(max(0.0, seconds))
    query = parse_qsl(parts.query)
    if host == "youtu.be" or host.endswith("youtube.com"):
        query = [(name, value) for name, value in query if name not in {"t", "start"}] + [("t", f"{whole}s")]
        return urlunsplit((parts.scheme, parts.netloc, _quote(parts.path), urlencode(query), ""))
    return urlunsplit((parts.scheme, parts.netloc, _quote(parts.path), urlencode(query), f"t={whole}"))


def _quote(path: str) -> str:
    return quote(path, safe="/%~@:-._")


def link(url: str, seconds: float, end: float | None = None) -> str:
    """A time (or a range) that links to its moment; plain when the recording has no public address."""
    label = timestamp(seconds) if end is None else f"{timestamp(seconds)}–{timestamp(end)}"
    target = moment(url, seconds)
    return f"[{label}]({target})" if target else label
