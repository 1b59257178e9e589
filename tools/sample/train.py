"""Train the sample's speech model: Whisper's architecture, five million weights, one voice, about 1,000 words.

    python -m tools.sample.train --out MODEL_FOLDER --minutes 45

Training starts with short windows, which are fast, and ends with the 30 seconds that recognition uses. The schedule
depends on the training time: more minutes give a better model. A GPU is used if there is one, also to make the windows.
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

from tools.sample import convert
from tools.sample.corpus import Cues, Pool, Spoken, speak_all
from tools.sample.evaluate import TEST_SENTENCES, test_sentences
from tools.sample.language import SEED, TRAINING_SENTENCES, training_sentences
from tools.sample.network import FRAME, SPECIAL, SUBWORDS, TIMES, Batch, Student, train_tokenizer

Target = list[tuple[int, float, float]]  # token, start and end (seconds; -1: none)
# Phases of the training: start as a share of the time, seconds of a window, seconds of audio in a batch.
PHASES = ((0.0, 6.0, 100), (0.5, 15.0, 150), (0.75, 30.0, 210))
GPU_BATCH = 8  # factor for the audio in a batch on a GPU
PEAK_RATE, WARM_UP = 1.2e-3, 150
UNGUIDED = 0.8  # share of the time after which attention is not guided


def target(cues: Cues, tokenizer: Tokenizer, timed: bool, late: float) -> Target:
    """The tokens that the decoder must write for a window that begins at `late` seconds, with start and end."""
    start, end, plain = (tokenizer.token_to_id(SPECIAL[i]) for i in (1, 0, 8))
    if timed and not cues:
        return [(start, -1, -1), (tokenizer.token_to_id("<|nospeech|>"), -1, -1), (end, -1, -1)]
    zero = tokenizer.token_to_id(TIMES[0])
    written: Target = [(start, -1, -1)] if timed else [(start, -1, -1), (plain, -1, -1)]
    for begin, stop, spoken in cues:
        # Tenths of a second: exact enough for evidence, and only a fifth of the time tokens to distinguish.
        stamps = [(zero + 5 * round((late + at) * 10), at, at) for at in (begin, stop)] if timed else []
        written += [*stamps[:1], *tokens_of(spoken, begin, stop, tokenizer), *stamps[1:]]
    return [*written, (end, -1, -1)]


def tokens_of(spoken: Spoken, begin: float, stop: float, tokenizer: Tokenizer) -> Target:
    """The tokens of a sentence, each with its share of the time of its word."""
    encoding = tokenizer.encode(f" {spoken.text}")
    places = [place for place, _ in spoken.words]
    times = [begin + at for _, at in spoken.words] + [stop]
    # Offsets include the leading space.
    word_of_token = [max(0, bisect.bisect_right(places, last - 2) - 1) for _, last in encoding.offsets]
    tokens: Target = []
    for place, (token, word) in enumerate(zip(encoding.ids, word_of_token, strict=True)):
        nth, pieces = word_of_token[:place].count(word), word_of_token.count(word)
        length = (times[word + 1] - times[word]) / pieces
        tokens.append((token, times[word] + nth * length, times[word] + (nth + 1) * length))
    return tokens


def batch(
    pool: Pool, tokenizer: Tokenizer, phonemes: dict[str, int], rng: random.Random, seconds: float, size: int
) -> Batch:
    """A batch of random windows of `seconds` with their targets, on the device of the pool."""
    features, windows = pool.windows(rng, seconds, size)
    first = rng.randrange(
        int((30 - seconds) / FRAME) + 1
    )  # short windows at all positions, so that every position is trained
    targets = [target(cues, tokenizer, rng.random() < 0.85, first * FRAME) for cues in windows]
    longest = max(len(written) for written in targets) - 1
    ids = torch.zeros(size, longest, dtype=torch.long)
    labels = torch.full((size, longest), -100)
    moments = torch.full((size, longest, 2), -1.0)
    words, sounds = torch.full((2, size, int(seconds / FRAME)), -100)
    for row, (written, cues) in enumerate(zip(targets, windows, strict=True)):
        tokens = torch.tensor([token for token, _, _ in written])
        ids[row, : len(written) - 1] = tokens[:-1]
        labels[row, : len(written) - 1] = tokens[1:]
        moments[row, : len(written) - 1] = torch.tensor([moment for _, *moment in written[1:]])
        for token, begin, stop in written:
            if token < SUBWORDS and begin >= 0:
                words[row, int(begin / FRAME) : int(stop / FRAME)] = token
        for begin, stop, spoken in cues:
            for name, at in spoken.phonemes:  # each phoneme lasts until the next one begins
                sounds[row, int((begin + at) / FRAME) : int(stop / FRAME)] = phonemes[name]
    device = pool.device
    return Batch(features, first, *(part.to(device) for part in (ids, labels, moments, words, sounds)))


def train(spoken: list[Spoken], tokenizer: Tokenizer, minutes: float, out: Path, resume: Path | None = None) -> None:
    """Train for `minutes` of wall time. At intervals, write the model to `out` and all weights to a .pt file of the same name.

    `resume` are the weights of an earlier training, which continues with the second phase.
    """
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    phonemes = {name: i for i, name in enumerate(sorted({name for each in spoken for name, _ in each.phonemes}))}
    student = Student(tokenizer, len(phonemes)).to(device)
    if resume:
        student.load_state_dict(torch.load(resume, weights_only=True, map_location=device))
    weights = [*student.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    began = saved = time.monotonic()
    student.train()
    rng = random.Random(0 if resume is None else 1)
    pool = Pool(spoken, device)
    for step in range(1, 1_000_000):
        done = (time.monotonic() - began) / (60 * minutes)
        share = PHASES[1][0] + done * (1 - PHASES[1][0]) if resume else done
        _, seconds, sound = max(phase for phase in PHASES if phase[0] <= share)
        size = int(sound / seconds) * (GPU_BATCH if device.type == "cuda" else 1)
        rate = PEAK_RATE * min(1.0, step / WARM_UP) * (0.03 + 0.97 * (1 + math.cos(math.pi * min(done, 1.0))) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        written, sounds, words, attention = student.losses(batch(pool, tokenizer, phonemes, rng, seconds, size))
        optimizer.zero_grad()
        (0.4 * written + 0.3 * sounds + 0.3 * words + max(0.0, UNGUIDED - share) * attention).backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        if step % 25 == 0:
            print(
                f"{share:6.1%} step {step} decoder {written:.3f} phonemes {sounds:.3f} words {words:.3f} "
                f"attention {attention:.3f}",
                flush=True,
            )
        if done >= 1 or time.monotonic() - saved > 240:
            saved = time.monotonic()
            convert.save(student.model, tokenizer, out)
            torch.save(student.state_dict(), out.with_suffix(".pt"))
        if done >= 1:
            break


def main() -> None:
    """Speak the sentences, train the model and convert it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True, help="folder for the converted model")
    parser.add_argument("--minutes", type=float, default=45, help="training time")
    parser.add_argument("--sentences", type=int, default=TRAINING_SENTENCES, help="distinct training sentences")
    parser.add_argument("--resume", type=Path, help="weights (.pt) of an earlier training to continue")
    arguments = parser.parse_args()
    sentences = training_sentences(arguments.sentences, SEED, forbidden=(*TEST_SENTENCES, *test_sentences()))
    tokenizer = train_tokenizer(sentences)
    spoken = speak_all(sentences, seed=3)
    hours = sum(each.samples.size for each in spoken) / 57_600_000
    print(f"{len(spoken)} sentences, {hours:.1f} hours", flush=True)
    train(spoken, tokenizer, arguments.minutes, arguments.out, arguments.resume)


if __name__ == "__main__":
    main()
