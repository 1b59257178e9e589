from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import Downloader, address
from summarizer.download.classify import classify
from summarizer.download.pacing import Pacing
from summarizer.download.tracks import choose
from summarizer.errors import Deferred, Failed, Refused, SummarizerError, Unavailable, UsageError
from summarizer.records import Video
from tests.fake_youtube import SAMPLE_VTT, FakeVideo, FakeYouTube

PLAYLIST = "https://www.youtube.com/playlist?list=PLfake"
RUNTIME = RuntimeSettings(sleep_seconds=0, retries=0)


def downloader(fake: FakeYouTube, **settings: object) -> Downloader:
    return Downloader(DownloadSettings.model_validate(settings), RUNTIME, youtube_dl=fake.youtube_dl)


def video(name: str = "aaaaaaaaaaa") -> Video:
    url = f"https://www.youtube.com/watch?v={name}"
    return Video(id=name, url=url, title="t", origin="youtube", fingerprint="")


def test_a_playlist_lists_every_entry_with_what_it_says_of_itself() -> None:
    """Private, deleted, upcoming and short videos are listed with their code; entries without an id are left out."""
    fake = FakeYouTube(
        [
            FakeVideo("aaaaaaaaaaa", title="Fine - Ada Lovelace, Engines"),
            FakeVideo("-bbbbbbbbbb", title="[Private video]"),
            FakeVideo("ccccccccccc", title="[Deleted video]"),
            FakeVideo("ddddddddddd", short=True),
        ],
        hidden=2,
    )
    found = downloader(fake).list_videos(PLAYLIST)
    assert [entry.id for entry in found] == ["aaaaaaaaaaa", "-bbbbbbbbbb", "ccccccccccc", "ddddddddddd"]
    assert [entry.unavailable for entry in found] == [None, "private", "deleted", "short"]


def test_captions_are_fetched_and_audio_is_not(tmp_path: Path) -> None:
    """The download stage brings metadata and both kinds of captions, and not one byte of sound."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", captions={"en": SAMPLE_VTT}, automatic={"en": SAMPLE_VTT})])
    source = downloader(fake).download(video(), tmp_path)
    assert [track.kind for track in source.captions] == ["human", "automatic"]
    assert {track.file for track in source.captions} == {path.name for path in tmp_path.iterdir()}
    assert source.speakers == ("Ada Lovelace",)
    assert not any("videoplayback" in url for url in fake.log)


def test_metadata_hold_no_cookies_headers_or_media_addresses(tmp_path: Path) -> None:
    """Only an allowlist of fields is kept."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa")])
    text = downloader(fake).download(video(), tmp_path).model_dump_json().lower()
    assert not [word for word in ("cookie", "http_headers", "user-agent", "googlevideo") if word in text]


def test_audio_arrives_whole(tmp_path: Path) -> None:
    """The fetched file has exactly the bytes that were served."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa")])
    site = downloader(fake)
    source = site.download(video(), tmp_path)
    (tmp_path / "audio").mkdir()
    assert fake.videos[0].audio == site.fetch_audio(video(), source, tmp_path / "audio").read_bytes()


@pytest.mark.parametrize(
    ("audio", "declared", "codes"),
    [
        (b"", 500, {"download", "empty_media", "network"}),
        (b"\x1aE\xdf\xa3" + b"\0" * 100, 500, {"truncated_media", "network", "download"}),
        (b"<html>please sign in</html>", None, {"not_media"}),
        (b'{"error": 1}', None, {"not_media"}),
    ],
)
def test_media_that_are_not_whole_are_refused(
    tmp_path: Path, audio: bytes, declared: int | None, codes: set[str]
) -> None:
    """Empty, cut and foreign bytes never become a result."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", audio=audio, declared=declared)])
    site = downloader(fake)
    source = site.download(video(), tmp_path)
    (tmp_path / "audio").mkdir()
    with pytest.raises((Failed, Deferred)) as error:
        site.fetch_audio(video(), source, tmp_path / "audio")
    assert error.value.code in codes


