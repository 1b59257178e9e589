from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.config import Config, Table, known_keys, load
from summarizer.errors import UsageError

CONFIGS = [
    path
    for path in sorted((Path(__file__).parent.parent / "configs").glob("*.toml"))
    if path.name != "glossary.toml"  # names, not settings
]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_config_file_is_valid_and_differs_from_the_defaults(path: Path) -> None:
    """All files in configs/ except the glossary."""
    assert Config() != load(path)


def test_later_sources_of_settings_override_earlier_ones(tmp_path: Path) -> None:
    """The order is file, environment, --set."""
    (tmp_path / "c.toml").write_text("[runtime]\nthreads = 1\nllm_batch = 1\nwhisper_batch = 1\n")
    environ = {"SUMMARIZER_RUNTIME__THREADS": "2", "SUMMARIZER_RUNTIME__LLM_BATCH": "2", "HOME": "/x"}
    runtime = load(tmp_path / "c.toml", ["runtime.threads=3"], environ).runtime
    assert (runtime.threads, runtime.llm_batch, runtime.whisper_batch) == (3, 2, 1)


@pytest.mark.parametrize(
    ("override", "suggestion"),
    [
        ("transcribe.whisper.beamsize=3", "transcribe.whisper.beam_size"),
        ("sumarize.kind=talk", "summarize"),
        ("runtime.libary=x", "runtime.library"),
        ("transcribe.modle=x", "transcribe.whisper.model"),
        ("transcribe.glossary=x", "glossary.file"),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest_key(override: str, suggestion: str) -> None:
    """A typo must not silently select the default."""
    with pytest.raises(UsageError, match=f"did you mean {suggestion}"):
        load(overrides=[override])


@pytest.mark.parametrize(
    "override", ["runtime.device=tpu", "transcribe.whisper.beam_size=0", "summarize.max_takeaways=x"]
)
def test_an_invalid_value_is_an_error_that_names_the_key(override: str) -> None:
    """The message also has the value."""
    with pytest.raises(UsageError, match=override.split("=")[0]):
        load(overrides=[override])


@pytest.mark.parametrize("text", ["[runtime", "x = ", "\xff\xfe", "runtime = 3"])
def test_an_invalid_file_is_a_usage_error(tmp_path: Path, text: str) -> None:
    """The message names the file."""
    (tmp_path / "c.toml").write_text(text, encoding="latin-1")
    with pytest.raises(UsageError, match=r"c\.toml"):
        load(tmp_path / "c.toml")


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    """The message names the problem."""
    with pytest.raises(UsageError, match="cannot read"):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize("override", ["", "x", "x=1", "=", "a.b", "runtime.threads"])
def test_an_override_that_is_not_table_key_value_is_a_usage_error(override: str) -> None:
    """The remedy has an example."""
    with pytest.raises(UsageError):
        load(overrides=[override])


@given(st.text(max_size=30))
def test_any_override_is_a_setting_or_a_usage_error(text: str) -> None:
    """For arbitrary text."""
    try:
        load(overrides=[text])
    except UsageError:
        return
    assert text.partition("=")[0].strip() in known_keys()


def test_every_setting_has_a_description() -> None:
    """Descriptions are the docstrings below the fields; docs/configuration.md is made from them."""

    def undescribed(table: type[Table]) -> list[str]:
        tables = table.tables()
        own = [name for name, field in table.model_fields.items() if name not in tables and not field.description]
        return own + [name for inner in tables.values() for name in undescribed(inner)]

    assert undescribed(Config) == []
