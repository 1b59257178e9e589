"""Settings: TOML file, then environment, then `--set`, each overriding the one before.

Two kinds are kept apart because the cache depends on it. Settings in `[download]`, `[transcribe]`, `[summarize]`
and `[digest]` change what comes out and are part of a stage's key. Settings in `[runtime]` and `[nightly]` say
where and how fast it runs and are never part of a key, so moving to a faster machine repeats no work.
Unknown keys are errors that name the nearest right one: a typo must not silently mean the default.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from summarizer.errors import UsageError


class Table(BaseModel):
    """Base of one table of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class DownloadSettings(Table):
    """[download]: which videos, and what is fetched of each."""

    languages: tuple[str, ...] = ("en",)
    """Wanted caption languages, best first; `en` also takes `en-US`. Empty: any language."""
    captions: tuple[Literal["human", "automatic"], ...] = ("human", "automatic")
    """Caption tracks to fetch when they exist."""
    shorts: bool = False
    """Whether to take YouTube Shorts (vertical clips); they are mostly trailers."""
    max_hours: float = Field(default=12.0, gt=0)
    """Longer recordings are refused, hours."""


class TranscribeSettings(Table):
    """[transcribe]: where the text comes from."""

    order: tuple[Literal["human", "whisper", "automatic"], ...] = ("human", "whisper", "automatic")
    """Sources of text, tried in this order until one passes the checks."""
    model: str = "small"
    """Whisper model: a name of `summarizer models list`, or a folder in CTranslate2's format."""
    revision: str = ""
    """Exact revision of the model; empty: the one that `models list` shows."""
    language: str = ""
    """Spoken language (ISO 639-1). Empty: detected from the audio."""
    beam_size: int = Field(default=1, ge=1, le=10)
    """Hypotheses kept while decoding; 5 is slower and slightly better."""
    compute_type: Literal["auto", "int8", "float16", "int8_float16", "float32"] = "auto"
    """Arithmetic of the model. auto: float16 on CUDA, int8 on a CPU."""
    vad: bool = True
    """Skip what is not speech (Silero VAD)."""
    word_timestamps: bool = False
    """Keep a time for every word; about a third slower."""
    hotwords: bool = True
    """Tell the recogniser the names in the title and description."""
    min_words_per_second: float = Field(default=1 / 3, ge=0)
    """Fewer words per second of a video over three minutes: the text is refused as incomplete."""


class SummarizeSettings(Table):
    """[summarize]: what is written, and by which model."""

    backend: Literal["extractive", "transformers", "openai"] = "extractive"
    """extractive: sentences of the talk, no model. transformers: a local model. openai: any compatible server."""
    model: str = "qwen2.5-1.5b-instruct"
    """A name of `summarizer models list`, a folder, or the server's model name."""
    revision: str = ""
    """Exact revision of the model; empty: the one that `models list` shows."""
    kind: Literal["auto", "talk", "panel", "meeting", "tutorial"] = "auto"
    """Which shape the digest has. auto: decided from title, speakers and speaker turns."""
    chunk_tokens: int = Field(default=2400, ge=64)
    """Transcript tokens shown to the model at once (map step)."""
    overlap_segments: int = Field(default=1, ge=0, le=10)
    """Segments repeated at the start of the next chunk, as context."""
    max_new_tokens: int = Field(default=900, ge=32)
    """Longest answer; a longer one is asked for again, then refused."""
    max_takeaways: int = Field(default=5, ge=3, le=5)
    """Takeaways in the quick reference."""
    max_sections: int = Field(default=8, ge=3, le=8)
    """Sections of the digest; short talks get fewer."""
    points_per_section: int = Field(default=3, ge=1, le=6)
    """Points in each section."""


class DigestSettings(Table):
    """[digest]: how the page looks."""

    tags: tuple[str, ...] = ()
    """Extra tags for the front matter."""
    index_title: str = "Talk digests"
    """Heading of the index page."""


