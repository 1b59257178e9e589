"""Digests in a language other than that of the talk: the summary, the check of translations, and the page."""

from __future__ import annotations

import json
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from summarizer import digest
from summarizer.cli import app
from summarizer.config import DigestSettings, RuntimeSettings, SummarizeSettings, load
from summarizer.digest.wording import load_table, load_wording
from summarizer.errors import BackendError
from summarizer.records import Source, Summary, Transcript
from summarizer.summarize.extractive import EXTRACTIVE
from summarizer.summarize.llm import translation
from summarizer.summarize.llm.generator import Answer
from summarizer.summarize.llm.map_reduce import MapReduce
from tests.conftest import make_source, make_transcript, opened
from tests.fake_generator import FakeGenerator

SETTINGS = SummarizeSettings(backend="transformers", language="ja")
NOTES = [
    {
        "text": "The disk of etcd needed forty milliseconds for every write.",
        "evidence": [2, 3],
        "translation": "etcd のディスクは書き込みごとに 40 ミリ秒かかった。",
    },
    {
        "text": "We also use Prometheus to measure every request.",
        "evidence": [9],
        "translation": "すべてのリクエストの計測には Prometheus も使っている。",
    },
]
REDUCED = {
    "tldr": {"text": "The disk of etcd was slow.", "evidence": [0], "translation": "etcd のディスクが遅かった。"},
    "takeaways": [
        {
            "text": "Prometheus measures every request.",
            "evidence": [1],
            "translation": "Prometheus が全リクエストを計測する。",
        }
    ],
    "sections": [
        {"heading": "Disk", "translation": "ディスク", "notes": [0]},
        {"heading": "Prometheus", "translation": "Jaeger", "notes": [1]},
    ],
}


def run(source: Source, *answers: object) -> tuple[Summary, FakeGenerator]:
    generator = FakeGenerator(*(a if isinstance(a, Answer) else json.dumps(a) for a in answers))
    return MapReduce(generator, SETTINGS, "r").summarize(make_transcript(), source), generator


# -- the summary ------------------------------------------------------------------------------------------------


def test_every_published_sentence_has_a_checked_original(source: Source) -> None:
    """Each claim has the original and the translation; evidence and figures refer to the original."""
    summary, generator = run(source, {"claims": NOTES}, REDUCED)
    assert "in Japanese" in generator.requests[0].instructions
    assert (summary.language, summary.tldr.translation) == ("ja", REDUCED["tldr"]["translation"])  # type: ignore[index]
    claims = [summary.tldr, *summary.takeaways, *(c for s in summary.sections for c in s.claims)]
    assert all(claim.text.isascii() and not claim.translation.isascii() for claim in claims)
    assert summary.evidence.claims_supported == 1.0


def test_the_schema_asks_for_the_original_before_the_translation(source: Source) -> None:
    """The model then generates the translation from the checked sentence."""
    _, generator = run(source, {"claims": NOTES}, REDUCED)
    note = generator.requests[0].answer_schema["properties"]["claims"]["items"]
    assert note["required"].index("text") < note["required"].index("translation")


def test_a_translation_with_a_changed_number_is_retried_with_the_reason(source: Source) -> None:
    """A correct second translation is used."""
    wrong = NOTES[0] | {"translation": "etcd のディスクは書き込みごとに 14 ミリ秒かかった。"}
    summary, generator = run(source, {"claims": [wrong, NOTES[1]]}, {"claims": [NOTES[0]]}, REDUCED)
    assert "the number 14 is in the translation, but not in the original" in generator.requests[1].material
    assert next(c.translation for s in summary.sections for c in s.claims) == NOTES[0]["translation"]


def test_a_translation_that_is_wrong_twice_is_omitted(source: Source) -> None:
    """The original is supported, so it is published in the language of the talk and not counted as unsupported."""
    wrong = NOTES[0] | {"translation": "Jenkins は遅かった。"}
    summary, _ = run(source, {"claims": [wrong, NOTES[1]]}, {"claims": [wrong]}, REDUCED)
    claim = next(c for s in summary.sections for c in s.claims if c.text == wrong["text"])
    assert (claim.translation, summary.evidence.dropped) == ("", 0)


def test_a_heading_with_a_wrong_translation_stays_in_the_original(source: Source) -> None:
    """The same check applies to headings."""
    summary, _ = run(source, {"claims": NOTES}, REDUCED)
    assert [(s.heading, s.translation) for s in summary.sections] == [("Disk", "ディスク"), ("Prometheus", "")]


def test_the_language_of_the_talk_needs_no_translation(source: Source, transcript: Transcript) -> None:
    """`--language en` has no effect on an English talk."""
    plain = [{k: v for k, v in note.items() if k != "translation"} for note in NOTES]
    generator = FakeGenerator(json.dumps({"claims": plain}), json.dumps(REDUCED))
    settings = SETTINGS.model_copy(update={"language": "en"})
    summary = MapReduce(generator, settings, "r").summarize(transcript, source)
    assert (summary.language, summary.tldr.translation) == ("", "")


