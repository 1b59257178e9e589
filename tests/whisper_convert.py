"""Write a trained model in CTranslate2 format, with the files that faster-whisper needs to work offline."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer


def save(model: Any, tokenizer: Tokenizer, out: Path, quantization: str = "int8_float16") -> None:
    """Convert a `WhisperForConditionalGeneration` into the folder `out`, which is replaced.

    The converter's own command needs the files of the original tokenizer, so only its loader for weights is used. By
    default, quantized weights have 8 bits and the others 16 bits.
    """
    from ctranslate2.converters.transformers import WhisperLoader

    trained = model
    model = type(trained)(trained.config)  # a copy: the converter changes weights in place
    model.load_state_dict(trained.state_dict())
    vocabulary = tokenizer.get_vocab()
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    spec = WhisperLoader().get_model_spec(model)
    spec.register_vocabulary(tokens)
    layers, heads = model.config.decoder_layers, model.config.decoder_attention_heads
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [vocabulary["<|en|>"]]
    spec.config.alignment_heads = [list(pair) for pair in itertools.product(range(layers // 2, layers), range(heads))]
    spec.validate()
    spec.optimize(quantization=quantization)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    spec.save(str(out))
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    preprocessor = {
        "feature_size": 80,
        "sampling_rate": 16000,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }
    (out / "preprocessor_config.json").write_text(json.dumps(preprocessor), encoding="utf-8")