@pytest.mark.parametrize(
    ("status", "reason", "kind", "code"),
    [
        ("LOGIN_REQUIRED", "This video is private", Unavailable, "private"),
        ("ERROR", "Video unavailable", Unavailable, "deleted"),
        ("LOGIN_REQUIRED", "Sign in to confirm your age", Unavailable, "age_restricted"),
        ("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot", Deferred, "bot_check"),
        ("UNPLAYABLE", "Join this channel to get access to members-only content", Unavailable, "members_only"),
        ("UNPLAYABLE", "The uploader has not made this video available in your country", Unavailable, "geo_blocked"),
        ("LIVE_STREAM_OFFLINE", "This live event will begin in 3 days.", Deferred, "upcoming"),
    ],
)
def test_each_reason_has_its_error(
    tmp_path: Path, status: str, reason: str, kind: type[SummarizerError], code: str
) -> None:
    """What the player says of a video becomes one typed error with a stable code."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", status=status, reason=reason)])
    with pytest.raises(kind) as error:
        downloader(fake).download(video(), tmp_path)
    assert code == getattr(error.value, "code", "")


@pytest.mark.parametrize("live", ["is_live", "is_upcoming"])
def test_broadcasts_are_put_off(tmp_path: Path, live: str) -> None:
    """A live or upcoming video is tried again later."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", live=live)])
    with pytest.raises(Deferred) as error:
        downloader(fake).download(video(), tmp_path)
    assert live.removeprefix("is_") == error.value.code


def test_too_long_a_recording_is_refused(tmp_path: Path) -> None:
    """download.max_hours is a gate with its figure."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", seconds=3 * 3600)])
    with pytest.raises(Refused, match=r"3\.0 hours are more than") as error:
        downloader(fake, max_hours=2).download(video(), tmp_path)
    assert error.value.code == "too_long"


def test_after_too_many_requests_nothing_more_is_asked(tmp_path: Path) -> None:
    """A 429 trips the breaker: the next video is deferred without a single request."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa"), FakeVideo("bbbbbbbbbbb")], broken=lambda url: (429, b""))
    site = downloader(fake)
    with pytest.raises(Deferred) as first:
        site.download(video(), tmp_path)
    asked = len(fake.log)
    with pytest.raises(Deferred) as second:
        site.download(video("bbbbbbbbbbb"), tmp_path)
    assert (first.value.code, second.value.code) == ("rate_limited", "rate_limited")
    assert asked == len(fake.log)


def test_no_network_is_put_off_not_failed() -> None:
    """A listing that cannot be fetched says so, with the remedy."""
    fake = FakeYouTube(broken=lambda url: (0, b""))
    with pytest.raises(Deferred) as error:
        downloader(fake).list_videos(PLAYLIST)
    assert error.value.code == "network"
    assert "connection" in error.value.remedy


def test_an_empty_playlist_is_an_error_with_a_remedy() -> None:
    """Nothing to do is worth a sentence."""
    with pytest.raises(UsageError, match="holds no videos"):
        downloader(FakeYouTube()).list_videos(PLAYLIST)


