"""The map step for each kind of recording, alone or as part of the summarizer."""

from __future__ import annotations

import json

import pytest

from summarizer.digest.templates import environment
from summarizer.evidence import Checker
from summarizer.records import Source, Summary, Transcript
from summarizer.summarize.kinds import KINDS
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.chunking import split_transcript
from summarizer.summarize.llm.client import Client
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
    """Map one chunk with these answers; a statement without evidence cites segment 0."""
    texts = [json.dumps({"claims": [{"evidence": [0]} | claim for claim in claims]}) for claims in answers]
    generator = FakeGenerator(*texts)
    mapper = Mapper(Client(generator, "fake", 100, MemoryAnswers()), Checker(transcript), Form(KINDS[kind]), "")
    return mapper.map(split_transcript(transcript, generator.count_tokens, 1000, 1)), generator


# -- requests ---------------------------------------------------------------------------------------------------


def make_request(transcript: Transcript, kind: str) -> Request:
    mapper = Mapper(Client(FakeGenerator(), "fake", 100, MemoryAnswers()), Checker(transcript), Form(KINDS[kind]), "")
    return mapper.make_request(split_transcript(transcript, lambda text: len(text.split()), 1000, 1)[0])


@pytest.mark.parametrize("kind", ["talk", "panel", "meeting", "tutorial"])
def test_every_kind_adds_its_own_prompt_and_schema_to_the_shared_rules(kind: str) -> None:
    """The shared part comes first, so that a prefix cache can reuse it; the schema allows the roles of the kind."""
    request = make_request(spoken(MEETING, "Ana", "Bruno"), kind)
    assert request.instructions.startswith(prompts.load("map").text)
    assert prompts.load(f"kind-{kind}").texts["map"] in request.instructions
    note = request.answer_schema["properties"]["claims"]["items"]["properties"]
    assert tuple(note["role"]["enum"]) == KINDS[kind].roles
    fields = {"panel": {"speaker"}, "meeting": {"owner"}, "tutorial": {"command"}, "talk": set[str]()}
    assert set(note) - {"role", "text", "evidence"} == fields[kind]


def test_every_kind_has_a_prompt_and_a_template() -> None:
    """Otherwise the first recording of the kind would find out, at night."""
    for kind in KINDS:
        assert set(prompts.load(f"kind-{kind}").texts) == {"map", "reduce"}
        assert environment().get_template(f"{kind}.md.j2")


def test_overlap_is_shown_but_cannot_be_cited() -> None:
    """It is separate and has no numbers; the schema contains only the numbers of the chunk's own segments."""
    generator = QuotingGenerator()
    transcript = make_transcript(MEETING)
    mapper = Mapper(Client(generator, "fake", 100, MemoryAnswers()), Checker(transcript), Form(KINDS["talk"]), "")
    second = mapper.make_request(split_transcript(transcript, generator.count_tokens, 24, 1)[1])
    before, own = second.material.split("</before>")
    assert MEETING[1] in before
    assert MEETING[1] not in own
    assert own.strip().splitlines()[1] == f"[0] {MEETING[2]}"
    assert second.answer_schema["properties"]["claims"]["items"]["properties"]["evidence"]["items"]["enum"] == [0, 1]


def test_coverage_is_counted_in_the_prompts(source: Source) -> None:
    """The share is 1 only if every word of the talk was in a prompt."""
    settings = summarize_settings(backend="transformers", chunk_tokens=64)
    summary = MapReduce(QuotingGenerator(), settings, "r").summarize(make_transcript(), source)
    assert (summary.evidence.covered_share, summary.evidence.covered_start) == (1.0, 0.0)


# -- roles ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "role"), [("talk", "point"), ("tutorial", "step"), ("meeting", "point")])
def test_a_note_has_only_a_role_of_its_kind(kind: str, role: str) -> None:
    """A server without constrained decoding may answer with any role; an unknown one becomes "point"."""
    step: dict[str, object] = {"role": "step", "text": MEETING[0], "evidence": [0]}
    result, _ = map_notes(make_transcript(MEETING), kind, [step])
    assert [note.role for note in result.notes] == [role]


