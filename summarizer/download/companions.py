"""Read the caption and metadata files beside a recording, which may come from other people."""

from __future__ import annotations

import os
from pathlib import Path

from summarizer.download.tracks import MAX_BYTES
from summarizer.errors import Failed


def read_companion(path: Path) -> bytes:
    """The content of a caption or .info.json file, which a page would publish.

    Raises `Failed` for a link to a file outside the folder of the link: in an unpacked archive, it could lead to any
    file of this machine. Media may be links, since nothing but sound is taken from them. Raises `Failed` as well for a
    file that cannot be read or is larger than captions are.
    """
    folder = Path(os.path.realpath(path.parent))
    if not Path(os.path.realpath(path)).is_relative_to(folder):
        raise Failed(
            "outside_folder",
            f"{path} is a link to a file outside its folder; it was not read",
            "If you trust it, copy the file into the folder.",
        )
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Failed("unreadable", f"cannot read {path}: {error.strerror}", "Check its permissions.") from None
    if len(data) > MAX_BYTES:
        raise Failed("too_large", f"{path} is larger than {MAX_BYTES // 1_000_000} MB", "Repair or remove the file.")
    return data
