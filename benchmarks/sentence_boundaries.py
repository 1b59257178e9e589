"""Learn where sentences begin in captions without punctuation, and write summarizer/language/boundaries.txt.

    python benchmarks/sentence_boundaries.py --data FOLDER [--write]

Some talks have captions with full stops. The weights are learned from those in the half that is used to choose
thresholds and from edited interviews, after their punctuation is removed. The talks of both halves are then divided
with these weights, and the result is compared with their full stops. The table contains only weights of frequent words
and combinations of words, and no text.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

import torch

from summarizer.evaluation.material import Half, Hidden, Material, has_full_stops, remove_punctuation
from summarizer.language.boundaries import classify, divide, extract_features

TABLE = Path(__file__).parent.parent / "summarizer" / "language" / "boundaries.txt"
MIN_WORD_COUNT, MIN_FEATURE_COUNT = 15, 6  # occurrences of a word for its own class, and of a feature for a weight
L1, L2 = 2e-5, 1e-5  # penalties on the absolute values and on the squares of the weights
STEPS = 250  # of the optimizer
MIN_WEIGHT = 0.05  # smaller weights, by absolute value, are omitted


def main() -> None:
    """Learn and write the table with `--write`, then print its precision and recall on both halves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of real talks; see docs/evaluation.md")
    parser.add_argument("--write", action="store_true", help="replace the table; without it, measure only")
    options = parser.parse_args()
    material = Material(options.data)
    if options.write:
        _write([*find_punctuated(material, "tune"), *find_edited(material)])
    for half in ("tune", "report"):
        talks = find_punctuated(material, half)
        correct = predicted = actual = 0
        for stream in talks:
            starts = {index for index, _ in divide(stream.words, [0.0] * len(stream.words)) if index}
            correct += len(starts & stream.starts)
            predicted += len(starts)
            actual += len(stream.starts)
        precision, recall = correct / predicted, correct / actual
        print(f"{half}: {len(talks)} talks, {actual} sentences, precision {precision:.3f}, recall {recall:.3f}")


def find_punctuated(material: Material, half: Half) -> list[Hidden]:
    """Return the punctuated talks of a half, without their punctuation."""
    return [remove_punctuation(talk.text) for talk in material.talks if talk.half == half and has_full_stops(talk.text)]


def find_edited(material: Material) -> list[Hidden]:
    """Return the interviews in the sentences of their editors, without punctuation."""
    return [remove_punctuation(interview.edited) for interview in material.interviews if interview.edited]


def _write(learned: Sequence[Hidden]) -> None:
    counts = Counter(word.lower() for stream in learned for word in stream.words)
    frequent = frozenset(word for word, n in counts.items() if n >= MIN_WORD_COUNT)
    samples = [
        (list(extract_features(classes, index)), index in stream.starts)
        for stream in learned
        for classes in [[classify(word, frequent) for word in stream.words]]
        for index in range(1, len(classes))
    ]
    occurrences = Counter(feature for extracted, _ in samples for feature in extracted)
    weights = _fit(samples, [feature for feature, n in occurrences.items() if n >= MIN_FEATURE_COUNT])
    lines = [
        f"# Log odds that a sentence begins at a word ({len(learned)} talks); see benchmarks/sentence_boundaries.py.",
        " ".join(sorted(frequent)),
        *(f"{feature} {weight:.2f}" for feature, weight in sorted(weights.items()) if abs(weight) >= MIN_WEIGHT),
    ]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 2} weights, {TABLE.stat().st_size} bytes")


def _fit(samples: Sequence[tuple[Iterable[str], bool]], names: Sequence[str]) -> dict[str, float]:
    """Fit a logistic regression with L1 and L2 penalties, with Adam on all samples in one batch."""
    numbers = {name: number for number, name in enumerate(names)}
    rows = [[numbers[feature] for feature in extracted if feature in numbers] for extracted, _ in samples]
    flat = torch.tensor([number for row in rows for number in row])
    offsets = torch.tensor([0, *accumulate(len(row) for row in rows)][:-1])
    targets = torch.tensor([float(start) for _, start in samples])
    table = torch.nn.EmbeddingBag(len(names), 1, mode="sum")
    torch.nn.init.zeros_(table.weight)
    bias = torch.nn.Parameter(torch.tensor([-2.5]))
    optimizer = torch.optim.Adam([table.weight, bias], lr=0.02)
    for _ in range(STEPS):
        optimizer.zero_grad()
        logits = table(flat, offsets)[:, 0] + bias
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets)
        loss = loss + L1 * table.weight.abs().sum() + L2 * (table.weight**2).sum()
        loss.backward()
        optimizer.step()
    weights = table.weight.detach()[:, 0].tolist()
    return {"bias": bias.item(), **dict(zip(names, weights, strict=True))}


if __name__ == "__main__":
    main()
