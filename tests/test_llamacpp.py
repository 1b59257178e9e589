"""llama.cpp in this process, with real weights: SmolLM2 with 135 million parameters."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from summarizer import models
from summarizer.cli import doctor
from summarizer.config import Config, RuntimeSettings, SummarizeSettings
from summarizer.errors import BackendError, Failed
from summarizer.records import Source, Transcript
from summarizer.summarize.llm import LLAMACPP, OPENAI, TRANSFORMERS
from summarizer.summarize.llm.editing.writing import EXAMPLES, make_request
from summarizer.summarize.llm.generator import Answer, MemoryAnswers, Request
from summarizer.summarize.llm.servers.llamacpp import LlamaCppGenerator
from summarizer.summarize.llm.servers.openai_server import OpenAIGenerator
from summarizer.summarize.llm.transformers_model import TransformersGenerator
from tests.conftest import changed, opened, summarize_settings

NAME = "smollm2-135m-instruct"
SETTINGS = summarize_settings(backend="llamacpp", context_tokens=1024, max_new_tokens=40)
RUNTIME = RuntimeSettings(
    device="cpu", llm_batch=2, threads=1
)  # threads of llama.cpp spin: two on a busy core take long
PASSAGES = (
    "so what we did is we moved etcd to a faster disk and the delay fell from forty to three milliseconds",
    "one controller asked for the list of all pods every ten seconds and we did not know about it",
    "um the alert is sent when more than one percent of the requests are slow you know",
)
REQUESTS = [make_request("sentence", passage, EXAMPLES) for passage in PASSAGES]


@pytest.fixture(scope="module")
def model() -> Path:
    """The folder with the weights."""
    pytest.importorskip("xllamacpp", reason="needs: pip install xllamacpp")
    try:
        return models.resolve(NAME, "llamacpp", Path("/nonexistent")).path
    except BackendError as error:
        pytest.skip(f"no weights: {error.advice}")


@pytest.fixture(scope="module")
def generator(model: Path) -> LlamaCppGenerator:
    return LlamaCppGenerator(model, RUNTIME, SETTINGS)


@pytest.fixture
def server(generator: LlamaCppGenerator, monkeypatch: pytest.MonkeyPatch) -> RuntimeSettings:
    """The server of the same model, as an address with a key."""
    monkeypatch.setenv("SUMMARIZER_API_KEY", generator._transport._headers["Authorization"].removeprefix("Bearer "))
    return RuntimeSettings(endpoint=f"{generator._server.listening_address}/v1", llm_batch=2, retries=0)


def generate(generator: Any, *requests: Request) -> list[Answer]:
    """The answers in the order of the requests."""
    return [answer for _, answer in sorted(generator.generate(requests), key=lambda item: item[0])]


def test_sentences_are_about_their_passages(generator: LlamaCppGenerator) -> None:
    """More requests than slots, each with its own answer of one line."""
    answers = [answer.text for answer in generate(generator, *REQUESTS)]
    assert [[word in text for word in ("disk", "controller", "alert")].index(True) for text in answers] == [0, 1, 2]
    assert not any("\n" in text.strip() for text in answers)


def test_tokens_are_counted_exactly(generator: LlamaCppGenerator) -> None:
    """The prompt with its template has as many tokens as the model then reads."""
    counted = [generator.prompt_tokens(request) for request in REQUESTS]
    assert [answer.tokens_in for answer in generate(generator, *REQUESTS)] == counted
    assert generator.count_tokens("etcd") + generator.count_tokens(" is slow") == generator.count_tokens("etcd is slow")


def test_grammars_and_schemas_limit_answers(generator: LlamaCppGenerator) -> None:
    """Whatever the model would rather say."""
    schema = {"type": "object", "properties": {"n": {"type": "integer", "enum": [7]}}, "required": ["n"]}
    chosen, structured = generate(
        generator,
        Request(instructions="Answer.", material="Is water wet?", grammar='root ::= "perhaps" | "never"'),
        Request(
            instructions="Answer.", material="Is water wet?", answer_schema=schema | {"additionalProperties": False}
        ),
    )
    assert chosen.text in {"perhaps", "never"}
    assert json.loads(structured.text) == {"n": 7}


def test_a_cut_answer_is_not_finished(generator: LlamaCppGenerator) -> None:
    """The limit of tokens is that of the request, or else that of the settings."""
    endless = Request(instructions="Count.", material="Count.", grammar="root ::= [a-z ]+", max_new_tokens=5)
    answers = generate(generator, endless, endless.model_copy(update={"max_new_tokens": 0}))
    assert [(answer.finished, answer.tokens_out) for answer in answers] == [(False, 5), (False, 40)]


def test_a_prompt_that_does_not_fit_is_an_error(generator: LlamaCppGenerator) -> None:
    """It is never truncated."""
    with pytest.raises(Failed, match="exceeds the available context size") as problem:
        generate(generator, Request(instructions="Read.", material="word " * 2000))
    assert problem.value.code == "prompt_too_long"
    assert "context_tokens" in problem.value.remedy


def test_the_computation_stops_when_nobody_waits(generator: LlamaCppGenerator) -> None:
    """After an error or Ctrl-C the slots are free for others."""
    endless = Request(instructions="Count.", material="Count.", grammar="root ::= [a-z ]+", max_new_tokens=100_000)
    short = endless.model_copy(update={"max_new_tokens": 1})
    waiting: Iterator[tuple[int, Answer]] = generator.generate([endless, short])
    assert [number for number, _ in islice(waiting, 1)] == [1]
    waiting.close()  # type: ignore[attr-defined]
    started = time.monotonic()
    generate(generator, short, short)
    assert time.monotonic() - started < 60  # the context alone has room for minutes


def test_the_port_needs_the_key_of_this_process(generator: LlamaCppGenerator) -> None:
    """Other programs on this machine can neither use the model nor read what it is asked."""
    for path in ("slots", "v1/models", "tokenize"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{generator._server.listening_address}/{path}", data=b"{}", timeout=20)  # noqa: S310 - http
        assert refused.value.code in {401, 404}


def test_nothing_is_written_to_the_terminal(model: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The run has a progress bar."""
    generate(LlamaCppGenerator(model, RUNTIME, SETTINGS), REQUESTS[0])
    assert capfd.readouterr() == ("", "")


