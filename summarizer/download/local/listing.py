"""List the recordings of a folder. Every file that is not taken is listed with the reason."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from summarizer.download import metadata
from summarizer.download.base import LeftOut, Listing
from summarizer.download.local import names
from summarizer.download.local.info import read_info
from summarizer.download.local.names import ANY_TEXT, AUDIO, CAPTIONS, INFO, MEDIA, Marks
from summarizer.errors import Failed, UsageError
from summarizer.records import VIDEO_ID, Video

_BELONGS = "not needed: another file of the same recording is used"
_DOCUMENTS = frozenset(".docx .doc .odt .rtf .pdf".split())


@dataclass
class Files:
    """The files of one recording."""

    name: str
    media: list[Path] = field(default_factory=list)  # the one to use first
    captions: list[tuple[Path, Marks]] = field(default_factory=list)  # the best one first
    info: Path | None = None

    @property
    def main(self) -> Path:
        """The file that stands for the recording: media, or captions without media."""
        return self.media[0] if self.media else self.captions[0][0]

    @property
    def companions(self) -> list[Path]:
        """The caption and metadata files beside the main file."""
        return sorted(path for path in (self.info, *(path for path, _ in self.captions)) if path and path != self.main)


def list_recordings(path: Path, subfolders: bool = False) -> Listing:
    """The recordings of a folder, sorted by name, with its subfolders if `subfolders`; or a single file.

    A recording that cannot be read is listed too: its download reports why, and the others are not affected. Raises
    `UsageError` for a folder without recordings and for a file that is none.
    """
    if not path.is_dir():
        return Listing((_list_file(path),))
    left_out: list[LeftOut] = []
    videos = [
        _make_video(files) for folder in _walk(path, subfolders, left_out) for files in _list_folder(folder, left_out)
    ]
    if not videos:
        raise UsageError(f"{_show(path)} contains no recordings" + _explain_nothing(left_out), _suffixes())
    return Listing(tuple(videos), tuple(left_out))


def _explain_nothing(left_out: list[LeftOut]) -> str:
    reasons = dict.fromkeys(f"{left.name}: {left.reason}" for left in left_out)
    return f" ({'; '.join([*reasons][:3])})" if reasons else ""


def _suffixes() -> str:
    return f"Recordings have one of the suffixes {', '.join(sorted(MEDIA))}; captions {', '.join(CAPTIONS)}."


def _walk(path: Path, subfolders: bool, left_out: list[LeftOut]) -> Iterator[Path]:
    """The folder, then its subfolders if they are wanted. Links to folders are not followed: they may be loops."""
    yield path
    try:
        inner = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    except OSError as error:
        raise UsageError(f"cannot read {_show(path)}: {error.strerror}", "Check its permissions.") from None
    for folder in inner:
        if not subfolders:
            left_out.append(LeftOut(_show(folder), "a subfolder; --recursive searches it"))
        elif folder.is_symlink():
            left_out.append(LeftOut(_show(folder), "a link to a folder; name it as a source of its own"))
        elif not os.access(folder, os.R_OK | os.X_OK):
            left_out.append(LeftOut(_show(folder), "a folder that cannot be read"))
        else:
            yield from _walk(folder, subfolders, left_out)


def _list_folder(folder: Path, left_out: list[LeftOut]) -> list[Files]:
    """The recordings directly in a folder, sorted by name."""
    usable = []
    for file in sorted(entry for entry in folder.iterdir() if entry.is_symlink() or not entry.is_dir()):
        if file.is_dir():
            continue  # a link to a folder: see `_walk`
        problem = _find_problem(file)
        if problem:
            left_out.append(LeftOut(_show(file), problem))
        else:
            usable.append(file)
    recordings = group_files(usable)
    taken = {path for files in recordings for path in (files.main, *files.companions)}
    known = tuple(files.name for files in recordings)
    left_out += [LeftOut(_show(file), _explain_rest(file, known)) for file in usable if file not in taken]
    return recordings


def _find_problem(file: Path) -> str:
    """Why a file is not looked at: hidden, incomplete, empty, or a link to nothing."""
    if file.name.startswith((".", "~$")):
        return "hidden"
    if names.PARTIAL.search(file.name):
        return "an incomplete download"
    try:
        size = file.stat().st_size
    except OSError:
        return "a link to a file that does not exist" if file.is_symlink() else "cannot be read"
    return "empty" if size == 0 and file.suffix.lower() in MEDIA else ""


def _explain_rest(file: Path, known: tuple[str, ...]) -> str:
    suffix = file.suffix.lower()
    if file.name.startswith(known) and suffix not in _DOCUMENTS:
        return _BELONGS
    if suffix[1:] in ANY_TEXT & {*CAPTIONS}:
        return "text without a recording; name it as a source if it is a transcript"
    return (
        "a document; save its transcript as .vtt or .txt"
        if suffix in _DOCUMENTS
        else "neither a recording nor captions"
    )


def group_files(files: Iterable[Path]) -> list[Files]:
    """The files of each recording in a folder, sorted by main file; files that belong to none are left out."""
    files = list(files)
    groups: dict[str, Files] = {}
    for file in files:
        if file.name.endswith(INFO) or file.suffix.lower() in MEDIA:
            name = file.name.removesuffix(INFO) if file.name.endswith(INFO) else names.recording_name(file.stem)
            group = groups.setdefault(name, Files(name))
            if file.name.endswith(INFO):
                group.info = file
            else:
                group.media.append(file)
    known = frozenset(groups)
    for file in files:
        if (form := _find_form(file)) and not file.name.endswith(INFO):
            name, marks = _find_owner(file, known)
            if not marks.forced and (form not in ANY_TEXT or name in known):
                groups.setdefault(name, Files(name)).captions.append((file, marks))
    for group in groups.values():
        audio_first = any(names.prefers_audio(file.stem) for file in group.media)
        group.media.sort(key=lambda file: ((file.suffix.lower() in AUDIO) is not audio_first, file))
        best: dict[tuple[str, bool], tuple[Path, Marks]] = {}  # one for each language and kind
        for file, marks in sorted(group.captions, key=lambda item: _rank(*item)):
            best.setdefault((marks.language, marks.automatic), (file, marks))
        group.captions = [*best.values()]
    return sorted((group for group in groups.values() if group.media or group.captions), key=lambda group: group.main)


def _find_owner(file: Path, known: frozenset[str]) -> tuple[str, Marks]:
    """The name of the recording to which a caption file belongs, and its marks."""
    meetings = [name for name in known if names.is_local_meeting(name)]
    if len(meetings) == 1 and file.stem in {"closed_caption", "meeting_saved_closed_caption"}:
        return meetings[0], Marks()
    return names.split_caption_name(file.stem, known)


def _find_form(file: Path) -> str:
    form = file.suffix[1:].lower()
    return form if form in CAPTIONS else ""


def _rank(file: Path, marks: Marks) -> tuple[bool, bool, int, int, Path]:
    """Order of captions that does not depend on settings: the first one stands for a recording without media."""
    other_language = bool(marks.language) and not marks.language.lower().startswith("en")
    return marks.automatic, other_language, marks.rank, CAPTIONS.index(_find_form(file)), file


def find_files(file: Path) -> Files:
    """The files of the recording with this main file; for any other caption file, that file alone."""
    name = names.recording_name(file.stem) if file.suffix.lower() in MEDIA else file.stem.split(".")[0]
    prefix = "" if names.is_local_meeting(name) else name  # so that a large folder is not grouped for every recording
    try:
        beside = [path for path in file.parent.iterdir() if path.name.startswith(prefix) and not _find_problem(path)]
    except OSError:
        beside = []
    group = next(
        (group for group in group_files(path for path in beside if path.is_file()) if group.main == file), None
    )
    if group is not None:
        return group
    owner, marks = _find_owner(file, frozenset())
    return Files(owner, captions=[(file, marks)]) if _find_form(file) else Files(name, media=[file])


def _list_file(path: Path) -> Video:
    """A single file as a recording; raises `UsageError` if it is none."""
    if problem := _find_problem(path):
        raise UsageError(f"{_show(path)} is not taken: {problem}", "Choose a recording, or a folder of recordings.")
    if path.suffix.lower() not in MEDIA and not _find_form(path):
        raise UsageError(f"{_show(path)} is {_explain_rest(path, ())}", _suffixes())
    return _make_video(find_files(_real(path)))


def _real(path: Path) -> Path:
    """The path with all links resolved but that of the file itself, whose name is the title."""
    return Path(os.path.realpath(path.parent)) / path.name


def _make_video(files: Files) -> Video:
    path = _real(files.main)
    try:
        info = read_info(files.info)
    except Failed:  # raised again by its download
        info = {}
    declared = str(info.get("id") or "")
    present = [file for file in (files.main, *files.companions) if file.is_file()]
    stats = [(os.fsencode(file.name), file.stat().st_size, file.stat().st_mtime_ns) for file in present]
    return Video(
        id=declared if VIDEO_ID.fullmatch(declared) else _hash(os.fsencode(path)),
        url=path.as_uri(),
        title=metadata.clean_text(info.get("title"), 500) or find_title(files),
        origin="folder",
        fingerprint=_hash(repr(stats).encode()),
        duration=metadata.parse_number(info.get("duration")),
        published=metadata.parse_date(info),  # a file's time of modification is no date of publication
        playlist=metadata.parse_playlist(info),
    )


def find_title(files: Files) -> str:
    """The title of a recording without metadata: the name of its files, or of the folder of a Zoom meeting."""
    return _show_name(files.main.parent.name if names.is_local_meeting(files.main.stem) else files.name)


def _show_name(name: str) -> str:
    """A file name as text; bytes that are no UTF-8 are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")


def _show(path: Path) -> str:
    return _show_name(str(path))


def _hash(data: bytes) -> str:
    """A hash of eleven characters, in the form of a YouTube id."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode()[:11]
