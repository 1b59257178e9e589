"""A fake YouTube: the pages and API answers that yt-dlp's extractor needs, without a network."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

SAMPLE_VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nHello from the captions.\n"


CONTEXT = (
    '<script>ytcfg.set({"INNERTUBE_CONTEXT": {"client": {"clientName": "WEB", "clientVersion": "2.2026"}}});</script>'
)


@dataclass
class FakeVideo:
    """One video, with the answers of its player."""

    id: str
    title: str = "A talk - Ada Lovelace, Engines"
    seconds: int = 60
    status: str = "OK"
    reason: str = ""
    captions: dict[str, str] = field(default_factory=dict)  # language -> vtt
    automatic: dict[str, str] = field(default_factory=dict)
    audio: bytes = b"\x1aE\xdf\xa3" + b"\0" * 400
    declared: int | None = None  # content length that the player declares
    live: str = ""  # "is_live" or "is_upcoming"
    short: bool = False


@dataclass
class FakeYouTube:
    """Answers requests; `log` has the address of every request, and `broken` may answer instead."""

    videos: list[FakeVideo] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    broken: Callable[[str], tuple[int, Any] | None] = lambda url: None  # its body is bytes or a stream
    redirects: Callable[[str], str | None] = lambda url: None  # where an address redirects to
    headers: dict[str, str] = field(default_factory=dict)  # of every answer
    player: Callable[[dict[str, Any]], None] = lambda answer: None  # changes the answer of the player
    hidden: int = 0  # entries of the playlist that have no id

    def transport(self) -> HTTPAdapter:
        """Sends all requests of yt-dlp to this object, below its handling of redirects, cookies and encodings."""
        fake = self

        class FakeAdapter(HTTPAdapter):
            def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
                return fake.answer(self, request)

        return FakeAdapter()

    def answer(self, adapter: HTTPAdapter, request: requests.PreparedRequest) -> requests.Response:
        """Answer one request."""
        url = str(request.url)
        self.log.append(url)
        headers = {"Content-Type": "text/html; charset=utf-8"} | self.headers
        if target := self.redirects(url):
            status, body = 302, b"moved"
            headers["Location"] = target
        else:
            status, body = self.broken(url) or self._route(urlsplit(url), request.body)
        if status == 0:
            raise requests.ConnectionError("connection refused")
        if not isinstance(body, bytes):
            stream = body
        else:
            stream, headers["Content-Length"] = io.BytesIO(body), str(len(body))
        raw = urllib3.HTTPResponse(stream, headers, status, preload_content=False, request_method=request.method)
        return adapter.build_response(request, raw)

    def _route(self, parts: Any, data: Any) -> tuple[int, bytes]:
        query = parse_qs(parts.query)
        if parts.path.endswith("/browse") or parts.path == "/playlist":
            page = self._playlist()
            html = f"<html><script>var ytInitialData = {page};</script></html>"
            return 200, (page if parts.path.endswith("/browse") else html).encode()
        if parts.path == "/watch":
            video = self._find(query.get("v", [""])[0])
            player = json.dumps(self._player(video))
            page = (
                f"<html>{CONTEXT}<script>var ytInitialPlayerResponse = {player};</script>"
                "<script>var ytInitialData = {};</script></html>"
            )
            return 200, page.encode()
        if parts.path.endswith("/player"):
            return 200, json.dumps(self._player(self._find(json.loads(bytes(data))["videoId"]))).encode()
        if parts.path == "/api/timedtext":
            video = self._find(query["v"][0])
            tracks = video.automatic if query.get("kind") == ["asr"] else video.captions
            return 200, tracks[query["lang"][0]].encode()
        if parts.path == "/videoplayback":
            return 200, self._find(query["id"][0]).audio
        return 200, b"{}" if data else f"<html>{CONTEXT}</html>".encode()

    def _find(self, name: str) -> FakeVideo:
        return next(
            (v for v in self.videos if v.id == name), FakeVideo(name, status="ERROR", reason="Video unavailable")
        )

    def _playlist(self) -> str:
        entries: list[dict[str, Any]] = [{"playlistVideoRenderer": {}} for _ in range(self.hidden)]
        for video in self.videos:
            entry: dict[str, Any] = {
                "videoId": video.id,
                "title": {"runs": [{"text": video.title}]},
                "lengthSeconds": str(video.seconds),
                "isPlayable": True,
            }
            if video.live:
                style = {"is_live": "LIVE", "is_upcoming": "UPCOMING"}[video.live]
                entry["thumbnailOverlays"] = [{"thumbnailOverlayTimeStatusRenderer": {"style": style}}]
            if video.short:
                url = f"/shorts/{video.id}"
                entry["navigationEndpoint"] = {"commandMetadata": {"webCommandMetadata": {"url": url}}}
            entries.append({"playlistVideoRenderer": entry})
        listing = {"playlistVideoListRenderer": {"contents": entries, "playlistId": "PLfake"}}
        section = {"itemSectionRenderer": {"contents": [listing]}}
        tab = {"tabRenderer": {"selected": True, "content": {"sectionListRenderer": {"contents": [section]}}}}
        page = {
            "contents": {"twoColumnBrowseResultsRenderer": {"tabs": [tab]}},
            "metadata": {"playlistMetadataRenderer": {"title": "Fake playlist"}},
            "header": {"playlistHeaderRenderer": {"playlistId": "PLfake"}},
        }
        return json.dumps(page)

    def _player(self, video: FakeVideo) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "playabilityStatus": {"status": video.status, "reason": video.reason},
            "videoDetails": {
                "videoId": video.id,
                "title": video.title,
                "lengthSeconds": str(video.seconds),
                "channelId": "UC0000000000000000000000",
                "author": "Cloud Native",
                "shortDescription": "About engines.",
                "isLive": video.live == "is_live",
                "isUpcoming": video.live == "is_upcoming",
                "isLiveContent": bool(video.live),
            },
        }
        if video.status != "OK":
            return answer
        audio = {
            "itag": 249,
            "url": f"https://rr1.googlevideo.com/videoplayback?id={video.id}",
            "mimeType": 'audio/webm; codecs="opus"',
            "bitrate": 50000,
            "averageBitrate": 48000,
            "contentLength": str(len(video.audio) if video.declared is None else video.declared),
            "audioQuality": "AUDIO_QUALITY_LOW",
            "audioChannels": 2,
            "audioSampleRate": "48000",
            "approxDurationMs": str(video.seconds * 1000),
        }
        tracks = [_track(video.id, lang, "") for lang in video.captions]
        tracks += [_track(video.id, lang, "asr") for lang in video.automatic]
        answer["streamingData"] = {"adaptiveFormats": [audio], "formats": [], "expiresInSeconds": "21540"}
        answer["captions"] = {"playerCaptionsTracklistRenderer": {"captionTracks": tracks, "translationLanguages": []}}
        self.player(answer)
        return answer


def _track(video: str, language: str, kind: str) -> dict[str, Any]:
    more = f"&kind={kind}" if kind else ""
    track = {
        "baseUrl": f"https://www.youtube.com/api/timedtext?v={video}&lang={language}{more}",
        "vssId": f"{'a' if kind else ''}.{language}",
        "languageCode": language,
        "name": {"simpleText": language},
        "isTranslatable": False,
    }
    return track | ({"kind": kind} if kind else {})
