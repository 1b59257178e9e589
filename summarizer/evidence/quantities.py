"""Check that the numbers in a claim are in its source, with the same units.

A number is supported by the same value with the same unit: "40 percent" is not "40 nodes", and "3 ms" is not "3 s".
Captions often omit percent signs and units, so a number without a unit supports the same number with one, unless it
counts things.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from summarizer.language.numbers import Quantity, quantities


def find_missing_quantity(claim: str, source: str) -> str:
    """Return the first number of a claim that is not in the source, as the start of a reason; empty when all are.

    The reason ends in "is not"; the caller adds where the number is missing.
    """
    in_source = quantities(source)
    versions = {item.text for item in in_source if "." in item.text or item.value < 0}
    versions |= _read_spoken_versions(in_source)
    for quantity in quantities(claim):
        if quantity.plain_one or (quantity.text in versions and not quantity.dimension):
            continue
        if quantity.value < 0:
            return f"the version {quantity.text} is not"
        label = quantity.text or format(quantity.value, "g")
        matches = [item for item in in_source if _is_same(quantity, item)]
        if quantity.dimension and any(item.dimension and item.value == quantity.value for item in in_source):
            matches = [item for item in matches if item.dimension]  # a bare number does not replace another unit
        if not matches:
            unit = " with this unit" if any(quantity.value == item.value for item in in_source) else ""
            return f"the number {label}{unit} is not"
        if _is_swapped(quantity, matches, in_source):
            return f"{label} {quantity.noun} is not"
    return ""


def _read_spoken_versions(in_source: Sequence[Quantity]) -> set[str]:
    """Read two adjacent numbers as a version or a year: "one twenty seven", "twenty twenty three"."""
    versions = set()
    for first, second in pairwise(in_source):
        if first.value == int(first.value) >= 0 and second.value == int(second.value) >= 0:
            versions.add(f"{first.value:g}.{second.value:g}")
            if first.value in {19, 20} and second.value < 100:
                versions.add(f"{first.value * 100 + second.value:g}")
    return versions


def _is_same(claim: Quantity, source: Quantity) -> bool:
    """Return whether the values are the same, and the units too unless the source omits its unit."""
    if "." in claim.text and "." in source.text and not claim.dimension:
        return claim.text == source.text  # 1.10 is not 1.1
    if claim.dimension and source.dimension:
        if claim.dimension != source.dimension:
            return False
        in_claim, in_source = claim.value * claim.size, source.value * source.size
        tolerance = 0.05 if claim.dimension == "bytes" and claim.size != source.size else 1e-9  # 1 GB is 1,024 MB
        return abs(in_claim - in_source) <= tolerance * in_claim
    if claim.value != source.value:
        return False
    if claim.dimension:
        return not source.noun.endswith("s") or source.noun.endswith("ss")  # a plural noun means that it counts things
    return not source.dimension or not claim.noun


def _is_swapped(claim: Quantity, matches: Sequence[Quantity], in_source: Sequence[Quantity]) -> bool:
    """Return whether the source gives this number for another noun, and another number for this noun."""
    nouns = {item.noun for item in in_source if item not in matches and item.noun}
    return bool(claim.noun) and claim.noun in nouns and all(item.noun and item.noun != claim.noun for item in matches)
