"""Servers that call themselves OpenAI-compatible, each with a habit of its own."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from summarizer.config import Config, RuntimeSettings
from summarizer.errors import BackendError, Deferred, Failed, UsageError
from summarizer.records import Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.summarize.llm import OPENAI
from summarizer.summarize.llm.generator import MemoryAnswers
from summarizer.summarize.llm.servers import transport
from summarizer.summarize.llm.servers.trouble import read_retry_after
from tests.conftest import changed, opened, summarize_settings
from tests.fake_openai import error, reply, serve
from tests.test_mapreduce import GOOD_MAP, GOOD_REDUCE

SETTINGS = summarize_settings(backend="openai", model="qwen", method="map_reduce", chunk_tokens=2000)
EDITED = changed(SETTINGS, method="edit")
GOOD = (reply(GOOD_MAP), reply(GOOD_REDUCE))


def summarize(
    address: str, transcript: Transcript, source: Source, answers: Answers | None = None, **runtime: object
) -> Summary:
    values = {"endpoint": address, "retries": 1, "request_seconds": 5.0} | runtime
    summarizer = opened(OPENAI, SETTINGS, RuntimeSettings.model_validate(values))
    return summarizer.summarize(transcript, source, MemoryAnswers() if answers is None else answers)


def message(**fields: object) -> tuple[int, bytes]:
    """A completion whose message has these fields."""
    body = json.loads(reply("")[1])
    body["choices"][0]["message"] = {"role": "assistant"} | fields
    return 200, json.dumps(body).encode()


def stream(text: str) -> tuple[int, bytes]:
    """A completion as server-sent events."""
    parts = [text[i : i + 40] for i in range(0, len(text), 40)]
    events = [{"choices": [{"index": 0, "delta": {"content": part}}]} for part in parts]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    lines = [": ping", *(f"data: {json.dumps(event)}" for event in events), "data: [DONE]"]
    return 200, "\n\n".join(lines).encode()


@contextmanager
def raw_server(*chunks: bytes, pause: float = 0.0, endless: bool = False) -> Iterator[tuple[str, list[float]]]:
    """A server that sends these bytes, whatever it is asked; yields its address and the times of closed connections."""
    closed: list[float] = []
    stopped = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                while not stopped.is_set():
                    for chunk in chunks:
                        connection.sendall(chunk)
                        stopped.wait(pause)
                    if not endless:
                        break
            except OSError:
                closed.append(time.monotonic())

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", closed
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

# -- the digest is made where the content is there ------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        reply(f"Sure! Here you go:\n```JSON\n{GOOD_MAP}\n```\nAnything else?"),
        reply(f"\ufeff{GOOD_MAP}"),
        reply(f"<think>\nThe user wants {{notes}}.\n</think>\n\n{GOOD_MAP}"),
        reply(GOOD_MAP.replace('"evidence": [4]', '"evidence": "4"').replace("]}]}", "],},]}")),
        message(content=[{"type": "text", "text": GOOD_MAP[:50]}, {"type": "text", "text": GOOD_MAP[50:]}]),
        message(content=[{"type": "reasoning", "text": "Hm."}, {"type": "text", "text": GOOD_MAP}]),
        message(content="", reasoning_content=GOOD_MAP),
        message(content=None, reasoning=f"<think>Hm.</think>{GOOD_MAP}"),
        message(content=GOOD_MAP, refusal=None, tool_calls=None, reasoning_content="Hm."),
        (200, b"\xef\xbb\xbf" + reply(GOOD_MAP)[1]),
        stream(GOOD_MAP),
    ],
)
def test_content_is_found_where_a_server_puts_it(
    first: tuple[int, bytes], transcript: Transcript, source: Source
) -> None:
    """In one request for the notes: nothing is asked twice."""
    with serve(first, reply(GOOD_REDUCE)) as (address, requests):
        summary = summarize(address, transcript, source)
    assert len(summary.sections) == 2
    assert len(requests) == 2


@pytest.mark.parametrize(
    ("refusal", "parameter"),
    [
        (error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."), "max_tokens"),
        (error(400, "'temperature' does not support 0 with this model."), "temperature"),
        ((422, b'{"detail": [{"loc": ["body", "temperature"], "msg": "temperature: extra"}]}'), "temperature"),
        (error(404, "No endpoints found that support the requested parameters"), "response_format"),
        (error(400, "response_format.type must be json_object or text"), "response_format"),
        (error(400), "response_format"),
        (error(500, "failed to parse grammar"), "response_format"),
        ((200, b'{"error": {"message": "json_schema is not supported", "code": 400}}'), "response_format"),
    ],
)
def test_a_parameter_that_a_server_does_not_support_is_left_out(
    refusal: tuple[int, bytes], parameter: str, transcript: Transcript, source: Source
) -> None:
    """The request is sent again without it, and all later ones as well."""
    with serve(refusal, *GOOD) as (address, requests):
        summary = summarize(address, transcript, source)
    assert [parameter in request for request in requests] == [True, False, False]
    assert len(summary.sections) == 2
    if parameter == "max_tokens":
        assert requests[2]["max_completion_tokens"] == 900


def test_instructions_are_sent_to_a_model_without_a_system_role(transcript: Transcript, source: Source) -> None:
    """They become the beginning of the first message."""
    with serve(error(400, "System role not supported"), *GOOD) as (address, requests):
        summarize(address, transcript, source)
    system, user = requests[0]["messages"]
    assert requests[1]["messages"] == [{"role": "user", "content": f"{system['content']}\n\n{user['content']}"}]


def test_a_server_that_breaks_down_over_a_schema_gets_it_as_text(transcript: Transcript, source: Source) -> None:
    """After as many equal errors as there may be repetitions; a passing error is not blamed on the schema."""
    with serve(error(500), error(500), *GOOD) as (address, requests):
        summarize(address, transcript, source)
    assert ["response_format" in request for request in requests] == [True, True, False, False]


def test_one_rejected_request_does_not_cost_the_others_their_schema(transcript: Transcript, source: Source) -> None:
    """Only a request that was answered without the schema shows that the schema was the reason."""
    with serve(error(400, "odd"), error(400, "odd"), *GOOD) as (address, requests):
        generator = opened(OPENAI, SETTINGS, RuntimeSettings(endpoint=address, retries=0, request_seconds=5.0))
        with pytest.raises(Failed, match="odd"):
            generator.summarize(transcript, source, MemoryAnswers())
        generator.summarize(transcript, source, MemoryAnswers())
    assert ["response_format" in request for request in requests] == [True, False, True, True]


def test_a_model_that_thinks_gets_room_for_it(transcript: Transcript, source: Source) -> None:
    """An answer that was cut before it began is asked for again with a higher limit, once for all requests."""
    body = json.loads(reply("", "length")[1])
    body["choices"][0]["message"]["reasoning_content"] = "Let me see. The user wants"
    with serve((200, json.dumps(body).encode()), *GOOD) as (address, requests):
        summarize(address, transcript, source)
    assert [request["max_tokens"] for request in requests] == [900, 4996, 4996]


def test_a_server_that_counts_only_uncached_tokens_is_no_fault(transcript: Transcript, source: Source) -> None:
    """A count that is too low is asked for again with a prompt that no cache has; a truncated one stays low."""
    with serve(reply(GOOD_MAP, prompt_tokens=7), reply("x"), reply(GOOD_REDUCE, prompt_tokens=3)) as (
        address,
        requests,
    ):
        summary = summarize(address, transcript, source)
    assert len(requests) == 3
    assert requests[1]["messages"][0]["content"].endswith(requests[0]["messages"][0]["content"])
    assert len(summary.sections) == 2


def test_cached_tokens_are_counted(transcript: Transcript, source: Source) -> None:
    """Where the server names them."""
    body = json.loads(reply(GOOD_MAP, prompt_tokens=7)[1])
    body["usage"]["prompt_tokens_details"] = {"cached_tokens": 1000}
    with serve((200, json.dumps(body).encode()), reply(GOOD_REDUCE)) as (address, _):
        assert summarize(address, transcript, source).made.tokens_in == 2007


# -- trouble is a failure with the server's own words ----------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "code", "said", "remedy"),
    [
        (
            (200, b'{"error": {"message": "GPU is on fire"}}'),
            Failed,
            "server_error",
            "GPU is on fire",
            "See to the server",
        ),
        ((200, b'{"error": "GPU is on fire"}'), Failed, "server_error", "GPU is on fire", "See to the server"),
        (
            (200, b'{"choices": [{"error": {"message": "upstream is away"}}]}'),
            Failed,
            "server_error",
            "upstream is away",
            "",
        ),
        ((500, b'{"detail": "GPU is on fire"}'), Failed, "server_error", "GPU is on fire", ""),
        ((500, b"GPU is on fire\nat line 3"), Failed, "server_error", "GPU is on fire", ""),
        (
            (200, b"<!doctype html><title>Sign\x1b[31m in</title>"),
            Failed,
            "bad_answer",
            "a web page, 'Sign [31m in'",
            "/v1",
        ),
        ((200, b""), Failed, "bad_answer", "is empty", "/v1"),
        (error(404, "model 'qwen' not found, try pulling it"), BackendError, "", "try pulling it", "llm.model"),
        (error(401, "Incorrect API key"), BackendError, "", "Incorrect API key", "SUMMARIZER_API_KEY"),
        (error(402, "Insufficient credits"), Failed, "no_credit", "Insufficient credits", "Add credit"),
        (error(400, "Your credit balance is too low"), Failed, "no_credit", "credit balance", "Add credit"),
        (error(405, "Method Not Allowed"), Failed, "bad_request", "Method Not Allowed", "runtime.endpoint"),
    ],
)
def test_the_error_has_the_servers_own_words(
    answer: tuple[int, bytes],
    kind: type[Exception],
    code: str,
    said: str,
    remedy: str,
    transcript: Transcript,
    source: Source,
) -> None:
    """Whatever its form, also with the status 200; and the remedy is about this error."""
    with serve(*[answer] * 4) as (address, _), pytest.raises(kind) as problem:
        summarize(address, transcript, source, retries=0)
    assert said in str(problem.value)
    assert remedy in problem.value.remedy  # type: ignore[attr-defined]
    assert code == getattr(problem.value, "code", "")


def test_an_account_without_credit_is_not_asked_again(transcript: Transcript, source: Source) -> None:
    """Such a 429 does not pass by waiting, and nobody is told to run again later."""
    quota = {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}
    with serve((429, json.dumps(quota).encode()), headers={}) as (address, requests), pytest.raises(Failed) as problem:
        summarize(address, transcript, source, retries=3)
    assert (problem.value.code, len(requests)) == ("no_credit", 1)


@pytest.mark.parametrize(
    "wording",
    [
        "request (5031 tokens) exceeds the available context size (2048 tokens), try increasing it",
        "Trying to keep the first 4096 tokens when context the overflows. However, the model is loaded with context "
        "length of only 2048 tokens",
        "The number of tokens to keep from the initial prompt is greater than the context length",
        "This model's maximum context length is 2048 tokens. However, you requested 3000 tokens",
        "'max_tokens' or 'max_completion_tokens' is too large: 900. This model's maximum context length is 2048 tokens",
        "The decoder prompt (length 5000) is longer than the maximum model length of 2048: max_model_len",
        "max_tokens must be at least 1, got -512",
        "prompt too long; exceeded max context length by 512 tokens",
        "input length exceeds maximum context length",
        "The input (5000 tokens) is longer than the model's context length (2048 tokens).",
    ],
)
@pytest.mark.parametrize("status", [400, 500])
def test_a_context_that_is_too_small_is_told_as_such(
    status: int, wording: str, transcript: Transcript, source: Source
) -> None:
    """In the wordings of llama.cpp, LM Studio, vLLM, Ollama and SGLang; the request is not repeated."""
    with serve(error(status, wording)) as (address, requests), pytest.raises(Failed) as problem:
        summarize(address, transcript, source)
    assert (problem.value.code, len(requests)) == ("prompt_too_long", 1)
    assert "chunk_tokens" in problem.value.remedy


def test_the_first_reason_is_told(transcript: Transcript, source: Source) -> None:
    """After a second error for the request without the parameter."""
    answers = (error(400, "json_schema needs a licence"), error(400, "tenant is closed"))
    with serve(*answers) as (address, _), pytest.raises(Failed) as problem:
        summarize(address, transcript, source)
    assert "tenant is closed (at first: json_schema needs a licence)" in str(problem.value)


@pytest.mark.parametrize(
    "empty", [reply(""), message(content=None, refusal="I cannot help."), reply("<think>on and on", "length")]
)
def test_a_server_that_gives_no_text_fails_and_is_asked_again(
    empty: tuple[int, bytes], transcript: Transcript, source: Source
) -> None:
    """No page of quotes takes the place of the answers, and nothing is kept: the next run asks again."""
    stored = MemoryAnswers()
    with serve(lambda _request: empty) as (address, _):
        runtime = RuntimeSettings(endpoint=address, retries=0, request_seconds=5.0)
        with pytest.raises(Failed) as problem:
            opened(OPENAI, EDITED, runtime).summarize(transcript, source, stored)
    assert problem.value.code == "no_answer"
    assert stored == {}
    with serve(lambda _request: reply("The disk was the problem.")) as (address, requests):
        runtime = RuntimeSettings(endpoint=address, retries=0, request_seconds=5.0)
        opened(OPENAI, EDITED, runtime).summarize(transcript, source, stored)
    assert requests


def test_a_server_with_the_wrong_model_is_asked_again(transcript: Transcript, source: Source) -> None:
    """Statements that the talk does not support are a failure of the model, not a refusal of the talk."""
    stored = MemoryAnswers()
    lies = reply(json.dumps({"claims": [{"text": "Bananas ripen on Mars.", "evidence": [1]}]}))
    with serve(lies, lies) as (address, _), pytest.raises(Failed) as problem:
        summarize(address, transcript, source, stored)
    assert problem.value.code == "unsupported"
    with serve(*GOOD) as (address, _):
        assert summarize(address, transcript, source, stored).sections


# -- limits of the whole exchange --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chunks",
    [
        (HEAD + b"Content-Length: 1000000\r\n\r\n", *[b" "] * 1000),
        (b"HTTP/1.1 200 OK\r\n", *[b"X-Wait: a\r\n"] * 1000),
        (*[b"H"] * 1000,),
    ],
    ids=["body", "headers", "status line"],
)
def test_an_answer_that_drips_ends_with_the_time_of_the_request(
    chunks: tuple[bytes, ...], transcript: Transcript, source: Source
) -> None:
    """Although every single read is quick; the connection is closed."""
    with raw_server(*chunks, pause=0.02) as (address, closed):
        started = time.monotonic()
        with pytest.raises(Failed) as problem:
            summarize(address, transcript, source, request_seconds=0.5, retries=3)
        seconds = time.monotonic() - started
        while not closed and time.monotonic() < started + 10:
            time.sleep(0.01)
    assert problem.value.code in {"timeout", "server_error"}  # "H" alone is also no HTTP
    assert seconds < 5
    assert closed


def test_an_endless_answer_is_not_read_to_its_end(transcript: Transcript, source: Source) -> None:
    """It has a limit of size."""
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    answer = (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 200)
    with raw_server(*answer) as (address, _), pytest.raises(Failed, match="more than 4 MB") as problem:
        summarize(address, transcript, source, retries=0)
    assert problem.value.code == "bad_answer"


@pytest.mark.parametrize(
    ("encoding", "data", "said"),
    [
        ("gzip", gzip.compress(b" " * 50_000_000), "when decompressed"),
        ("gzip", b"no gzip", "cannot be decompressed"),
        ("br", b"xxx", "compressed with 'br'"),
    ],
)
def test_compressed_answers_have_the_same_limit(
    encoding: str, data: bytes, said: str, transcript: Transcript, source: Source
) -> None:
    """A small answer cannot fill the memory."""
    head = HEAD + f"Content-Encoding: {encoding}\r\nContent-Length: {len(data)}\r\n\r\n".encode()
    with raw_server(head, data) as (address, _), pytest.raises(Failed, match=said):
        summarize(address, transcript, source, retries=0)


def test_a_compressed_answer_is_read() -> None:
    """Although none was asked for."""
    assert transport.decompress(gzip.compress(b"{}"), "gzip") == b"{}"


def test_a_redirect_does_not_carry_the_transcript_away(transcript: Transcript, source: Source) -> None:
    """The other server is named and gets nothing."""
    with serve(*GOOD) as (other, stolen):
        head = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {other}/chat/completions\r\nContent-Length: 0\r\n\r\n"
        with raw_server(head.encode()) as (address, _), pytest.raises(BackendError, match="redirects to") as problem:
            summarize(address, transcript, source)
    assert stolen == []
    assert other in str(problem.value)


@pytest.mark.parametrize(("status", "kind"), [(429, Deferred), (503, Failed)])
def test_a_pause_longer_than_the_time_of_a_request_is_not_waited_for(
    status: int, kind: type[Exception], transcript: Transcript, source: Source
) -> None:
    """The run goes on at once."""
    with serve(*[error(status, "later")] * 3, headers={"Retry-After": "3600"}) as (address, requests):
        started = time.monotonic()
        with pytest.raises(kind, match="later"):
            summarize(address, transcript, source, retries=3)
    assert time.monotonic() - started < 4
    assert len(requests) == 1


def test_a_pause_that_the_server_asks_for_is_kept(transcript: Transcript, source: Source) -> None:
    """The request is repeated after it, not before."""
    with serve(error(503, "loading"), *GOOD, headers={"Retry-After": "1"}) as (address, _):
        started = time.monotonic()
        summarize(address, transcript, source)
    assert time.monotonic() - started >= 1


def test_retry_after_is_read_in_all_its_forms() -> None:
    """Seconds, milliseconds and dates; nonsense is no pause."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 80 < (read_retry_after({"retry-after": date}) or 0) <= 90
    assert read_retry_after({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert read_retry_after({"retry-after": "-3"}) == 0
    assert [read_retry_after({"retry-after": text}) for text in ("", "soon", "nan", "inf", "9" * 400)] == [None] * 5


def test_cancelling_closes_the_connection() -> None:
    """So a server stops computing when nobody waits for its answer."""
    with raw_server(b" ", pause=0.02, endless=True) as (address, closed):
        client = transport.Transport(address)
        future = client.start(client.post("chat/completions", {}))
        time.sleep(0.2)
        future.cancel()
        deadline = time.monotonic() + 10
        while not closed and time.monotonic() < deadline:
            time.sleep(0.01)
    assert closed


@pytest.mark.parametrize(
    "endpoint", ["", "127.0.0.1:8000/v1", "file:///etc/passwd", "http://", "http://x:y/v1", "http://[::1"]
)
def test_an_endpoint_that_is_no_address_is_found_before_the_first_talk(endpoint: str) -> None:
    """The remedy has an example."""
    with pytest.raises(UsageError, match="is not an address"):
        OPENAI.check(Config(runtime=RuntimeSettings(endpoint=endpoint)))
