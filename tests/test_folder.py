from __future__ import annotations

import json
from pathlib import Path

import pytest

from summarizer.audio import probe
from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import Downloader
from summarizer.errors import Failed, UsageError
from summarizer.records import VIDEO_ID
from tests.media import write_audio, write_video


@pytest.fixture
def site() -> Downloader:
    return Downloader(DownloadSettings(), RuntimeSettings(sleep_seconds=0))


def test_recordings_are_listed_by_name_with_safe_ids(site: Downloader, tmp_path: Path) -> None:
    """Media files and single caption files are recordings; other files are not."""
    for name in ("b.mp3", "a.opus", "notes.pdf", "c.vtt", "b.txt"):
        (tmp_path / name).write_bytes(b"x")
    videos = site.list_videos(str(tmp_path)).videos
    assert [video.title for video in videos] == ["a", "b", "c"]
    assert all(VIDEO_ID.fullmatch(video.id) for video in videos)


def test_the_info_file_of_a_recording_is_used(site: Downloader, tmp_path: Path) -> None:
    """It has the id, the title, the day and the public address."""
    (tmp_path / "x.mp3").write_bytes(b"x")
    info = {
        "id": "-abcdefghij",
        "title": "Talk - Ada Lovelace, Engines",
        "upload_date": "20260312",
        "webpage_url": "https://www.youtube.com/watch?v=-abcdefghij",
        "language": "en",
    }
    (tmp_path / "x.info.json").write_text(json.dumps(info))
    (tmp_path / "x.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    (video,) = site.list_videos(str(tmp_path)).videos
    (tmp_path / "space").mkdir()
    source = site.download(video, tmp_path / "space")
    assert (video.id, str(video.published)) == ("-abcdefghij", "2026-03-12")
    assert (info["webpage_url"], ("Ada Lovelace",)) == (source.url, source.speakers)
    assert [(track.kind, track.format, track.language) for track in source.captions] == [("human", "srt", "en")]


def test_a_recording_without_a_declared_day_has_no_date(site: Downloader, tmp_path: Path) -> None:
    """The file's time of modification says when it was copied, not when the talk was published."""
    (tmp_path / "x.vtt").write_text("WEBVTT\n")
    (video,) = site.list_videos(str(tmp_path)).videos
    (tmp_path / "space").mkdir()
    assert (video.published, site.download(video, tmp_path / "space").published) == (None, None)


def test_chapters_and_the_playlist_are_read_from_the_info_file(site: Downloader, tmp_path: Path) -> None:
    """As yt-dlp writes them; chapters without a title or a time, and values of wrong types, are left out."""
    chapters = [
        {"title": "Demo", "start_time": 60, "end_time": 90},
        {"title": "Why  we\nmoved", "start_time": 0.0, "end_time": 60},
        {"title": "<Untitled Chapter 1>", "start_time": 95},
        {"title": "No time"},
        {"title": "Nonsense", "start_time": "soon"},
        "Q&A",
    ]
    (tmp_path / "x.vtt").write_text("WEBVTT\n")
    info = {"chapters": chapters, "playlist_title": "KubeCon + CloudNativeCon Europe 2024"}
    (tmp_path / "x.info.json").write_text(json.dumps(info))
    (video,) = site.list_videos(str(tmp_path)).videos
    (tmp_path / "space").mkdir()
    source = site.download(video, tmp_path / "space")
    assert [(chapter.title, chapter.start) for chapter in source.chapters] == [("Why we moved", 0.0), ("Demo", 60.0)]
    assert source.playlist == "KubeCon + CloudNativeCon Europe 2024"


def test_captions_with_a_language_in_their_name_belong_to_the_recording(site: Downloader, tmp_path: Path) -> None:
    """Named as yt-dlp does; the .info.json file lists the automatic ones."""
    write_audio(tmp_path / "x.mp3", seconds=1)
    for name in ("x.de.vtt", "x.en-US.vtt", "x.v2.vtt"):
        (tmp_path / name).write_text(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{name}\n")
    (tmp_path / "x.info.json").write_text('{"subtitles": {"en-US": []}, "automatic_captions": {"de": []}}')
    videos = site.list_videos(str(tmp_path)).videos
    assert [video.title for video in videos] == ["x", "x.v2"]
    (tmp_path / "space").mkdir()
    source = site.download(videos[0], tmp_path / "space")
    assert [(track.kind, track.language) for track in source.captions] == [("human", "en-US"), ("automatic", "de")]


def test_plain_text_with_an_info_file_is_a_recording(site: Downloader, tmp_path: Path) -> None:
    """Other .txt files are not, since folders may contain notes."""
    (tmp_path / "talk.en.txt").write_text("Hello from the talk.")
    (tmp_path / "talk.info.json").write_text('{"title": "Talk", "automatic_captions": {"en": []}}')
    (tmp_path / "README.txt").write_text("Notes.")
    (video,) = site.list_videos(str(tmp_path)).videos
    (tmp_path / "space").mkdir()
    source = site.download(video, tmp_path / "space")
    assert (video.title, source.has_audio) == ("Talk", False)
    assert [(track.kind, track.format) for track in source.captions] == [("automatic", "txt")]


def test_a_language_that_is_a_path_is_ignored(site: Downloader, tmp_path: Path) -> None:
    """Nothing in the .info.json file leads out of the folder, and values of wrong types are no error."""
    (tmp_path / "x.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n")
    (tmp_path / "x.info.json").write_text('{"language": "../../evil", "subtitles": 5, "automatic_captions": [1]}')
    (video,) = site.list_videos(str(tmp_path)).videos
    (tmp_path / "space").mkdir()
    assert [track.file for track in site.download(video, tmp_path / "space").captions] == ["human.und.vtt"]


@pytest.mark.parametrize("broken", ["", "{", "[1]", "[" * 100_000])
def test_an_invalid_info_file_fails_only_its_own_recording(site: Downloader, tmp_path: Path, broken: str) -> None:
    """Ignoring the file could publish a page with a wrong name; the error names it."""
    for name in ("a.vtt", "x.vtt"):
        (tmp_path / name).write_text("WEBVTT\n")
    (tmp_path / "x.info.json").write_text(broken)
    valid, invalid = site.list_videos(str(tmp_path)).videos
    (tmp_path / "space").mkdir()
    assert site.download(valid, tmp_path / "space").captions
    with pytest.raises(Failed, match=r"x\.info\.json"):
        site.download(invalid, tmp_path / "space")


def test_a_changed_recording_has_another_fingerprint(site: Downloader, tmp_path: Path) -> None:
    """New captions count as a change."""
    (tmp_path / "x.mp3").write_bytes(b"x")
    first = site.list_videos(str(tmp_path)).videos[0]
    assert first == site.list_videos(str(tmp_path)).videos[0]
    (tmp_path / "x.vtt").write_text("WEBVTT\n")
    assert first.fingerprint != site.list_videos(str(tmp_path)).videos[0].fingerprint


def test_the_audio_of_a_video_is_extracted(site: Downloader, tmp_path: Path) -> None:
    """A video file becomes an audio file with the same duration."""
    write_video(tmp_path / "meeting.mp4", seconds=3)
    (video,) = site.list_videos(str(tmp_path / "meeting.mp4")).videos
    (tmp_path / "space").mkdir()
    audio = site.fetch_audio(video, site.download(video, tmp_path / "space"), tmp_path / "space")
    assert audio.name == "audio.mka"
    assert pytest.approx(3.0, abs=0.2) == probe(audio).duration


@pytest.mark.parametrize(("data", "readable"), [(None, True), (b"no media", False)])
def test_without_an_info_file_the_duration_is_that_of_the_container(
    site: Downloader, tmp_path: Path, data: bytes | None, readable: bool
) -> None:
    """An unreadable file has no duration; the error is raised when its audio is used."""
    path = write_video(tmp_path / "meeting.mp4", seconds=3)
    if data:
        path.write_bytes(data)
    (video,) = site.list_videos(str(path)).videos
    (tmp_path / "space").mkdir()
    duration = site.download(video, tmp_path / "space").duration
    assert duration == (pytest.approx(3.0, abs=0.2) if readable else None)


def test_an_audio_file_is_copied(site: Downloader, tmp_path: Path) -> None:
    """The copy has the same bytes."""
    write_audio(tmp_path / "x.m4a", seconds=2)
    (video,) = site.list_videos(str(tmp_path)).videos
    (tmp_path / "space").mkdir()
    audio = site.fetch_audio(video, site.download(video, tmp_path / "space"), tmp_path / "space")
    assert (tmp_path / "x.m4a").read_bytes() == audio.read_bytes()


def test_a_deleted_recording_is_an_error(site: Downloader, tmp_path: Path) -> None:
    """The file may be deleted between listing and reading."""
    (tmp_path / "x.mp3").write_bytes(b"x")
    (video,) = site.list_videos(str(tmp_path)).videos
    (tmp_path / "x.mp3").unlink()
    with pytest.raises(Failed) as error:
        site.download(video, tmp_path)
    assert error.value.code == "file_gone"


@pytest.mark.parametrize("source", ["no/such/folder", "", "just words"])
def test_a_source_that_is_neither_url_nor_path_is_a_usage_error(site: Downloader, source: str, tmp_path: Path) -> None:
    """So is an empty folder."""
    with pytest.raises(UsageError):
        site.list_videos(source or str(tmp_path))
