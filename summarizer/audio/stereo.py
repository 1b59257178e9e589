"""Choose a channel where the mix of two channels would lose the voice; part of the decoder process.

Two channels of opposite phase become silence when they are mixed, and a voice beside a silent channel loses half of its
loudness. This is decided for every second, so a talk may change between microphones. Ordinary stereo stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypedDict

BLOCK = 48  # frames, about a second, for which it is decided whether two channels are mixed
MEASURED = 4  # one frame of so many is measured for that
INVERTED = 0.1  # energy of the mixed channels, as a share of their own, below which they cancel each other out
SILENT = 0.001  # energy of a channel, as a share of the other's, below which it is silent
FLOOR = 1e-6  # mean energy (full scale is 1) below which nothing is decided


class Report(TypedDict):
    """What `decode` found in the samples."""

    inverted: float  # seconds in which one channel was used because both cancel each other out


def correct_channels(frames: Iterable[Any], report: Report) -> Iterator[Any]:
    """Yield the frames of one stream in such a form that the mean of two channels is what a listener hears.

    Where two channels cancel each other out, or one is silent, both get the samples of the louder one. Seconds of the
    former are added to `report`.
    """
    block: list[Any] = []
    for frame in frames:
        stereo = frame.layout.nb_channels == 2
        if stereo:
            block.append(frame)
        if not stereo or len(block) == BLOCK:
            yield from _correct_block(block, report)
            block = []
        if not stereo:
            yield frame
    yield from _correct_block(block, report)


def _correct_block(block: Sequence[Any], report: Report) -> Iterator[Any]:
    left = right = product = size = 0.0
    for frame in block[::MEASURED]:
        first, second = _split_channels(frame, frame.to_ndarray()).astype("f4")
        left, right = left + float(first @ first), right + float(second @ second)
        product, size = product + float(first @ second), size + first.size
    mean, mixed = (left + right) / 2, (left + right + 2 * product) / 4
    inverted, one_sided = mixed < INVERTED * mean, min(left, right) < SILENT * max(left, right)
    audible = bool(block) and mean >= FLOOR * size * _full_scale(block[0]) ** 2
    for frame in block:
        if audible and inverted:
            report["inverted"] += frame.samples / frame.sample_rate
        yield _repeat_channel(frame, int(right > left)) if audible and (inverted or one_sided) else frame


def _full_scale(frame: Any) -> float:
    """The largest sample that the format of a frame can hold."""
    return 1.0 if frame.format.name.startswith(("flt", "dbl")) else 2.0 ** (8 * frame.format.bytes - 1)


def _split_channels(frame: Any, samples: Any) -> Any:
    """A view of the samples of a frame with two channels, of shape (2, n)."""
    return samples if frame.format.is_planar else samples.reshape(-1, 2).T


def _repeat_channel(frame: Any, channel: int) -> Any:
    """The frame with the samples of one channel in both."""
    samples = frame.to_ndarray()
    _split_channels(frame, samples)[1 - channel] = _split_channels(frame, samples)[channel]
    copy = type(frame).from_ndarray(samples, format=frame.format.name, layout=frame.layout.name)
    copy.sample_rate, copy.pts, copy.time_base = frame.sample_rate, frame.pts, frame.time_base
    return copy
