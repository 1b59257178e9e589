"""The map step of each kind of recording, through the whole summarizer or by itself."""

from __future__ import annotations

import json

import pytest

from summarizer.evidence import Checker
from summarizer.records import Source, Summary, Transcript
from summarizer.summarize.kinds import KINDS
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.chunking import chunks
from summarizer.summarize.llm.client import Asker
from summarizer.summarize.llm.generator import MemoryAnswers, Request
from summarizer.summarize.llm.map_reduce import MapReduce
from summarizer.summarize.llm.mapping import Mapped, Mapper
from summarizer.summarize.llm.schemas import Form
from tests.conftest import make_transcript, summarize_settings
from tests.fake_generator import FakeGenerator, QuotingGenerator

MEETING = (
    "The snapshot tests fail about once a day on busy machines.",
    "Okay, we agreed to raise the timeout to five minutes.",
    "I will open the pull request for the timeout by Friday.",
    "Bruno will send the mail about the new storage class.",
)
TUTORIAL = (
    "First we type cube control get pods dash n payments to see the pods.",
    "Then run kubectl apply dash f deployment.yaml in the same folder.",
    "The controller restarts the pods for us, and that takes a minute.",
)


def spoken(texts: tuple[str, ...], *speakers: str) -> Transcript:
    transcript = make_transcript(texts)
    named = tuple(s.model_copy(update={"speaker": speakers[s.id % len(speakers)]}) for s in transcript.segments)
    return transcript.model_copy(update={"segments": named})


def map_notes(transcript: Transcript, kind: str, *answers: list[dict[str, object]]) -> tuple[Mapped, FakeGenerator]:
    """Map one chunk with these answers; a statement cites segment 0 unless it says otherwise."""
    texts = [json.dumps({"claims": [{"evidence": [0]} | claim for claim in claims]}) for claims in answers]
    generator = FakeGenerator(*texts)
    mapper = Mapper(Asker(generator, "fake", 100, MemoryAnswers()), Checker(transcript), Form(KINDS[kind]), "")
    return mapper.map(chunks(transcript, generator.count_tokens, 1000, 1)), generator


# -- requests ---------------------------------------------------------------------------------------------------


def requests_of(transcript: Transcript, kind: str) -> Request:
    mapper = Mapper(Asker(FakeGenerator(), "fake", 100, MemoryAnswers()), Checker(transcript), Form(KINDS[kind]), "")
    return mapper.request(chunks(transcript, lambda text: len(text.split()), 1000, 1)[0])


@pytest.mark.parametrize("kind", ["talk", "panel", "meeting", "tutorial"])
def test_every_kind_has_its_own_prompt_and_schema_behind_the_shared_rules(kind: str) -> None:
    """The shared part comes first, so that a prefix cache can reuse it; the schema allows the roles of the kind."""
    request = requests_of(spoken(MEETING, "Ana", "Bruno"), kind)
    assert request.instructions.startswith(prompts.load("map").text)
    assert prompts.load(f"kind-{kind}").texts["map"] in request.instructions
    note = request.answer_schema["properties"]["claims"]["items"]["properties"]
    assert tuple(note["role"]["enum"]) == KINDS[kind].roles
    more = {"panel": {"speaker"}, "meeting": {"owner"}, "tutorial": {"command"}, "talk": set[str]()}
    assert set(note) - {"role", "text", "evidence"} == more[kind]


def test_overlap_is_shown_but_cannot_be_cited() -> None:
    """It stands apart without numbers, and the schema holds only the chunk's own."""
    generator = QuotingGenerator()
    transcript = make_transcript(MEETING)
    mapper = Mapper(Asker(generator, "fake", 100, MemoryAnswers()), Checker(transcript), Form(KINDS["talk"]), "")
    second = mapper.request(chunks(transcript, generator.count_tokens, 24, 1)[1])
    before, own = second.material.split("</before>")
    assert MEETING[1] in before
    assert MEETING[1] not in own
    assert own.strip().splitlines()[1] == f"[0] {MEETING[2]}"
    assert second.answer_schema["properties"]["claims"]["items"]["properties"]["evidence"]["items"]["enum"] == [0, 1]


def test_coverage_is_counted_in_the_prompts(source: Source) -> None:
    """A generator that never saw a part of the talk cannot claim it; with all of it the share is one."""
    settings = summarize_settings(backend="transformers", chunk_tokens=64)
    summary = MapReduce(QuotingGenerator(), settings, "r").summarize(make_transcript(), source)
    assert (summary.evidence.covered_share, summary.evidence.covered_start) == (1.0, 0.0)


# -- roles ------------------------------------------------------------------------------------------------------


