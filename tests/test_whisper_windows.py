from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.audio.samples import Samples
from summarizer.transcribe.whisper.windows import LONGEST, Packer, Window

GAPS = st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 700_000)), max_size=30)


@given(gaps=GAPS)
def test_windows_hold_all_speech_once_and_never_too_much(gaps: list[tuple[int, int]]) -> None:
    """Every sample of every stretch is in exactly one window, in order, at most 30 s in each."""
    stretches, at = [], 0
    for gap, length in gaps:
        stretches.append((at + gap, at + gap + length))
        at += gap + length
    packer = Packer()
    windows = [*(w for stretch in stretches for w in packer.feed([stretch])), *packer.finish()]
    assert all(0 < window.size <= LONGEST for window in windows)
    pieces = [piece for window in windows for piece in window.stretches]
    assert sorted(pieces) == pieces
    assert sum(end - start for start, end in stretches) == sum(end - start for start, end in pieces)
    assert all(any(a <= start and end <= b for a, b in stretches) for start, end in pieces)


def test_stretches_share_a_window_while_they_fit() -> None:
    """Three of 10 s fill one; a fourth opens the next."""
    stretches = [(n * 320_000, n * 320_000 + 160_000) for n in range(4)]
    packer = Packer()
    assert [Window(tuple(stretches[:3]))] == packer.feed(stretches)
    assert [Window((stretches[3],))] == packer.finish()


def test_stretches_far_apart_do_not_share_a_window() -> None:
    """A sentence cannot span minutes of silence, and its segment would seem to."""
    packer = Packer()
    assert packer.feed([(0, 16_000), (100_000, 116_000), (500_000, 516_000)]) == [
        Window(((0, 16_000), (100_000, 116_000)))
    ]
    assert packer.finish() == [Window(((500_000, 516_000),))]


@pytest.mark.parametrize(
    ("at", "ends", "expected"),
    [
        (0.0, False, 10.0),
        (3.0, False, 13.0),
        (5.0, True, 15.0),
        (5.0, False, 40.0),
        (6.0, True, 41.0),
        (99.0, True, 45.0),
    ],
)
def test_times_in_a_window_are_times_in_the_recording(at: float, ends: bool, expected: float) -> None:
    """At the seam, an end belongs to the stretch before and a beginning to the one after."""
    window = Window(((160_000, 240_000), (640_000, 720_000)))
    assert expected == window.seconds(at, ends)


def test_a_window_reads_its_sound_from_the_recording() -> None:
    """Blocks written one after another come back by position, as floats; beyond the end there is nothing."""
    recording = Samples()
    samples = np.arange(-2000, 2000, dtype=np.int16)
    recording.append(samples[:1500])
    recording.append(samples[1500:])
    window = Window(((100, 200), (1400, 1600), (3990, 5000)))
    expected = np.concatenate([samples[100:200], samples[1400:1600], samples[3990:]]).astype(np.float32) / 32768
    np.testing.assert_array_equal(expected, window.samples(recording))
    recording.close()
