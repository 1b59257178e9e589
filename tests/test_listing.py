from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import Downloader
from summarizer.download.local.names import parse_marks, split_caption_name
from summarizer.errors import UsageError
from summarizer.records import VIDEO_ID, Source

VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n"


@pytest.fixture
def site() -> Downloader:
    return Downloader(DownloadSettings(), RuntimeSettings(sleep_seconds=0))


def fill(folder: Path, files: str | Mapping[str, str]) -> Path:
    """Files in a folder, each with its own text: media are no real ones."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = files if isinstance(files, Mapping) else {name: VTT.format(name) for name in files.split()}
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def read(site: Downloader, source: Path, space: Path) -> dict[str, Source]:
    """The metadata of all recordings of a source, by title; their captions are in a folder of the same name."""
    sources = {}
    for video in site.list_videos(str(source)).videos:
        (space / video.id).mkdir(parents=True)
        sources[video.title] = site.download(video, space / video.id)
    return sources


def reasons(site: Downloader, source: Path) -> dict[str, str]:
    return {Path(name).name: reason for name, reason in site.list_videos(str(source)).left_out}


@pytest.mark.parametrize(
    ("captions", "language"),
    [
        ("a.vtt", "und"),
        ("a.mp4.vtt", "und"),
        ("a_captions.vtt", "und"),
        ("a.transcript.vtt", "und"),
        ("a.English.vtt", "en"),
        ("a.eng.vtt", "en"),
        ("a.en.sdh.vtt", "en"),
        ("a-en.vtt", "en"),
        ("a_en_US.vtt", "en-US"),
        ("a (English).vtt", "en"),
        ("a - Deutsch.vtt", "de"),
        ("a.zh-Hans.vtt", "zh-Hans"),
        ("a.日本語.vtt", "ja"),
        ("a.mp4.fr.vtt", "fr"),
    ],
)
def test_captions_are_found_by_the_names_that_programs_give_them(
    site: Downloader, tmp_path: Path, captions: str, language: str
) -> None:
    """One recording with its captions, and nothing left over."""
    fill(tmp_path / "in", {"a.mp4": "media", captions: VTT.format("Hello.")})
    (source,) = read(site, tmp_path / "in", tmp_path).values()
    assert ([track.language for track in source.captions], source.title) == ([language], "a")
    assert reasons(site, tmp_path / "in") == {}


@pytest.mark.parametrize("name", ["a.v2.vtt", "a.old.vtt", "a2.vtt", "ab.vtt", "a.part 2.vtt"])
def test_a_similar_name_is_another_recording(site: Downloader, tmp_path: Path, name: str) -> None:
    """Captions of another recording would be a digest of the wrong talk."""
    fill(tmp_path / "in", {"a.mp4": "media", name: VTT.format("Hello.")})
    sources = read(site, tmp_path / "in", tmp_path)
    assert sorted(sources) == sorted(["a", name.removesuffix(".vtt")])
    assert sources["a"].captions == ()


@pytest.mark.parametrize(
    ("text", "kind"), [(".auto.en", "automatic"), (".en.auto-generated", "automatic"), (".en", "human")]
)
def test_a_name_says_whether_captions_are_automatic(site: Downloader, tmp_path: Path, text: str, kind: str) -> None:
    """They are then checked as such, and the page says so."""
    fill(tmp_path / "in", {"a.mp4": "media", f"a{text}.vtt": VTT.format("Hello.")})
    (source,) = read(site, tmp_path / "in", tmp_path).values()
    assert [track.kind for track in source.captions] == [kind]


def test_captions_of_foreign_parts_only_are_not_the_text(site: Downloader, tmp_path: Path) -> None:
    """ "Forced" subtitles have a few lines."""
    fill(tmp_path / "in", "a.mp4 a.en.forced.srt")
    (source,) = read(site, tmp_path / "in", tmp_path).values()
    assert source.captions == ()
    assert "a.en.forced.srt" in reasons(site, tmp_path / "in")


def test_the_files_of_a_meeting_are_one_recording(site: Downloader, tmp_path: Path) -> None:
    """Of Zoom's captions, those with speakers; the others are named."""
    name = "GMT20240513-140000_Recording"
    files = f"{name}_1920x1080.mp4 {name}_gallery_640x360.mp4 {name}.m4a {name}.cc.vtt {name}.transcript.vtt {name}newChat.txt"
    fill(tmp_path / "in", files)
    sources = read(site, tmp_path / "in", tmp_path)
    (video,) = site.list_videos(str(tmp_path / "in")).videos
    assert (list(sources), video.url.rpartition("/")[2]) == ([name], f"{name}.m4a")
    (track,) = sources[name].captions
    assert f"{name}.transcript.vtt" in (tmp_path / video.id / track.file).read_text()
    assert len(reasons(site, tmp_path / "in")) == 4


