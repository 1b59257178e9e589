from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from summarizer.cli import app
from summarizer.config import load as load_config
from summarizer.errors import UsageError
from summarizer.glossary.correct import correct
from summarizer.glossary.mentions import mentions
from summarizer.language.terms import glossary_bytes, packaged, parse
from summarizer.pipeline import Walk
from summarizer.records import Corrected, Segment, Summary, Transcript, Word
from summarizer.store import Library
from tests.conftest import make_source, make_transcript
from tests.fake_backends import FakeBackends, make_video

ROOT = Path(__file__).parent.parent


def corrected(*texts: str, title: str = "A talk", description: str = "", **fields: object) -> Corrected:
    transcript = make_transcript(texts, **({"kind": "automatic"} | fields))
    return correct(transcript, make_source(title=title, description=description), packaged())


def text(*texts: str, title: str = "A talk", description: str = "", **fields: object) -> str:
    return corrected(*texts, title=title, description=description, **fields).transcript.text


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("we typed cube control get pods", "we typed kubectl get pods"),
        ("the cube cuddle command", "the kubectl command"),
        ("see you at cube con", "see you at KubeCon"),
        ("we moved to data breaks last year", "we moved to Databricks last year"),
        ("open telemetry and prometheus's rules", "OpenTelemetry and Prometheus's rules"),
        ("psyllium replaced the cube proxy", "Cilium replaced the kube-proxy"),
        ("our etsy d was slow", "our etcd was slow"),
        ("two demon sets and a config map", "two DaemonSets and a ConfigMap"),
        ("see kubernetes.io and github.com/kubernetes/etsy", "see kubernetes.io and github.com/kubernetes/etsy"),
        ("a kubernetes-based platform, kubernetes, and more", "a Kubernetes-based platform, Kubernetes, and more"),
    ],
)
def test_names_that_mean_nothing_else_are_put_right_anywhere(said: str, meant: str) -> None:
    """With plurals and possessives kept, and addresses left alone."""
    assert meant == text(said)


@pytest.mark.parametrize(
    ("said", "title", "description", "meant"),
    [
        ("dapper calls the other service", "State with Dapr", "", "Dapr calls the other service"),
        ("dapper calls the other service", "A talk", "See https://dapr.io/docs", "Dapr calls the other service"),
        ("he was a dapper man", "A talk about suits", "", "he was a dapper man"),
        ("the hotel collector drops spans", "A talk", "", "the OTel collector drops spans"),
        ("we met in the hotel lobby", "OpenTelemetry at work", "", "we met in the hotel lobby"),
        ("the state is in flux", "A talk", "", "the state is in flux"),
        ("flux and argo reconcile", "A talk", "", "Flux and Argo reconcile"),
        ("a helm chart for it", "A talk", "", "a Helm chart for it"),
        ("take it for a spin", "Taking Envoy for a Spin", "", "take it for a spin"),
        ("find me on linked in please", "A talk", "", "find me on LinkedIn please"),
        ("as you see it is linked in the slides", "A talk", "", "as you see it is linked in the slides"),
    ],
)
def test_ordinary_words_are_names_in_their_context_only(said: str, title: str, description: str, meant: str) -> None:
    """The title, the description, a link in it, or a telling word nearby."""
    assert meant == text(said, title=title, description=description)


def test_a_word_that_is_none_and_sounds_like_an_announced_name_becomes_it() -> None:
    """Unlisted forms too, but only of names in the title or description, and never an English word."""
    assert text("we use promeethus a lot", title="Prometheus at scale") == "we use Prometheus a lot"
    assert text("we use promeethus a lot") == "we use promeethus a lot"
    assert text("the promises we made", title="Prometheus at scale") == "the promises we made"


def test_a_name_said_often_and_surely_lends_context_to_its_doubtful_forms() -> None:
    """Three times is a subject."""
    said = ("dapr is here", "dapr again", "dapr once more", "and dapper too")
    assert text(*said).endswith("and Dapr too")
    assert text(*said[2:]).endswith("and dapper too")