def test_a_talk_is_summarized_and_every_claim_is_checked(model: Path, transcript: Transcript, source: Source) -> None:
    """With sentences of the model or quotes; the page names the back end and its arithmetic."""
    summary = opened(LLAMACPP, SETTINGS, RUNTIME, model).summarize(transcript, source, MemoryAnswers())
    assert summary.evidence.claims_supported == 1.0
    assert (summary.made.backend, summary.made.device) == ("llamacpp", "cpu Q4_1")


# -- the same server and the same weights, through the other back ends -------------------------------------------


def test_the_openai_back_end_gets_the_same_answers(generator: LlamaCppGenerator, server: RuntimeSettings) -> None:
    """From a real server; only the limit of one line is not in the API."""
    remote = OpenAIGenerator(server, SETTINGS.llm)
    assert [a.text.split()[:5] for a in generate(remote, *REQUESTS)] == [
        a.text.split()[:5] for a in generate(generator, *REQUESTS)
    ]


def test_the_openai_back_end_summarizes_with_a_real_server(
    server: RuntimeSettings, transcript: Transcript, source: Source
) -> None:
    """The answers go through the same checks."""
    settings = changed(SETTINGS, backend="openai")
    summary = opened(OPENAI, settings, server).summarize(transcript, source, MemoryAnswers())
    assert summary.evidence.claims_supported == 1.0


def test_a_real_server_says_that_its_context_is_too_small(server: RuntimeSettings) -> None:
    """Its own words are in the error."""
    with pytest.raises(Failed, match="exceeds the available context size") as problem:
        generate(OpenAIGenerator(server, SETTINGS.llm), Request(instructions="Read.", material="word " * 2000))
    assert problem.value.code == "prompt_too_long"


