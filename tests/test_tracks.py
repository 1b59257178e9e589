"""Several sound tracks in one file, two channels, and sound that is shorter than the recording."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from summarizer.audio import extract, probe, stream
from summarizer.audio.decoder import Track
from summarizer.audio.tracks import Voice, choose_tracks, survey, to_short_code
from summarizer.records import RecordingNote
from tests import real_speech
from tests.media import tone, write_audio

Samples = NDArray[np.float32]
SPEECH = real_speech.samples()
SILENCE = np.zeros_like(SPEECH)
MUSIC = tone(SPEECH.size / 16_000)[: SPEECH.size]
# What a second person says; the same minutes in another order, so that the words differ.
OTHER = np.concatenate([SPEECH[SPEECH.size // 2 :], SPEECH[: SPEECH.size // 2]])
HALF = SPEECH.size // 2
FIRST = np.concatenate([SPEECH[:HALF], SILENCE[HALF:]])
SECOND = np.concatenate([SILENCE[:HALF], SPEECH[HALF:]])


def write_tracks(path: Path, *tracks: Samples, **marks: Any) -> Path:
    """Write each of `tracks` as one FLAC track; `languages` and `default` (an index) are optional."""
    import av

    with av.open(str(path), "w", format="matroska") as container:
        streams = [container.add_stream("flac", rate=16_000, layout="mono") for _ in tracks]
        for number, stream_ in enumerate(streams):
            if languages := marks.get("languages"):
                stream_.metadata["language"] = languages[number]
            stream_.disposition = av.stream.Disposition.default if number == marks.get("default", 0) else 0
            if number in marks.get("comments", ()):
                stream_.disposition = av.stream.Disposition.comment
        packets = []
        for stream_, samples in zip(streams, tracks, strict=True):
            for first in range(0, samples.size, 4096):
                part = (samples[None, first : first + 4096] * 32767).astype(np.int16)
                frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = 16_000, first, Fraction(1, 16_000)
                packets += stream_.encode(frame)
            packets += stream_.encode(None)
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            container.mux(packet)
    return path


def write_stereo(path: Path, left: Samples, right: Samples, codec: str = "pcm_s16le") -> Path:
    import av

    with av.open(str(path), "w") as container:
        sound = container.add_stream(codec, rate=48_000, layout="stereo")
        both = (np.stack([left, right], axis=1).reshape(1, -1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(both, format="s16", layout="stereo")
        frame.sample_rate = 16_000
        size = sound.codec_context.frame_size or 1024
        resampler = av.AudioResampler(sound.format.name, "stereo", 48_000, frame_size=size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(sound.encode(piece))
        container.mux(sound.encode(None))
    return path


def read(path: Path, language: str = "") -> tuple[Samples, list[RecordingNote]]:
    """The samples of a file and the notes on its sound."""
    notes: list[RecordingNote] = []
    blocks = list(stream(path, language=language, report=notes.append))
    return np.concatenate(blocks).astype(np.float32) / np.float32(32768), notes


def same(samples: Samples, expected: Samples) -> bool:
    """Whether samples are the expected ones, up to rounding."""
    size = min(samples.size, expected.size)
    return abs(samples.size - expected.size) < 200 and bool(np.abs(samples[:size] - expected[:size]).max() < 0.001)


@pytest.mark.parametrize("extracted", [False, True])
@pytest.mark.parametrize("other", [SILENCE, MUSIC], ids=["silence", "music"])
def test_the_track_with_the_voice_is_used(tmp_path: Path, other: Samples, extracted: bool) -> None:
    """The desktop is in the first track and the microphone in the second; also in the copy of a video's sound."""
    path = write_tracks(tmp_path / "x.mkv", other, SPEECH)
    samples, notes = read(extract(path, tmp_path / "audio.mka") if extracted else path)
    assert same(samples, SPEECH)
    assert notes == [RecordingNote(kind="track_chosen", tracks=(2,), total=2)]


def test_both_ends_of_a_call_are_mixed(tmp_path: Path) -> None:
    """One person speaks in the first half, the other in the second; both keep their loudness and times."""
    samples, notes = read(write_tracks(tmp_path / "x.mkv", FIRST, SECOND))
    assert notes == [RecordingNote(kind="tracks_mixed", tracks=(1, 2), total=2)]
    voiced = (slice(0, HALF - 8000), slice(HALF + 8000, SPEECH.size))
    assert all(np.corrcoef(samples[part], SPEECH[part])[0, 1] > 0.999 for part in voiced)


