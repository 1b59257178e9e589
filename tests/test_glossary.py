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
from summarizer.glossary.mentions import find_mentions
from summarizer.language.terms import glossary_bytes, packaged, parse
from summarizer.pipeline import Walk
from summarizer.records import Corrected, Segment, Summary, Transcript, Word
from summarizer.store import Library
from tests.conftest import make_source, make_transcript
from tests.fake_backends import FakeBackends, make_video

ROOT = Path(__file__).parent.parent


def make_corrected(*texts: str, title: str = "A talk", description: str = "", **fields: object) -> Corrected:
    transcript = make_transcript(texts, **({"kind": "automatic"} | fields))
    return correct(transcript, make_source(title=title, description=description), packaged())


def correct_text(*texts: str, title: str = "A talk", description: str = "", **fields: object) -> str:
    return make_corrected(*texts, title=title, description=description, **fields).transcript.text


@pytest.mark.parametrize(
    ("spoken", "expected"),
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
def test_certain_forms_are_corrected_everywhere(spoken: str, expected: str) -> None:
    """Plurals and possessives are kept, and URLs are not changed."""
    assert expected == correct_text(spoken)


@pytest.mark.parametrize(
    ("spoken", "title", "description", "expected"),
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
def test_uncertain_forms_are_corrected_in_context_only(
    spoken: str, title: str, description: str, expected: str
) -> None:
    """The context is the title, the description, a link in it, or a word nearby."""
    assert expected == correct_text(spoken, title=title, description=description)


def test_an_unknown_word_that_sounds_like_an_announced_name_is_corrected() -> None:
    """The name must be in the title or the description, and the word must not be in the dictionary."""
    assert correct_text("we use promeethus a lot", title="Prometheus at scale") == "we use Prometheus a lot"
    assert correct_text("we use promeethus a lot") == "we use promeethus a lot"
    assert correct_text("the promises we made", title="Prometheus at scale") == "the promises we made"


def test_a_frequent_name_is_context_for_its_uncertain_forms() -> None:
    """Three occurrences make it a subject of the talk."""
    texts = ("dapr is here", "dapr again", "dapr once more", "and dapper too")
    assert correct_text(*texts).endswith("and Dapr too")
    assert correct_text(*texts[2:]).endswith("and dapper too")


def test_every_change_is_listed_with_its_time_and_reason() -> None:
    """They are in order of time, and the original transcript is not changed."""
    transcript = make_transcript(("hello all", "use cube control", "and cube cuddle"), kind="automatic")
    before = transcript.model_dump_json()
    corrected = correct(transcript, make_source(), packaged())
    changes = [(c.time, c.before, c.after) for c in corrected.corrections]
    assert changes == [(5.0, "cube control", "kubectl"), (10.0, "cube cuddle", "kubectl")]
    assert all(c.why and c.misheard for c in corrected.corrections)
    assert transcript.model_dump_json() == before


def test_a_name_that_spans_two_segments_is_written_into_the_first() -> None:
    """Segments keep their ids and times, and none becomes empty."""
    transcript = make_corrected("we opened the cube", "control and typed").transcript
    assert [s.text for s in transcript.segments] == ["we opened the kubectl", "and typed"]
    assert [s.text for s in make_corrected("the cube", "control").transcript.segments] == ["the cube", "control"]


def test_word_times_are_kept() -> None:
    """Two words that were replaced by one have their times joined."""
    spoken = "use cube control, please"
    words = tuple(Word(start=i, end=i + 1, text=f" {word}") for i, word in enumerate(spoken.split()))
    segment = Segment(id=0, start=0, end=4, text=spoken, words=words)
    transcript = make_transcript(("x",), kind="whisper", segments=(segment,))
    (after,) = correct(transcript, make_source(), packaged()).transcript.segments
    assert [(w.start, w.end, w.text) for w in after.words] == [(0, 1, " use"), (1, 3, " kubectl,"), (3, 4, " please")]


def test_human_captions_are_changed_only_for_certain_forms() -> None:
    """People who write captions distinguish a name from an ordinary word."""
    assert correct_text("Dapper uses cube control.", title="Dapr", kind="human") == "Dapper uses kubectl."


def test_other_languages_and_a_disabled_stage_change_nothing() -> None:
    """The misheard forms are English."""
    transcript = make_transcript(("kubernetes und cube control",), kind="automatic")
    german = transcript.model_copy(update={"language": "de"})
    assert correct(german, make_source(), packaged()).transcript == german
    assert correct(transcript, make_source(), packaged(), on=False).corrections == ()


@given(st.lists(st.text(st.sampled_from("cube control etcd dapper.,-/' "), max_size=60), min_size=1, max_size=5))
def test_correction_is_idempotent(texts: list[str]) -> None:
    """For any text, ids and times are kept, no segment is lost, and a second correction changes nothing."""
    transcript = make_transcript(tuple(texts), kind="automatic")
    once = correct(transcript, make_source(title="Dapr and etcd"), packaged()).transcript
    assert [(s.id, s.start, s.end) for s in once.segments] == [(s.id, s.start, s.end) for s in transcript.segments]
    assert correct(once, make_source(title="Dapr and etcd"), packaged()).transcript == once


# -- the file ---------------------------------------------------------------------------------------------------


def test_the_editable_file_is_the_installed_one() -> None:
    """configs/glossary.toml is a link; an editor might replace it by a second file."""
    assert (ROOT / "configs" / "glossary.toml").read_bytes() == glossary_bytes(None)


def test_no_certain_form_means_two_names() -> None:
    """No correct name is a misheard form of another name either."""
    meanings: dict[str, set[str]] = {}
    for term in packaged().terms:
        for form in term.sure:
            meanings.setdefault(form, set()).add(term.name)
    assert {form: names for form, names in meanings.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[projects", "not valid TOML"),
        (b"[people]\nAda = {}", "people"),
        (b"[projects]\nAda = { herd = ['a'] }", "herd"),
        (b"\xff", "not valid TOML"),
    ],
)
def test_an_invalid_glossary_is_a_clear_error(data: bytes, message: str) -> None:
    """The message contains the file and the problem."""
    with pytest.raises(UsageError, match=message) as error:
        parse(data, "mine.toml")
    assert "mine.toml" in str(error.value)
    with pytest.raises(UsageError, match=r"cannot read .*nothing\.toml"):
        glossary_bytes(Path("nothing.toml"))


# -- projects ---------------------------------------------------------------------------------------------------


def test_projects_are_found_with_all_their_times() -> None:
    """Names have the official spelling."""
    mentions = find_mentions(
        make_transcript(("We like prometheus and etcd.", "Nothing here.", "Etcd again.")),
        make_source(title="x", description=""),
        packaged(),
    )
    assert {mention.name: mention.times for mention in mentions} == {"Prometheus": (0.0,), "etcd": (0.0, 10.0)}


@pytest.mark.parametrize(
    ("text", "title", "names"),
    [
        ("The score of the game is a flux.", "A talk", []),
        ("We run Flux in production.", "A talk", ["Flux"]),
        ("we run flux in production", "GitOps with Flux", ["Flux"]),
        ("Score is a word here.", "A talk", []),
    ],
)
def test_everyday_words_are_projects_only_when_capitalised_or_announced(
    text: str, title: str, names: list[str]
) -> None:
    """Many projects have the name of an ordinary thing."""
    mentions = find_mentions(make_transcript((text,)), make_source(title=title, description=""), packaged())
    assert names == [mention.name for mention in mentions]


# -- the stage --------------------------------------------------------------------------------------------------

SPOKEN = (
    "We typed cube control to list what was running on the third node.",
    "Before that, somebody had restarted the etsy d member with a new disk.",
    "The psyllium agent on that machine then lost all of its endpoints.",
    "Nobody could log in, because the keys were kept somewhere else.",
    "So we learned to keep a second way in, and to try it every month.",
)
CAPTIONS = "WEBVTT\n\n" + "\n\n".join(
    f"00:00:{i * 5:02}.000 --> 00:00:{i * 5 + 4:02}.000\n{text}" for i, text in enumerate(SPOKEN)
)


def run_walk(root: Path, backends: FakeBackends, title: str = "Talk", *changes: str) -> Walk:
    video = make_video(title=title)
    item = Walk(video, Library(root).folder(video.id), load_config(overrides=changes), backends)
    with item.folder.lock():
        item.folder.update(video=video)
        item.run()
    return item


def test_the_raw_transcript_is_kept_and_the_digest_mentions_the_corrections(tmp_path: Path) -> None:
    """Both transcripts are files of the library; the summary is made from the corrected one."""
    item = run_walk(tmp_path, FakeBackends(captions=CAPTIONS))
    (raw,) = [p for p in item.folder.path.iterdir() if p.name.startswith("transcribe-")]
    (after,) = [p for p in item.folder.path.iterdir() if p.name.startswith("glossary-")]
    assert "cube control" in Transcript.model_validate_json(raw.read_bytes()).text
    assert "cube" not in Corrected.model_validate_json(after.read_bytes()).transcript.text
    (page,) = item.folder.path.glob("digest-*.md")
    assert "Misheard names corrected with the glossary: 3" in page.read_text()
    assert "etcd" in item.values[Summary].model_dump_json()


def test_a_new_title_or_glossary_repeats_the_correction_only(tmp_path: Path) -> None:
    """Speech recognition is not repeated."""
    backends = FakeBackends(captions=None, spoken=SPOKEN)
    run_walk(tmp_path, backends)
    glossary = tmp_path / "mine.toml"
    glossary.write_text("[products]\nZebra = { heard = ['psyllium'] }\n")
    item = run_walk(tmp_path, backends, "Dapr", f"glossary.file={glossary}")
    assert backends.calls["transcribe"] == 1
    states = {step.stage: (step.state, step.why) for step in item.steps}
    assert states["glossary"] == ("made", "input changed: glossary, source")
    assert "Zebra" in item.values[Corrected].transcript.text


def test_the_command_lists_corrections(tmp_path: Path) -> None:
    """Each has the time, the text before and after, and the reason."""
    item = run_walk(tmp_path, FakeBackends(captions=CAPTIONS))
    result = CliRunner().invoke(app, ["corrections", item.video.id, "--library", str(tmp_path), "--json"])
    first = json.loads(result.stdout)[0]
    assert (
        first["time"],
        first["before"],
        first["after"],
        first["misheard"],
    ) == ("0.0", "cube control", "kubectl", True)
