"""Every parser of text from outside, with mutations of a corpus of seeds: only the package's errors, in bounded time."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from summarizer import config, models
from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import Downloader, address
from summarizer.download.classify import classify
from summarizer.download.metadata import clean_text, parse_chapters, parse_date, parse_number, parse_tags
from summarizer.download.tracks import choose
from summarizer.errors import SummarizerError
from summarizer.language import numbers, sentences, terms, words
from summarizer.library.reader import read_talk
from summarizer.programme import extract_abstract, find_event, parse_title
from summarizer.records import Source
from summarizer.store import VideoFolder
from summarizer.transcribe.captions import read_captions
from tests.conftest import make_source, make_transcript
from tests.fake_youtube import SAMPLE_VTT, FakeVideo, FakeYouTube

CORPUS = Path(__file__).parent / "corpus"
# CPU seconds for one input, ten times what the slowest needs; a pattern with quadratic time needs more for a long one.
SECONDS = 3.0
LENGTH = 30_000  # characters of a long input
# Each is repeated to make long inputs.
ATOMS = (
    *" \n\t.,:;-_'\"()[]{}<>&/\\|*#=+@!?0aAé字%$~`^\x00", "a ", "A. ", "A: ", "a-", "a.", "a'", "1,", "1:", "&#", "<v ", "<a",
    "--", " - ", "( ", "& ", " and ", ", so", "you know ", "um ", "a a ", ">> A: ", "[a]", "00:00:01.000 --> ", "\n\n", "```",
    "http://", "www.", "A B Days ", "KubeCon ", '{"a":', "[[", "- ", "so, ", "HTTPConnection(", "three hundred ",
)  # fmt: skip
TOKENS = st.sampled_from(
    [b"\xff", b"\x00", b"\r", b"\xef\xbb\xbf", b"\\ud800", b"-1", b"1e999", b"NaN", b"null", b"[]", b"{}", b'""', b"true",
     b"9" * 400, b"99:99:99.999", b"-->", b"<", b"&#xD800;", b"&#x110000;", b"<!DOCTYPE x>", b"[" * 3000, b"\xe2\x80\xae"]
)  # fmt: skip


def seed(name: str) -> bytes:
    return (CORPUS / name).read_bytes()


@st.composite
def mutations(draw: st.DrawFn, name: str) -> bytes:
    """The seed with some parts deleted, repeated, exchanged or replaced."""
    data = seed(name)
    for _ in range(draw(st.integers(1, 4))):
        first, last = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        inserted = draw(st.one_of(st.just(b""), TOKENS, st.binary(max_size=8), st.just(data[first:last] * 3)))
        data = data[:first] + inserted + data[draw(st.sampled_from([first, last])) :]
    return data


@contextmanager
def bounded() -> Iterator[None]:
    """Fail instead of waiting for hours."""

    def fail(*_: object) -> None:
        pytest.fail(f"not finished after {SECONDS} seconds of the CPU")

    before = signal.signal(signal.SIGVTALRM, fail)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def survives(parse: Callable[[], object]) -> None:
    """The parser gives a value or one of the package's errors, whose message can be written."""
    with bounded():
        try:
            parse()
        except SummarizerError as error:
            error.advice.encode()


