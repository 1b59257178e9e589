from __future__ import annotations

import logging
from pathlib import Path

import pytest

from summarizer.config import Config, load
from summarizer.errors import BackendError, UsageError
from summarizer.pipeline import Run, State, new_run
from summarizer.pipeline.preflight import check_names, check_settings
from summarizer.pipeline.text import _warn_once
from summarizer.stage import Backend
from tests.fake_backends import FakeBackends, make_video


def fill(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"{}")
    return folder


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("transcribe.whisper.model=smal", "unknown model 'smal'. Did you mean small?"),
        ("transcribe.whisper.model=qwen3-4b-instruct", "is not a whisper model"),
        ("transcribe.whisper.language=english", "Whisper knows no language 'english'"),
        ("summarize.language=ja", "quotes the talk and cannot translate to 'ja'"),
        ("summarize.kind=poem", "poem"),
        ("glossary.file=none.toml", "none.toml"),
        ("runtime.cookies=none.txt", "cannot read none.txt"),
        ("runtime.device=cuda", "no CUDA device was found"),
    ],
)
def test_a_problem_of_the_settings_is_found_before_the_first_talk(
    override: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, as a usage error with exit code 2, and not once per talk after minutes of work."""
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 0)
    with pytest.raises(UsageError) as error:
        new_run(load(overrides=[override]))
    assert message in error.value.advice
    assert error.value.exit_code == 2


def test_all_problems_of_the_settings_are_reported_at_once() -> None:
    """Whoever corrects one of them must not meet the next after another start."""
    with pytest.raises(UsageError) as error:
        check_settings(
            load(overrides=["transcribe.whisper.model=smal", "summarize.language=ja", "runtime.cookies=none"])
        )
    assert all(text in str(error.value) for text in ("'smal'", "'ja'", "none"))
    with pytest.raises(UsageError) as error:
        load(overrides=["runtime.devise=cpu", "transcribe.policy=x"], environ={"SUMMARIZER_LIBRARY": "x"})
    assert all(
        text in str(error.value) for text in ("runtime.device", "transcribe.policy", "SUMMARIZER_RUNTIME__LIBRARY")
    )


def test_names_of_back_ends_are_checked_by_every_command() -> None:
    """Also by those that run nothing."""
    with pytest.raises(UsageError, match="there is no back end 'foo'"):
        check_names(load(overrides=["summarize.backend=foo"]))


@pytest.mark.parametrize(
    ("files", "message", "remedy"),
    [
        (
            ("config.json", "model.safetensors", "tokenizer.json"),
            "the format of transformers",
            "ct2-transformers-converter",
        ),
        (("ggml-base.bin",), "the format of llama.cpp or whisper.cpp", "models list"),
        (("config.json", "model.bin"), "it lacks tokenizer.json", "models list"),
    ],
)
def test_a_whisper_folder_of_another_format_is_named(
    tmp_path: Path, files: tuple[str, ...], message: str, remedy: str
) -> None:
    """With the format that it has, and what to do."""
    folder = fill(tmp_path / "m", *files)
    with pytest.raises(UsageError, match=message) as error:
        check_settings(load(overrides=[f"transcribe.whisper.model='{folder}'"]))
    assert remedy in error.value.remedy


@pytest.mark.parametrize(
    ("files", "message"), [(("model.gguf",), "llama.cpp"), (("config.json", "model.bin"), "CTranslate2")]
)
def test_a_folder_that_is_no_language_model_is_named(tmp_path: Path, files: tuple[str, ...], message: str) -> None:
    """llama.cpp can serve a GGUF file to the back end `openai`."""
    folder = fill(tmp_path / "m", *files)
    with pytest.raises(UsageError, match=message):
        check_settings(load(overrides=["summarize.backend=transformers", f"summarize.llm.model='{folder}'"]))


def test_speech_settings_do_not_matter_where_only_captions_are_used() -> None:
    """Nothing is recognised with this policy."""
    check_settings(load(overrides=["transcribe.whisper.model=smal", "transcribe.policy=captions"]))


@pytest.mark.parametrize("text", ["", "{}", "youtube.com\tTRUE"])
def test_a_file_that_has_no_cookies_is_a_usage_error(tmp_path: Path, text: str) -> None:
    """yt-dlp would say so after the first request."""
    (tmp_path / "cookies.txt").write_text(text)
    with pytest.raises(UsageError, match="Netscape format"):
        check_settings(load(overrides=[f"runtime.cookies='{tmp_path}/cookies.txt'"]))
    (tmp_path / "cookies.txt").write_text("# Netscape HTTP Cookie File\n.youtube.com\tTRUE\t/\tTRUE\t0\tx\ty\n")
    check_settings(load(overrides=[f"runtime.cookies='{tmp_path}/cookies.txt'"]))


class WithoutSpeech(FakeBackends):
    """Back ends of which the one for speech has no model."""

    def problem(self, backend: Backend[object]) -> BackendError | None:
        return BackendError("the model small is missing", "Pull it.") if backend.name in self.missing else None

    missing = ("whisper",)


def settings(folder: Path, policy: str = "human_else_whisper") -> Config:
    folders = [f"runtime.{name}='{folder}/{name}'" for name in ("library", "digests")]
    return load(overrides=[*folders, f"transcribe.policy={policy}"])


def test_without_a_speech_model_automatic_captions_are_used_and_replaced_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As the policy promises, with one warning; no sound is downloaded. When the model is there, speech is recognised."""
    backends = WithoutSpeech(kind="automatic")
    backends.listing = tuple(make_video(number) for number in range(3))
    _warn_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        run = Run(settings(tmp_path), backends=backends)
        run.execute(run.find(["x"]))
    assert [outcome.status for outcome in run.finals] == ["made"] * 3
    assert backends.calls["fetch_audio"] == 0
    assert [record.message.count("the model small is missing") for record in caplog.records] == [1]
    [(_, steps), *_] = run.plan(run.find(["x"]))
    assert [(step.stage, step.why) for step in steps if step.state == State.WAITS] == [
        ("transcribe", "the model small is missing. Pull it.")
    ]
    again = Run(settings(tmp_path), backends=backends)
    again.execute(again.find(["x"]))
    assert [outcome.status for outcome in again.finals] == ["cached"] * 3
    backends.missing = ()  # type: ignore[assignment]
    later = Run(settings(tmp_path), backends=backends)
    later.execute(later.find(["x"]))
    assert ([outcome.status for outcome in later.finals], backends.calls["transcribe"]) == (["made"] * 3, 3)


def test_without_a_speech_model_talks_with_sound_only_fail_with_the_remedy(tmp_path: Path) -> None:
    """This is no refusal: the recording may be good. What was recognised before stays valid."""
    backends = WithoutSpeech(captions=None)
    backends.listing = (make_video(0),)
    run = Run(settings(tmp_path), backends=backends)
    run.execute(run.find(["x"]))
    assert [(outcome.status, outcome.code) for outcome in run.finals] == [("failed", "no_speech_recognition")]
    assert "Pull it." in run.finals[0].reason
    backends.missing = ()  # type: ignore[assignment]
    for missing in ((), ("whisper",)):
        backends.missing = missing  # type: ignore[assignment]
        run = Run(settings(tmp_path), backends=backends)
        run.execute(run.find(["x"]))
    assert [outcome.status for outcome in run.finals] == ["cached"]


def test_a_missing_language_model_ends_the_run_before_any_work(tmp_path: Path) -> None:
    """Every talk would need it; a run with nothing to do does not."""
    backends = WithoutSpeech()
    backends.listing = (make_video(0),)
    for missing in ((), ("extractive",)):
        backends.missing = missing  # type: ignore[assignment]
        run = Run(settings(tmp_path), backends=backends)
        run.execute(run.find(["x"]))
    assert [outcome.status for outcome in run.finals] == ["cached"]
    backends.listing = (make_video(1),)
    run = Run(settings(tmp_path), backends=backends)
    with pytest.raises(UsageError, match="the model small is missing"):
        run.execute(run.find(["x"]))
    assert backends.calls["download"] == 1
