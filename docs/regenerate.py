"""Write docs/configuration.md from the settings' own descriptions: `python docs/regenerate.py`. A test compares."""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import Any

from summarizer.config import Config

TARGET = Path(__file__).with_name("configuration.md")


def _shown(value: Any) -> str:
    if isinstance(value, PurePath):
        value = str(value)
    return "" if value is None else f"`{json.dumps(round(value, 4) if isinstance(value, float) else value)}`"


def render() -> str:
    """The page: one table for each table of the file."""
    lines = [
        "# Configuration",
        "",
        "A TOML file (`--config`), then environment variables (`SUMMARIZER_RUNTIME__DEVICE=cpu`), then `--set",
        "runtime.device=cpu`; each overrides the one before. `configs/` has files to start from. Settings in",
        "`[download]`, `[transcribe]`, `[summarize]` and `[digest]` change what comes out: a changed one makes the",
        "stage, and what depends on it, anew. Settings in `[runtime]` and `[nightly]` never do.",
    ]
    for name, field in Config.model_fields.items():
        lines += ["", f"## [{name}]", "", "| key | default | meaning |", "|---|---|---|"]
        for key, setting in type(field.default).model_fields.items():
            meaning = " ".join((setting.description or "").split())
            lines.append(f"| `{key}` | {_shown(setting.default)} | {meaning} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