class RuntimeSettings(Table):
    """[runtime]: where and how fast; never part of a key."""

    library: Path = Path("library")
    """Folder of the cache: one folder per video."""
    digests: Path = Path("digests")
    """Folder that the markdown pages are written to."""
    models: Path = Path("models")
    """Folder that `models pull` writes to."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where models run. auto: CUDA when it works, else the CPU."""
    threads: int = Field(default=0, ge=0)
    """CPU threads for a model. 0: all cores."""
    whisper_batch: int = Field(default=4, ge=1)
    """Windows of audio decoded together."""
    llm_batch: int = Field(default=4, ge=1)
    """Chunks summarized together by the transformers back end."""
    endpoint: str = "http://127.0.0.1:8000/v1"
    """Address of the OpenAI-compatible server; its key comes from SUMMARIZER_API_KEY."""
    request_seconds: float = Field(default=300.0, gt=0)
    """Patience with one request to the endpoint, seconds."""
    download_ahead: int = Field(default=2, ge=1, le=16)
    """Videos fetched in the background while models compute."""
    sleep_seconds: float = Field(default=5.0, ge=0)
    """Pause between two videos of a site; a guest is good for about 300 videos an hour."""
    retries: int = Field(default=3, ge=0)
    """Attempts again after a network error."""
    cookies: Path | None = None
    """Netscape cookies file for the site."""
    proxy: str = ""
    """Proxy address for downloads."""
    loopback_feed: bool = False
    """Allow a feed on this machine (127.0.0.1) as a source; for the embedded sample and tests."""


class NightlySettings(Table):
    """[nightly]: the scheduled job."""

    sources: tuple[str, ...] = ()
    """Playlists, channels, videos or folders, in order."""
    budget_minutes: float = Field(default=330.0, gt=0)
    """Wall time after which no new work starts; the next night goes on from there."""
    limit: int = Field(default=0, ge=0)
    """New videos per source and night. 0: all."""
    report: Path = Path("digests/nightly.md")
    """Report of the night, markdown."""


class Config(BaseSettings):
    """All settings of a run; frozen."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix="SUMMARIZER_", env_nested_delimiter="__")
    download: DownloadSettings = DownloadSettings()
    transcribe: TranscribeSettings = TranscribeSettings()
    summarize: SummarizeSettings = SummarizeSettings()
    digest: DigestSettings = DigestSettings()
    runtime: RuntimeSettings = RuntimeSettings()
    nightly: NightlySettings = NightlySettings()

    in_key: ClassVar[tuple[str, ...]] = ("download", "transcribe", "summarize", "digest")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`load` merges file, environment and `--set` itself; nothing else may add values."""
        return (init_settings,)


def load(
    path: Path | None = None,
    overrides: Iterable[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read the settings of a run.

    `path` is a TOML file, `overrides` are `table.key=value` strings (values in TOML syntax, bare words are
    strings), `environ` holds variables such as `SUMMARIZER_RUNTIME__DEVICE`. Raises `UsageError` naming the
    file, the key and the nearest valid key.
    """
    values: dict[str, dict[str, Any]] = _read_toml(path) if path else {}
    prefix = str(Config.model_config["env_prefix"])
    for name, text in (environ or {}).items():
        table, _, key = name.removeprefix(prefix).lower().partition("__")
        if name.startswith(prefix) and key:
            _assign(values, table, key, text, origin=f"environment variable {name}")
    for item in overrides:
        name, equals, text = item.partition("=")
        table, dot, key = name.strip().partition(".")
        if not (equals and dot):
            raise UsageError(f"--set {item!r} is not table.key=value", "Write for example --set runtime.device=cpu.")
        _assign(values, table, key, text, origin=f"--set {item}")
    try:
        return Config(**values)  # type: ignore[arg-type]  # validated by pydantic right here
    except ValidationError as error:
        raise UsageError(_explain(error, path), "Every key is listed in docs/configuration.md.") from None


def _read_toml(path: Path) -> dict[str, dict[str, Any]]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"cannot read the config file {path}: {error.strerror}", "Give the path of a file as in configs/."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}", "Mend the line that the message names.") from None
    return values


def _assign(values: dict[str, dict[str, Any]], table: str, key: str, text: str, origin: str) -> None:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    target = values.setdefault(table, {})
    if not isinstance(target, dict):
        raise UsageError(f"{origin}: {table} is not a table", "Write [table] headings in the config file.")
    target[key] = value


def _explain(error: ValidationError, path: Path | None) -> str:
    where = f"{path}: " if path else ""
    first = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    name = ".".join(location)
    if first["type"] != "extra_forbidden":
        return f"{where}{name}: {first['msg']} (got {first['input']!r})"
    near = difflib.get_close_matches(name, known_keys(), n=1, cutoff=0.5)
    return f"{where}unknown key {name}" + (f"; did you mean {near[0]}?" if near else "")


def known_keys() -> tuple[str, ...]:
    """All settings as `table.key`, and the tables themselves."""
    keys: list[str] = []
    for table, field in Config.model_fields.items():
        keys.append(table)
        keys.extend(f"{table}.{key}" for key in type(field.default).model_fields)
    return tuple(keys)
