"""The abstract in a description, without advertising, links, chapters and the boilerplate of programme tools."""

from __future__ import annotations

import re

from summarizer.programme.title import parse_title
from summarizer.records import Source

MIN_WORDS = 12  # fewer are a remark, not an abstract
MAX_WORDS = 260  # programmes allow 900 to 1,500 characters
_URL = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]{1,63}\.(?:sched\.com|sched\.co|io/|com/|org/)\S*", re.IGNORECASE)
# A sentence with one of these is not about the talk.
_ADVERTISING = re.compile(
    r"don['’]t miss out|join us (?:at|for|in) (?:our|the|kubecon|one of)|upcoming (?:event|conference)"
    r"|flagship conference|learn more (?:at|about (?:kubecon|cncf))|register (?:now|today|here)"
    r"|(?:like|follow) (?:us|to|our|and)\b|subscribe|conference features presentations"
    r"|featur(?:es|ing) presentations from developers|visit (?:us|our|the)\b|sponsored by|click here|meetingplay"
    r"|captioning|slides? (?:are|is|can|here|at|:)|find (?:the )?slides|sched\.com|all rights reserved|©"
    r"|creative commons|support (?:us|our) (?:on|channel)|recorded (?:at|on|live)"
    r"|gathers? adopters and technologists",
    re.IGNORECASE,
)
_CHAPTER = re.compile(r"\(?\d?\d:\d\d(?::\d\d)?\)?\b")
_LABEL = re.compile(
    r"(?:speakers?|presenters?|presented by|hosts?|moderators?|panelists?|chapters|timestamps?|links?|resources"
    r"|abstract|description|about (?:cncf|the talk)|website|twitter|linkedin|github|slack|slides?)\s*:",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[-*•–]\s+")


def extract_abstract(source: Source) -> tuple[str, ...]:
    """The paragraphs of the abstract; items of its lists begin with "- ". Empty if the description has none."""
    paragraphs = [_clean_line(line, source.title) for line in source.description.splitlines()]
    kept: list[str] = []
    words = 0
    for paragraph in filter(None, paragraphs):
        words += len(paragraph.split())
        if words > MAX_WORDS:
            break
        kept.append(paragraph)
    if not kept and words:  # one paragraph that is longer than all of an abstract may be
        kept = [_cut(next(filter(None, paragraphs)))]
    while kept and kept[-1].endswith(":") and not kept[-1].startswith("- "):  # the heading of links that were removed
        kept.pop()
    return tuple(kept) if sum(len(paragraph.split()) for paragraph in kept) >= MIN_WORDS else ()


def _clean_line(line: str, title: str) -> str:
    """The sentences of a line that are about the talk; empty for the title, a chapter or a line of labels."""
    text = " ".join(line.split())
    if not text or _CHAPTER.match(text) or _is_title(text, title) or not re.search(r"\w", text):
        return ""
    if label := _LABEL.match(text):
        text = text[label.end() :].strip() if label[0].lower().startswith(("abstract", "description")) else ""
    if all(word.startswith(("#", "@")) for word in text.split()):
        return ""
    bullet = _ITEM.match(text)
    text = text[bullet.end() :] if bullet else text
    sentences = re.split(r"(?<=[.!?])\s+(?=[\"“(]?[A-Z0-9])", text)
    kept = " ".join(part for part in sentences if not _URL.search(part) and not _ADVERTISING.search(part))
    return f"- {kept}" if bullet and kept else kept


def _is_title(text: str, title: str) -> bool:
    """Whether a line is the title, with or without its speakers."""
    squeezed = _squeeze(text)
    return bool(squeezed) and squeezed in {_squeeze(title), _squeeze(parse_title(title).talk)}


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _cut(paragraph: str) -> str:
    """The sentences of a paragraph up to the maximum length."""
    kept: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+", paragraph):
        if len(" ".join([*kept, sentence]).split()) > MAX_WORDS:
            break
        kept.append(sentence)
    return " ".join(kept)
