from __future__ import annotations

import contextlib
import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import Downloader, address, site
from summarizer.download.network import Access, Limits
from summarizer.errors import Deferred, Failed, SummarizerError, UsageError
from summarizer.records import Video
from tests.fake_youtube import SAMPLE_VTT, FakeVideo, FakeYouTube

PLAYLIST = "https://www.youtube.com/playlist?list=PLfake"
NAME = "aaaaaaaaaaa"
VIDEO = Video(
    id=NAME, url=f"https://www.youtube.com/watch?v={NAME}", title="t", origin="youtube", fingerprint="", duration=60
)
FOREIGN = (
    "http://127.0.0.1:1/secret",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "https://[::1]/",
    "https://localhost/",
    "https://evil.example/",
    "https://youtube.com.evil.example/",
    "https://evil.example\\@www.youtube.com/",
    "https://www.youtube.com@evil.example/",
    "https://evilyoutube.com/",
    "https://www.youtube.com:8443/",
    "http://www.youtube.com/watch?v=aaaaaaaaaaa",
    "//evil.example/",
    "ftp://www.youtube.com/",
    "file:///etc/passwd",
)


def downloader(fake: FakeYouTube, **runtime: Any) -> Downloader:
    settings = RuntimeSettings.model_validate({"sleep_seconds": 0, "retries": 0} | runtime)
    return Downloader(DownloadSettings(), settings, transport=fake.transport())


def download_all(fake: FakeYouTube, folder: Path) -> Path:
    """List the playlist, then download one video and its audio."""
    yt = downloader(fake)
    yt.list_videos(PLAYLIST)
    source = yt.download(VIDEO, folder)
    (folder / "audio").mkdir()
    return yt.fetch_audio(VIDEO, source, folder / "audio")


def opened_hosts(fake: FakeYouTube) -> set[str]:
    return {url.partition("://")[2].partition("/")[0] for url in fake.log}


# -- addresses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", FOREIGN)
@pytest.mark.parametrize("part", ["/playlist", "/api/timedtext", "/videoplayback"])
def test_a_redirect_to_another_host_is_not_followed(tmp_path: Path, part: str, target: str) -> None:
    """Of playlists, captions and media; the error has the address."""
    fake = FakeYouTube([FakeVideo(NAME, captions={"en": SAMPLE_VTT})])
    fake.redirects = lambda url: target if part in url else None
    with pytest.raises(SummarizerError) as error:
        download_all(fake, tmp_path)
    assert getattr(error.value, "code", "") == "foreign_address"
    assert "redirected to" in str(error.value)
    assert opened_hosts(fake) <= {"www.youtube.com", "rr1.googlevideo.com"}
    assert all(url.startswith("https://") for url in fake.log)


@pytest.mark.parametrize("target", FOREIGN)
@pytest.mark.parametrize("part", ["/watch", "/youtubei/v1"])
def test_a_redirect_of_one_of_the_pages_of_a_video_is_not_followed(tmp_path: Path, part: str, target: str) -> None:
    """yt-dlp does without it where it can."""
    fake = FakeYouTube([FakeVideo(NAME)])
    fake.redirects = lambda url: target if part in url else None
    with contextlib.suppress(SummarizerError):
        downloader(fake).download(VIDEO, tmp_path)
    assert any(part in url for url in fake.log)
    assert opened_hosts(fake) == {"www.youtube.com"}


def test_a_redirect_within_the_site_is_followed(tmp_path: Path) -> None:
    """Media move from one server of the site to another."""
    fake = FakeYouTube([FakeVideo(NAME)])
    fake.redirects = lambda url: url.replace("//rr1.", "//rr2.") if "//rr1." in url else None
    assert download_all(fake, tmp_path).read_bytes() == fake.videos[0].audio
    assert "rr2.googlevideo.com" in opened_hosts(fake)


@pytest.mark.parametrize("target", FOREIGN)
def test_media_at_another_host_are_not_opened(tmp_path: Path, target: str) -> None:
    """The player's answer names their address."""
    fake = FakeYouTube([FakeVideo(NAME)])
    fake.player = lambda answer: answer["streamingData"]["adaptiveFormats"][0].update(url=target)
    with pytest.raises((Failed, Deferred)):
        download_all(fake, tmp_path)
    assert opened_hosts(fake) <= {"www.youtube.com"}