def test_decisions_and_actions_of_a_meeting_keep_their_owner(source: Source) -> None:
    """An action says who will do it: whoever said so, or whom they named."""
    claims = [
        {"role": "decision", "text": "The timeout is raised to five minutes.", "evidence": [1]},
        {"role": "action", "text": "Open the pull request for the timeout by Friday.", "evidence": [2], "owner": "Ana"},
        {"role": "action", "text": "Send the mail about the new storage class.", "evidence": [3], "owner": "Bruno"},
        {"role": "point", "text": "The snapshot tests fail about once a day.", "evidence": [0]},
    ]
    summary = _meeting(spoken(MEETING, "Ana"), source, claims)
    assert [claim.text for claim in summary.decisions] == ["The timeout is raised to five minutes."]
    assert [claim.text for claim in summary.actions] == [
        "Ana: Open the pull request for the timeout by Friday.",
        "Bruno: Send the mail about the new storage class.",
    ]


def test_an_owner_whom_nobody_named_is_not_published() -> None:
    """The statement is asked for again with the reason, then dropped and counted."""
    wrong: dict[str, object] = {
        "role": "action",
        "text": "Open the pull request by Friday.",
        "evidence": [2],
        "owner": "Carla",
    }
    found, generator = map_notes(spoken(MEETING, "Ana"), "meeting", [wrong], [wrong])
    assert "Carla is not named in the cited segments" in generator.requests[1].material
    assert (found.notes, found.dropped) == ([], 1)


@pytest.mark.parametrize("owner", ["", "I", "we", "Nobody"])
def test_a_pronoun_is_no_owner(owner: str) -> None:
    """An action without a name stands without one."""
    claim: dict[str, object] = {
        "role": "action",
        "text": "Open the pull request by Friday.",
        "evidence": [2],
        "owner": owner,
    }
    found, _ = map_notes(make_transcript(MEETING), "meeting", [claim])
    assert [note.claim.text for note in found.notes] == ["Open the pull request by Friday."]


def test_a_view_belongs_to_the_one_who_holds_it() -> None:
    """On a panel a view under the wrong name is as false as a wrong number."""
    transcript = spoken(("We prefer one large cluster.", "I would never run one large cluster."), "Ana", "Bruno")
    right: dict[str, object] = {"text": "prefers one large cluster.", "evidence": [0], "speaker": "Ana"}
    wrong: dict[str, object] = {"text": "prefers one large cluster.", "evidence": [0], "speaker": "Bruno"}
    found, _ = map_notes(transcript, "panel", [right, wrong], [])
    assert [note.claim.text for note in found.notes] == ["Ana: prefers one large cluster."]
    assert found.dropped == 1


@pytest.mark.parametrize(
    ("command", "segment", "kept"),
    [
        ("kubectl apply -f deployment.yaml", 1, True),
        ("kubectl delete -f deployment.yaml", 1, False),
        ("kubectl apply -f deployment.yaml --force", 1, False),
        ("kubectl get pods -n payments", 0, False),
        ("", 0, True),
    ],
)
def test_a_command_is_what_was_said_letter_by_letter(command: str, segment: int, kept: bool) -> None:
    """Signs that were read aloud do not count; a completed, changed or corrected command does not hold."""
    text = TUTORIAL[segment]
    claim: dict[str, object] = {"role": "step", "text": text, "evidence": [segment], "command": command}
    found, _ = map_notes(make_transcript(TUTORIAL), "tutorial", [claim], [claim])
    assert [(note.role, note.claim.command) for note in found.notes] == ([("step", command)] if kept else [])


@pytest.mark.parametrize(
    "claim",
    [
        {"role": "aside", "text": "The snapshot tests fail about once a day."},
        {"text": "Thanks to our diamond sponsors for the lunch."},
        {"text": "Come and visit our booth in the hall."},
    ],
)
def test_sponsor_talk_is_dropped_and_not_called_unsupported(claim: dict[str, object]) -> None:
    """By the role that the model gives it, or by its words."""
    found, generator = map_notes(make_transcript(MEETING), "talk", [claim, {"text": MEETING[0]}])
    assert [note.claim.text for note in found.notes] == [MEETING[0]]
    assert (found.dropped, len(generator.requests)) == (0, 1)


def _meeting(transcript: Transcript, source: Source, claims: list[dict[str, object]]) -> Summary:
    reduced = {
        "tldr": {"text": "The timeout is raised to five minutes.", "evidence": [1]},
        "takeaways": [{"text": "The timeout is raised to five minutes.", "evidence": [1]}],
        "sections": [{"heading": "Timeout", "notes": [0]}],
    }
    settings = summarize_settings(backend="transformers", kind="meeting")
    generator = FakeGenerator(json.dumps({"claims": claims}), json.dumps(reduced))
    return MapReduce(generator, settings, "r").summarize(transcript, source)
