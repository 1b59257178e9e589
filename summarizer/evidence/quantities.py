"""Are a claim's numbers in its source, with the same units?

A claim's number is supported by the same value with the same unit; "40 percent" is not "40 nodes", nor "3 ms" "3 s".
Captions drop percent signs and units, so a number without any unit supports one with it, unless it counts something.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from summarizer.language.numbers import Quantity, quantities


def missing_quantity(claim: str, source: str) -> str:
    """The first number of a claim that the source does not hold, as the reason tells it; empty when all are there."""
    there = quantities(source)
    versions = {other.text for other in there if "." in other.text or other.value < 0} | _spoken_versions(there)
    for quantity in quantities(claim):
        if quantity.plain_one or quantity.text in versions:
            continue
        if quantity.value < 0:
            return f"the version {quantity.text} is not"
        shown = quantity.text or format(quantity.value, "g")
        same = [other for other in there if _same(quantity, other)]
        if quantity.dimension and any(other.dimension and other.value == quantity.value for other in there):
            same = [other for other in same if other.dimension]  # a bare number does not stand in for another unit
        if not same:
            unit = " with this unit" if any(quantity.value == other.value for other in there) else ""
            return f"the number {shown}{unit} is not"
        if _exchanged(quantity, same, there):
            return f"{shown} {quantity.noun} is not"
    return ""


def _spoken_versions(there: Sequence[Quantity]) -> set[str]:
    """Two numbers in a row can be a version or a year: "one twenty seven", "twenty twenty three"."""
    found = set()
    for first, second in pairwise(there):
        if first.value == int(first.value) >= 0 and second.value == int(second.value) >= 0:
            found.add(f"{first.value:g}.{second.value:g}")
            if first.value in {19, 20} and second.value < 100:
                found.add(f"{first.value * 100 + second.value:g}")
    return found


def _same(claim: Quantity, source: Quantity) -> bool:
    """The same value, and the same unit unless the source leaves it out."""
    if "." in claim.text and "." in source.text and not claim.dimension:
        return claim.text == source.text  # 1.10 is not 1.1
    if claim.dimension and source.dimension:
        if claim.dimension != source.dimension:
            return False
        wanted, told = claim.value * claim.size, source.value * source.size
        tolerance = 0.05 if claim.dimension == "bytes" and claim.size != source.size else 1e-9  # 1 GB is 1,024 MB
        return abs(wanted - told) <= tolerance * wanted
    if claim.value != source.value:
        return False
    if claim.dimension:
        return not source.noun.endswith("s") or source.noun.endswith("ss")  # it does not count things
    return not source.dimension or not claim.noun


def _exchanged(claim: Quantity, same: Sequence[Quantity], there: Sequence[Quantity]) -> bool:
    """Whether the source says this number of something else, and another number of this."""
    others = {other.noun for other in there if other not in same and other.noun}
    return bool(claim.noun) and claim.noun in others and all(s.noun and s.noun != claim.noun for s in same)