def test_decisions_and_actions_of_a_meeting_keep_their_owner(source: Source) -> None:
    """The owner of an action is its speaker or a person whom the segment names."""
    claims = [
        {"role": "decision", "text": "The timeout is raised to five minutes.", "evidence": [1]},
        {"role": "action", "text": "Open the pull request for the timeout by Friday.", "evidence": [2], "owner": "Ana"},
        {"role": "action", "text": "Send the mail about the new storage class.", "evidence": [3], "owner": "Bruno"},
        {"role": "point", "text": "The snapshot tests fail about once a day.", "evidence": [0]},
    ]
    summary = _summarize_meeting(spoken(MEETING, "Ana"), source, claims)
    assert [claim.text for claim in summary.decisions] == ["The timeout is raised to five minutes."]
    assert [claim.text for claim in summary.actions] == [
        "Ana: Open the pull request for the timeout by Friday.",
        "Bruno: Send the mail about the new storage class.",
    ]


def test_an_owner_who_is_not_named_in_the_segments_is_not_published() -> None:
    """The request is repeated with the reason; then the statement is dropped and counted."""
    wrong: dict[str, object] = {
        "role": "action",
        "text": "Open the pull request by Friday.",
        "evidence": [2],
        "owner": "Carla",
    }
    mapped, generator = map_notes(spoken(MEETING, "Ana"), "meeting", [wrong], [wrong])
    assert "Carla is not named in the cited segments" in generator.requests[1].material
    assert (mapped.notes, mapped.dropped) == ([], 1)


@pytest.mark.parametrize("owner", ["", "I", "we", "Nobody"])
def test_a_pronoun_is_no_owner(owner: str) -> None:
    """The action is published without an owner."""
    claim: dict[str, object] = {
        "role": "action",
        "text": "Open the pull request by Friday.",
        "evidence": [2],
        "owner": owner,
    }
    mapped, _ = map_notes(make_transcript(MEETING), "meeting", [claim])
    assert [note.claim.text for note in mapped.notes] == ["Open the pull request by Friday."]


def test_a_view_with_the_wrong_speaker_is_dropped() -> None:
    """On a panel, a view with the wrong name is as wrong as a changed number."""
    transcript = spoken(("We prefer one large cluster.", "I would never run one large cluster."), "Ana", "Bruno")
    right: dict[str, object] = {"text": "prefers one large cluster.", "evidence": [0], "speaker": "Ana"}
    wrong: dict[str, object] = {"text": "prefers one large cluster.", "evidence": [0], "speaker": "Bruno"}
    mapped, _ = map_notes(transcript, "panel", [right, wrong], [])
    assert [note.claim.text for note in mapped.notes] == ["Ana: prefers one large cluster."]
    assert mapped.dropped == 1


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
def test_the_letters_of_a_command_must_be_in_the_segment(command: str, segment: int, kept: bool) -> None:
    """Spoken signs are ignored; a completed, changed or corrected command is rejected."""
    text = TUTORIAL[segment]
    claim: dict[str, object] = {"role": "step", "text": text, "evidence": [segment], "command": command}
    mapped, _ = map_notes(make_transcript(TUTORIAL), "tutorial", [claim], [claim])
    assert [(note.role, note.claim.command) for note in mapped.notes] == ([("step", command)] if kept else [])


@pytest.mark.parametrize(
    "claim",
    [
        {"role": "aside", "text": "The snapshot tests fail about once a day."},
        {"text": "Thanks to our diamond sponsors for the lunch."},
        {"text": "Come and visit our booth in the hall."},
    ],
)
def test_advertising_is_dropped_without_counting_as_unsupported(claim: dict[str, object]) -> None:
    """It is recognised by the role that the model gives it, or by its words."""
    mapped, generator = map_notes(make_transcript(MEETING), "talk", [claim, {"text": MEETING[0]}])
    assert [note.claim.text for note in mapped.notes] == [MEETING[0]]
    assert (mapped.dropped, len(generator.requests)) == (0, 1)


def _summarize_meeting(transcript: Transcript, source: Source, claims: list[dict[str, object]]) -> Summary:
    reduced = {
        "tldr": {"text": "The timeout is raised to five minutes.", "evidence": [1]},
        "takeaways": [{"text": "The timeout is raised to five minutes.", "evidence": [1]}],
        "sections": [{"heading": "Timeout", "notes": [0]}],
    }
    settings = summarize_settings(backend="transformers", kind="meeting")
    generator = FakeGenerator(json.dumps({"claims": claims}), json.dumps(reduced))
    return MapReduce(generator, settings, "r").summarize(transcript, source)
