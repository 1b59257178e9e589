"""Read media files in a sandboxed child process, and detect voice activity.

- `decoder` is the child process, with `stereo`, and the only module that imports PyAV; `sandbox` starts it.
- `media` decodes, describes and extracts audio with it.
- `tracks` chooses among the sound tracks of a file.
- `completeness` finds truncated files by comparing durations.
- `samples` stores decoded samples on disk.
- `voice_activity` finds speech in samples.
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
