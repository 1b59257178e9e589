"""Train the sample's speech model: Whisper's architecture, 4.5 million weights, one voice, some 800 words.

    python -m summarizer.sample.authoring.train --out MODEL_FOLDER --minutes 50

The decoder alone takes long to find where to look, so the encoder is also trained with CTC (hybrid CTC/attention:
Watanabe et al. 2017, doi:10.1109/JSTSP.2017.2763455) on the phonemes that the synthesizer spoke; on subwords it had
learned nothing after 200 steps. That head is thrown away at the end. Short windows first, for
speed; then the full 30 seconds that recognition uses. The clock sets the schedule: more minutes, a better model.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn
from transformers import WhisperConfig, WhisperForConditionalGeneration

from summarizer.sample.authoring import convert
from summarizer.sample.authoring.corpus import Spoken, Window, compose, speak_all
from summarizer.sample.authoring.evaluate import TEST_SENTENCES, test_sentences
from summarizer.sample.authoring.language import training_sentences

SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>",
    "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
TIMES = tuple(f"<|{hundredths / 100:.2f}|>" for hundredths in range(0, 3001, 2))
WIDTH, ENCODER_LAYERS, DECODER_LAYERS, HEADS = 192, 4, 3, 4
SUBWORDS = 512
BLANK = 127  # CTC's class for "nothing new", after the ASCII letters of the phonemes
# Parts of the training: from which share of the time on, seconds of a window, windows in a batch.
PARTS = ((0.0, 6.0, 32), (0.4, 15.0, 14), (0.65, 30.0, 7))
PEAK_RATE, WARM_UP = 1.2e-3, 150


def train_tokenizer(sentences: list[str]) -> Tokenizer:
    """Byte-level BPE of 512 subwords, then Whisper's special and time tokens, in Whisper's order."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SUBWORDS, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([f" {sentence}" for sentence in sentences], trainer)
    tokenizer.add_special_tokens([*SPECIAL, *TIMES])
    return tokenizer


def build_model(tokenizer: Tokenizer) -> WhisperForConditionalGeneration:
    """A randomly initialised Whisper of the sample's size."""
    end = tokenizer.token_to_id("<|endoftext|>")
    return WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=tokenizer.get_vocab_size(), num_mel_bins=80, d_model=WIDTH,
            encoder_layers=ENCODER_LAYERS, encoder_attention_heads=HEADS, encoder_ffn_dim=4 * WIDTH,
            decoder_layers=DECODER_LAYERS, decoder_attention_heads=HEADS, decoder_ffn_dim=4 * WIDTH,
            max_source_positions=1500, max_target_positions=448, dropout=0.05,
            pad_token_id=end, bos_token_id=end, eos_token_id=end,
            decoder_start_token_id=tokenizer.token_to_id("<|startoftranscript|>"),
            suppress_tokens=[], begin_suppress_tokens=[],
        )
    )  # fmt: skip


def encode(model: WhisperForConditionalGeneration, features: Tensor) -> Tensor:
    """Encoder states (batch, frames / 2, width) of features (batch, 80, frames), for any number of frames."""
    encoder = model.model.encoder
    states = nn.functional.gelu(encoder.conv1(features))
    states = nn.functional.gelu(encoder.conv2(states)).transpose(1, 2)
    states = states + encoder.embed_positions.weight[: states.shape[1]]
    for layer in encoder.layers:
        result = layer(states, None)
        states = result[0] if isinstance(result, tuple) else result
    return encoder.layer_norm(states)


def target(window: Window, tokenizer: Tokenizer, timed: bool) -> list[int]:
    """What the decoder shall write for a window, with start and end."""
    start, end, plain = (tokenizer.token_to_id(SPECIAL[i]) for i in (1, 0, 8))
    if timed and not window.cues:
        return [start, tokenizer.token_to_id("<|nospeech|>"), end]
    zero = tokenizer.token_to_id(TIMES[0])
    tokens = [start] if timed else [start, plain]
    for begin, stop, spoken in window.cues:
        ids = tokenizer.encode(f" {spoken.text}").ids
        # Tenths of a second: exact enough for evidence, and a fifth of the classes to tell apart.
        tokens += [zero + 5 * round(begin * 10), *ids, zero + 5 * round(stop * 10)] if timed else ids
    return [*tokens, end]


