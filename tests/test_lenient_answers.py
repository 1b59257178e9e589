from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.summarize.llm.answers import parse_answer, strip_thoughts, take_line
from summarizer.summarize.llm.schemas import MapAnswer, ReduceAnswer

CLAIM = '{"text": "The disk was slow.", "evidence": [2]}'
GOOD = f'{{"claims": [{CLAIM}]}}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\ufeff{GOOD}",
        f"```json\n{GOOD}\n```",
        f"```JSON\n{GOOD}\n```",
        f"Here are {{my}} notes [1]:\n\n```\n{GOOD}\n```\nI hope {{this}} helps!",
        f'<think>\nFirst {{"claims": []}}, or {CLAIM}?\n</think>\n{GOOD}',
        f"no opening tag</think>{GOOD}",
        f"<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>{GOOD}",
        f'{{"claims": [{CLAIM},],}}',
        f'{{"claims": [{CLAIM}, {{"text": 4, "evidence": []}}, {{"evidence": [1]}}, null, 7]}}',
        f'{{"answer": {GOOD}}}',
        f"[{CLAIM}]",
        f'{{"claims": {CLAIM}}}',
        GOOD.replace("[2]", "2"),
        GOOD.replace("[2]", "2.0"),
        GOOD.replace("[2]", '"2"'),
        GOOD.replace("[2]", '["2"]'),
        GOOD.replace("[2]", '["[2]"]'),
        GOOD.replace("[2]", "[2, null]"),
        GOOD.replace("[2]", '[2], "owner": null, "speaker": null'),
    ],
)
def test_the_statement_is_found_in_every_wrapping(text: str) -> None:
    """Fences, prose, thoughts, trailing commas, unreadable neighbours, and numbers in other forms."""
    answer = parse_answer(text, MapAnswer)
    assert answer is not None
    assert [(claim.text, claim.evidence, claim.owner) for claim in answer.claims] == [("The disk was slow.", [2], "")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I would rather not.",
        "[]",
        "{}",
        "[1, 2]",
        '{"claims": "many"}',
        '{"claims": [{"text": 4}]}',
        "<think>" + GOOD,
        "[" * 5000,
        '{"a":' * 5000,
        '"' * 5000,
        GOOD[:-5],
        GOOD + "x" * 300_000,
    ],
)
def test_what_has_no_statement_is_not_read(text: str) -> None:
    """Neither prose nor nested, unfinished or endless text is an answer."""
    assert parse_answer(text, MapAnswer) is None


def test_commas_inside_of_text_stay() -> None:
    """Only commas between values and brackets are removed."""
    text = json.dumps({"claims": [{"text": 'a [list,] of "things, ]" \\ and {more,}', "evidence": [0]}]})
    answer = parse_answer(text, MapAnswer)
    assert answer is not None
    assert answer.claims[0].text == 'a [list,] of "things, ]" \\ and {more,}'


def test_a_summary_may_lack_everything_but_its_tldr() -> None:
    """The notes complete it."""
    answer = parse_answer('{"tldr": "Disks matter.", "takeaways": ["a"]}', ReduceAnswer)
    assert answer is not None
    assert (answer.tldr.evidence, answer.takeaways[0].text, answer.sections) == ([], "a", [])


@given(st.text(max_size=400))
def test_no_text_is_an_error(text: str) -> None:
    """Any text is read or left, and what is read can be stored."""
    answer = parse_answer(text, MapAnswer)
    assert answer is None or MapAnswer.model_validate_json(answer.model_dump_json()) == answer
    assert "\n" not in take_line(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["claims", "text", "evidence", "x"]), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_no_json_is_an_error(value: object) -> None:
    """Numbers of segments are small and whole, whatever stands in their place."""
    answer = parse_answer(json.dumps({"claims": [value]}), MapAnswer)
    assert all(abs(number) <= 1_000_000 for claim in (answer.claims if answer else ()) for number in claim.evidence)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("The disk was slow.\nIt really was.", "The disk was slow."),
        ("\n\nThe disk was slow.", "The disk was slow."),
        ("Here is the sentence:\n\nThe disk was slow.", "The disk was slow."),
        ("```\nThe disk was slow.\n```", "The disk was slow."),
        ("<think>\nHm.\n</think>\n\nThe disk was slow.", "The disk was slow."),
        ("<think>\nThe user wants", ""),
        ("", ""),
    ],
)
def test_a_plain_answer_is_its_first_line_of_content(text: str, line: str) -> None:
    """Announcements, fences and thoughts are not published."""
    assert line == take_line(text)


def test_thoughts_are_not_an_answer() -> None:
    """Also when the model never ended them."""
    assert strip_thoughts("<think>a</think> b <think>c</think> d") == "d"
    assert strip_thoughts("<think>a</think> <think>c") == ""
