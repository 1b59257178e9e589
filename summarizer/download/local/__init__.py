"""Local recordings: audio or video files, with their caption and metadata files.

standup.mp4                            the recording
standup.vtt .srt .ttml .json3 .txt     its captions; `names` lists the forms of their names
standup.info.json                      title, description, channel, upload_date, webpage_url, chapters, playlist_title,
                                       id: as yt-dlp writes them

A caption file without media is a recording too; in a folder, plain text (`.txt`) only with an .info.json file. Captions
count as written by people unless their name says "auto", or the .info.json file has their language only under
`automatic_captions`.
"""

from summarizer.download.local.listing import list_recordings
from summarizer.download.local.recording import copy_audio, read_recording

__all__ = ["copy_audio", "list_recordings", "read_recording"]