def sounds(window: Window) -> list[int]:
    """What CTC shall find in a window: espeak-ng's phoneme letters as their ASCII codes."""
    return [min(ord(letter), BLANK - 1) for _, _, spoken in window.cues for letter in spoken.phonemes]


def batches(
    pool: list[Spoken], tokenizer: Tokenizer, seconds: float, size: int, seed: int
) -> Iterator[tuple[Tensor, ...]]:
    """Endless batches, the next one composed in the background: features, decoder ids and labels, CTC ids and lengths."""
    rng = random.Random(seed)

    def make() -> tuple[Tensor, ...]:
        windows = [compose(pool, rng, seconds) for _ in range(size)]
        targets = [target(window, tokenizer, timed=rng.random() < 0.85) for window in windows]
        longest = max(len(tokens) for tokens in targets)
        ids = torch.zeros(size, longest - 1, dtype=torch.long)
        labels = torch.full((size, longest - 1), -100)
        for row, tokens in enumerate(targets):
            ids[row, : len(tokens) - 1] = torch.tensor(tokens[:-1])
            labels[row, : len(tokens) - 1] = torch.tensor(tokens[1:])
        features = torch.stack([torch.from_numpy(window.features) for window in windows])
        heard = [sounds(window) for window in windows]
        ctc = torch.tensor([sound for each in heard for sound in each], dtype=torch.long)
        return features, ids, labels, ctc, torch.tensor([len(each) for each in heard])

    with ThreadPoolExecutor(1) as background:
        following = background.submit(make)
        while True:
            batch = following.result()
            following = background.submit(make)
            yield batch


def train(pool: list[Spoken], tokenizer: Tokenizer, minutes: float, out: Path) -> WhisperForConditionalGeneration:
    """Train for so many minutes of wall time; writes a checkpoint every few minutes."""
    torch.manual_seed(0)
    model = build_model(tokenizer)
    head = nn.Linear(WIDTH, BLANK + 1)
    weights = [*model.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    began = saved = time.monotonic()
    model.train()
    part = -1
    source: Iterator[tuple[Tensor, ...]] = iter(())
    for step in range(1, 1_000_000):
        share = (time.monotonic() - began) / (60 * minutes)
        if share >= 1:
            break
        if part + 1 < len(PARTS) and share >= PARTS[part + 1][0]:
            part += 1
            _, seconds, size = PARTS[part]
            source = batches(pool, tokenizer, seconds, size, seed=part)
        rate = PEAK_RATE * min(1.0, step / WARM_UP) * (0.03 + 0.97 * (1 + math.cos(math.pi * share)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        features, ids, labels, ctc, lengths = next(source)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = encode(model, features)
            logits = model.proj_out(model.model.decoder(input_ids=ids, encoder_hidden_states=states).last_hidden_state)
            frames = head(states)
        attention = nn.functional.cross_entropy(logits.float().flatten(0, 1), labels.flatten())
        connection = nn.functional.ctc_loss(
            frames.float().log_softmax(-1).transpose(0, 1), ctc,
            torch.full((len(lengths),), frames.shape[1]), lengths, blank=BLANK, zero_infinity=True,
        )  # fmt: skip
        loss = 0.6 * attention + 0.4 * connection
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        if step % 20 == 0:
            print(
                f"{share:6.1%} step {step} attention {attention:.3f} ctc {connection:.3f} rate {rate:.5f}",
                flush=True,
            )
        if time.monotonic() - saved > 240:
            saved = time.monotonic()
            convert.save(model, tokenizer, out)
    return model.eval()


def main() -> None:
    """Speak, train, convert."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True, help="folder for the converted model")
    parser.add_argument("--minutes", type=float, default=50, help="training time")
    parser.add_argument("--sentences", type=int, default=8_000, help="distinct training sentences")
    arguments = parser.parse_args()
    sentences = training_sentences(arguments.sentences, seed=7, forbidden=(*TEST_SENTENCES, *test_sentences()))
    tokenizer = train_tokenizer(sentences)
    pool = speak_all(sentences, seed=3)
    print(
        f"{len(pool)} sentences, {sum(spoken.samples.size for spoken in pool) / 57_600_000:.1f} hours",
        flush=True,
    )
    convert.save(train(pool, tokenizer, arguments.minutes, arguments.out), tokenizer, arguments.out)


if __name__ == "__main__":
    main()
