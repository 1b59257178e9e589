"""A small Whisper with random weights and a tokenizer of its own, for tests that need many shapes and formats."""

from __future__ import annotations

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import WhisperConfig, WhisperForConditionalGeneration

SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>",
    "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
TIMES = tuple(f"<|{hundredths / 100:.2f}|>" for hundredths in range(0, 3001, 2))
WIDTH, ENCODER_LAYERS, DECODER_LAYERS, HEADS = 192, 4, 3, 4
SUBWORDS = 2000


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
    """A randomly initialised Whisper of a tenth of the smallest real size."""
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
