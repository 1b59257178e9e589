"""List the videos of a source, and download their metadata, captions and, if needed, audio."""

from summarizer.download.base import Downloads, Lister
from summarizer.download.downloader import Downloader
from summarizer.download.stage import AUDIO, BACKEND, DOWNLOAD

__all__ = ["AUDIO", "BACKEND", "DOWNLOAD", "Downloader", "Downloads", "Lister"]
