from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from summarizer.digest.escape import clean, escape, link, moment, timestamp
from tests.hostile import HOSTILE

DIALECTS = {
    "commonmark": MarkdownIt("commonmark", {"html": True}),
    "tables": MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]),
    "typographer": MarkdownIt("js-default", {"html": True, "linkify": False}),
}


def rendered(markdown: MarkdownIt, text: str) -> list[str]:
    """Texts of a document; raises when there is anything but one paragraph of plain text."""
    tokens = markdown.parse(text)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    return [child.content for child in children]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_renders_as_itself(dialect: str, text: str) -> None:
    """No tag, link, heading, list, table or code: exactly the characters, cleaned."""
    if clean(text):
        assert clean(text) == "".join(rendered(DIALECTS[dialect], escape(text)))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless_inside_a_list_item_and_a_heading(dialect: str, text: str) -> None:
    """As the templates use it: behind a marker, and before a link of ours."""
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
    """For all strings, not only the ones somebody thought of."""
    if clean(text):
        assert clean(text) == "".join(rendered(DIALECTS["tables"], escape(text)))


@given(st.text(max_size=60))
def test_nothing_invisible_survives(text: str) -> None:
    """No control, format or surrogate character reaches a page, and it stays one line."""
    assert all(char.isprintable() for char in escape(text))


@pytest.mark.parametrize("text", ["{{< x >}}", "{{% x %}}", "a {{<x>}} b", "{{</*x*/>}}"])
def test_shortcodes_lose_their_opening(text: str) -> None:
    """A site generator looks for the two characters together, even inside code."""
    assert not [mark for mark in ("{{<", "{{%", "{{") if mark in escape(text)]


@pytest.mark.parametrize(
    "text", ["Don't (ever) stop; 100% sure, really?", "2026-01-01", "Rollouts: safe & boring.", "C/C++"]
)
def test_ordinary_text_stays_readable_in_the_source(text: str) -> None:
    """What cannot start anything is not escaped."""
    assert text.replace("++", "\\+\\+") == escape(text)


@pytest.mark.parametrize(
    ("seconds", "shown"),
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
def test_times_are_right_past_an_hour(seconds: float, shown: str) -> None:
    """Minutes and seconds, with hours where there are some."""
    assert shown == timestamp(seconds)


def test_a_moment_of_a_video_is_its_address_with_a_time() -> None:
    """`&t=` in seconds, an existing time replaced, media fragments elsewhere."""
    assert moment("https://www.youtube.com/watch?v=abc", 3754.6) == "https://www.youtube.com/watch?v=abc&t=3754s"
    assert moment("https://youtu.be/abc?t=9", 5) == "https://youtu.be/abc?t=5s"
    assert moment("https://media.example/x.mp4", 5) == "https://media.example/x.mp4#t=5"


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
def test_what_is_not_a_web_address_never_becomes_a_link(url: str) -> None:
    """The time is shown without one."""
    assert link(url, 754) == "12:34"


@given(st.text(max_size=40), st.floats(0, 1e6))
def test_no_address_breaks_out_of_its_link(text: str, seconds: float) -> None:
    """Whatever the address, the page has at most one link, to that host and that time."""
    url = f"https://www.youtube.com/watch?v={text}"
    tokens = DIALECTS["commonmark"].parse(f"- {link(url, seconds)}")
    kinds = [child.type for token in tokens for child in token.children or []]
    assert kinds in (["link_open", "text", "link_close"], ["text"])
    target = moment(url, seconds)
    assert not target or [f"{int(seconds)}s"] == parse_qs(urlsplit(target).query)["t"]
