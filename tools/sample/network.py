"""The network of the sample's speech model: a small Whisper, with three auxiliary losses during training.

With the decoder's loss alone, cross-attention and acoustic features are learned slowly. The synthesizer reports the
times of words and phonemes, so the encoder is also trained to predict the current phoneme and word at every frame
(frame-wise training of hybrid systems: Bourlard and Morgan 1994), and the decoder's cross-attention is guided to the
time of the word that it writes (guided attention: Tachibana et al. 2018, arXiv:1710.08969, with word times instead of
the diagonal).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn
from transformers import WhisperConfig, WhisperForConditionalGeneration

SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>",
    "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
TIMES = tuple(f"<|{hundredths / 100:.2f}|>" for hundredths in range(0, 3001, 2))
WIDTH, ENCODER_LAYERS, DECODER_LAYERS, HEADS = 192, 4, 3, 4
SUBWORDS = 2000  # most words of the vocabulary are a single token
NEAR = (
    (-3, 0, 3),
    (-6, 0, 6),
    (-10, 0, 10),
    (-6, 0, 6),
)  # initial distances of attention, in frames, for the heads of each layer
GUIDED_HEADS = 2  # heads of each decoder layer with guided attention
FRAME = 0.02  # duration of one encoder state, seconds
SLACK = 0.12  # seconds that attention may be before or after its word


@dataclass(frozen=True)
class Batch:
    """Windows and their targets on one device; `length` is that of the longest target."""

    features: Tensor  # (size, 80, frames)
    first: int  # index of the encoder state (of 1,500 in 30 s) at which the windows begin
    ids: Tensor  # (size, length), tokens that the decoder has written
    labels: Tensor  # (size, length), tokens that it must write next; -100: none
    moments: Tensor  # (size, length, 2), start and end of the next token, seconds; -1: none
    words: Tensor  # (size, frames / 2), the spoken token; -100: none
    phonemes: Tensor  # (size, frames / 2), the spoken phoneme; -100: none


def train_tokenizer(sentences: list[str]) -> Tokenizer:
    """Train a byte-level BPE tokenizer, with Whisper's special and time tokens in Whisper's order."""
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


def attend_nearby(encoder: nn.Module) -> None:
    """Initialise three heads of each encoder layer to attend to fixed distances, which are the same in all windows.

    Whisper's positions are sinusoids, so a query rotated by an offset matches the key at that distance. Heads with
    random weights needed half of the training to learn this.
    """
    pairs = WIDTH // HEADS // 2
    frequencies = 10_000 ** (-torch.arange(pairs) / (WIDTH // 2 - 1))  # radians a frame, as the embedding has them
    places = torch.arange(pairs)
    for layer, distances in zip(encoder.layers, NEAR, strict=True):
        for head, distance in enumerate(distances):
            sine, cosine = (frequencies * distance).sin(), (frequencies * distance).cos()
            rows = head * 2 * pairs + places
            query, key = layer.self_attn.q_proj.weight.data, layer.self_attn.k_proj.weight.data
            query[rows, places] += cosine
            query[rows, WIDTH // 2 + places] += sine
            query[rows + pairs, places] -= sine
            query[rows + pairs, WIDTH // 2 + places] += cosine
            key[rows, places] += 1
            key[rows + pairs, WIDTH // 2 + places] += 1


class Student(nn.Module):
    """The model with the heads for the auxiliary losses, and a hook that records its cross-attention."""

    def __init__(self, tokenizer: Tokenizer, phonemes: int) -> None:
        super().__init__()
        self.model = build_model(tokenizer)
        attend_nearby(self.model.model.encoder)
        self.phonemes = nn.Linear(WIDTH, phonemes)
        self.words = nn.Linear(WIDTH, SUBWORDS)
        self._attention: list[Tensor] = []
        eager = copy.deepcopy(self.model.config)
        eager._attn_implementation = "eager"  # the fused kernel does not return its weights
        for layer in self.model.model.decoder.layers:
            layer.encoder_attn.config = eager
            layer.encoder_attn.register_forward_hook(self._record_attention)

    def _record_attention(self, _module: nn.Module, _inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]) -> None:
        self._attention.append(output[1])

    def encode(self, features: Tensor, first: int) -> Tensor:
        """The encoder states (size, frames / 2, width) of features (size, 80, frames), from the state `first` on."""
        encoder = self.model.model.encoder
        states = nn.functional.gelu(encoder.conv1(features))
        states = nn.functional.gelu(encoder.conv2(states)).transpose(1, 2)
        states = states + encoder.embed_positions.weight[first : first + states.shape[1]]
        for layer in encoder.layers:
            result = layer(states, None)
            states = result[0] if isinstance(result, tuple) else result
        return encoder.layer_norm(states)

    def losses(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The cross-entropies of decoder, phonemes and words, and the loss of the guided attention."""
        self._attention.clear()
        with torch.autocast(batch.features.device.type, dtype=torch.bfloat16):
            states = self.encode(batch.features, batch.first)
            decoded = self.model.model.decoder(input_ids=batch.ids, encoder_hidden_states=states).last_hidden_state
            answers = (self.model.proj_out(decoded), self.phonemes(states), self.words(states))
        written, sounds, words = (
            nn.functional.cross_entropy(logits.float().flatten(0, 1), wanted.flatten())
            for logits, wanted in zip(answers, (batch.labels, batch.phonemes, batch.words), strict=True)
        )
        return written, sounds, words, self._attention_loss(batch.moments, states.shape[1])

    def _attention_loss(self, moments: Tensor, frames: int) -> Tensor:
        """The negative log of the weight of guided heads on the frames of each token."""
        times = (torch.arange(frames, device=moments.device) + 0.5) * FRAME
        near = (times >= moments[..., :1] - SLACK) & (times <= moments[..., 1:] + SLACK)
        timed = moments[..., 0] >= 0
        parts = [
            -(weights[:, :GUIDED_HEADS].float() * near[:, None]).sum(-1).clamp(min=1e-4).log() * timed[:, None]
            for weights in self._attention
        ]
        return torch.stack(parts).sum() / (timed.sum() * GUIDED_HEADS * len(parts)).clamp(min=1)
