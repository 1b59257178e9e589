"""Pictures of one talk, with matplotlib.

The colours are those of Okabe and Ito (jfly.uni-koeln.de/color), which colour-blind readers can distinguish; every
colour also has a shape, a hatch or a label. The horizontal axis is always the time, written as in the digest.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MultipleLocator

from summarizer.config import CheckSettings
from summarizer.digest import timestamp
from summarizer.errors import Failed
from summarizer.inspection.tables import (
    PAUSE,
    SILENCE,
    around,
    check_words,
    checked_stems,
    pauses,
    sound_levels,
    stretches,
    tick_seconds,
    verdict,
    words_per_minute,
)
from summarizer.library.reader import FinishedTalk
from summarizer.records import Claim, Section

BLUE, SKY, ORANGE, RED, GREY = "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#767676"
_STYLE: Any = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "figure.dpi": 110,
    "text.hinting": "none",
}
WIDTH = 11.0  # inches
# Appearance of a word of a claim: background, text colour, border, meaning.
_LOOKS: dict[str, tuple[str, str, Any, str]] = {
    "cited": (BLUE, "white", "-", "in a cited segment"),
    "beside": (SKY, "black", "-", "in a neighbouring segment"),
    "absent": ("white", RED, "--", "in neither"),
    "common": ("#eeeeee", "#555555", "-", "too common to check"),
}


def timeline(talk: FinishedTalk) -> Figure:
    """Audio (if the library has it), segments and pauses, and words per minute, on one time axis."""
    heights = [1.0] * (talk.audio is not None) + [0.9, 1.5]
    with plt.rc_context(_STYLE):
        figure, grid = plt.subplots(
            len(heights),
            figsize=(WIDTH, 1.7 * sum(heights) + 0.6),
            sharex=True,
            squeeze=False,
            height_ratios=heights,
            layout="constrained",
        )
        axes = list(grid[:, 0])
        if talk.audio is not None:
            _waveform(axes[0], talk)
        _segments(axes[-2], talk)
        _speed(axes[-1], talk)
        _time_axis(axes[-1], talk.duration)
        figure.suptitle(_short(talk.source.title, 90), x=0.01, ha="left", fontsize=13)
    return _closed(figure)


def evidence(talk: FinishedTalk) -> Figure:
    """For every claim of the page, the times of the cited segments and whether they support the claim."""
    rows = sum(1 + len(part.claims) for part in talk.sections)
    with plt.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(WIDTH, 0.25 * max(rows, 4) + 1.5))
        left = 0.36  # share of the figure's width for the texts of the claims
        margins = {"bottom": 0.95 / figure.get_figheight(), "top": 1 - 0.5 / figure.get_figheight()}
        figure.subplots_adjust(left=left, right=0.985, **margins)
        edge = -left / (0.985 - left) + 0.012  # the left edge of the figure, in widths of the axes
        row = number = 0
        across = axes.get_yaxis_transform()  # x in widths of the axes, y in rows
        for part in talk.sections:
            axes.text(edge, row, _short(part.heading, 48), transform=across, va="center", weight="bold")
            _section_range(axes, part, row, talk.duration)
            for claim in part.claims:
                row += 1
                label = f"{number:>2}  {_short(claim.text, 56)}"
                axes.text(edge, row, label, transform=across, va="center", fontsize=8.5)
                _citations(axes, talk, claim, row)
                number += 1
            row += 1
        axes.set_yticks([])
        axes.set_ylim(rows - 0.4, -0.6)
        _time_axis(axes, talk.duration)
        handles = [*_marks(), Patch(facecolor="#ececec", label="range of the section")]
        figure.legend(handles=handles, loc="lower right", ncols=3, frameon=False, fontsize=9)
        title = f"{number} claims and the times that they cite"
        figure.text(0.008, 1 - 0.12 / figure.get_figheight(), title, va="top", fontsize=13)
    return _closed(figure)


def claim_words(talk: FinishedTalk, number: int) -> Figure:
    """One claim above the segments that it cites, with a mark for each word that occurs in them."""
    claim = talk.claims[number]
    words = check_words(talk, claim)
    wanted = {stem for word, state in words if state in {"cited", "beside"} for stem in checked_stems(word)}
    shown = around(talk, claim) if any(state == "beside" for _, state in words) else claim.evidence
    lines = [(id, line) for id in shown for line in textwrap.wrap(talk.segments[id].text, 100)]
    with plt.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(WIDTH, 1.5 + 0.36 * (1 + len(claim.text) // 85) + 0.27 * len(lines)))
        figure.subplots_adjust(left=0.015, right=0.985, top=1, bottom=0)
        axes.axis("off")
        inch = 1 / figure.get_figheight()
        heading = f"Claim {number}: {verdict(talk, claim)}"
        axes.text(0, 1 - 0.25 * inch, heading, va="center", fontsize=13, transform=axes.transAxes)
        y = _flow(axes, [(word, *_LOOKS[state][:3]) for word, state in words], 1 - 0.75 * inch, 0.36 * inch)
        y -= 0.1 * inch
        seen: set[int] = set()
        for id, line in lines:
            if id not in seen:
                label = f"{timestamp(talk.segments[id].start)} {'cited' if id in claim.evidence else 'beside'}"
                axes.text(0, y, label, color=GREY, fontsize=9, va="center", transform=axes.transAxes)
            seen.add(id)
            pieces = [(word, *_in_segment(checked_stems(word) & wanted)) for word in line.split()]
            y = _flow(axes, pieces, y, 0.27 * inch, left=0.105, size=9)
        handles = [
            Patch(facecolor=face, edgecolor=RED if style == "--" else "#999999", linestyle=style, label=label)
            for face, _, style, label in _LOOKS.values()
        ]
        axes.legend(handles=handles, loc="lower left", ncols=4, frameon=False, fontsize=9, borderaxespad=0.2)
    return _closed(figure)


# -- parts ----------------------------------------------------------------------------------------------------


def _waveform(axes: Axes, talk: FinishedTalk) -> None:
    from summarizer.audio import RATE, decode

    assert talk.audio is not None  # noqa: S101 - checked by the caller
    axes.set_title("Sound: level below full scale")
    try:
        samples = decode(talk.audio)
    except Failed as problem:
        axes.set_yticks([])
        axes.text(0.5, 0.5, _plain(str(problem)), transform=axes.transAxes, ha="center", va="center", wrap=True)
        return
    times, peak, loudness = sound_levels(samples, RATE)
    axes.fill_between(times, SILENCE, peak, color="#b9d7ea", linewidth=0, label="peak")
    axes.fill_between(times, SILENCE, loudness, color=BLUE, linewidth=0, label="loudness (RMS)")
    axes.set_ylim(SILENCE, 0)
    axes.set_yticks([SILENCE, SILENCE / 2, 0])
    axes.set_ylabel("dBFS")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2, frameon=False, fontsize=8.5)


def _segments(axes: Axes, talk: FinishedTalk) -> None:
    speakers = list(dict.fromkeys(segment.speaker or "" for segment in talk.segments))
    for row, speaker in enumerate(speakers):
        own = [segment for segment in talk.segments if (segment.speaker or "") == speaker]
        axes.broken_barh(stretches(own), (row - 0.36, 0.72), facecolor=BLUE)
    gaps = pauses(talk.segments)
    for start, end in gaps:
        axes.axvspan(start, end, facecolor="none", edgecolor=ORANGE, hatch="/////", linewidth=0)
    axes.set_yticks(range(len(speakers)), [_short(speaker, 24) or "speech" for speaker in speakers])
    axes.set_ylim(len(speakers) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    longest = max((end - start for start, end in gaps), default=0.0)
    hatched = f"{len(gaps)} (hatched), the longest {longest:.1f} s" if gaps else "none"
    axes.set_title(f"Speech in {len(talk.segments)} segments; pauses of {PAUSE:g} s or more: {hatched}")


def _speed(axes: Axes, talk: FinishedTalk) -> None:
    times, speed = words_per_minute(talk.segments, talk.duration)
    typical, least = float(np.median(speed)), 60 * CheckSettings().min_words_per_second
    axes.fill_between(times, speed, color="#b9d7ea", linewidth=0)
    axes.plot(times, speed, color=BLUE, linewidth=1.6)
    top = max(float(speed.max()) * 1.1, 2 * least)
    apart = abs(typical - least) > top / 4  # else one label is above its line and the other one below
    low, high = sorted((typical, least))
    for value, style, label in ((typical, "--", f"median {typical:.0f}"), (least, ":", f"refused\nbelow {least:.0f}")):
        axes.axhline(value, color=GREY, linestyle=style, linewidth=1.2)
        where: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        side = "center" if apart else "bottom" if value == high and low != high else "top"
        axes.annotate(label, (1, value), xytext=(4, 0), va=side, color="#555555", fontsize=9, **where)
    axes.set_ylim(0, top)
    axes.set_ylabel("words / min")
    axes.set_title("Speed of speech, averaged over 20 s; a talk whose mean is below the dotted line is refused")


def _section_range(axes: Axes, part: Section, row: int, duration: float) -> None:
    """Draw a band behind the rows of a section that is shorter than the talk."""
    if part.end - part.start < duration:
        size = (part.end - part.start, len(part.claims) + 0.9)
        axes.add_patch(Rectangle((part.start, row - 0.45), *size, facecolor="#ececec", edgecolor="none", zorder=0))


def _citations(axes: Axes, talk: FinishedTalk, claim: Claim, row: int) -> None:
    colour, marker = (BLUE, "o") if verdict(talk, claim) == "supported" else (RED, "X")
    axes.plot([0, talk.duration], [row, row], color="#dddddd", linewidth=0.6, zorder=1)
    for id in claim.evidence:
        segment = talk.segments[id]
        axes.plot([segment.start, segment.end], [row, row], color=colour, linewidth=5, solid_capstyle="butt")
    axes.plot(claim.start, row, marker, color=colour, markersize=7, markeredgecolor="white")


def _marks() -> list[Line2D]:
    bar: Any = {"linewidth": 5, "markeredgecolor": "white", "markersize": 7}
    return [
        Line2D([], [], color=BLUE, marker="o", label="cited and supported", **bar),
        Line2D([], [], color=RED, marker="X", label="cited, not supported", **bar),
    ]


def _time_axis(axes: Axes, duration: float) -> None:
    axes.set_xlim(0, max(duration, 1.0))
    axes.xaxis.set_major_locator(MultipleLocator(tick_seconds(duration)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _position: timestamp(seconds)))
    axes.set_xlabel("time, min:s" if duration < 3600 else "time, h:min:s")


def _in_segment(shared: set[str]) -> tuple[str, str, str]:
    """Appearance of a word of a segment; it is marked if it shares a stem with the claim."""
    return ("#cfe5f3", "black", "-") if shared else ("white", "#555555", "-")


def _flow(
    axes: Axes, words: Sequence[tuple[str, str, str, str]], y: float, step: float, left: float = 0.005, size: float = 11
) -> float:
    """Draw words in boxes, given as (text, background, colour, border style), wrapped; returns the y of the next line.

    Positions are fractions of the width and height of the axes.
    """
    x, renderer = left, axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]  # Agg has one
    for word, face, ink, style in words:
        box: dict[str, Any] = {"boxstyle": "round,pad=0.16", "facecolor": face, "edgecolor": "none"}
        if style == "--":
            box |= {"edgecolor": RED, "linestyle": style}
        text = axes.text(x, y, _plain(word), color=ink, fontsize=size, va="center", transform=axes.transAxes, bbox=box)
        width = text.get_window_extent(renderer).transformed(axes.transAxes.inverted()).width
        if x + width > 1 and x > left:
            x, y = left, y - step
            text.set_position((x, y))
        x += width + 0.0095 * size / 11
    return y - step


def _short(text: str, length: int) -> str:
    return textwrap.shorten(_plain(text), length, placeholder=" …")


def _plain(text: str) -> str:
    """Text that matplotlib draws literally: a dollar sign would start a formula."""
    return " ".join(text.split()).replace("$", r"\$")


def _closed(figure: Figure) -> Figure:
    """The figure, closed: a notebook shows the value of a cell, and would show an open figure a second time."""
    plt.close(figure)
    return figure
