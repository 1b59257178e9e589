"""Send requests to a language model and parse its answers into records.

Each request is checked for its length, and each different request is computed once. An answer is stored as soon as it
is completed, under a key over everything that it depends on. So after a killed run only the requests in progress are
repeated, and a change of, for example, the number of sections repeats no map step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence

from pydantic import ValidationError

from summarizer.errors import Failed
from summarizer.stage import Answers
from summarizer.summarize.llm import prompts, schemas
from summarizer.summarize.llm.answers import AnswerT, parse_answer, take_line
from summarizer.summarize.llm.generator import Answer, Generator, Request

MAX_QUOTED = 100  # characters of an unreadable answer in an error


class Client:
    """Sends the requests of one talk; counts the tokens of all answers, whether computed now or in an earlier run."""

    def __init__(self, generator: Generator, identity: str, max_new_tokens: int, stored: Answers) -> None:
        """`identity` contains the model, its revision and everything else that changes the answer to a request."""
        self.generator = generator
        self.tokens_in = 0
        self.tokens_out = 0
        self._identity = identity
        self._max_new_tokens = max_new_tokens
        self._stored = stored
        self._has_written = False  # whether there was any plain answer without a problem

    def ask(self, requests: Sequence[Request], shape: type[AnswerT]) -> list[AnswerT]:
        """Return the answers as records, in order; a request with a truncated or invalid answer is repeated once.

        Raises `Failed`: `prompt_too_long`, `answer_cut`, `bad_answer`.
        """
        for request in requests:
            self._require_fitting(request)
        answers = self._get_answers(requests, lambda answer: _parse(answer, shape) is not None)
        records = [_parse(answer, shape) for answer in answers]
        failed = [i for i, record in enumerate(records) if record is None]
        retries = [_make_retry(requests[i], answers[i]) for i in failed]
        for request in retries:
            self._require_fitting(request)
        for i, answer in zip(failed, self._get_answers(retries, lambda a: _parse(a, shape) is not None), strict=True):
            records[i] = _parse(answer, shape)
            if records[i] is None:
                raise _explain_failure(answer)
        return [record for record in records if record is not None]

    def write(self, requests: Sequence[Request]) -> list[str]:
        """Return the answers to requests for one line of plain text, in order; some may be cut or empty.

        Raises `Failed`: `prompt_too_long`, and `no_answer` when a server has answered nothing at all.
        """
        for request in requests:
            self._require_fitting(request)
        answers = self._get_answers(requests, lambda answer: not answer.problem)
        self._has_written = self._has_written or not all(answer.problem for answer in answers)
        if not self._has_written:
            raise Failed(
                "no_answer",
                f"the server answered none of {len(answers)} requests: {answers[0].problem}",
                "Check the model and its chat template, or try another model.",
            )
        return [take_line(answer.text) for answer in answers]

    def fits(self, request: Request) -> bool:
        """Return whether the prompt and its longest possible answer fit into the model's context."""
        return self._count_needed(request) <= self.generator.context_tokens

    def _count_needed(self, request: Request) -> int:
        return self.generator.prompt_tokens(request) + (request.max_new_tokens or self._max_new_tokens)

    def _require_fitting(self, request: Request) -> None:
        if not self.fits(request):
            raise Failed(
                "prompt_too_long",
                f"the prompt and the answer need {self._count_needed(request)} tokens, "
                f"the model's context has {self.generator.context_tokens}",
                "Lower summarize.llm.chunk_tokens.",
            )

    def _get_answers(self, requests: Sequence[Request], is_valid: Callable[[Answer], bool]) -> list[Answer]:
        """Load stored answers and generate the missing ones, each different request once.

        Only valid answers are stored, so that the next run tries the other requests again.
        """
        keys = [self._make_key(request) for request in requests]
        answers = {key: answer for key in set(keys) if (answer := self._load(key))}
        missing = {key: request for key, request in zip(keys, requests, strict=True) if key not in answers}
        missing_keys = list(missing)
        if missing:
            for index, answer in self.generator.generate(list(missing.values())):
                answers[missing_keys[index]] = answer
                if is_valid(answer):
                    self._stored.put(missing_keys[index], answer.model_dump_json().encode())
        self.tokens_in += sum(answers[key].tokens_in for key in set(keys))
        self.tokens_out += sum(answers[key].tokens_out for key in set(keys))
        return [answers[key] for key in keys]

    def _load(self, key: str) -> Answer | None:
        data = self._stored.get(key)
        try:
            return Answer.model_validate_json(data) if data is not None else None
        except ValidationError:  # written by another version
            return None

    def _make_key(self, request: Request) -> str:
        text = json.dumps([self._identity, request.model_dump()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def _explain_failure(answer: Answer) -> Failed:
    if not answer.finished:
        return Failed(
            "answer_cut",
            "the model's answer was truncated by the token limit, twice",
            "Raise summarize.llm.max_new_tokens, or try another model.",
        )
    said = " ".join(answer.text.split())
    quoted = f"it is {said[:MAX_QUOTED]!r}" if said else answer.problem or "it is empty"
    return Failed(
        "bad_answer",
        f"the model's answer is not the requested JSON, twice: {quoted}",
        "Try another model, or a server that supports response_format.",
    )


def _make_retry(request: Request, answer: Answer) -> Request:
    """Add what was wrong to a request: with greedy decoding, the same request would produce the same answer."""
    instruction = prompts.load("form" if answer.finished else "cut").text
    schema = request.answer_schema if answer.finished else schemas.halve_lists(request.answer_schema or {})
    return request.model_copy(update={"material": f"{request.material}\n\n{instruction}", "answer_schema": schema})


def _parse(answer: Answer, shape: type[AnswerT]) -> AnswerT | None:
    return parse_answer(answer.text, shape) if answer.finished else None