def quick(examples: int = 60) -> Any:
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fuzzed(name: str, examples: int = 60) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test with mutations of a seed."""
    return lambda test: quick(examples)(given(data=mutations(name))(test))


# -- captions and metadata ---------------------------------------------------------------------------------------


def read(data: bytes, form: Any, folder: Path) -> None:
    (folder / "captions").write_bytes(data)
    read_captions(folder / "captions", form, video_id="aaaaaaaaaaa", language="en", kind="human", duration=60.0)


@pytest.mark.parametrize("form", ["vtt", "srt", "ttml", "json3", "txt"])
@quick(40)
@given(data=st.data())
def test_captions_of_any_kind(tmp_path: Path, form: str, data: st.DataObject) -> None:
    """Also with the content of another format."""
    name = data.draw(st.sampled_from(["vtt", "srt", "ttml", "json3", "txt"]))
    survives(lambda: read(data.draw(mutations(f"captions.{name}")), form, tmp_path))


def list_and_download(folder: Path, space: Path) -> None:
    downloads = Downloader(DownloadSettings(), RuntimeSettings())
    listed: Any = downloads.list_videos(str(folder))
    for video in getattr(listed, "videos", listed):
        with suppress(SummarizerError):
            downloads.download(video, space).model_dump_json()


@fuzzed("talk.info.json")
def test_metadata_of_recordings(tmp_path: Path, data: bytes) -> None:
    """The .info.json file beside captions."""
    folder = tmp_path / "talks"
    folder.mkdir(exist_ok=True)
    (folder / "talk.vtt").write_text(SAMPLE_VTT)
    (folder / "talk.info.json").write_bytes(data)
    survives(lambda: list_and_download(folder, tmp_path))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
KEYS = ("title", "start_time", "ext", "url", "en", "en-orig", "upload_date", "timestamp", "name", "tags")


@quick(150)
@given(st.recursive(JSON, lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=5) | st.lists(inner)))
def test_metadata_of_sites(value: Any) -> None:
    """Any JSON in place of each field."""
    info = value if isinstance(value, dict) else {}
    parse_chapters(value), parse_date(info), parse_number(value), parse_tags(value), clean_text(value, 500).encode()
    choose(value, ("en",), "automatic", "en", address.is_on_site)


@quick(25)
@given(st.data())
def test_answers_of_the_site(tmp_path: Path, data: st.DataObject) -> None:
    """Pages and answers of which a part is exchanged, through the real extractor."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", captions={"en": SAMPLE_VTT})])

    def break_answer(url: str) -> tuple[int, bytes] | None:
        del fake.log[:-1]
        return None if data.draw(st.booleans()) else (200, data.draw(mutations("talk.info.json")))

    downloads = Downloader(DownloadSettings(), RuntimeSettings(sleep_seconds=0, retries=0), transport=fake.transport())
    fake.broken = break_answer
    url = "https://www.youtube.com/playlist?list=PLfake"

    def use() -> None:
        listed: Any = downloads.list_videos(url)
        for video in getattr(listed, "videos", listed):
            downloads.download(video, tmp_path)

    survives(use)


@given(st.text(st.characters(codec=None)))
def test_messages_of_yt_dlp(text: str) -> None:
    """Any message becomes one typed error."""
    assert isinstance(classify(text, [text]), SummarizerError)


# -- files of the user and of the library ------------------------------------------------------------------------


@fuzzed("sources.list")
def test_lists_of_sources(tmp_path: Path, data: bytes) -> None:
    """A list may come from somebody else."""
    (tmp_path / "sources.txt").write_bytes(data)
    for line in data.decode("utf-8", "replace").splitlines():
        if "://" in line:
            survives(lambda source=line: address.check(source, loopback_feed=True))  # type: ignore[misc]
            with suppress(SummarizerError):
                address.check(line, loopback_feed=False)
                address.parse_video_id(line), address.make_listing_url(line)


@fuzzed("config.toml")
def test_configuration_files(tmp_path: Path, data: bytes) -> None:
    """A wrong file is a usage error."""
    (tmp_path / "config.toml").write_bytes(data)
    survives(lambda: config.load(tmp_path / "config.toml"))


@given(st.text(st.characters(codec=None), max_size=40), st.text(st.characters(codec=None), max_size=40))
def test_settings_of_the_command_line(name: str, value: str) -> None:
    """Any text after --set, and in a variable of the environment."""
    survives(lambda: config.load(overrides=[f"{name}={value}"]))
    survives(lambda: config.load(overrides=[f"runtime.{name}={value}", f"summarize.kind={value}"]))
    survives(lambda: config.load(environ={f"SUMMARIZER_{name}": value, "SUMMARIZER_RUNTIME__DEVICE": value}))


@fuzzed("glossary.toml")
def test_glossaries(data: bytes) -> None:
    """A wrong file is a usage error."""
    survives(lambda: list(terms.parse(data, "x").forms))


@fuzzed("manifest.json")
def test_records_of_runs(tmp_path: Path, data: bytes) -> None:
    """A damaged manifest counts as empty or is a failure."""
    folder = tmp_path / "aaaaaaaaaaa"
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_bytes(data)
    survives(lambda: VideoFolder(folder).manifest)
    survives(lambda: read_talk(VideoFolder(folder)))


