from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from summarizer.digest.escape import clean, escape, link, moment_url, timestamp
from tests.hostile import HOSTILE

DIALECTS = {
    "commonmark": MarkdownIt("commonmark", {"html": True}),
    "tables": MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]),
    "typographer": MarkdownIt("js-default", {"html": True, "linkify": False}),
}


def render(markdown: MarkdownIt, text: str) -> list[str]:
    """Return the texts of a document; assert that it is one paragraph of plain text."""
    tokens = markdown.parse(text)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    return [child.content for child in children]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_renders_as_itself(dialect: str, text: str) -> None:
    """It becomes no tag, link, heading, list, table or code; the cleaned characters are unchanged."""
    if clean(text):
        assert clean(text) == "".join(render(DIALECTS[dialect], escape(text)))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_a_list_item_and_a_heading(dialect: str, text: str) -> None:
    """The templates use text after a list or heading marker, and before a link."""
    page = f"# {escape(text)}\n\n- {escape(text)} ([0:05](https://youtu.be/x?t=5s))\n"
    tokens = DIALECTS[dialect].parse(page)
    opened = [token.type for token in tokens if token.nesting == 1]
    links = [c for token in tokens for c in token.children or [] if c.type == "link_open"]
    expected = ["heading_open", "bullet_list_open", "list_item_open", "paragraph_open"]
    assert expected == opened
    assert [opening.attrs["href"] for opening in links] == ["https://youtu.be/x?t=5s"]


@given(st.text(max_size=60))
@example("a_b*c[d](e)<f>&amp;")
def test_any_text_renders_as_itself(text: str) -> None:
    """This holds for any text, not only for the known hostile ones."""
    if clean(text):
        assert clean(text) == "".join(render(DIALECTS["tables"], escape(text)))


@given(st.text(max_size=60))
def test_invisible_characters_are_removed(text: str) -> None:
    """The result is one line without control, format or surrogate characters."""
    assert all(char.isprintable() for char in escape(text))


@pytest.mark.parametrize("text", ["{{< x >}}", "{{% x %}}", "a {{<x>}} b", "{{</*x*/>}}"])
def test_the_opening_of_a_shortcode_is_escaped(text: str) -> None:
    """Site generators search for the two characters together, even inside code."""
    assert not [mark for mark in ("{{<", "{{%", "{{") if mark in escape(text)]


@pytest.mark.parametrize(
    "text", ["Don't (ever) stop; 100% sure, really?", "2026-01-01", "Rollouts: safe & boring.", "C/C++"]
)
def test_ordinary_text_stays_readable_in_the_source(text: str) -> None:
    """Characters that cannot start markup are not escaped."""
    assert text.replace("++", "\\+\\+") == escape(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (59.9, "0:59"),
        (754, "12:34"),
        (3599.99, "59:59"),
        (3600, "1:00:00"),
        (3754, "1:02:34"),
        (-1, "0:00"),
    ],
)
def test_times_have_hours_when_needed(seconds: float, text: str) -> None:
    """Times below an hour have minutes and seconds only."""
    assert text == timestamp(seconds)


def test_the_url_of_a_moment_contains_its_time() -> None:
    """It has `&t=` in seconds, replacing an existing time; URLs of other sites get a media fragment."""
    assert moment_url("https://www.youtube.com/watch?v=abc", 3754.6) == "https://www.youtube.com/watch?v=abc&t=3754s"
    assert moment_url("https://youtu.be/abc?t=9", 5) == "https://youtu.be/abc?t=5s"
    assert moment_url("https://media.example/x.mp4", 5) == "https://media.example/x.mp4#t=5"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//x",
        "https://",
        "https://a b/",
        "https://u:p@x/",
        "http://[x",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    """For other URLs, the time has no link."""
    assert link(url, 754) == "12:34"


@given(st.text(max_size=40), st.floats(0, 1e6))
def test_no_url_can_break_its_link(text: str, seconds: float) -> None:
    """For any URL, the markdown has at most one link, which has the given time."""
    url = f"https://www.youtube.com/watch?v={text}"
    tokens = DIALECTS["commonmark"].parse(f"- {link(url, seconds)}")
    kinds = [child.type for token in tokens for child in token.children or []]
    assert kinds in (["link_open", "text", "link_close"], ["text"])
    target = moment_url(url, seconds)
    assert not target or [f"{int(seconds)}s"] == parse_qs(urlsplit(target).query)["t"]
