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

ANY = address.is_on_site
PLAYLIST = "https://www.youtube.com/playlist?list=PLfake"
RUNTIME = RuntimeSettings(sleep_seconds=0, retries=0)


def downloader(fake: FakeYouTube, **settings: object) -> Downloader:
    return Downloader(DownloadSettings.model_validate(settings), RUNTIME, transport=fake.transport())


def video(name: str = "aaaaaaaaaaa") -> Video:
    url = f"https://www.youtube.com/watch?v={name}"
    return Video(id=name, url=url, title="t", origin="youtube", fingerprint="")


def test_a_listing_has_the_code_of_unavailable_videos() -> None:
    """Private, deleted and short videos have a code; entries without an id are skipped."""
    fake = FakeYouTube(
        [
            FakeVideo("aaaaaaaaaaa", title="Fine - Ada Lovelace, Engines"),
            FakeVideo("-bbbbbbbbbb", title="[Private video]"),
            FakeVideo("ccccccccccc", title="[Deleted video]"),
            FakeVideo("ddddddddddd", short=True),
        ],
        hidden=2,
    )
    videos = downloader(fake).list_videos(PLAYLIST).videos
    assert [entry.id for entry in videos] == ["aaaaaaaaaaa", "-bbbbbbbbbb", "ccccccccccc", "ddddddddddd"]
    assert [entry.unavailable for entry in videos] == [None, "private", "deleted", "short"]


def test_download_fetches_captions_but_no_sound(tmp_path: Path) -> None:
    """The stage writes metadata and both kinds of captions."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", captions={"en": SAMPLE_VTT}, automatic={"en": SAMPLE_VTT})])
    source = downloader(fake).download(video(), tmp_path)
    assert [track.kind for track in source.captions] == ["human", "automatic"]
    assert {track.file for track in source.captions} == {path.name for path in tmp_path.iterdir()}
    assert source.speakers == ("Ada Lovelace",)
    assert not any("videoplayback" in url for url in fake.log)


def test_metadata_contain_no_cookies_headers_or_media_addresses(tmp_path: Path) -> None:
    """Only an allowlist of fields is kept."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa")])
    text = downloader(fake).download(video(), tmp_path).model_dump_json().lower()
    assert not [word for word in ("cookie", "http_headers", "user-agent", "googlevideo") if word in text]


def test_audio_is_downloaded_completely(tmp_path: Path) -> None:
    """The file has exactly the bytes that were served."""
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
def test_incomplete_media_are_an_error(tmp_path: Path, audio: bytes, declared: int | None, codes: set[str]) -> None:
    """Empty, truncated and other files never become a result."""
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
def test_each_reason_of_the_player_has_its_error(
    tmp_path: Path, status: str, reason: str, kind: type[SummarizerError], code: str
) -> None:
    """Each becomes a typed error with a stable code."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", status=status, reason=reason)])
    with pytest.raises(kind) as error:
        downloader(fake).download(video(), tmp_path)
    assert code == getattr(error.value, "code", "")


@pytest.mark.parametrize("live", ["is_live", "is_upcoming"])
def test_broadcasts_are_deferred(tmp_path: Path, live: str) -> None:
    """A live or upcoming video is tried again later."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", live=live)])
    with pytest.raises(Deferred) as error:
        downloader(fake).download(video(), tmp_path)
    assert live.removeprefix("is_") == error.value.code


def test_a_recording_that_is_too_long_is_refused(tmp_path: Path) -> None:
    """The message has the length and the limit."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", seconds=3 * 3600)])
    with pytest.raises(Refused, match=r"3\.0 hours are more than") as error:
        downloader(fake, max_hours=2).download(video(), tmp_path)
    assert error.value.code == "too_long"


def test_after_too_many_requests_no_request_is_sent(tmp_path: Path) -> None:
    """A 429 trips the breaker: the next video is deferred without a request."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa"), FakeVideo("bbbbbbbbbbb")], broken=lambda url: (429, b""))
    site = downloader(fake)
    with pytest.raises(Deferred) as first:
        site.download(video(), tmp_path)
    requests = len(fake.log)
    with pytest.raises(Deferred) as second:
        site.download(video("bbbbbbbbbbb"), tmp_path)
    assert (first.value.code, second.value.code) == ("rate_limited", "rate_limited")
    assert requests == len(fake.log)


