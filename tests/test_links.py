from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import Downloader
from summarizer.download.companions import read_companion
from summarizer.errors import Failed, SummarizerError
from tests.fake_youtube import SAMPLE_VTT
from tests.media import write_audio

SECRET = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nThe password is swordfish.\n"


def published(folder: Path, space: Path) -> str:
    """Everything that the download of the recordings in a folder gives, or says."""
    downloads = Downloader(DownloadSettings(), RuntimeSettings())
    texts = []
    listed = downloads.list_videos(str(folder))
    for number, video in enumerate(getattr(listed, "videos", listed)):
        target = space / str(number)
        target.mkdir(parents=True)
        try:
            texts.append(downloads.download(video, target).model_dump_json())
        except SummarizerError as error:
            texts.append(f"{type(error).__name__}: {error}")
        texts += [path.read_text(encoding="utf-8") for path in target.iterdir()]
    return "\n".join(texts)


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """A folder with one recording, beside a secret."""
    (tmp_path / "talks").mkdir()
    (tmp_path / "private.vtt").write_text(SECRET)
    (tmp_path / "private.json").write_text(json.dumps({"title": "swordfish"}))
    write_audio(tmp_path / "talks" / "a.wav")
    return tmp_path / "talks"


@pytest.mark.parametrize("name", ["a.vtt", "a.en.vtt", "b.vtt", "b.en.srt"])
@pytest.mark.parametrize("relative", [True, False])
def test_captions_that_are_a_link_out_of_the_folder_are_not_read(
    talks: Path, tmp_path: Path, name: str, relative: bool
) -> None:
    """Beside a recording or alone; the message names the link."""
    (talks / name).symlink_to("../private.vtt" if relative else tmp_path / "private.vtt")
    text = published(talks, tmp_path / "space")
    assert "swordfish" not in text
    assert f"{name} is a link to a file outside its folder" in text


def test_metadata_that_are_a_link_out_of_the_folder_are_not_read(talks: Path, tmp_path: Path) -> None:
    """Their title and description would be published."""
    (talks / "a.info.json").symlink_to(tmp_path / "private.json")
    text = published(talks, tmp_path / "space")
    assert "swordfish" not in text
    assert "a.info.json is a link to a file outside its folder" in text


def test_a_link_through_another_link_is_not_read(talks: Path, tmp_path: Path) -> None:
    """Nor one through a folder."""
    (talks / "deeper").symlink_to(tmp_path)
    (talks / "a.vtt").symlink_to("deeper/private.vtt")
    assert "swordfish" not in published(talks, tmp_path / "space")


def test_links_within_the_folder_are_read(talks: Path, tmp_path: Path) -> None:
    """Also where the folder itself is named by a link."""
    (talks / "original.txt").write_text("x")
    (talks / "files").mkdir()
    (talks / "files" / "text").write_text(SAMPLE_VTT)
    (talks / "a.vtt").symlink_to("files/text")
    (tmp_path / "alias").symlink_to(talks)
    assert "Hello from the captions" in published(tmp_path / "alias", tmp_path / "space")


def test_a_recording_may_be_a_link(talks: Path, tmp_path: Path) -> None:
    """Only its sound is taken; title and captions are those beside the link."""
    (talks / "a.wav").rename(tmp_path / "store.wav")
    (talks / "named.wav").symlink_to(tmp_path / "store.wav")
    (talks / "named.vtt").write_text(SAMPLE_VTT)
    text = published(talks, tmp_path / "space")
    assert "Hello from the captions" in text
    assert '"title":"named"' in text


def test_a_name_that_is_no_utf_8_costs_nothing(talks: Path, tmp_path: Path) -> None:
    """The bytes that are none are replaced in the title, and the file is found."""
    (talks / "a.wav").rename(os.fsdecode(os.fsencode(talks) + b"/caf\xe9.wav"))
    Path(os.fsdecode(os.fsencode(talks) + b"/caf\xe9.vtt")).write_text(SAMPLE_VTT)
    write_audio(talks / "b.wav")
    text = published(talks, tmp_path / "space")
    assert '"title":"caf\ufffd"' in text
    assert '"title":"b"' in text
    assert "Hello from the captions" in text


def test_a_companion_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """Ten hours of captions are smaller."""
    with (tmp_path / "a.vtt").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(Failed, match="is larger than 20 MB"):
        read_companion(tmp_path / "a.vtt")
