"""Read the .info.json file of a recording."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from summarizer.errors import Failed


def read_info(path: Path | None) -> dict[str, Any]:
    """The content of the .info.json file; `Failed` if it is invalid: ignoring it could publish a wrong title."""
    if path is None or not path.is_file():
        return {}
    try:
        info = json.loads(path.read_bytes())
    except OSError as error:
        raise Failed("invalid_info", f"cannot read {path}: {error.strerror}", "Check its permissions.") from None
    except (ValueError, RecursionError):
        info = None
    if not isinstance(info, dict):
        raise Failed("invalid_info", f"{path} is not a JSON object", "Repair or remove the file.")
    return info
