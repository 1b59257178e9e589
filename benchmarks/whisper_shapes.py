"""Build Whisper models of the real shapes with random weights that write a fixed text, to measure speed.

The time for a window depends on the shape of the model and on the number of tokens, not on the values of the weights.
All layers are therefore random. Only the embedding and the output projection are set, so that each token makes the next
token of a fixed script probable (timestamp, words, timestamp, end). A window then takes as long as a window of a talk,
and every candidate writes the same number of tokens with a high probability, so that no check of faster-whisper
(compression ratio, log probability) causes a second decoding.
"""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

# width, encoder layers, decoder layers, heads, mel bands
SHAPES = {
    "tiny": (384, 4, 4, 6, 80),
    "base": (512, 6, 6, 8, 80),
    "small": (768, 12, 12, 12, 80),
    "large-v3-turbo": (1280, 32, 4, 20, 128),
}
WORDS = 70  # words in the script, as many as fluent speech has in a window of 30 s


def build(name: str, tokenizer: Path, out: Path, scripted: bool = True) -> Path:
    """Write the model `name` in int8 to the folder `out`, unless it exists, and return `out`.

    `tokenizer` is the folder of the real multilingual tokenizer. Without `scripted`, the text depends on the audio and
    the random weights.
    """
    if (out / "model.bin").is_file():
        return out
    import torch
    from ctranslate2.converters.transformers import WhisperLoader
    from tokenizers import Tokenizer
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    width, encoder, decoder, heads, mels = SHAPES[name]
    words = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
    vocabulary = words.get_vocab()
    torch.manual_seed(1)
    config = WhisperConfig(
        vocab_size=len(vocabulary),
        num_mel_bins=mels,
        d_model=width,
        encoder_layers=encoder,
        encoder_attention_heads=heads,
        encoder_ffn_dim=4 * width,
        decoder_layers=decoder,
        decoder_attention_heads=heads,
        decoder_ffn_dim=4 * width,
        pad_token_id=vocabulary["<|endoftext|>"],
        bos_token_id=vocabulary["<|endoftext|>"],
        eos_token_id=vocabulary["<|endoftext|>"],
        decoder_start_token_id=vocabulary["<|startoftranscript|>"],
    )
    model = WhisperForConditionalGeneration(config)
    embedding = model.model.decoder.embed_tokens.weight.data
    if scripted:
        embedding *= 400  # so that the current token outweighs the output of the random layers
    spec = WhisperLoader().get_model_spec(model)
    spec.register_vocabulary(sorted(vocabulary, key=vocabulary.__getitem__))
    if scripted:
        _set_projection(spec, embedding.numpy(), _script(vocabulary))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [i for token, i in vocabulary.items() if len(token) in (6, 7) and token.startswith("<|")]
    spec.config.alignment_heads = [list(pair) for pair in itertools.product(range(decoder // 2, decoder), range(heads))]
    spec.validate()
    spec.optimize(quantization="int8")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    shutil.copy(tokenizer / "tokenizer.json", out)
    (out / "preprocessor_config.json").write_text(json.dumps({"feature_size": mels}), encoding="utf-8")
    spec.save(str(out))
    return out


def _script(vocabulary: dict[str, int]) -> list[tuple[int, int, float]]:
    """Return the script as (token, next token, weight): a timestamp, `WORDS` words, a timestamp, the end."""
    plain = [i for token, i in sorted(vocabulary.items()) if token.startswith("Ġ") and token[1:].isalpha()]
    words = [int(i) for i in np.random.default_rng(1).choice(plain, WORDS, replace=False)]
    begin = vocabulary["<|0.00|>"]
    script = [vocabulary["<|transcribe|>"], begin, *words, vocabulary["<|28.00|>"], vocabulary["<|endoftext|>"]]
    links = [(token, following, 1.0) for token, following in itertools.pairwise(script)]
    # Batched decoding without timestamps starts with the first word.
    return [(vocabulary["<|notimestamps|>"], words[0], 1.0), *links[:-1], (*links[-1][:2], 2.0)]


def _set_projection(spec: Any, embedding: np.ndarray, links: list[tuple[int, int, float]]) -> None:
    """Set the output projection so that each token of the script makes its successor probable."""
    width = embedding.shape[1]
    projection = np.random.default_rng(2).normal(0, width**-0.5, embedding.shape).astype(np.float32)
    projection[links[1][1] :] = 0  # timestamps outside the script
    for token, following, weight in links:
        projection[following] += weight * embedding[token] / np.linalg.norm(embedding[token])
    spec.decoder.projection.weight = projection
    spec.decoder.projection.bias = np.zeros(len(projection), dtype=np.float32)
    # The end is improbable except after the script; otherwise a beam search would find shorter texts.
    spec.decoder.projection.bias[links[-1][1]] = -20
