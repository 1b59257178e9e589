"""Learn where sentences begin in captions without punctuation: writes summarizer/summarize/boundaries.txt.

    python benchmarks/sentence_boundaries.py [FOLDER] [--write]

Some talks have captions with full stops. Those of the half that thresholds are chosen on are learned from, with the
punctuation taken away; the others are divided with what was learned, and the places compared with their full stops.
What is kept are weights of words and pairs of words that occur often; no text.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

import torch

from summarizer.evaluation.material import Half, Hidden, Material, punctuated, without_stops
from summarizer.language.boundaries import divide, features, kind

TABLE = Path(__file__).parent.parent / "summarizer" / "summarize" / "boundaries.txt"
FREQUENT, LEAST = 15, 6  # occurrences of a word that stands for itself, and of a feature that gets a weight
SPARE, SHRINK = 2e-5, 1e-5  # penalties on the sizes of the weights and on their squares
STEPS = 250
SMALLEST = 0.05  # weights nearer to 0 are left out


def main() -> None:
    """Learn, write if wanted, and say how well the written table divides the other half."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, nargs="?", help="default: ../shared/data")
    options.add_argument("--write", action="store_true", help="replace the table; without it, measure only")
    given = options.parse_args()
    material = Material(given.folder)
    if given.write:
        _write(streams(material, "tune"))
    for half in ("tune", "report"):
        found = streams(material, half)
        tp = made = real = 0
        for stream in found:
            starts = {at for at, _ in divide(stream.words, [0.0] * len(stream.words)) if at}
            tp, made, real = tp + len(starts & stream.starts), made + len(starts), real + len(stream.starts)
        print(f"{half}: {len(found)} talks, {real} sentences, precision {tp / made:.3f}, recall {tp / real:.3f}")


def streams(material: Material, half: Half) -> list[Hidden]:
    """The punctuated talks of a half."""
    return [without_stops(talk.text) for talk in material.talks if talk.half == half and punctuated(talk.text)]


def _write(learned: Sequence[Hidden]) -> None:
    counts = Counter(word.lower() for stream in learned for word in stream.words)
    known = frozenset(word for word, n in counts.items() if n >= FREQUENT)
    places = [
        (list(features(kinds, at)), at in stream.starts)
        for stream in learned
        for kinds in [[kind(word, known) for word in stream.words]]
        for at in range(1, len(kinds))
    ]
    seen = Counter(feature for found, _ in places for feature in found)
    weights = _fit(places, [feature for feature, n in seen.items() if n >= LEAST])
    lines = [
        f"# Log odds of a sentence's beginning, from {len(learned)} talks; made by benchmarks/sentence_boundaries.py.",
        " ".join(sorted(known)),
        *(f"{feature} {weight:.2f}" for feature, weight in sorted(weights.items()) if abs(weight) >= SMALLEST),
    ]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 2} weights, {TABLE.stat().st_size} bytes")


def _fit(places: Sequence[tuple[Iterable[str], bool]], names: Sequence[str]) -> dict[str, float]:
    """Logistic regression with an L1 and an L2 penalty, by Adam on everything at once."""
    numbers = {name: number for number, name in enumerate(names)}
    rows = [[numbers[feature] for feature in found if feature in numbers] for found, _ in places]
    flat = torch.tensor([number for row in rows for number in row])
    offsets = torch.tensor([0, *accumulate(len(row) for row in rows)][:-1])
    wanted = torch.tensor([float(start) for _, start in places])
    table = torch.nn.EmbeddingBag(len(names), 1, mode="sum")
    torch.nn.init.zeros_(table.weight)
    bias = torch.nn.Parameter(torch.tensor([-2.5]))
    optimizer = torch.optim.Adam([table.weight, bias], lr=0.02)
    for _ in range(STEPS):
        optimizer.zero_grad()
        guessed = table(flat, offsets)[:, 0] + bias
        loss = torch.nn.functional.binary_cross_entropy_with_logits(guessed, wanted)
        loss = loss + SPARE * table.weight.abs().sum() + SHRINK * (table.weight**2).sum()
        loss.backward()
        optimizer.step()
    found = table.weight.detach()[:, 0].tolist()
    return {"bias": bias.item(), **dict(zip(names, found, strict=True))}


if __name__ == "__main__":
    main()