def test_an_echo_at_the_microphone_does_not_hide_the_other_end(tmp_path: Path) -> None:
    """The microphone hears the loudspeaker 20 dB below its owner; the voices still take turns."""
    _, notes = read(write_tracks(tmp_path / "x.mkv", FIRST + 0.1 * SECOND, SECOND))
    assert notes[0].kind == "tracks_mixed"


def test_music_beside_a_voice_is_not_mixed_in(tmp_path: Path) -> None:
    """The second track has a voice at its end and a tone before it; only the voice is added to the first."""
    second = np.concatenate([0.5 * MUSIC[:HALF], SECOND[HALF:]])
    samples, notes = read(write_tracks(tmp_path / "x.mkv", FIRST, second))
    assert notes[0].kind == "tracks_mixed"
    quiet = slice(0, HALF - 16_000)
    assert np.abs(samples[quiet] - FIRST[quiet]).mean() < 0.01


def test_a_copy_is_not_mixed(tmp_path: Path) -> None:
    """The first of two equal tracks is used; of a mix and its parts, the mix, wherever it is."""
    assert read(write_tracks(tmp_path / "x.mkv", SPEECH, 0.5 * SPEECH))[1] == [
        RecordingNote(kind="version_chosen", tracks=(1,), total=2)
    ]
    samples, notes = read(write_tracks(tmp_path / "y.mkv", FIRST, SPEECH, SECOND))
    assert notes == [RecordingNote(kind="version_chosen", tracks=(2,), total=3)]
    assert same(samples, SPEECH)


@pytest.mark.parametrize(
    ("wanted", "default", "expected"), [("", 0, 1), ("", 1, 2), ("en", 1, 1), ("de", 0, 2), ("ja", 1, 2)]
)
def test_one_of_several_languages_is_used(tmp_path: Path, wanted: str, default: int, expected: int) -> None:
    """The configured language, or else the default of the file; dubbed tracks are never mixed."""
    path = write_tracks(tmp_path / "x.mkv", SPEECH, OTHER, languages=["eng", "ger"], default=default)
    for file in (path, extract(path, tmp_path / "audio.mka")):
        samples, notes = read(file, wanted)
        language = ["en", "de"][expected - 1]
        assert notes == [RecordingNote(kind="language_chosen", tracks=(expected,), total=2, language=language)]
        assert same(samples, [SPEECH, OTHER][expected - 1])


def test_languages_are_not_mixed_although_they_take_turns(tmp_path: Path) -> None:
    """An interpreter who speaks after the speaker says the same again."""
    _, notes = read(write_tracks(tmp_path / "x.mkv", FIRST, SECOND, languages=["eng", "deu"]))
    assert notes == [RecordingNote(kind="language_chosen", tracks=(1,), total=2, language="en")]


def test_a_commentary_is_not_the_talk(tmp_path: Path) -> None:
    """A track that is marked as a commentary is not even decoded while another has the voice."""
    _, notes = read(write_tracks(tmp_path / "x.mkv", FIRST, SECOND, comments=[1]))
    assert notes == [RecordingNote(kind="track_chosen", tracks=(1,), total=2)]


def test_two_voices_at_the_same_time_are_versions(tmp_path: Path) -> None:
    """Nobody could understand the mix; no language is stated."""
    _, notes = read(write_tracks(tmp_path / "x.mkv", SPEECH, OTHER, languages=["und", "und"]))
    assert notes[0].kind == "version_chosen"


def test_tracks_without_a_voice_give_the_first() -> None:
    """There is a note also where no track has a voice; tracks without samples are not used."""
    tracks = [Track(number, "", False, False) for number in range(3)]
    silent = choose_tracks(tracks, "", lambda track: None if track.number == 0 else Voice())
    assert silent is not None
    assert [track.number for track in silent.tracks] == [1]
    assert choose_tracks(tracks, "", lambda _track: None) is None


