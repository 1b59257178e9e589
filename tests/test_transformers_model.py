from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from summarizer.config import RuntimeSettings
from summarizer.errors import BackendError, Failed, Refused
from summarizer.records import Source, Transcript
from summarizer.summarize.kinds import KINDS
from summarizer.summarize.llm import TRANSFORMERS
from summarizer.summarize.llm.batching import Batching
from summarizer.summarize.llm.generator import Answer, MemoryAnswers, Request
from summarizer.summarize.llm.schemas import Form, halve_lists
from summarizer.summarize.llm.transformers_model import TransformersGenerator
from tests import tiny_llm
from tests.conftest import changed, opened, summarize_settings

SETTINGS = summarize_settings(backend="transformers", model="tiny", chunk_tokens=600, max_new_tokens=400)
WITH_LONG_ANSWERS = changed(SETTINGS, max_new_tokens=700)
RUNTIME = RuntimeSettings(device="cpu", llm_batch=2, threads=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a real architecture and random weights."""
    return tiny_llm.build(tmp_path_factory.mktemp("llm"))


def _make_request(count: int) -> Request:
    schema = halve_lists(halve_lists(Form(KINDS["talk"]).build_map_schema(count, ())))
    return Request(instructions="Take notes.", material="[0] etcd is slow.", answer_schema=schema)


def _generate(generator: TransformersGenerator, requests: list[Request]) -> list[Answer]:
    """Return the answers in the order of the requests."""
    return [answer for _, answer in sorted(generator.generate(requests))]


def test_random_weights_answer_in_the_schema_and_cite_existing_segments_only(folder: Path) -> None:
    """With constrained decoding, any model generates valid JSON with ids from the list."""
    answers = _generate(TransformersGenerator(folder, RUNTIME, WITH_LONG_ANSWERS), [_make_request(2), _make_request(1)])
    cited = [{id for claim in json.loads(a.text, strict=False)["claims"] for id in claim["evidence"]} for a in answers]
    assert [answer.finished for answer in answers] == [True, True]
    assert cited[0] <= {0, 1}
    assert {0} == cited[1]


def test_a_batch_gives_the_same_answers_as_single_requests(folder: Path) -> None:
    """Padding on the left does not change the text."""
    requests = [_make_request(1), _make_request(2)]
    together = _generate(TransformersGenerator(folder, RUNTIME, WITH_LONG_ANSWERS), requests)
    alone = _generate(
        TransformersGenerator(folder, RUNTIME.model_copy(update={"llm_batch": 1}), WITH_LONG_ANSWERS), requests
    )
    assert [answer.text for answer in alone] == [answer.text for answer in together]


def test_concurrent_talks_get_the_same_answers_as_single_ones(folder: Path) -> None:
    """Threads share the model, its tokenizer and its batches."""
    generator = TransformersGenerator(folder, RUNTIME.model_copy(update={"llm_batch": 3}), WITH_LONG_ANSWERS)
    requests = [_make_request(count) for count in (1, 2, 3)]
    alone = [_generate(generator, [request])[0].text for request in requests]
    shared = Batching(generator, 3)
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda request: next(shared.generate([request]))[1].text, requests))
    assert alone == together


def test_a_truncated_answer_is_not_finished(folder: Path) -> None:
    """The answer reaches the token limit."""
    short = SETTINGS.llm.model_copy(update={"max_new_tokens": 5})
    assert not _generate(
        TransformersGenerator(folder, RUNTIME, SETTINGS.model_copy(update={"llm": short})), [_make_request(1)]
    )[0].finished


def test_random_text_is_never_published(folder: Path, transcript: Transcript, source: Source) -> None:
    """Notes of random text are refused; with editing, the page consists of quotes."""
    notes = opened(TRANSFORMERS, changed(SETTINGS, method="map_reduce"), RUNTIME, folder)
    with pytest.raises((Refused, Failed)) as refused:
        notes.summarize(transcript, source, MemoryAnswers())
    assert refused.value.code in {"unsupported", "no_content", "answer_cut"}  # depends on the random weights
    summary = opened(TRANSFORMERS, SETTINGS, RUNTIME, folder).summarize(transcript, source, MemoryAnswers())
    assert summary.quoted


def test_a_prompt_that_does_not_fit_fails_and_is_not_truncated(
    tmp_path: Path, transcript: Transcript, source: Source
) -> None:
    """No prompt is truncated for a model with a small context."""
    summarizer = opened(TRANSFORMERS, SETTINGS, RUNTIME, tiny_llm.build(tmp_path / "small", context=256))
    with pytest.raises(Failed) as refused:
        summarizer.summarize(transcript, source, MemoryAnswers())
    assert refused.value.code == "prompt_too_long"


def test_a_folder_without_a_model_has_a_remedy(tmp_path: Path) -> None:
    """The remedy contains the command that installs a model."""
    with pytest.raises(BackendError) as error:
        TransformersGenerator(tmp_path, RUNTIME, SETTINGS)
    assert "summarizer models pull" in error.value.remedy


def test_prompts_that_begin_alike_give_the_same_answers_together_and_alone(folder: Path) -> None:
    """The common beginning is computed once; the padding behind it does not change the text."""
    requests = [
        Request(instructions="Write one sentence about the passage. " * 8, material=material, max_new_tokens=12)
        for material in ("etcd is slow.", "A watch is cheaper than a list of all pods.", "Use disks.")
    ]
    together = _generate(TransformersGenerator(folder, RUNTIME.model_copy(update={"llm_batch": 3}), SETTINGS), requests)
    generator = TransformersGenerator(folder, RUNTIME.model_copy(update={"llm_batch": 1}), SETTINGS)
    assert [a.text for a in together] == [_generate(generator, [request])[0].text for request in requests]
    assert [a.tokens_in for a in together] == [generator.prompt_tokens(request) for request in requests]
