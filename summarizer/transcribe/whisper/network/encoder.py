"""Whisper's encoder in bfloat16, for CPUs with bfloat16 instructions: two thirds of the time of CTranslate2 in int8.

The encoder is two thirds of the work on a CPU. CTranslate2 computes the attention of the 1,500 positions in float32,
and torch's own kernel in effect does the same. Here, every matrix product runs in bfloat16, a few rows at a time, so
that the scores of a head stay in the cache. The result is closer to float32 than CTranslate2's int8 encoder, which
rounds the input of each layer to 256 steps. `benchmarks/encoder.py` measures speed and error. The network is that of
Radford et al. 2022. CTranslate2 still decodes, because its decoder accepts encodings from other sources.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.transcribe.whisper.network.weights import Weights

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

ROWS = 500  # positions whose scores are computed together: 1.5 MB of bfloat16


@dataclass(frozen=True)
class _Linear:
    weight: torch.Tensor
    bias: torch.Tensor


@dataclass(frozen=True)
class _Layer:
    before_attention: _Linear  # scale and shift of a layer norm
    queries_keys_values: _Linear
    attention_output: _Linear
    before_feed_forward: _Linear
    widen: _Linear
    narrow: _Linear


class Encoder:
    """The encoder of the CTranslate2 model in a folder; may be shared between threads.

    `threads` is the number of CPU threads for one call. Raises `ImportError` without torch, and `OSError`, `KeyError`
    or `ValueError` when the file cannot be read.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        import torch

        weights = Weights(folder)
        self._threads = threads

        def linear(name: str, kind: Any = torch.bfloat16) -> _Linear:
            scale, shift = ("gamma", "beta") if name.endswith("norm") else ("weight", "bias")
            return _Linear(
                *(torch.from_numpy(weights.read_array(f"encoder/{name}/{part}")).to(kind) for part in (scale, shift))
            )

        self._heads = int(weights.read_array("encoder/num_heads"))
        self._convolutions = linear("conv1"), linear("conv2")
        self._positions = torch.from_numpy(weights.read_array("encoder/position_encodings/encodings"))
        self._layers: list[_Layer] = []
        while f"encoder/layer_{len(self._layers)}/ffn/linear_0/weight" in weights.variables:
            name = f"layer_{len(self._layers)}"
            self._layers.append(
                _Layer(
                    linear(f"{name}/self_attention/layer_norm", torch.float32),
                    _scale_queries(linear(f"{name}/self_attention/linear_0", torch.float32), self._heads),
                    linear(f"{name}/self_attention/linear_1"),
                    linear(f"{name}/ffn/layer_norm", torch.float32),
                    linear(f"{name}/ffn/linear_0"),
                    linear(f"{name}/ffn/linear_1"),
                )
            )
        self._last = linear("layer_norm", torch.float32)

    def __call__(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        """Encode one window: log-mel (bands, 3000) to (1500, width). The residual sum is kept in float32."""
        import torch
        from torch.nn import functional

        torch.set_num_threads(self._threads)  # applies to the calling thread only; the workers share the cores
        with torch.inference_mode():
            first, second = self._convolutions
            x = torch.from_numpy(mel).bfloat16()[None]
            x = functional.gelu(functional.conv1d(x, first.weight, first.bias, padding=1))
            x = functional.gelu(functional.conv1d(x, second.weight, second.bias, stride=2, padding=1))
            x = x[0].t().float() + self._positions
            for layer in self._layers:
                projected = _apply(layer.queries_keys_values, _normalise(layer.before_attention, x).bfloat16())
                x += _apply(layer.attention_output, _attend(projected, self._heads)).float()
                wide = functional.gelu(_apply(layer.widen, _normalise(layer.before_feed_forward, x).bfloat16()))
                x += _apply(layer.narrow, wide).float()
            encoded: NDArray[np.float32] = _normalise(self._last, x).numpy()
        return encoded


def _scale_queries(linear: _Linear, heads: int) -> _Linear:
    """Divide the query weights by the square root of a head's width, so that the scores need no division."""
    import torch

    width = linear.weight.shape[1]
    scale = torch.ones(3 * width)
    scale[:width] = (width // heads) ** -0.5
    return _Linear((linear.weight * scale[:, None]).bfloat16(), (linear.bias * scale).bfloat16())


def _normalise(norm: _Linear, x: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.layer_norm(x, x.shape[-1:], norm.weight, norm.bias)


def _apply(linear: _Linear, x: torch.Tensor) -> torch.Tensor:
    from torch.nn import functional

    return functional.linear(x, linear.weight, linear.bias)


def _attend(projected: torch.Tensor, heads: int) -> torch.Tensor:
    """Self-attention of the joined queries, keys and values, (positions, 3 * width), to (positions, width).

    The mean of the keys is subtracted first. This does not change the softmax, and smaller scores lose less precision
    in the 8 bits of bfloat16.
    """
    import torch

    count, width = projected.shape[0], projected.shape[1] // 3
    queries, keys, values = projected.view(count, 3, heads, -1).permute(1, 2, 0, 3).contiguous()
    keys = (keys - keys.mean(1, keepdim=True, dtype=torch.float32)).bfloat16()
    out = projected.new_empty(count, heads, width // heads)
    for head in range(heads):
        for start in range(0, count, ROWS):
            rows = slice(start, start + ROWS)
            scores = queries[head, rows] @ keys[head].t()
            out[rows, head] = torch.softmax(scores, -1) @ values[head]
    return out.view(count, width)