def test_a_file_with_one_track_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No voice activity is computed to choose among one track, and there is no note."""
    monkeypatch.setattr("summarizer.audio.media.survey", None)
    samples, notes = read(write_audio(tmp_path / "x.wav", samples=SPEECH))
    assert same(samples, SPEECH)
    assert notes == []


def test_silent_tracks_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Voice activity detection does not run on silence."""
    monkeypatch.setattr("summarizer.audio.tracks.VoiceActivity.feed", None)
    assert survey([np.zeros(480_000, dtype=np.int16)] * 4).seconds == 0


def test_a_voice_after_silence_keeps_its_time() -> None:
    """The silence that was skipped counts."""
    block = (SPEECH[:480_000] * 32767).astype(np.int16)
    [start, *_] = survey([np.zeros(480_000, dtype=np.int16), block]).stretches
    [expected, *_] = survey([block]).stretches
    assert start[0] == pytest.approx(480_000 + expected[0], abs=8000)


@pytest.mark.parametrize(
    ("tag", "code"), [("eng", "en"), ("ger", "de"), ("deu", "de"), ("pt-BR", "pt"), ("und", ""), ("<b>", "")]
)
def test_languages_of_containers_become_those_of_whisper(tag: str, code: str) -> None:
    """Containers use three letters, of two kinds."""
    assert to_short_code(tag) == code


def loudness(samples: Samples) -> float:
    return float(np.sqrt((samples**2).mean()))


CODECS = [("x.wav", "pcm_s16le"), ("x.flac", "flac"), ("x.m4a", "aac"), ("x.opus", "libopus")]


@pytest.mark.parametrize(("name", "codec"), CODECS)
@pytest.mark.parametrize("gain", [-1.0, -0.7])
def test_channels_of_opposite_phase_do_not_become_silence(tmp_path: Path, name: str, codec: str, gain: float) -> None:
    """One channel is used, and a note says so."""
    samples, notes = read(write_stereo(tmp_path / name, SPEECH, gain * SPEECH, codec))
    assert loudness(samples) == pytest.approx(loudness(SPEECH), rel=0.1)
    assert [note.kind for note in notes] == ["channel_chosen"]
    assert notes[0].seconds > 0.8 * SPEECH.size / 16_000


@pytest.mark.parametrize(("name", "codec"), CODECS)
@pytest.mark.parametrize("side", [0, 1])
def test_a_voice_in_one_channel_keeps_its_loudness(tmp_path: Path, name: str, codec: str, side: int) -> None:
    """The other channel is silent, so nothing is lost, and there is no note."""
    channels = [SPEECH, SILENCE] if side == 0 else [SILENCE, SPEECH]
    samples, notes = read(write_stereo(tmp_path / name, channels[0], channels[1], codec))
    assert loudness(samples) == pytest.approx(loudness(SPEECH), rel=0.1)
    assert notes == []


def test_ordinary_stereo_is_the_mean_of_the_channels(tmp_path: Path) -> None:
    """Two people on the left and on the right, or one with music, are mixed as before."""
    for right in (OTHER, MUSIC, 0.3 * SPEECH):
        samples, notes = read(write_stereo(tmp_path / "x.flac", SPEECH, right, "flac"))
        size = min(samples.size, SPEECH.size)
        mean = (SPEECH + right)[:size] / 2
        assert np.abs(samples[:size] - mean).mean() < 0.005
        assert notes == []


def test_missing_sound_is_noted(tmp_path: Path) -> None:
    """The sound starts after the pictures and ends before them; in a video and in the copy of its sound."""
    from tests.test_media import write_presentation

    path = write_presentation(tmp_path / "x.mp4", parts=[(4, 8)], pictures=14)
    for file in (path, extract(path, tmp_path / "audio.mka")):
        assert [(note.kind, round(note.seconds)) for note in read(file)[1]] == [("late_sound", 4), ("early_end", 6)]


def test_the_header_lists_tracks_that_can_be_decoded(tmp_path: Path) -> None:
    """Numbers are those of the audio streams."""
    info = probe(write_tracks(tmp_path / "x.mkv", FIRST, SECOND, languages=["eng", "deu"], default=1, comments=[0]))
    assert info.tracks == (Track(0, "eng", False, True), Track(1, "deu", True, False))
