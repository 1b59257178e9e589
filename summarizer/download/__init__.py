"""List the videos of a source, and download their metadata, captions and, if needed, audio."""

from summarizer.download.base import Downloads, LeftOut, Lister, Listing
from summarizer.download.downloader import Downloader
from summarizer.download.sources import expand_sources
from summarizer.download.stage import AUDIO, BACKEND, DOWNLOAD

__all__ = ["AUDIO", "BACKEND", "DOWNLOAD", "Downloader", "Downloads", "LeftOut", "Lister", "Listing", "expand_sources"]
