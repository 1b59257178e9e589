"""The result of an evaluation: parts with rows, each a figure with its target."""

from __future__ import annotations

from typing import Any, Literal

from summarizer.records import Record


class Row(Record):
    """One figure. Its target is `least` or `most`; without a target it is reported for comparison."""

    name: str
    figure: float | None  # None if it could not be measured; `note` then has the reason
    unit: Literal["share", "count", "seconds", "ratio"] = "share"
    least: float | None = None  # the target is at least this
    most: float | None = None  # the target is at most this
    n: int = 0  # number of cases
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target or a figure."""
        if self.figure is None or (self.least is None and self.most is None):
            return None
        return (self.least is None or self.figure >= self.least) and (self.most is None or self.figure <= self.most)

    def shown(self) -> dict[str, Any]:
        """The row for a table: name, figure, target, met, n, note."""
        target = f"≥ {self._number(self.least)}" if self.least is not None else ""
        target += f"≤ {self._number(self.most)}" if self.most is not None else ""
        met = {True: "yes", False: "NO", None: ""}[self.met]
        figure = "not measured" if self.figure is None else self._number(self.figure)
        return {
            "name": self.name,
            "figure": figure,
            "target": target,
            "met": met,
            "n": self.n or "",
            "note": self.note,
        }

    def _number(self, value: float) -> str:
        if self.unit == "share":
            return f"{value * 100:.4g} %"
        return {"count": f"{value:.4g}", "seconds": f"{value:.3g} s", "ratio": f"{value:.3g}x"}[self.unit]


class Part(Record):
    """One table of the evaluation."""

    name: str  # value of `--only`
    title: str  # what it measures, one line
    rows: tuple[Row, ...]
    seconds: float = 0.0  # time that measuring took
