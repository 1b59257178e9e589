"""Back ends that need no site and no model, and count their calls."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from summarizer.config import SummarizeSettings
from summarizer.download import Listing
from summarizer.records import CaptionKind, CaptionTrack, Provenance, Source, Summary, Transcript, Video
from summarizer.stage import Answers, Backend
from summarizer.summarize.extractive.backend import Extractive
from summarizer.transcribe import Recording
from tests.conftest import TALK, make_source, make_transcript

VTT = "WEBVTT\n\n" + "\n\n".join(
    f"00:00:{i * 5:02}.000 --> 00:00:{i * 5 + 4:02}.000\n{text}" for i, text in enumerate(TALK)
)


class FakeBackends:
    """All back ends in one object, for talks with or without captions of one kind.

    `errors` maps the id of a video to the error that `download` raises for it.
    """

    def __init__(self, captions: str | None = VTT, spoken: tuple[str, ...] = TALK, kind: CaptionKind = "human") -> None:
        self.captions = captions
        self.kind = kind
        self.spoken = spoken
        self.calls: Counter[str] = Counter()
        self.errors: dict[str, BaseException] = {}
        self.listing: tuple[Video, ...] = ()

    def open(self, _backend: Backend[Any]) -> Any:
        return self

    def list_videos(self, _source: str) -> Listing:
        return Listing(self.listing)

    def download(self, video: Video, folder: Path) -> Source:
        self.calls["download"] += 1
        if video.id in self.errors:
            raise self.errors[video.id]
        tracks: tuple[CaptionTrack, ...] = ()
        if self.captions is not None:
            data = self.captions.encode()
            name = f"{self.kind}.en.vtt"
            (folder / name).write_bytes(data)
            sha256 = hashlib.sha256(data).hexdigest()
            tracks = (CaptionTrack(kind=self.kind, language="en", format="vtt", file=name, sha256=sha256),)
        return make_source(video_id=video.id, title=video.title, captions=tracks)

    def fetch_audio(self, video: Video, source: Source, folder: Path) -> Path:
        self.calls["fetch_audio"] += 1
        (folder / "audio.opus").write_bytes(b"sound of " + video.id.encode())
        return folder / "audio.opus"

    def problem(self, _backend: Backend[Any]) -> None:
        return None

    def announce(self, recording: Recording) -> None:
        self.calls["announce"] += 1

    def transcribe(self, recording: Recording) -> Transcript:
        self.calls["transcribe"] += 1
        assert recording.path.read_bytes().startswith(b"sound of")
        video_id = recording.source.video_id
        return make_transcript(self.spoken, video_id=video_id, kind="whisper", made=Provenance(backend="whisper"))

    def summarize(self, transcript: Transcript, source: Source, answers: Answers) -> Summary:
        self.calls["summarize"] += 1
        return Extractive(SummarizeSettings()).summarize(transcript, source, answers)


def make_video(number: int = 0, **fields: object) -> Video:
    """A listed video; as on the site, the fingerprint depends on the title."""
    values: dict[str, object] = {
        "id": f"video-{number:05}",
        "url": "https://x/",
        "title": f"Talk {number}",
        "origin": "youtube",
    }
    values |= fields
    return Video.model_validate({"fingerprint": values["title"]} | values)