def test_every_change_is_listed_with_its_time_and_reason() -> None:
    """In order; the transcript that came in is untouched."""
    transcript = make_transcript(("hello all", "use cube control", "and cube cuddle"), kind="automatic")
    before = transcript.model_dump_json()
    found = correct(transcript, make_source(), packaged())
    listed = [(c.time, c.before, c.after) for c in found.corrections]
    assert listed == [(5.0, "cube control", "kubectl"), (10.0, "cube cuddle", "kubectl")]
    assert all(c.why and c.misheard for c in found.corrections)
    assert transcript.model_dump_json() == before


def test_a_name_across_two_segments_is_written_in_the_first() -> None:
    """Segments keep their ids and times, and none becomes empty."""
    found = corrected("we opened the cube", "control and typed").transcript
    assert [s.text for s in found.segments] == ["we opened the kubectl", "and typed"]
    assert [s.text for s in corrected("the cube", "control").transcript.segments] == ["the cube", "control"]


def test_word_times_follow_the_words() -> None:
    """Two words that became one share their time."""
    said = "use cube control, please"
    words = tuple(Word(start=i, end=i + 1, text=f" {word}") for i, word in enumerate(said.split()))
    segment = Segment(id=0, start=0, end=4, text=said, words=words)
    transcript = make_transcript(("x",), kind="whisper", segments=(segment,))
    (after,) = correct(transcript, make_source(), packaged()).transcript.segments
    assert [(w.start, w.end, w.text) for w in after.words] == [(0, 1, " use"), (1, 3, " kubectl,"), (3, 4, " please")]


def test_people_who_write_captions_know_their_words() -> None:
    """Human captions are changed where a form is certain, never in doubt."""
    assert text("Dapper uses cube control.", title="Dapr", kind="human") == "Dapper uses kubectl."


def test_other_languages_and_the_switch_change_nothing() -> None:
    """The misheard forms are English."""
    transcript = make_transcript(("kubernetes und cube control",), kind="automatic")
    german = transcript.model_copy(update={"language": "de"})
    assert correct(german, make_source(), packaged()).transcript == german
    assert correct(transcript, make_source(), packaged(), on=False).corrections == ()


@given(st.lists(st.text(st.sampled_from("cube control etcd dapper.,-/' "), max_size=60), min_size=1, max_size=5))
def test_correcting_twice_changes_nothing_more(texts: list[str]) -> None:
    """Whatever the text: ids and times stay, no segment is lost, and what is right stays right."""
    transcript = make_transcript(tuple(texts), kind="automatic")
    once = correct(transcript, make_source(title="Dapr and etcd"), packaged()).transcript
    assert [(s.id, s.start, s.end) for s in once.segments] == [(s.id, s.start, s.end) for s in transcript.segments]
    assert correct(once, make_source(title="Dapr and etcd"), packaged()).transcript == once


# -- the file ---------------------------------------------------------------------------------------------------


def test_the_file_people_edit_is_the_one_that_is_installed() -> None:
    """configs/glossary.toml is a link; an editor that replaced it would make two lists."""
    assert (ROOT / "configs" / "glossary.toml").read_bytes() == glossary_bytes(None)


def test_no_certain_form_means_two_names() -> None:
    """Nor is a correct name a misheard form of another."""
    meanings: dict[str, set[str]] = {}
    for term in packaged().terms:
        for form in term.sure:
            meanings.setdefault(form, set()).add(term.name)
    assert {form: names for form, names in meanings.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[projects", "not valid TOML"),
        (b"[people]\nAda = {}", "people"),
        (b"[projects]\nAda = { herd = ['a'] }", "herd"),
        (b"\xff", "not valid TOML"),
    ],
)
def test_a_broken_glossary_is_a_clear_error(data: bytes, told: str) -> None:
    """It names the file and what is wrong in it."""
    with pytest.raises(UsageError, match=told) as error:
        parse(data, "mine.toml")
    assert "mine.toml" in str(error.value)
    with pytest.raises(UsageError, match=r"cannot read .*nothing\.toml"):
        glossary_bytes(Path("nothing.toml"))