def test_a_meeting_recorded_on_a_computer_has_the_title_of_its_folder(site: Downloader, tmp_path: Path) -> None:
    """Zoom names all of its recordings alike."""
    folder = fill(tmp_path / "2024-05-13 Storage group", "audio1234567890.m4a video1234567890.mp4 closed_caption.txt")
    (source,) = read(site, folder, tmp_path).values()
    assert (source.title, [track.format for track in source.captions]) == ("2024-05-13 Storage group", ["txt"])


@pytest.mark.parametrize(
    ("files", "main"),
    [("a.mp4 a.mp3", "a.mp4"), ("a.f137.mp4 a.f140.m4a", "a.f140.m4a"), ("a.mkv a.mp4 a.opus", "a.mkv")],
)
def test_files_with_the_same_name_are_one_recording(site: Downloader, tmp_path: Path, files: str, main: str) -> None:
    """The others are named; sound and picture that yt-dlp could not merge are one recording, too."""
    fill(tmp_path / "in", f"{files} a.en.vtt")
    listing = site.list_videos(str(tmp_path / "in"))
    assert [video.url.rpartition("/")[2] for video in listing.videos] == [main]
    assert {Path(name).name for name, _ in listing.left_out} == {*files.split()} - {main}


def test_every_file_that_is_not_taken_has_a_reason(site: Downloader, tmp_path: Path) -> None:
    """Hidden and incomplete files, empty media, documents, links to nothing, subfolders."""
    fill(tmp_path / "in", "a.vtt ._a.vtt .b.mp4 c.mp4.part d.tmp e.crdownload f.odt g.jpg h.txt sub/i.vtt x.temp.mp4")
    (tmp_path / "in" / "empty.mp3").touch()
    (tmp_path / "in" / "gone.mp4").symlink_to("nothing")
    (tmp_path / "in" / "itself.mp4").symlink_to("itself.mp4")
    (tmp_path / "in" / "folder.mp4").mkdir()
    assert reasons(site, tmp_path / "in") == {
        "._a.vtt": "hidden",
        ".b.mp4": "hidden",
        "c.mp4.part": "an incomplete download",
        "d.tmp": "an incomplete download",
        "e.crdownload": "an incomplete download",
        "x.temp.mp4": "an incomplete download",
        "empty.mp3": "empty",
        "f.odt": "a document; save its transcript as .vtt or .txt",
        "g.jpg": "neither a recording nor captions",
        "h.txt": "text without a recording; name it as a source if it is a transcript",
        "gone.mp4": "a link to a file that does not exist",
        "itself.mp4": "a link to a file that does not exist",
        "sub": "a subfolder; --recursive searches it",
        "folder.mp4": "a subfolder; --recursive searches it",
    }