@pytest.mark.parametrize("target", FOREIGN)
def test_captions_at_another_host_are_left_out(tmp_path: Path, target: str) -> None:
    """The video is then one without captions."""

    def move(answer: dict[str, Any]) -> None:
        for track in answer["captions"]["playerCaptionsTracklistRenderer"]["captionTracks"]:
            track["baseUrl"] = target

    fake = FakeYouTube([FakeVideo(NAME, captions={"en": SAMPLE_VTT})], player=move)
    assert downloader(fake).download(VIDEO, tmp_path).captions == ()
    assert opened_hosts(fake) == {"www.youtube.com"}


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/@x/../redirect?q=http://evil.example",
        "https://www.youtube.com/@x/%2e%2e/redirect?q=http://evil.example",
        "https://www.youtube.com/@x/%252e%252e/redirect?q=http://evil.example",
        "https://www.youtube.com/channel/x/./../../redirect",
        "https://www.youtube.com/@x/..\\redirect",
    ],
)
def test_a_path_that_climbs_is_refused(url: str) -> None:
    """It would be another page than the one that was checked."""
    with pytest.raises(UsageError, match="is not a playlist, channel or video"):
        downloader(FakeYouTube()).list_videos(url)


@given(st.text(alphabet="htps:/\\@.?#[]%0aA1\u3002\uff0eyoutbe.cm", max_size=60))
def test_only_unambiguous_addresses_are_on_the_site(text: str) -> None:
    """The host that we read is the host that urllib3, which opens it, reads."""
    import urllib3

    for url in (f"https://{text}", f"https://{text}.youtube.com/", f"https://www.youtube.com{text}"):
        if address.is_on_site(url):
            assert (urllib3.util.parse_url(url).host or "").endswith("youtube.com")


# -- a feed on this machine --------------------------------------------------------------------------------------