def test_a_missing_network_is_deferred() -> None:
    """The error of a listing has a remedy."""
    fake = FakeYouTube(broken=lambda url: (0, b""))
    with pytest.raises(Deferred) as error:
        downloader(fake).list_videos(PLAYLIST)
    assert error.value.code == "network"
    assert "connection" in error.value.remedy


def test_an_empty_playlist_is_a_usage_error() -> None:
    """It contains no videos."""
    with pytest.raises(UsageError, match="contains no videos"):
        downloader(FakeYouTube()).list_videos(PLAYLIST)


@pytest.mark.parametrize("name", ["../../etc/passwd", "\x1b[31mred", "x" * 5000, "a/b\\c:d*e?", "\u202etxt.exe"])
def test_hostile_titles_stay_out_of_file_names(tmp_path: Path, name: str) -> None:
    """Names of files do not depend on the title."""
    fake = FakeYouTube([FakeVideo("aaaaaaaaaaa", title=name, captions={"en": SAMPLE_VTT})])
    source = downloader(fake).download(video(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["human.en.json3"]
    assert len(source.title) <= 500


def test_a_caption_language_that_is_a_path_is_ignored() -> None:
    """The language becomes part of a file name."""
    assert choose({"../en": [{"ext": "vtt", "url": "https://www.youtube.com/"}]}, (), "human", None, ANY) is None


def test_machine_translated_captions_are_ignored() -> None:
    """They add errors to those of speech recognition."""
    offered = {
        "en": [{"ext": "vtt", "url": "https://www.youtube.com/?tlang=en"}],
        "de": [{"ext": "vtt", "url": "https://www.youtube.com/"}],
    }
    assert choose(offered, ("en",), "automatic", "de", ANY) is None


@given(st.text(max_size=80))
def test_only_addresses_on_youtube_are_accepted(text: str) -> None:
    """For arbitrary text before or after the host."""
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
def test_other_addresses_are_refused(url: str) -> None:
    """Redirects, private hosts, other schemes, ports and look-alikes."""
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
def test_listing_a_single_video_needs_no_request(url: str) -> None:
    """The id is in the address; it may begin with a dash."""
    fake = FakeYouTube()
    assert [video.id for video in downloader(fake).list_videos(url).videos] == ["-aaaaaaaaaa"]
    assert fake.log == []


def test_a_channel_means_its_uploads() -> None:
    """The address of a channel is replaced by that of its videos tab."""
    assert address.make_listing_url("https://www.youtube.com/@cncf") == "https://www.youtube.com/@cncf/videos"


def test_requests_are_paced() -> None:
    """There is the configured pause between two requests of a run."""
    now, slept = [100.0], []
    pacing = Pacing(5.0, clock=lambda: now[0], sleep=slept.append)
    pacing.wait()
    pacing.wait()
    assert slept == [5.0]


def test_a_recorded_answer_of_the_site_is_classified(tmp_path: Path) -> None:
    """The answer has the format of the real site, with a reason and a subreason."""
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


def test_the_message_of_a_network_error_is_short() -> None:
    """Without the repeated cause in the wording of the network library."""
    cause = "HTTPSConnection(host='www.youtube.com', port=443): Failed to resolve 'www.youtube.com'"
    error = classify(f'ERROR: [youtube] x: Unable to download page: {cause} (caused by TransportError("{cause}"))')
    assert isinstance(error, Deferred)
    assert str(error) == "[youtube] x: Unable to download page: Failed to resolve 'www.youtube.com'"
    assert error.advice.startswith(f"{error}. Check the connection")
