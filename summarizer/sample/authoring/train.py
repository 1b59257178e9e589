"""Train the sample's speech model: Whisper's architecture, 4.5 million weights, one voice, some 800 words.

    python -m summarizer.sample.authoring.train --out MODEL_FOLDER --minutes 8

The decoder alone takes long to find where to look, so the encoder is also trained with CTC (hybrid CTC/attention:
Watanabe et al. 2017, doi:10.1109/JSTSP.2017.2763455) on the phonemes that the synthesizer spoke; on subwords it had
learned nothing after 200 steps. That head is thrown away at the end. Short windows first, for
speed; then the full 30 seconds that recognition uses. The clock sets the schedule: more minutes, a better model.
A GPU is used when there is one, and the windows are then rendered there too.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn
from transformers import WhisperConfig, WhisperForConditionalGeneration

from summarizer.sample.authoring import convert
from summarizer.sample.authoring.corpus import Cues, Pool, Spoken, speak_all
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
# Parts of the training: from which share of the time on, seconds of a window, seconds of sound in a batch.
PARTS = ((0.0, 6.0, 200), (0.3, 15.0, 200), (0.5, 30.0, 210))
GPU_BATCH = 8  # times as much sound in a batch
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


def target(cues: Cues, tokenizer: Tokenizer, timed: bool) -> list[int]:
    """What the decoder shall write for a window, with start and end."""
    start, end, plain = (tokenizer.token_to_id(SPECIAL[i]) for i in (1, 0, 8))
    if timed and not cues:
        return [start, tokenizer.token_to_id("<|nospeech|>"), end]
    zero = tokenizer.token_to_id(TIMES[0])
    tokens = [start] if timed else [start, plain]
    for begin, stop, spoken in cues:
        ids = tokenizer.encode(f" {spoken.text}").ids
        # Tenths of a second: exact enough for evidence, and a fifth of the classes to tell apart.
        tokens += [zero + 5 * round(begin * 10), *ids, zero + 5 * round(stop * 10)] if timed else ids
    return [*tokens, end]


def sounds(cues: Cues) -> list[int]:
    """What CTC shall find in a window: espeak-ng's phoneme letters as their ASCII codes."""
    return [min(ord(letter), BLANK - 1) for _, _, spoken in cues for letter in spoken.phonemes]


def batch(pool: Pool, tokenizer: Tokenizer, rng: random.Random, seconds: float, size: int) -> tuple[Tensor, ...]:
    """Features (size, 80, frames), decoder ids and labels, CTC ids and their lengths, on the pool's device."""
    features, said = pool.windows(rng, seconds, size)
    targets = [target(cues, tokenizer, timed=rng.random() < 0.85) for cues in said]
    longest = max(len(tokens) for tokens in targets)
    ids = torch.zeros(size, longest - 1, dtype=torch.long)
    labels = torch.full((size, longest - 1), -100)
    for row, tokens in enumerate(targets):
        ids[row, : len(tokens) - 1] = torch.tensor(tokens[:-1])
        labels[row, : len(tokens) - 1] = torch.tensor(tokens[1:])
    heard = [sounds(cues) for cues in said]
    ctc = torch.tensor([sound for each in heard for sound in each], dtype=torch.long)
    counts = torch.tensor([len(each) for each in heard])
    return tuple(tensor.to(pool.device) for tensor in (features, ids, labels, ctc, counts))


def losses(
    model: WhisperForConditionalGeneration, head: nn.Linear, inputs: tuple[Tensor, ...]
) -> tuple[Tensor, Tensor]:
    """Cross-entropy of the decoder, and CTC of the encoder."""
    features, ids, labels, ctc, lengths = inputs
    with torch.autocast(features.device.type, dtype=torch.bfloat16):
        states = encode(model, features)
        logits = model.proj_out(model.model.decoder(input_ids=ids, encoder_hidden_states=states).last_hidden_state)
        frames = head(states)
    attention = nn.functional.cross_entropy(logits.float().flatten(0, 1), labels.flatten())
    connection = nn.functional.ctc_loss(
        frames.float().log_softmax(-1).transpose(0, 1), ctc,
        torch.full((len(lengths),), frames.shape[1], device=frames.device), lengths, blank=BLANK, zero_infinity=True,
    )  # fmt: skip
    return attention, connection


def train(spoken: list[Spoken], tokenizer: Tokenizer, minutes: float, out: Path) -> WhisperForConditionalGeneration:
    """Train for so many minutes of wall time; writes a checkpoint every few minutes."""
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(tokenizer).to(device)
    head = nn.Linear(WIDTH, BLANK + 1).to(device)
    weights = [*model.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    began = saved = time.monotonic()
    model.train()
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
        attention, connection = losses(model, head, batch(pool, tokenizer, rng, seconds, size))
        optimizer.zero_grad()
        (0.6 * attention + 0.4 * connection).backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        if step % 50 == 0:
            print(
                f"{share:6.1%} step {step} attention {attention:.3f} ctc {connection:.3f} rate {rate:.5f}",
                flush=True,
            )
        if time.monotonic() - saved > 240:
            saved = time.monotonic()
            convert.save(model, tokenizer, out)
    return model.eval().cpu()


def main() -> None:
    """Speak, train, convert."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True, help="folder for the converted model")
    parser.add_argument("--minutes", type=float, default=8, help="training time")
    parser.add_argument("--sentences", type=int, default=20_000, help="distinct training sentences")
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
