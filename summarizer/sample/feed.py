"""Serve the sample on this machine as a feed and one page per talk, so that yt-dlp can be used without a network.

The items of the feed link to pages instead of audio files, because a page can have captions and a feed cannot. yt-dlp
reads both with its generic extractor; the setting `runtime.loopback_feed` allows this.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from summarizer.sample import SampleTalk, load_talks

_TYPES = {".opus": "audio/ogg", ".m4a": "audio/mp4", ".vtt": "text/vtt"}


def render_playlist(talks: tuple[SampleTalk, ...]) -> str:
    """The feed, as RSS 2.0."""
    items = "".join(
        f"<item><title>{html.escape(talk.title)}</title><link>/watch/{talk.id}</link>"
        f"<description>{html.escape(talk.description)}</description>"
        f"<pubDate>{format_datetime(datetime.combine(talk.published, time(9), UTC))}</pubDate></item>"
        for talk in talks
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Sample</title>{items}</channel></rss>'


def render_page(talk: SampleTalk) -> str:
    """The page of one talk, with its audio and captions."""
    track = f'<track kind="captions" srclang="en" src="/media/{talk.track.name}">' if talk.captions != "none" else ""
    audio = f'<source src="/media/{talk.media.name}" type="{_TYPES[talk.media.suffix]}">'
    return (
        f"<!doctype html><html><head><title>{html.escape(talk.title)}</title>"
        f'<meta property="og:title" content="{html.escape(talk.title)}">'
        f'<meta name="description" content="{html.escape(talk.description)}"></head><body>'
        f"<audio>{audio}{track}</audio></body></html>"
    )


class _Handler(BaseHTTPRequestHandler):
    server: ThreadingHTTPServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        talks = load_talks()
        files = {f"/media/{path.name}": path for talk in talks for path in (talk.media, talk.track) if path.is_file()}
        if self.path == "/playlist.xml":
            base = f"http://127.0.0.1:{self.server.server_port}/watch/"
            feed = render_playlist(talks).replace("<link>/watch/", f"<link>{base}")
            self._answer(feed.encode(), "application/rss+xml")
        elif watched := next((talk for talk in talks if self.path == f"/watch/{talk.id}"), None):
            self._answer(render_page(watched).encode(), "text/html; charset=utf-8")
        elif file := files.get(self.path):
            self._answer(file.read_bytes(), _TYPES[file.suffix])
        else:
            self._answer(b"", "text/plain", HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET

    def _answer(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the run has its own log."""


@contextmanager
def serve() -> Iterator[str]:
    """Serve the sample while the block runs; yields the address of the feed."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        # 0.02 is the interval in seconds at which the server checks whether to stop.
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/playlist.xml"
        finally:
            server.shutdown()
            thread.join()
