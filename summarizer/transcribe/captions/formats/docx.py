"""Read transcripts in Word files, as Microsoft Teams exports them, with python-docx."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

from summarizer.errors import Failed, install_remedy
from summarizer.transcribe.captions.cues import Parsed
from summarizer.transcribe.captions.formats.blocks import parse_srt
from summarizer.transcribe.captions.labels import clean_name

_MAX_BYTES = 200_000_000  # unpacked; a file that claims more is an attack


def extract_text(data: bytes) -> str:
    """The paragraphs of a Word file, one line each; tables cell by cell.

    Raises `Failed("missing_package")` without python-docx, and `ValueError` for a file that is no Word file.
    """
    try:
        import docx
        from docx.opc.exceptions import OpcError
        from docx.table import Table
    except ImportError:
        raise Failed(
            "missing_package",
            "transcripts in Word files need the package python-docx",
            install_remedy("docx"),
        ) from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_BYTES:
                raise ValueError("the Word file is too large when it is unpacked")
        document = docx.Document(io.BytesIO(data))
        lines: list[str] = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += [cell.text for row in block.rows for cell in row.cells]
            else:
                lines.append(block.text)
    except (zipfile.BadZipFile, OpcError, KeyError, SyntaxError) as error:  # lxml's errors are SyntaxErrors
        raise ValueError(f"it is no Word file: {error}") from None
    return "\n".join(lines)


def parse_transcript(text: str) -> Parsed:
    """Parse the older export of Teams: a line of times, the name, then the words. Other texts have no cues."""
    parsed = parse_srt(text)
    lines = [cue.text.split("\n") for cue in parsed.cues]
    names = {first for first, *_ in lines}
    if parsed.cues and all(len(words) > 1 for words in lines) and len(names) <= max(2, len(lines) / 2):
        parsed.cues = [
            replace(cue, text="\n".join(words), speaker=clean_name(name))
            for cue, (name, *words) in zip(parsed.cues, lines, strict=True)
        ]
    return parsed