@contextlib.contextmanager
def serve(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server on this machine whose requests `answer` answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer(self)
            except OSError:
                return

        do_HEAD = do_CONNECT = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def send(handler: BaseHTTPRequestHandler, body: bytes, **headers: str) -> None:
    handler.send_response(302 if "Location" in headers else 200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def feed(base: str, link: str) -> bytes:
    return f"<rss version='2.0'><channel><title>x</title><item><title>t</title><link>{link or base}/{NAME}</link></item></channel></rss>".encode()


FEEDS = RuntimeSettings(sleep_seconds=0, retries=0, loopback_feed=True)


def test_a_feed_reaches_no_other_server_of_this_machine(tmp_path: Path) -> None:
    """Neither by a redirect of the feed or of a page, nor by the link of an item."""
    asked: list[str] = []

    def secret(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(handler, b"secret")

    with serve(secret) as other:

        def answer(handler: BaseHTTPRequestHandler) -> None:
            if handler.path == "/moved.xml" or NAME in handler.path:
                send(handler, b"", Location=f"{other}/x")
            else:
                send(handler, feed(home, other if handler.path == "/other.xml" else ""), Content_Type="text/xml")

        with serve(answer) as home:
            downloads = Downloader(DownloadSettings(), FEEDS)
            with pytest.raises(Failed, match="redirected to"):
                downloads.list_videos(f"{home}/moved.xml")
            with pytest.raises(UsageError, match="contains no videos"):
                downloads.list_videos(f"{home}/other.xml")
            (video,) = downloads.list_videos(f"{home}/feed.xml")
            with pytest.raises(Failed, match="redirected to"):
                downloads.download(video, tmp_path)
    assert asked == []


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_gets_no_request_to_this_machine(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Many companies set one for all programs."""
    asked: list[str] = []

    def proxy(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(handler, b"")

    with (
        serve(proxy) as company,
        serve(lambda handler: send(handler, feed(home, ""), Content_Type="text/xml")) as home,
    ):
        monkeypatch.setenv(name, company)
        assert len(Downloader(DownloadSettings(), FEEDS).list_videos(f"{home}/feed.xml")) == 1
    assert asked == []


# -- time and size ----------------------------------------------------------------------------------------------


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    while True:
        handler.wfile.write(b"X")
        time.sleep(0.05)


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"<html>", Content_Type="text/html")
    drip_headers(handler)


@pytest.mark.parametrize("answer", [drip_headers, drip_body, lambda handler: time.sleep(30)])
def test_a_server_that_drips_is_left_when_the_time_is_over(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    """One byte every now and then satisfies the timeout of a socket, but not the total time of the operation."""
    monkeypatch.setattr(site, "_LISTING", (1000_000, 1000_000, 0.4))
    begin = time.monotonic()
    with serve(answer) as home, pytest.raises(Deferred, match=r"did not answer completely in") as error:
        Downloader(DownloadSettings(), FEEDS).list_videos(f"{home}/feed.xml")
    assert error.value.code == "network"
    assert time.monotonic() - begin < 20  # endless without the limit


def endless(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"<html>", Content_Type="text/html")
    while True:
        handler.wfile.write(b"x" * 100_000)


BOMB = gzip.compress(b"<html>" + bytes(50_000_000))


def bomb(handler: BaseHTTPRequestHandler) -> None:
    send(handler, BOMB, Content_Type="text/html", Content_Encoding="gzip")


def declared(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"<html>", Content_Type="text/html", Content_Length=str(10**12))


@pytest.mark.parametrize("answer", [endless, bomb, declared])
def test_an_answer_that_is_too_large_is_not_read(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    """Bytes count decompressed; memory stays small."""
    import tracemalloc

    monkeypatch.setattr(site, "_LISTING", (1000_000, 1000_000, 60))
    downloads = Downloader(DownloadSettings(), FEEDS)
    with serve(lambda handler: send(handler, feed(home, ""), Content_Type="text/xml")) as home:
        downloads.list_videos(f"{home}/feed.xml")  # imports
    with serve(answer) as home:
        tracemalloc.start()
        with pytest.raises(Failed, match=r"sent more than 1 MB"):
            downloads.list_videos(f"{home}/feed.xml")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 20_000_000


def test_the_text_of_a_redirect_is_not_read() -> None:
    """It may be endless."""
    requests: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        requests.append(handler.path)
        if handler.path == "/feed.xml":
            send(handler, b"", Location=f"{home}/other.xml")
            endless_body(handler)
        else:
            send(handler, feed(home, ""), Content_Type="text/xml")

    def endless_body(handler: BaseHTTPRequestHandler) -> None:
        while True:
            handler.wfile.write(b"x" * 100_000)

    with serve(answer) as home:
        assert len(Downloader(DownloadSettings(), FEEDS).list_videos(f"{home}/feed.xml")) == 1
    assert "/other.xml" in requests


def test_all_answers_of_an_operation_share_a_limit() -> None:
    """A thousand small pages are as bad as one large."""
    access = Access(lambda url: True, Limits(answer_bytes=100, total_bytes=250, seconds=60))
    for _ in range(2):
        access.count("https://x/", 100, 100)
    with pytest.raises(Exception, match="x sent more than 0 MB"):
        access.count("https://x/", 100, 100)


def test_captions_that_are_too_large_are_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a talk must not be taken for the whole."""
    from summarizer.download import tracks

    monkeypatch.setattr(tracks, "MAX_BYTES", 10)
    fake = FakeYouTube([FakeVideo(NAME, captions={"en": SAMPLE_VTT})])
    with pytest.raises(Failed, match="are larger than"):
        downloader(fake).download(VIDEO, tmp_path)


def test_audio_has_limits_of_its_length(tmp_path: Path) -> None:
    """A minute of speech is not a gigabyte."""
    sent = 0

    class Endless:
        closed = False

        def read(self, amount: int = -1) -> bytes:
            nonlocal sent
            size = min(amount, 1 << 20) if amount and amount > 0 else 1 << 20
            sent += size
            return b"\x1aE\xdf\xa3" + bytes(size - 4)

        def close(self) -> None:
            self.closed = True

    fake = FakeYouTube([FakeVideo(NAME, declared=0)])
    yt = downloader(fake)
    source = yt.download(VIDEO, tmp_path)
    fake.broken = lambda url: (200, Endless()) if "videoplayback" in url else None
    (tmp_path / "audio").mkdir()
    with pytest.raises((Failed, Deferred)) as error:
        yt.fetch_audio(VIDEO, source, tmp_path / "audio")
    assert error.value.code == "too_large"
    assert sent < 40_000_000
