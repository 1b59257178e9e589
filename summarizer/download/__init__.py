"""Which videos there are, what is known of each, and their sound when it will be used."""

from summarizer.download.downloader import Downloader
from summarizer.download.stage import AUDIO, BACKEND, DOWNLOAD

__all__ = ["AUDIO", "BACKEND", "DOWNLOAD", "Downloader"]
