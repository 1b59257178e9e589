"""The opened Whisper model: it turns batches of windows into text with times.

faster-whisper provides the parts (mel spectrogram, tokenizer, prompts, the CTranslate2 model); this module decides what
is computed when. Each window is encoded separately and decoded in a batch, see `plan`. When a GPU runs out of memory,
the batches become smaller. When CUDA fails, the CPU takes over for the rest of the run, with one warning.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.errors import BackendError
from summarizer.machine import count_cores, read_free_gpu_memory, read_free_memory
from summarizer.transcribe.whisper.network.alignment import TimedWord, align
from summarizer.transcribe.whisper.network.encoder import Encoder
from summarizer.transcribe.whisper.network.plan import Plan, choose_instructions, computes_bfloat16, plan, read_shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)


# Whisper's own thresholds (Radford et al. 2022, section 4.5): a window is silent if both hold.
SILENT_PROBABILITY, SILENT_LOG_PROBABILITY = 0.6, -1.0
SAFE_BEAM = 5  # beams of a second try
SAFE_NGRAM = 6  # tokens of the shortest sequence that a second try may not repeat: ends loops, allows "very very very"


@dataclass(frozen=True)
class WindowText:
    """The recognised text of one window; times are in seconds from its start."""

    language: str  # ISO 639-1
    words: tuple[TimedWord, ...]
    log_probability: float  # mean over the tokens


class Model:
    """An opened model, which may be shared between threads; `device` is the one that it runs on, "cpu" or "cuda"."""

    def __init__(self, settings: WhisperSettings, runtime: RuntimeSettings, path: Path) -> None:
        self._settings = settings
        self._runtime = runtime
        self._path = path
        self._shape = read_shape(path)
        self._lock = threading.Lock()
        self._load()

    def _load(self) -> None:
        """Load the model on the configured device; `auto` falls back to the CPU with one warning."""
        import ctranslate2

        choose_instructions()
        wanted = self._runtime.device
        if wanted == "cuda" or (wanted == "auto" and ctranslate2.get_cuda_device_count() > 0):
            try:
                self._build("cuda")
                return
            except (RuntimeError, ValueError, OSError) as error:
                if wanted == "cuda":
                    raise BackendError(
                        f"CUDA cannot be used: {error}", "See `summarizer doctor`, or set runtime.device=cpu."
                    ) from None
                log.warning("CUDA cannot be used (%s); speech recognition runs on the CPU", error)
        try:
            self._build("cpu")
        except (RuntimeError, ValueError, OSError) as error:
            raise BackendError(
                f"{self._path} is not a Whisper model: {error}",
                f"Run: summarizer models pull {self._settings.model}",
            ) from None

    def _build(self, device: str) -> None:
        from faster_whisper import WhisperModel

        compute = self._settings.compute_type
        if compute == "auto":
            compute = "float16" if device == "cuda" else "int8"
        free = read_free_gpu_memory() if device == "cuda" else read_free_memory()
        self.plan: Plan = plan(self._shape, device, count_cores(), free, self._runtime)
        self.model: Any = WhisperModel(
            str(self._path),
            device=device,
            compute_type=compute,
            cpu_threads=self.plan.threads,
            num_workers=self.plan.workers if device == "cpu" else 1,
            local_files_only=True,
        )
        self._encoder = self._open_encoder() if device == "cpu" else None
        self.device = device
        self.batch = self.plan.batch  # windows decoded together; lowered when a GPU runs out of memory
        log.info("speech recognition on %s: %s", device, self.plan)

    def _open_encoder(self) -> Encoder | None:
        """Open the bfloat16 encoder where CPU and settings allow it; None means that CTranslate2 encodes."""
        if self._settings.compute_type != "auto" or not computes_bfloat16():
            return None
        try:
            return Encoder(self._path, self.plan.threads)
        except (ImportError, OSError, KeyError, ValueError) as error:
            log.info("using the encoder of CTranslate2, because the bfloat16 encoder cannot be opened (%s)", error)
            return None

    def compute_features(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Compute the log-mel spectrogram of a window, (mel bands, 3000), padded with zeros as in faster-whisper."""
        from faster_whisper.audio import pad_or_trim

        mel: NDArray[np.float32] = pad_or_trim(self.model.feature_extractor(samples)[..., :-1])
        return mel

    def detect_languages(self, features: Sequence[NDArray[np.float32]]) -> list[dict[str, float]]:
        """Return the probability of every language for each window; an English-only model returns English."""
        if not self.model.model.is_multilingual:
            return [{"en": 1.0} for _ in features]
        return self._run_with_fallback(self._detect_languages, list(features))

    def _detect_languages(self, features: list[NDArray[np.float32]]) -> list[dict[str, float]]:
        results = self.model.model.detect_language(self._encode(features))
        return [{token[2:-2]: float(probability) for token, probability in result} for result in results]

    def recognise(
        self,
        features: Sequence[NDArray[np.float32]],
        seconds: Sequence[float],
        language: str,
        hotwords: str = "",
        safe: bool = False,
    ) -> list[WindowText]:
        """Decode windows in one batch; `seconds` are the durations of their audio.

        `safe` is for a second try: more beams, and no sequence of words twice. Raises `BackendError` when CUDA fails
        and `runtime.device` is "cuda".
        """
        windows = list(zip(features, seconds, strict=True))
        return self._run_with_fallback(lambda batch: self._recognise(batch, language, hotwords, safe), windows)

    def _run_with_fallback(self, work: Any, items: list[Any]) -> list[Any]:
        """Call `work` with the items, in halves when the GPU runs out of memory, on the CPU when CUDA fails."""
        device = self.device
        try:
            return list(work(items))
        except RuntimeError as error:
            if device != "cuda":
                raise
            if "out of memory" in str(error).lower() and len(items) > 1:
                half = len(items) // 2
                with self._lock:
                    self.batch = min(self.batch, half)
                log.warning("the GPU is out of memory; the batch size is now %d windows", half)
                return [*self._run_with_fallback(work, items[:half]), *self._run_with_fallback(work, items[half:])]
            if self._runtime.device == "cuda":
                raise BackendError(
                    f"CUDA failed: {error}", "See `summarizer doctor`, or set runtime.device=cpu."
                ) from error
            with self._lock:
                if self.device == "cuda":
                    log.warning("CUDA failed (%s); speech recognition continues on the CPU", error)
                    self._build("cpu")
            return self._run_with_fallback(work, items)

    def _encode(self, features: list[NDArray[np.float32]]) -> Any:
        """Encode windows one at a time on a CPU, where that is faster, and in one batch on a GPU."""
        import ctranslate2
        import numpy as np

        if self.device != "cpu":
            return self.model.encode(np.stack(features))
        if self._encoder:
            return ctranslate2.StorageView.from_array(np.stack([self._encoder(mel) for mel in features]))
        return ctranslate2.StorageView.from_array(
            np.concatenate([np.asarray(self.model.encode(mel)) for mel in features])
        )

    def _recognise(
        self, windows: list[tuple[Any, float]], language: str, hotwords: str, safe: bool
    ) -> list[WindowText]:
        from faster_whisper.transcribe import get_suppressed_tokens

        tokenizer = self._make_tokenizer(language)
        prompt = self.model.get_prompt(tokenizer, [], without_timestamps=True, hotwords=hotwords or None)
        encoded = self._encode([features for features, _ in windows])
        beams = self._settings.beam_size
        results = self.model.model.generate(
            encoded,
            [prompt] * len(windows),
            beam_size=max(beams, SAFE_BEAM) if safe else beams,
            no_repeat_ngram_size=SAFE_NGRAM if safe else 0,
            max_length=self.model.max_length,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            sampling_temperature=0,
            return_scores=True,
            return_no_speech_prob=True,
        )
        probabilities = [
            result.scores[0] * len(result.sequences_ids[0]) / (len(result.sequences_ids[0]) + 1) for result in results
        ]
        silent = [
            result.no_speech_prob > SILENT_PROBABILITY and probability < SILENT_LOG_PROBABILITY
            for result, probability in zip(results, probabilities, strict=True)
        ]
        tokens = [
            [] if is_silent else [token for token in result.sequences_ids[0] if token < tokenizer.eot]
            for result, is_silent in zip(results, silent, strict=True)
        ]
        words = align(self.model, tokenizer, tokens, encoded, [seconds for _, seconds in windows])
        return [
            WindowText(tokenizer.language_code, found, probability)
            for found, probability in zip(words, probabilities, strict=True)
        ]

    def _make_tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        multilingual = self.model.model.is_multilingual
        return Tokenizer(self.model.hf_tokenizer, multilingual, task="transcribe", language=language)