def test_a_switch_searches_subfolders(tmp_path: Path) -> None:
    """Not hidden ones, and no links, which may be loops; equal names are different recordings."""
    fill(tmp_path / "in", "a.vtt sub/a.vtt sub/deep/b.vtt .git/c.vtt")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    site = Downloader(DownloadSettings(), RuntimeSettings(subfolders=True))
    listing = site.list_videos(str(tmp_path / "in"))
    assert [video.title for video in listing.videos] == ["a", "a", "b"]
    assert len({video.id for video in listing.videos}) == 3
    assert [Path(name).name for name, _ in listing.left_out] == ["loop"]


def test_a_link_has_its_own_name_and_captions(site: Downloader, tmp_path: Path) -> None:
    """The media may be in a store with names of its own; captions and metadata are beside the link."""
    fill(tmp_path / "store", "ab12.mp4")
    fill(tmp_path / "in", {"Storage.vtt": VTT.format("Hello."), "Storage.info.json": '{"title": "Storage meeting"}'})
    (tmp_path / "in" / "Storage.mp4").symlink_to(tmp_path / "store" / "ab12.mp4")
    (source,) = read(site, tmp_path / "in", tmp_path).values()
    assert (source.title, len(source.captions), source.has_audio) == ("Storage meeting", 1, True)


def test_a_file_name_that_is_no_utf8_is_a_recording(site: Downloader, tmp_path: Path) -> None:
    """The title has a replacement character, and the others are not affected."""
    fill(tmp_path / "in", "a.vtt")
    Path(os.fsdecode(bytes(tmp_path / "in") + b"/caf\xe9.vtt")).write_text(VTT.format("Hello."))
    sources = read(site, tmp_path / "in", tmp_path)
    assert sorted(sources) == ["a", "caf\ufffd"]
    assert all(source.captions for source in sources.values())


def test_a_single_file_is_taken_with_its_companions(site: Downloader, tmp_path: Path) -> None:
    """New captions beside it count as a change; a caption file that is named is itself the transcript."""
    fill(tmp_path / "in", "a.mp4 a.de.vtt")
    (alone,) = site.list_videos(str(tmp_path / "in" / "a.mp4")).videos
    fill(tmp_path / "in", "a.en.vtt")
    (video,) = site.list_videos(str(tmp_path / "in" / "a.mp4")).videos
    assert (video.id == alone.id, video.fingerprint == alone.fingerprint) == (True, False)
    (source,) = read(site, tmp_path / "in" / "a.de.vtt", tmp_path / "space").values()
    assert ([track.language for track in source.captions], source.has_audio) == (["de"], False)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("x.jpg", "neither a recording nor captions"),
        (".x.mp4", "hidden"),
        ("x.odt", "a document"),
        ("x.mp4.part", "incomplete"),
    ],
)
def test_a_single_file_that_is_no_recording_is_a_usage_error(
    site: Downloader, tmp_path: Path, name: str, reason: str
) -> None:
    """With the reason; so is a folder without recordings."""
    fill(tmp_path / "in", name)
    for source in (tmp_path / "in" / name, tmp_path / "in"):
        with pytest.raises(UsageError, match=reason):
            site.list_videos(str(source))


def test_ids_do_not_depend_on_companions(site: Downloader, tmp_path: Path) -> None:
    """They are those of version 0.1.0: a hash of the path."""
    fill(tmp_path / "in", "a.mp4")
    (video,) = site.list_videos(str(tmp_path / "in")).videos
    fill(tmp_path / "in", "a.vtt b.mp4")
    assert video.id in {other.id for other in site.list_videos(str(tmp_path / "in")).videos}
    assert VIDEO_ID.fullmatch(video.id)


def test_marks_are_found_only_where_every_part_has_a_meaning() -> None:
    """A name without a recording beside it keeps all parts but its marks."""
    assert parse_marks(".en.v2") is None
    name, marks = split_caption_name("Dr. Who in Kubernetes", frozenset())
    assert (name, marks) == ("Dr. Who in Kubernetes", parse_marks(""))
    name, marks = split_caption_name("Talk.final.pt-BR", frozenset())
    assert (name, marks.language) == ("Talk.final", "pt-BR")
