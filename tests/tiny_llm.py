"""A language model with a real architecture and random weights, small enough to be created in a test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.conftest import TALK


def build(
    folder: Path, context: int = 4096, texts: Sequence[str] = TALK, dtype: str = "float32", **shape: int | bool
) -> Path:
    """Write a random Qwen2 (two layers, width 32) and a byte-level tokenizer trained on `texts` into `folder`.

    `shape` replaces fields of the model configuration.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|end|>"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|end|>")
    wrapped.chat_template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant: "
    wrapped.save_pretrained(folder)
    torch.manual_seed(0)
    end = tokenizer.token_to_id("<|end|>")
    small: dict[str, int | bool] = {
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": context,
    }
    config = Qwen2Config(**small | shape, eos_token_id=end, pad_token_id=end)
    Qwen2ForCausalLM(config).to(getattr(torch, dtype)).save_pretrained(folder, safe_serialization=True)
    return folder