# -- the check --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "translated", "correct"),
    [
        ("We have sixty thousand pods.", "Pod は 6万 個ある。", True),
        ("We have sixty thousand pods.", "Pod は 6千 個ある。", False),
        ("We have 60,000 pods.", "Wir haben 60.000 Pods.", True),
        ("We have 60,000 pods.", "Wir haben 6.000 Pods.", False),
        ("It fell to 2.5 seconds.", "Es fiel auf 2,5 Sekunden.", True),
        ("It fell to 25 seconds.", "Es fiel auf 2,5 Sekunden.", False),
        ("It fell to 25 seconds.", "Es fiel auf viele Sekunden.", False),
        ("We run Kubernetes 1.27 on the edge.", "エッジで Kubernetes 1.27 を動かしている。", True),
        ("We run Kubernetes 1.27 on the edge.", "エッジで Kubernetes 1.28 を動かしている。", False),
        ("We run Kubernetes on the edge.", "Ejecutamos Kubernetes en el borde.", True),
        ("We run Kubernetes on the edge.", "Ejecutamos Nomad en el borde.", False),
        ("The proxy is slow.", "Istio プロキシは遅い。", False),
        ("The proxy is slow.", "プロキシは遅い。", True),
        ("We met on Monday.", "Wir trafen uns am Montag.", True),
        ("Half of it is 3 million.", "La mitad son 3 millones.", True),
        ("Use 40 of them.", "40 個使う。", True),
        ("Use it.", "", False),
    ],
)
def test_numbers_and_latin_names_must_be_the_same(text: str, translated: str, correct: bool) -> None:
    """Digits may be grouped in any way or followed by a number word; both directions are checked."""
    assert correct == (translation.find_problem(text, translated) == "")


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_checked(text: str, translated: str) -> None:
    """No text causes an exception, and an empty translation is always rejected."""
    assert isinstance(translation.find_problem(text, translated), str)
    assert translation.find_problem(text, " ")


# -- the page ---------------------------------------------------------------------------------------------------


def test_the_page_is_in_the_configured_language_and_states_what_was_checked(source: Source) -> None:
    """Headings and sentences are Japanese; the page states how many are translated and what was compared."""
    summary, _ = run(source, {"claims": NOTES}, REDUCED)
    page = digest.render(source, make_transcript(), summary, DigestSettings())
    body = page.split("---\n", 2)[2]
    assert "## 要点" in body
    assert "## ディスク" in body
    assert "etcd のディスクが遅かった。" in page.split("---\n", 2)[1]
    total = 1 + len(summary.takeaways) + len(summary.sections) + sum(len(s.claims) for s in summary.sections)
    assert load_wording("ja")["translated"].format(count=total - 1, total=total) in body.replace("\\", "")


@pytest.mark.parametrize("language", sorted(load_table()))
def test_every_language_has_the_complete_wording(language: str) -> None:
    """All languages have the same keys with the same placeholders."""

    def find_placeholders(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    english = load_wording("en")
    result = {key: find_placeholders(text) for key, text in load_wording(language).items()}
    assert result == {key: find_placeholders(text) for key, text in english.items()}


def test_seven_languages_are_supported_and_others_get_english() -> None:
    """A regional variant uses the load_wording of its language."""
    assert {"en", "de", "es", "fr", "ja", "pt", "zh"} <= set(load_table())
    assert load_wording("pt-BR") == load_wording("pt")
    assert load_wording("xx") == load_wording("en")


def test_a_talk_in_german_gets_german_headings_from_any_back_end() -> None:
    """The quotes are not translated; the load_wording of the page is in their language."""
    summary, _ = run(make_source(), {"claims": NOTES}, REDUCED)
    german = make_transcript(language="de")
    page = digest.render(make_source(), german, summary.model_copy(update={"language": ""}), DigestSettings())
    assert "## Auf einen Blick" in page


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("kubectl get pods -n x", "`kubectl get pods -n x`"),
        ("{{< evil >}}", "\\{\\{\\< evil \\>\\}\\}"),
        ("a`b", "a\\`b"),
    ],
)
def test_commands_are_code_spans_only_when_that_is_safe(text: str, markdown: str) -> None:
    """Hugo processes shortcodes even inside code, so their characters are never in a code span."""
    from summarizer.digest.escape import format_code

    assert markdown == format_code(text)


# -- settings ---------------------------------------------------------------------------------------------------


def test_the_extractive_back_end_cannot_translate() -> None:
    """The remedy names the back ends that can."""
    with pytest.raises(BackendError) as problem:
        opened(EXTRACTIVE, SummarizeSettings(language="ja"), RuntimeSettings())
    assert "transformers" in problem.value.remedy


def test_the_option_reaches_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`run --language ja` is the same as `--set summarize.language=ja`."""
    seen: list[list[str]] = []
    monkeypatch.setattr(
        "summarizer.cli.runs.load_config", lambda _path, chosen, *_: seen.append(chosen) or load(overrides=chosen)
    )
    CliRunner().invoke(app, ["run", str(tmp_path), "--language", "ja", "--dry-run"])
    assert seen == [['summarize.language="ja"']]
