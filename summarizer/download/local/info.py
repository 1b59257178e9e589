"""Read the .info.json file of a recording."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from summarizer.download.companions import read_companion
from summarizer.errors import Failed


def read_info(path: Path | None) -> dict[str, Any]:
    """The content of the .info.json file.

    Raises `Failed` if it is invalid or cannot be read: ignoring it could publish a wrong title.
    """
    if path is None or not path.is_file():
        return {}
    data = read_companion(path)
    try:
        info = json.loads(data)
    except (ValueError, RecursionError):
        info = None
    if not isinstance(info, dict):
        raise Failed("invalid_info", f"{path} is not a JSON object", "Repair or remove the file.")
    return info
