"""What the conference's programme says about a talk: speakers, event and abstract, from the metadata of its video.

Sites have no fields for these. They are in titles ("Title - Ada Lovelace, Engines & Charles Babbage, Mills"), in names
of playlists ("KubeCon + CloudNativeCon Europe 2024") and in descriptions, between advertising and links. They are read
when they are needed instead of at the download, so that a better rule needs no second download.
"""

from summarizer.programme.abstract import extract_abstract
from summarizer.programme.event import find_event
from summarizer.programme.title import Speaker, Title, list_speakers, parse_title

__all__ = ["Speaker", "Title", "extract_abstract", "find_event", "list_speakers", "parse_title"]
