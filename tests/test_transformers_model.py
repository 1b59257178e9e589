from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from summarizer.config import RuntimeSettings
from summarizer.errors import BackendError, Refused
from summarizer.records import Source, Transcript
from summarizer.summarize.kinds import KINDS
from summarizer.summarize.llm import TRANSFORMERS
from summarizer.summarize.llm.batching import Batching
from summarizer.summarize.llm.generator import Answer, MemoryAnswers, Request
from summarizer.summarize.llm.schemas import Form, fewer
from summarizer.summarize.llm.transformers_model import TransformersGenerator
from tests import tiny_llm
from tests.conftest import changed, opened, summarize_settings

SETTINGS = summarize_settings(backend="transformers", model="tiny", chunk_tokens=600, max_new_tokens=400)
ROOMY = changed(SETTINGS, max_new_tokens=700)
RUNTIME = RuntimeSettings(device="cpu", llm_batch=2, threads=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of the real architecture."""
    return tiny_llm.build(tmp_path_factory.mktemp("llm"))


def _request(count: int) -> Request:
    schema = fewer(fewer(Form(KINDS["talk"]).notes(count, ())))
    return Request(instructions="Take notes.", material="[0] etcd is slow.", answer_schema=schema)


def _answers(generator: TransformersGenerator, requests: list[Request]) -> list[Answer]:
    """In the order of the requests."""
    return [answer for _, answer in sorted(generator.generate(requests))]


def test_random_weights_answer_in_the_schema_and_cite_existing_segments_only(folder: Path) -> None:
    """Constrained decoding makes any model write valid JSON with ids from the list."""
    answers = _answers(TransformersGenerator(folder, RUNTIME, ROOMY), [_request(2), _request(1)])
    cited = [{id for claim in json.loads(a.text, strict=False)["claims"] for id in claim["evidence"]} for a in answers]
    assert [answer.finished for answer in answers] == [True, True]
    assert cited[0] <= {0, 1}
    assert {0} == cited[1]


def test_a_batch_gives_the_same_answers_as_one_by_one(folder: Path) -> None:
    """Padding on the left changes nothing that a reader could see. (int8 scales activations over the whole batch.)"""
    requests = [_request(1), _request(2)]
    plain = changed(ROOMY, quantize="none")
    together = _answers(TransformersGenerator(folder, RUNTIME, plain), requests)
    alone = _answers(TransformersGenerator(folder, RUNTIME.model_copy(update={"llm_batch": 1}), plain), requests)
    assert [answer.text for answer in alone] == [answer.text for answer in together]


def test_talks_at_once_get_the_answers_they_would_get_alone(folder: Path) -> None:
    """Threads share the model, its tokenizer and its batches."""
    plain = changed(ROOMY, quantize="none")
    generator = TransformersGenerator(folder, RUNTIME.model_copy(update={"llm_batch": 3}), plain)
    asked = [_request(count) for count in (1, 2, 3)]
    alone = [_answers(generator, [request])[0].text for request in asked]
    shared = Batching(generator, 3)
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda request: next(shared.generate([request]))[1].text, asked))
    assert alone == together


def test_a_cut_answer_says_so(folder: Path) -> None:
    """An answer that hits the token limit is not finished."""
    short = SETTINGS.llm.model_copy(update={"max_new_tokens": 5})
    assert not _answers(
        TransformersGenerator(folder, RUNTIME, SETTINGS.model_copy(update={"llm": short})), [_request(1)]
    )[0].finished


def test_gibberish_is_refused_not_published(folder: Path, transcript: Transcript, source: Source) -> None:
    """A model that writes nonsense in perfect form gives a refusal, never a page."""
    summarizer = opened(TRANSFORMERS, SETTINGS, RUNTIME, folder)
    with pytest.raises(Refused) as refused:
        summarizer.summarize(transcript, source, MemoryAnswers())
    assert refused.value.code in {"unsupported", "no_content", "answer_cut"}  # as chance has it


def test_a_prompt_that_does_not_fit_is_refused_not_truncated(
    tmp_path: Path, transcript: Transcript, source: Source
) -> None:
    """A model with too small a context never sees half a prompt."""
    summarizer = opened(TRANSFORMERS, SETTINGS, RUNTIME, tiny_llm.build(tmp_path / "small", context=256))
    with pytest.raises(Refused) as refused:
        summarizer.summarize(transcript, source, MemoryAnswers())
    assert refused.value.code == "prompt_too_long"


def test_a_folder_without_a_model_names_the_remedy(tmp_path: Path) -> None:
    """The error for a missing model says what to run."""
    with pytest.raises(BackendError) as error:
        TransformersGenerator(tmp_path, RUNTIME, SETTINGS)
    assert "summarizer models pull" in error.value.remedy


def test_int8_answers_in_the_schema_and_says_what_it_is(folder: Path) -> None:
    """Every linear layer is quantized on a CPU, unless the settings say otherwise; provenance tells them apart."""
    import torch

    small = TransformersGenerator(folder, RUNTIME, ROOMY)
    plain = TransformersGenerator(folder, RUNTIME, changed(ROOMY, quantize="none"))
    assert (small.device, plain.device) == ("cpu int8", "cpu")
    assert not [layer for layer in small._model.modules() if type(layer) is torch.nn.Linear]
    assert [layer for layer in plain._model.modules() if type(layer) is torch.nn.Linear]


def test_int8_changes_the_models_numbers_only_a_little(folder: Path) -> None:
    """Logits of a prompt point the same way as those of the float model."""
    import torch

    opened = [TransformersGenerator(folder, RUNTIME, changed(ROOMY, quantize=q)) for q in ("int8", "none")]
    ids = torch.tensor([opened[0]._tokenizer.encode("etcd is slow because of the disk")])
    with torch.inference_mode():
        small, plain = (generator._model(ids).logits.float().flatten() for generator in opened)
    assert torch.nn.functional.cosine_similarity(small, plain, dim=0) > 0.99
