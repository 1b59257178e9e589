"""Train the sample's speech model: Whisper's architecture, five million weights, one voice, some 1,000 words.

    python -m summarizer.sample.authoring.train --out MODEL_FOLDER --minutes 45

Short windows first, for speed; then the full 30 seconds that recognition uses. The clock sets the schedule: more
minutes, a better model. A GPU is used when there is one, and the windows are then rendered there too.
"""

from __future__ import annotations

import argparse
import bisect
import math
import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import WhisperForConditionalGeneration

from summarizer.sample.authoring import convert
from summarizer.sample.authoring.corpus import Cues, Pool, Spoken, speak_all
from summarizer.sample.authoring.evaluate import TEST_SENTENCES, test_sentences
from summarizer.sample.authoring.language import SEED, TRAINING_SENTENCES, training_sentences
from summarizer.sample.authoring.network import BLANK, SPECIAL, TIMES, Batch, Student, train_tokenizer

Target = list[tuple[int, float, float]]  # token, and start and end of its moment (seconds; -1: nowhere)
# Parts of the training: from which share of the time on, seconds of a window, seconds of sound in a batch.
PARTS = ((0.0, 6.0, 200), (0.25, 15.0, 200), (0.5, 30.0, 210))
GPU_BATCH = 8  # times as much sound in a batch
PEAK_RATE, WARM_UP = 1.2e-3, 150
UNGUIDED = 0.6  # share of the time after which attention is left alone


def target(cues: Cues, tokenizer: Tokenizer, timed: bool) -> Target:
    """What the decoder shall write for a window, with start and end."""
    start, end, plain = (tokenizer.token_to_id(SPECIAL[i]) for i in (1, 0, 8))
    if timed and not cues:
        return [(start, -1, -1), (tokenizer.token_to_id("<|nospeech|>"), -1, -1), (end, -1, -1)]
    zero = tokenizer.token_to_id(TIMES[0])
    written: Target = [(start, -1, -1)] if timed else [(start, -1, -1), (plain, -1, -1)]
    for begin, stop, spoken in cues:
        # Tenths of a second: exact enough for evidence, and a fifth of the classes to tell apart.
        stamps = [(zero + 5 * round(at * 10), at, at) for at in (begin, stop)] if timed else []
        written += [*stamps[:1], *words(spoken, begin, stop, tokenizer), *stamps[1:]]
    return [*written, (end, -1, -1)]


def words(spoken: Spoken, begin: float, stop: float, tokenizer: Tokenizer) -> Target:
    """A sentence's tokens, each with the moment of the word it belongs to."""
    encoding = tokenizer.encode(f" {spoken.text}")
    places = [place for place, _ in spoken.words]
    times = [begin + at for _, at in spoken.words] + [stop]
    found: Target = []
    for token, (_, last) in zip(encoding.ids, encoding.offsets, strict=True):
        word = max(0, bisect.bisect_right(places, last - 2) - 1)  # offsets count the space put in front
        found.append((token, times[word], times[word + 1]))
    return found


def sounds(cues: Cues) -> list[int]:
    """What CTC shall find in a window: espeak-ng's phoneme letters as their ASCII codes."""
    return [min(ord(letter), BLANK - 1) for _, _, spoken in cues for letter in spoken.phonemes]


def batch(pool: Pool, tokenizer: Tokenizer, rng: random.Random, seconds: float, size: int) -> Batch:
    """Random windows of `seconds` and what they shall give, on the pool's device."""
    features, said = pool.windows(rng, seconds, size)
    targets = [target(cues, tokenizer, timed=rng.random() < 0.85) for cues in said]
    longest = max(len(written) for written in targets) - 1
    ids = torch.zeros(size, longest, dtype=torch.long)
    labels = torch.full((size, longest), -100)
    moments = torch.full((size, longest, 2), -1.0)
    for row, written in enumerate(targets):
        tokens = torch.tensor([token for token, _, _ in written])
        ids[row, : len(written) - 1] = tokens[:-1]
        labels[row, : len(written) - 1] = tokens[1:]
        moments[row, : len(written) - 1] = torch.tensor([moment for _, *moment in written[1:]])
    heard = [sounds(cues) for cues in said]
    phonemes = torch.tensor([sound for each in heard for sound in each], dtype=torch.long)
    counts = torch.tensor([len(each) for each in heard])
    device = pool.device
    return Batch(features, *(part.to(device) for part in (ids, labels, moments, phonemes, counts)))


def train(spoken: list[Spoken], tokenizer: Tokenizer, minutes: float, out: Path) -> WhisperForConditionalGeneration:
    """Train for so many minutes of wall time; writes a checkpoint every few minutes."""
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    student = Student(tokenizer).to(device)
    weights = [*student.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    began = saved = time.monotonic()
    student.train()
    rng = random.Random(0)
    pool = Pool(spoken, device)
    for step in range(1, 1_000_000):
        share = (time.monotonic() - began) / (60 * minutes)
        if share >= 1:
            break
        _, seconds, sound = max(part for part in PARTS if part[0] <= share)
        size = int(sound / seconds) * (GPU_BATCH if device.type == "cuda" else 1)
        rate = PEAK_RATE * min(1.0, step / WARM_UP) * (0.03 + 0.97 * (1 + math.cos(math.pi * share)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        written, heard, astray = student.losses(batch(pool, tokenizer, rng, seconds, size))
        optimizer.zero_grad()
        (0.6 * written + 0.4 * heard + max(0.0, UNGUIDED - share) * astray).backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        if step % 25 == 0:
            print(
                f"{share:6.1%} step {step} decoder {written:.3f} ctc {heard:.3f} attention {astray:.3f} rate {rate:.5f}",
                flush=True,
            )
        if time.monotonic() - saved > 240:
            saved = time.monotonic()
            convert.save(student.model, tokenizer, out)
    return student.model.eval().cpu()


def main() -> None:
    """Speak, train, convert."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True, help="folder for the converted model")
    parser.add_argument("--minutes", type=float, default=45, help="training time")
    parser.add_argument("--sentences", type=int, default=TRAINING_SENTENCES, help="distinct training sentences")
    arguments = parser.parse_args()
    sentences = training_sentences(arguments.sentences, SEED, forbidden=(*TEST_SENTENCES, *test_sentences()))
    tokenizer = train_tokenizer(sentences)
    spoken = speak_all(sentences, seed=3)
    hours = sum(each.samples.size for each in spoken) / 57_600_000
    print(f"{len(spoken)} sentences, {hours:.1f} hours", flush=True)
    convert.save(train(spoken, tokenizer, arguments.minutes, arguments.out), tokenizer, arguments.out)


if __name__ == "__main__":
    main()
