"""Media files, opened in a sandboxed child process only: samples, durations, extraction; and voice activity detection.

`decoder` is the child and the only module that imports PyAV; `sandbox` starts it and `media` uses it. `completeness`
compares durations to find truncated files, `samples` keeps them on disk, `voice_activity` finds speech in them.
"""

from summarizer.audio.decoder import RATE
from summarizer.audio.media import container_duration, decode, extract, probe, stream
from summarizer.audio.samples import Samples
from summarizer.audio.sandbox import MediaInfo
from summarizer.audio.voice_activity import Stretch, VoiceActivity

__all__ = [
    "RATE",
    "MediaInfo",
    "Samples",
    "Stretch",
    "VoiceActivity",
    "container_duration",
    "decode",
    "extract",
    "probe",
    "stream",
]
