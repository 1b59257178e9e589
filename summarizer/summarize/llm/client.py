"""Requests to records: every answer fits, is read, is kept, and is computed once.

An answer is kept under a key over everything that it depends on as soon as it is there. So a killed run repeats at most
the requests in flight, and a changed number of sections repeats no map step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from summarizer.errors import Refused
from summarizer.stage import Answers
from summarizer.summarize.llm import prompts, schemas
from summarizer.summarize.llm.generator import Answer, Generator, Request

AnswerT = TypeVar("AnswerT", bound=BaseModel)
LONGEST_ANSWER = 200_000  # characters; a server can send anything


class Asker:
    """One talk's questions to a model; counts the tokens that its answers cost, in this run or an earlier one."""

    def __init__(self, generator: Generator, identity: str, max_new_tokens: int, kept: Answers) -> None:
        """`identity` names model, revision and everything else that changes an answer to the same request."""
        self.generator = generator
        self.tokens_in = 0
        self.tokens_out = 0
        self._identity = identity
        self._max_new_tokens = max_new_tokens
        self._kept_answers = kept

    def ask(self, requests: Sequence[Request], shape: type[AnswerT]) -> list[AnswerT]:
        """Answers as records, in order; a cut or unreadable one is asked for once more.

        Raises `Refused`: `prompt_too_long`, `answer_cut`, `bad_answer`.
        """
        for request in requests:
            self._refuse_long(request)
        first = self._answers(requests, shape)
        read = [_read(answer, shape) for answer in first]
        failed = [i for i, found in enumerate(read) if found is None]
        again = [_once_more(requests[i], first[i]) for i in failed]
        for request in again:
            self._refuse_long(request)
        for i, answer in zip(failed, self._answers(again, shape), strict=True):
            read[i] = _read(answer, shape)
            if read[i] is None:
                what = "is not the JSON that was asked for" if answer.finished else "was cut by the token limit"
                raise Refused(
                    "bad_answer" if answer.finished else "answer_cut",
                    f"the model's answer {what}, twice",
                    "Raise summarize.llm.max_new_tokens, or try another model.",
                )
        return [found for found in read if found is not None]

    def fits(self, request: Request) -> bool:
        """Whether the model holds the prompt and the longest answer to it."""
        return self._needed(request) <= self.generator.context_tokens

    def _needed(self, request: Request) -> int:
        return self.generator.prompt_tokens(request) + self._max_new_tokens

    def _refuse_long(self, request: Request) -> None:
        if not self.fits(request):
            raise Refused(
                "prompt_too_long",
                f"prompt and answer need {self._needed(request)} tokens, "
                f"the model holds {self.generator.context_tokens}",
                "Lower summarize.llm.chunk_tokens.",
            )

    def _answers(self, requests: Sequence[Request], shape: type[BaseModel]) -> list[Answer]:
        """Kept answers where there are any; the others are generated, each different request once.

        Only answers that can be read are kept: the others are worth another try on the next run.
        """
        keys = [self._key(request) for request in requests]
        known = {key: answer for key in set(keys) if (answer := self._kept(key))}
        missing = {key: request for key, request in zip(keys, requests, strict=True) if key not in known}
        missing_keys = list(missing)
        if missing:
            for index, answer in self.generator.generate(list(missing.values())):
                known[missing_keys[index]] = answer
                if _read(answer, shape):
                    self._kept_answers.put(missing_keys[index], answer.model_dump_json().encode())
        self.tokens_in += sum(known[key].tokens_in for key in set(keys))
        self.tokens_out += sum(known[key].tokens_out for key in set(keys))
        return [known[key] for key in keys]

    def _kept(self, key: str) -> Answer | None:
        data = self._kept_answers.get(key)
        try:
            return Answer.model_validate_json(data) if data is not None else None
        except ValidationError:  # of another version
            return None

    def _key(self, request: Request) -> str:
        text = json.dumps([self._identity, request.model_dump()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def _once_more(request: Request, answer: Answer) -> Request:
    """The request with what was wrong: asked the same, a model that decodes greedily would answer the same."""
    said = prompts.load("form" if answer.finished else "cut").text
    schema = request.answer_schema if answer.finished else schemas.fewer(request.answer_schema)
    return request.model_copy(update={"material": f"{request.material}\n\n{said}", "answer_schema": schema})


def _read(answer: Answer, shape: type[AnswerT]) -> AnswerT | None:
    if not answer.finished or len(answer.text) > LONGEST_ANSWER:
        return None
    text = answer.text.strip()
    if text.startswith("```"):  # servers without constrained decoding like to wrap it
        text = text.strip("`").removeprefix("json").strip()
    try:
        # strict=False: grammars let control characters through inside strings; the digest drops them.
        return shape.model_validate(json.loads(text, strict=False))
    except (ValueError, RecursionError, ValidationError):
        return None