@fuzzed("MODEL.json")
def test_records_of_models(tmp_path: Path, data: bytes) -> None:
    """A damaged record is a model that is not there."""
    (tmp_path / "base").mkdir(exist_ok=True)
    (tmp_path / "base" / models.NOTE).write_bytes(data)
    (tmp_path / models.CHECKSUMS).write_bytes(data)
    models.installed.checksums.open_checksums.cache_clear()
    with pytest.raises(SummarizerError):
        models.resolve("base", "whisper", tmp_path)


# -- answers of models -------------------------------------------------------------------------------------------


@fuzzed("answer.txt", examples=100)
def test_answers_of_models(data: bytes) -> None:
    """An answer that cannot be read is a failure."""
    from summarizer.summarize.llm.client import Client
    from summarizer.summarize.llm.generator import Request
    from summarizer.summarize.llm.schemas import MapAnswer
    from tests.fake_generator import FakeGenerator

    class Nothing:
        def get(self, key: str) -> bytes | None:
            return None

        def put(self, key: str, data: bytes) -> None:
            return None

    text = data.decode("utf-8", "replace")
    client = Client(FakeGenerator(text, text, text, text), "x", 100, Nothing())
    request = Request(instructions="x", material="y", answer_schema={"properties": {}})
    survives(lambda: client.ask([request], MapAnswer))
    survives(lambda: client.write([request]))


# -- time --------------------------------------------------------------------------------------------------------

READERS: dict[str, Callable[[str], object]] = {
    "words": lambda text: (words.words(text), words.content(text), words.names(text), words.numbers(text)),
    "quantities": lambda text: numbers.quantities(text),
    "clean sentence": lambda text: sentences.clean(text),
    "title": lambda text: parse_title(text[:500]),  # the limit of titles
    "abstract": lambda text: extract_abstract(make_source(description=text[:20_000])),  # the limit of descriptions
    "event": lambda text: find_event(make_source(title=text[:500], playlist=text[:200], channel=text[:200])),
    "message": lambda text: classify(text),
    "address": lambda text: address.is_on_site(text),
}


@pytest.mark.parametrize("reader", READERS)
def test_long_repetitions_are_read_in_time(reader: str) -> None:
    """Of anything that could make a pattern start again and again; the end is one at which it fails."""
    for atom in ATOMS:
        with bounded():
            READERS[reader](atom * (LENGTH // len(atom)) + "\x00x")


@pytest.mark.parametrize("atom", ["a a ", "& ", "and ", ". ", "A. ", ">> "])
def test_long_transcripts_are_divided_in_time(atom: str) -> None:
    """Into sentences, without a full stop or with nothing else."""
    text = atom * (5000 // len(atom))
    with bounded():
        sentences.sentences(make_transcript((text, text)))


@pytest.mark.parametrize("form", ["vtt", "srt", "ttml", "json3", "txt"])
def test_long_captions_are_read_in_time(tmp_path: Path, form: str) -> None:
    """One cue of a long repetition, and a file of nothing else."""
    for atom in ATOMS:
        text = atom * (LENGTH // len(atom))
        inner = {
            "vtt": f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}",
            "srt": f"1\n00:00:01,000 --> 00:00:02,000\n{text}",
        }
        inner["ttml"] = f'<tt><body><p begin="1s" end="2s">{text}</p></body></tt>'
        inner["json3"] = json.dumps({"events": [{"tStartMs": 1, "dDurationMs": 1, "segs": [{"utf8": text}]}]})
        for whole in (text, inner.get(form, text)):
            survives(lambda whole=whole: read(whole.encode(), form, tmp_path))  # type: ignore[misc]


def test_the_corpus_is_valid(tmp_path: Path) -> None:
    """Unchanged, each seed is read; otherwise its mutations would test the first line of a parser only."""
    for form in ("vtt", "srt", "ttml", "json3", "txt"):
        read(seed(f"captions.{form}"), form, tmp_path)
    config.load(CORPUS / "config.toml")
    assert terms.parse(seed("glossary.toml"), "x").terms
    folder = tmp_path / "aaaaaaaaaaa"
    folder.mkdir()
    (folder / "manifest.json").write_bytes(seed("manifest.json"))
    assert VideoFolder(folder).manifest.video is not None
    assert isinstance(json.loads(seed("talk.info.json")), dict)
    assert isinstance(Source.model_validate(make_source().model_dump()), Source)
