from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.audio.samples import Samples
from summarizer.transcribe.whisper.windows import WINDOW_SAMPLES, Packer, Window

GAPS = st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 700_000)), max_size=30)


@given(gaps=GAPS)
def test_windows_contain_all_speech_once_and_are_at_most_30_seconds_long(gaps: list[tuple[int, int]]) -> None:
    """Every sample of every stretch is in exactly one window, in order."""
    stretches, position = [], 0
    for gap, length in gaps:
        stretches.append((position + gap, position + gap + length))
        position += gap + length
    packer = Packer()
    windows = [*(w for stretch in stretches for w in packer.feed([stretch])), *packer.finish()]
    assert all(0 < window.size <= WINDOW_SAMPLES for window in windows)
    pieces = [piece for window in windows for piece in window.stretches]
    assert sorted(pieces) == pieces
    assert sum(end - start for start, end in stretches) == sum(end - start for start, end in pieces)
    assert all(any(a <= start and end <= b for a, b in stretches) for start, end in pieces)


def test_stretches_share_a_window_while_they_fit() -> None:
    """Three stretches of 10 s fill a window; the fourth starts the next one."""
    stretches = [(n * 320_000, n * 320_000 + 160_000) for n in range(4)]
    packer = Packer()
    assert [Window(tuple(stretches[:3]))] == packer.feed(stretches)
    assert [Window((stretches[3],))] == packer.finish()


def test_stretches_far_apart_do_not_share_a_window() -> None:
    """Otherwise a segment could extend over minutes of silence."""
    packer = Packer()
    assert packer.feed([(0, 16_000), (100_000, 116_000), (500_000, 516_000)]) == [
        Window(((0, 16_000), (100_000, 116_000)))
    ]
    assert packer.finish() == [Window(((500_000, 516_000),))]


@pytest.mark.parametrize(
    ("time", "is_end", "expected"),
    [
        (0.0, False, 10.0),
        (3.0, False, 13.0),
        (5.0, True, 15.0),
        (5.0, False, 40.0),
        (6.0, True, 41.0),
        (99.0, True, 45.0),
    ],
)
def test_times_in_a_window_are_converted_to_times_in_the_recording(time: float, is_end: bool, expected: float) -> None:
    """On the boundary of two stretches, an end belongs to the first and a start to the second."""
    window = Window(((160_000, 240_000), (640_000, 720_000)))
    assert expected == window.to_recording_time(time, is_end)


def test_a_window_reads_its_samples_from_the_recording() -> None:
    """Appended blocks are read by position, as floats; there are no samples after the end."""
    recording = Samples()
    samples = np.arange(-2000, 2000, dtype=np.int16)
    recording.append(samples[:1500])
    recording.append(samples[1500:])
    window = Window(((100, 200), (1400, 1600), (3990, 5000)))
    expected = np.concatenate([samples[100:200], samples[1400:1600], samples[3990:]]).astype(np.float32) / 32768
    np.testing.assert_array_equal(expected, window.read_samples(recording))
    recording.close()