# -- projects ---------------------------------------------------------------------------------------------------


def test_projects_are_found_with_all_their_times() -> None:
    """Spelt as the project spells itself."""
    found = mentions(
        make_transcript(("We like prometheus and etcd.", "Nothing here.", "Etcd again.")),
        make_source(title="x", description=""),
        packaged(),
    )
    assert {mention.name: mention.times for mention in found} == {"Prometheus": (0.0,), "etcd": (0.0, 10.0)}


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        ("The score of the game is a flux.", "A talk", []),
        ("We run Flux in production.", "A talk", ["Flux"]),
        ("we run flux in production", "GitOps with Flux", ["Flux"]),
        ("Score is a word here.", "A talk", []),
    ],
)
def test_everyday_words_are_projects_only_when_written_or_announced_so(text: str, title: str, found: list[str]) -> None:
    """Half the landscape is named after ordinary things."""
    mentioned = mentions(make_transcript((text,)), make_source(title=title, description=""), packaged())
    assert found == [mention.name for mention in mentioned]


# -- the stage --------------------------------------------------------------------------------------------------

SPOKEN = (
    "We typed cube control to list what was running on the third node.",
    "Before that, somebody had restarted the etsy d member with a new disk.",
    "The psyllium agent on that machine then lost all of its endpoints.",
    "Nobody could log in, because the keys were kept somewhere else.",
    "So we learned to keep a second way in, and to try it every month.",
)
HEARD = "WEBVTT\n\n" + "\n\n".join(
    f"00:00:{i * 5:02}.000 --> 00:00:{i * 5 + 4:02}.000\n{said}" for i, said in enumerate(SPOKEN)
)


def walked(root: Path, backends: FakeBackends, title: str = "Talk", *changes: str) -> Walk:
    video = make_video(title=title)
    item = Walk(video, Library(root).folder(video.id), load_config(overrides=changes), backends)
    with item.folder.lock():
        item.folder.note(video=video)
        item.run()
    return item


def test_the_raw_transcript_stays_and_the_digest_tells_of_the_changes(tmp_path: Path) -> None:
    """Both are files of the library; the summary is made from the corrected one."""
    item = walked(tmp_path, FakeBackends(captions=HEARD))
    (raw,) = [p for p in item.folder.path.iterdir() if p.name.startswith("transcribe-")]
    (after,) = [p for p in item.folder.path.iterdir() if p.name.startswith("glossary-")]
    assert "cube control" in Transcript.model_validate_json(raw.read_bytes()).text
    assert "cube" not in Corrected.model_validate_json(after.read_bytes()).transcript.text
    (page,) = item.folder.path.glob("digest-*.md")
    assert "3 misheard names put right" in page.read_text()
    assert "etcd" in item.values[Summary].model_dump_json()


def test_a_new_title_or_glossary_repeats_the_correction_only(tmp_path: Path) -> None:
    """Speech recognition is not run again."""
    backends = FakeBackends(captions=None, spoken=SPOKEN)
    walked(tmp_path, backends)
    mine = tmp_path / "mine.toml"
    mine.write_text("[products]\nZebra = { heard = ['psyllium'] }\n")
    item = walked(tmp_path, backends, "Dapr", f"glossary.file={mine}")
    assert backends.calls["transcribe"] == 1
    states = {step.stage: (step.state, step.why) for step in item.steps}
    assert states["glossary"] == ("made", "input changed: glossary, source")
    assert "Zebra" in item.values[Summary].model_dump_json()


def test_corrections_are_shown_on_request(tmp_path: Path) -> None:
    """Each with time, before, after and why."""
    item = walked(tmp_path, FakeBackends(captions=HEARD))
    shown = CliRunner().invoke(app, ["corrections", item.video.id, "--library", str(tmp_path), "--json"])
    first = json.loads(shown.stdout)[0]
    assert (
        first["time"],
        first["before"],
        first["after"],
        first["misheard"],
    ) == ("0.0", "cube control", "kubectl", True)