@pytest.mark.parametrize("name", ["../../etc/passwd", "\x1b[31mred", "x" * 5000, "a/b\\c:d*e?", "\u202etxt.exe"])
def test_hostile_titles_stay_out_of_file_names(tmp_path: Path, name: str) -> None:
    """File names are ours; a title is only text."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", title=name, captions={"en": SAMPLE_VTT})])
    source = downloader(fake).download(video(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["human.en.json3"]
    assert len(source.title) <= 500


def test_a_hostile_caption_language_is_not_taken() -> None:
    """A language becomes part of a file name, so it must look like one."""
    assert choose({"../en": [{"ext": "vtt", "url": "https://x/"}]}, (), "human", None) is None


def test_machine_translated_captions_are_not_taken() -> None:
    """A guess about a guess is not a transcript."""
    offered = {"en": [{"ext": "vtt", "url": "https://x/?tlang=en"}], "de": [{"ext": "vtt", "url": "https://x/"}]}
    assert choose(offered, ("en",), "automatic", "de") is None


@given(st.text(max_size=80))
def test_no_text_becomes_an_address_of_another_host(text: str) -> None:
    """Whatever is put before or after a host, only YouTube's own hosts pass the gate."""
    for candidate in (text, f"https://{text}", f"https://evil.example/{text}", f"https://youtube.com@{text}/watch?v=a"):
        try:
            address.check(candidate, loopback_feed=False)
        except UsageError:
            continue
        host = address.urlsplit(candidate if "://" in candidate else f"https://{candidate}").hostname
        assert host in address.YOUTUBE


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/redirect?q=http://evil.example",
        "http://127.0.0.1:8000/feed.xml",
        "http://localhost/feed",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "https://youtube.com.evil.example/watch?v=aaaaaaaaaaa",
        "https://user:pass@www.youtube.com/watch?v=aaaaaaaaaaa",
        "https://www.youtube.com:8080/watch?v=aaaaaaaaaaa",
        "ftp://youtube.com/watch?v=aaaaaaaaaaa",
    ],
)
def test_foreign_addresses_are_refused(url: str) -> None:
    """Redirects, private hosts, other schemes, ports and look-alikes do not pass."""
    with pytest.raises(UsageError):
        downloader(FakeYouTube()).list_videos(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=-aaaaaaaaaa",
        "https://youtu.be/-aaaaaaaaaa?t=5",
        "youtube.com/shorts/-aaaaaaaaaa",
        "https://www.youtube.com/live/-aaaaaaaaaa",
    ],
)
def test_a_single_video_needs_no_request_to_be_listed(url: str) -> None:
    """The id is in the address; it may begin with a dash."""
    fake = FakeYouTube()
    assert [found.id for found in downloader(fake).list_videos(url)] == ["-aaaaaaaaaa"]
    assert fake.log == []


def test_a_channel_means_its_uploads() -> None:
    """The address of a channel is listed by its videos tab."""
    assert address.listing_url("https://www.youtube.com/@cncf") == "https://www.youtube.com/@cncf/videos"


def test_a_list_of_sources_is_read(tmp_path: Path) -> None:
    """A text file names one source a line; comments and doubles are dropped."""
    (tmp_path / "talks.txt").write_text("# mine\nhttps://youtu.be/aaaaaaaaaaa\n\nhttps://youtu.be/aaaaaaaaaaa\n")
    assert len(downloader(FakeYouTube()).list_videos(str(tmp_path / "talks.txt"))) == 1


def test_videos_are_paced() -> None:
    """Between two requests of the same run lies the configured pause."""
    now, slept = [100.0], []
    pacing = Pacing(5.0, clock=lambda: now[0], sleep=slept.append)
    pacing.wait()
    pacing.wait()
    assert slept == [5.0]


def test_recorded_answers_of_the_real_site_are_classified(tmp_path: Path) -> None:
    """An answer in the real site's own words (reason and subreason) ends in the right error."""
    reply = {
        "playabilityStatus": {
            "status": "UNPLAYABLE",
            "reason": "Video unavailable",
            "errorScreen": {
                "playerErrorMessageRenderer": {
                    "reason": {"simpleText": "Video unavailable"},
                    "subreason": {"runs": [{"text": "This video is private"}]},
                }
            },
        },
        "videoDetails": {"videoId": "aaaaaaaaaaa", "title": "x"},
    }
    page = f"<script>var ytInitialPlayerResponse = {json.dumps(reply)};</script>".encode()
    body = json.dumps(reply).encode()
    fake = FakeYouTube(broken=lambda url: (200, page if "/watch" in url else body))
    with pytest.raises(Unavailable) as error:
        downloader(fake).download(video(), tmp_path)
    assert error.value.code in {"private", "deleted"}


def test_a_missing_network_is_told_in_one_plain_line() -> None:
    """Without the library's own words for it, said twice."""
    cause = "HTTPSConnection(host='www.youtube.com', port=443): Failed to resolve 'www.youtube.com'"
    error = classify(f'ERROR: [youtube] x: Unable to download page: {cause} (caused by TransportError("{cause}"))')
    assert isinstance(error, Deferred)
    assert str(error) == "[youtube] x: Unable to download page: Failed to resolve 'www.youtube.com'"
    assert error.advice.startswith(f"{error}. Check the connection")