def test_the_same_weights_answer_the_same_through_transformers(
    model: Path, generator: LlamaCppGenerator, tmp_path: Path
) -> None:
    """The prompt has the same tokens; the sentences are about the same, as the arithmetic differs."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    file = next(model.glob("*.gguf")).name
    tokenizer = AutoTokenizer.from_pretrained(model, gguf_file=file)
    weights = AutoModelForCausalLM.from_pretrained(
        model, gguf_file=file, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    tokenizer.save_pretrained(tmp_path)
    weights.config.__dict__.pop("quantization_config", None)  # that of the file; the loaded weights have none
    weights.save_pretrained(tmp_path)
    settings = changed(SETTINGS, backend="transformers")
    other = TransformersGenerator(tmp_path, RUNTIME, settings)
    assert [other.prompt_tokens(request) for request in REQUESTS] == [generator.prompt_tokens(r) for r in REQUESTS]
    pairs = zip(generate(other, *REQUESTS), generate(generator, *REQUESTS), strict=True)
    same = [{*one.text.split()} & {*two.text.split()} for one, two in pairs]
    assert all(len(words) >= 5 for words in same)


# -- what can be wrong before the first talk -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "has no .gguf file"),
        ({"model.safetensors": b"x"}, "has no .gguf file"),
        ({"a.gguf": b"GGUF", "b.gguf": b"GGUF"}, "several .gguf files: a.gguf, b.gguf"),
        ({"a.gguf": b"<html>"}, "is not in the GGUF format"),
        ({"a.gguf": b"GGUF" + b"\0" * 100}, "cannot load"),
        ({"a-00001-of-00002.gguf": b"GGUF" + b"\0" * 100, "a-00002-of-00002.gguf": b"GGUF"}, "cannot load"),
    ],
)
def test_a_model_that_cannot_be_loaded_has_a_remedy(files: dict[str, bytes], said: str, tmp_path: Path) -> None:
    """It says what is wrong with which file, and how to get a model."""
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(BackendError, match=said) as error:
        LlamaCppGenerator(tmp_path, RUNTIME, SETTINGS)
    assert "summarizer models pull" in error.value.remedy


def test_a_missing_package_has_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In doctor and when the model is opened."""
    monkeypatch.setitem(__import__("sys").modules, "xllamacpp", None)
    with pytest.raises(BackendError, match="xllamacpp") as error:
        LlamaCppGenerator(tmp_path, RUNTIME, SETTINGS)
    assert "[llamacpp]" in error.value.remedy


def test_a_gpu_that_is_not_there_is_an_error(model: Path) -> None:
    """The installed build computes on the CPU only."""
    with pytest.raises(BackendError, match="no GPU"):
        LlamaCppGenerator(model, RUNTIME.model_copy(update={"device": "cuda"}), SETTINGS)


def test_a_model_of_another_back_end_is_named_with_the_suitable_ones(tmp_path: Path) -> None:
    """A folder of safetensors is not for llama.cpp, nor a GGUF file for transformers."""
    with pytest.raises(BackendError, match=r"qwen2\.5-1\.5b-instruct is not a llamacpp model") as error:
        models.resolve("qwen2.5-1.5b-instruct", "llamacpp", tmp_path)
    assert NAME in error.value.remedy
    settings = summarize_settings(backend="transformers", model=NAME)
    with pytest.raises(BackendError, match="is not a llm model"):
        TRANSFORMERS.installed(Config(summarize=settings))


def test_a_gguf_file_is_a_model_and_identified_by_its_content(tmp_path: Path) -> None:
    """Also when it is given by its path."""
    file = tmp_path / "mine.gguf"
    file.write_bytes(b"GGUF 1")
    first = models.resolve(str(file), "llamacpp", tmp_path / "models")
    file.write_bytes(b"GGUF 22")
    assert (first.path, first.name) == (file, "mine.gguf")
    assert first.revision != models.resolve(str(file), "llamacpp", tmp_path / "models").revision


def test_doctor_checks_the_package_and_the_model(tmp_path: Path) -> None:
    """Before a run."""
    chosen = {"backend": "llamacpp", "llamacpp": {"model": "qwen2.5-0.5b-instruct-gguf"}}
    config = Config(summarize=SummarizeSettings.model_validate(chosen), runtime=RuntimeSettings(models=tmp_path))
    findings = {finding.check: finding for finding in doctor.examine(config)}
    assert "package xllamacpp" in findings
    assert findings["model qwen2.5-0.5b-instruct-gguf"].remedy.startswith(
        "Run: summarizer models pull qwen2.5-0.5b-instruct-gguf"
    )
