"""How much text of caption files each parser keeps: ours, webvtt-py, pysubs2, srt, pycaption and ttconv.

    pip install webvtt-py pysubs2 srt pycaption ttconv
    python benchmarks/caption_files.py FOLDER [--files]

FOLDER holds caption files of any format, in subfolders too; the test files of these projects are a good start. No file
says which words are right, so the reference for a file is what at least two parsers agree on: for each word, the second
highest number of times that a parser found it. The table has each parser's share of the reference over the files of a
format, the words beyond the reference (more text, or markup taken for words), and the files that it could not read.
"""

from __future__ import annotations

import argparse
import io
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from summarizer.errors import VideoError
from summarizer.transcribe.captions.encoding import decode
from summarizer.transcribe.captions.formats import parse
from summarizer.transcribe.captions.markup import strip_markup


def ours(text: str, form: str) -> str:
    """Our parsers, without the names of voices, which no other parser has in its text."""
    return "\n".join(cue.text for cue in parse(text, form, None).cues)  # type: ignore[arg-type]


def by_webvtt(text: str, form: str) -> str:
    """webvtt-py."""
    import webvtt

    return "\n".join(caption.text for caption in webvtt.from_buffer(io.StringIO(text), format=form).captions)


def by_pysubs2(text: str, form: str) -> str:
    """pysubs2; its plain text has no override codes."""
    import pysubs2

    return "\n".join(
        event.plaintext
        for event in pysubs2.SSAFile.from_string(text, form)
        if not event.is_comment and not event.is_drawing
    )


def by_srt(text: str, _: str) -> str:
    """srt."""
    import srt

    return "\n".join(subtitle.content for subtitle in srt.parse(text))


def by_pycaption(text: str, form: str) -> str:
    """pycaption, its first language."""
    import pycaption

    readers = {"vtt": pycaption.WebVTTReader, "srt": pycaption.SRTReader, "ttml": pycaption.DFXPReader}
    captions = readers[form]().read(text)
    return "\n".join(caption.get_text() for caption in captions.get_captions(captions.get_languages()[0]))


def by_ttconv(text: str, form: str) -> str:
    """ttconv's model of the document, all text in it."""
    from xml.etree import ElementTree

    from ttconv import model
    from ttconv.imsc import reader as imsc
    from ttconv.srt import reader as srt_reader
    from ttconv.vtt import reader as vtt_reader

    if form == "ttml":
        document = imsc.to_model(ElementTree.ElementTree(ElementTree.fromstring(text)))  # noqa: S314 - our own files
    else:
        document = (vtt_reader if form == "vtt" else srt_reader).to_model(io.StringIO(text))
    body = document.get_body() if document else None
    paragraphs = [node for node in body.dfs_iterator() if isinstance(node, model.P)] if body else []
    return "\n".join(
        "".join(
            " " if isinstance(node, model.Br) else node.get_text() if isinstance(node, model.Text) else ""
            for node in p.dfs_iterator()
        )
        for p in paragraphs
    )


PARSERS: dict[str, tuple[Callable[[str, str], str], set[str]]] = {
    "ours": (ours, {"vtt", "srt", "sbv", "ttml", "ass"}),
    "webvtt-py": (by_webvtt, {"vtt", "srt", "sbv"}),
    "pysubs2": (by_pysubs2, {"vtt", "srt", "ttml", "ass"}),
    "srt": (by_srt, {"srt"}),
    "pycaption": (by_pycaption, {"vtt", "srt", "ttml"}),
    "ttconv": (by_ttconv, {"vtt", "srt", "ttml"}),
}
SUFFIXES = {
    ".vtt": "vtt",
    ".srt": "srt",
    ".sbv": "sbv",
    ".ttml": "ttml",
    ".dfxp": "ttml",
    ".xml": "ttml",
    ".ass": "ass",
    ".ssa": "ass",
}


def count_words(text: str) -> Counter[str]:
    """The words of a text without markup; each parser leaves some markup in."""
    text = re.sub(r"</?v[^<>]*>", " ", text)
    return Counter(re.findall(r"\w+", strip_markup(text).lower()))


def measure(folder: Path, show_files: bool) -> None:
    """Print the table."""
    kept: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])  # reference, kept, beyond, unreadable
    files: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        form = SUFFIXES.get(path.suffix.lower())
        if form is None or not path.is_file():
            continue
        try:
            text = decode(path.read_bytes()).text
        except VideoError as error:
            print(f"left out: {path.name}: {error}")
            continue
        if path.suffix == ".xml" and "<tt" not in text[:2000]:
            continue
        words: dict[str, Counter[str] | None] = {}
        for name, (read, forms) in PARSERS.items():
            if form in forms:
                try:
                    words[name] = count_words(read(text, form))
                except Exception:
                    words[name] = None
        reference = agreed([counts for counts in words.values() if counts])
        if not reference:
            continue
        files[form] += 1
        for name, counts in words.items():
            row = kept[form, name]
            row[0] += reference.total()
            row[1] += (reference & (counts or Counter())).total()
            row[2] += ((counts or Counter()) - reference).total()
            row[3] += counts is None
            missing = reference - (counts or Counter())
            if name == "ours" and show_files and (missing or counts - reference if counts is not None else True):
                beyond = dict(((counts or Counter()) - reference).most_common(4))
                print(f"{path}: misses {dict(missing.most_common(6))}, has beyond {beyond}")
    print("| format | files | parser | words kept | words beyond | files not read |\n|---|---|---|---|---|---|")
    for (form, name), (total, found, beyond, unread) in sorted(kept.items()):
        share = f"{found / total:.2%}" if total else ""
        print(f"| {form} | {files[form]} | {name} | {share} | {beyond} | {unread} |")


def agreed(counts: list[Counter[str]]) -> Counter[str]:
    """Each word as often as the second of the parsers found it that found it most often."""
    words = {word for count in counts for word in count}
    return Counter(
        {word: sorted((count[word] for count in counts), reverse=True)[1] for word in words if len(counts) > 1}
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--files", action="store_true", help="name the files in which ours differs")
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    measure(options.folder, options.files)
