"""The model: batches of windows in, tokens with times out.

faster-whisper brings the parts (mel spectrogram, tokenizer, prompts, CTranslate2's model); what is ours is the order
of work. Each window is encoded by itself and decoded in a batch, see `plan`. A GPU that runs out of memory gets smaller
batches; one that breaks is given up for the CPU, once and for all, with one warning.
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
from summarizer.machine import cores, free_gpu_memory, free_memory
from summarizer.transcribe.whisper.encoder import Encoder
from summarizer.transcribe.whisper.plan import Plan, choose_instructions, computes_bfloat16, plan, shape_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Phrase:
    """One stretch of text in a window: times in seconds from the window's start."""

    start: float
    end: float
    text: str
    tokens: tuple[int, ...]
    words: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class WindowText:
    """What was recognised in one window."""

    language: str  # ISO 639-1
    phrases: tuple[Phrase, ...]
    log_probability: float  # mean over the tokens
    no_speech: float  # probability that nobody talks, 0..1


class Model:
    """An opened model, for any number of threads. `device` is where it really runs."""

    def __init__(self, settings: WhisperSettings, runtime: RuntimeSettings, path: Path) -> None:
        self._settings = settings
        self._runtime = runtime
        self._path = path
        self._shape = shape_of(path)
        self._lock = threading.Lock()
        self._load()

    def _load(self) -> None:
        """Load on the wanted device; automatic choice falls back to the CPU with one warning."""
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
        free = free_gpu_memory() if device == "cuda" else free_memory()
        self.plan: Plan = plan(self._shape, device, cores(), free, self._runtime)
        self.model: Any = WhisperModel(
            str(self._path),
            device=device,
            compute_type=compute,
            cpu_threads=self.plan.threads,
            num_workers=self.plan.workers if device == "cpu" else 1,
            local_files_only=True,
        )
        self._encoder = self._own_encoder() if device == "cpu" else None
        self.device = device
        self.batch = self.plan.batch  # windows decoded together; less after a GPU ran out of memory
        log.info("speech recognition on %s: %s", device, self.plan)

    def _own_encoder(self) -> Encoder | None:
        """Our encoder, where the CPU and the settings want it; CTranslate2's does the same elsewhere, slower."""
        if self._settings.compute_type != "auto" or not computes_bfloat16():
            return None
        try:
            return Encoder(self._path, self.plan.threads)
        except (ImportError, OSError, KeyError, ValueError) as error:
            log.info("CTranslate2 encodes (%s)", error)
            return None

    def compute_features(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The log-mel spectrogram of a window, (mel bands, 3000), padded with zeros as faster-whisper does."""
        from faster_whisper.audio import pad_or_trim

        mel: NDArray[np.float32] = pad_or_trim(self.model.feature_extractor(samples)[..., :-1])
        return mel

    def detect_languages(self, features: Sequence[NDArray[np.float32]]) -> list[dict[str, float]]:
        """For each window the probability of every language; English alone for a model that knows no other."""
        if not self.model.model.is_multilingual:
            return [{"en": 1.0} for _ in features]
        return self._safely(lambda some: self._detect_languages(some), list(features))

    def _detect_languages(self, features: list[NDArray[np.float32]]) -> list[dict[str, float]]:
        found = self.model.model.detect_language(self._encode(features))
        return [{token[2:-2]: float(probability) for token, probability in one} for one in found]

    def recognise(
        self, features: Sequence[NDArray[np.float32]], seconds: Sequence[float], language: str, hotwords: str = ""
    ) -> list[WindowText]:
        """Decode windows together. `seconds` are the lengths of their sound."""
        work = list(zip(features, seconds, strict=True))
        return self._safely(lambda some: self._recognise(some, language, hotwords), work)

    def _safely(self, work: Any, items: list[Any]) -> list[Any]:
        """Do `work`, in halves when the GPU runs out of memory, on the CPU when CUDA breaks."""
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
                log.warning("the GPU is out of memory; going on with %d windows at a time", half)
                return [*self._safely(work, items[:half]), *self._safely(work, items[half:])]
            if self._runtime.device == "cuda":
                raise BackendError(
                    f"CUDA failed: {error}", "See `summarizer doctor`, or set runtime.device=cpu."
                ) from error
            with self._lock:
                if self.device == "cuda":
                    log.warning("CUDA failed (%s); speech recognition goes on with the CPU", error)
                    self._build("cpu")
            return self._safely(work, items)

    def _encode(self, features: list[NDArray[np.float32]]) -> Any:
        """Encode one at a time on a CPU, where that is faster, and together on a GPU."""
        import ctranslate2
        import numpy as np

        if self.device != "cpu":
            return self.model.encode(np.stack(features))
        if self._encoder:
            return ctranslate2.StorageView.from_array(np.stack([self._encoder(one) for one in features]))
        return ctranslate2.StorageView.from_array(
            np.concatenate([np.asarray(self.model.encode(one)) for one in features])
        )

    def _recognise(self, work: list[tuple[Any, float]], language: str, hotwords: str) -> list[WindowText]:
        from faster_whisper.transcribe import get_suppressed_tokens

        tokenizer = self._tokenizer(language)
        prompt = self.model.get_prompt(tokenizer, [], hotwords=hotwords or None)
        encoded = self._encode([features for features, _ in work])
        results = self.model.model.generate(
            encoded,
            [prompt] * len(work),
            beam_size=self._settings.beam_size,
            max_length=self.model.max_length,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            sampling_temperature=0,
            return_scores=True,
            return_no_speech_prob=True,
        )
        texts = []
        for result, (_, seconds) in zip(results, work, strict=True):
            tokens = result.sequences_ids[0]
            texts.append(
                WindowText(
                    language=tokenizer.language_code,
                    phrases=read_tokens(tokens, tokenizer, seconds),
                    log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
                    no_speech=result.no_speech_prob,
                )
            )
        return self._with_words(texts, encoded, work, tokenizer) if self._settings.word_timestamps else texts

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        multilingual = self.model.model.is_multilingual
        return Tokenizer(self.model.hf_tokenizer, multilingual, task="transcribe", language=language)

    def _with_words(
        self, texts: list[WindowText], encoded: Any, work: list[tuple[Any, float]], tokenizer: Any
    ) -> list[WindowText]:
        """Times of words from the cross-attention, as faster-whisper aligns them."""
        drafts: list[list[dict[str, Any]]] = [
            [{"start": s.start, "end": s.end, "text": s.text, "tokens": list(s.tokens), "seek": 0} for s in one.phrases]
            for one in texts
        ]
        frames = [int(-(-seconds // 1) * self.model.frames_per_second) for _, seconds in work]
        for number, draft in enumerate(drafts):  # one at a time: in a batch, windows without text lose count
            if draft:
                part = _part(encoded, number)
                self.model.add_word_timestamps(
                    [draft], tokenizer, part, [frames[number]], "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、", 0.0
                )
        return [
            WindowText(
                one.language,
                tuple(
                    Phrase(float(d["start"]), float(d["end"]), d["text"], tuple(d["tokens"]), tuple(d.get("words", ())))
                    for d in draft
                ),
                one.log_probability,
                one.no_speech,
            )
            for one, draft in zip(texts, drafts, strict=True)
        ]

    def recognise_again(self, samples: NDArray[np.float32], language: str) -> tuple[Phrase, ...]:
        """Recognise a short stretch with all of Whisper's own guards: temperature fallback, no context, small windows.

        Radford et al. 2022, section 4.5; slow, so meant for stretches that came out wrong.
        """
        found, _ = self.model.transcribe(
            samples,
            language=language,
            beam_size=5,
            condition_on_previous_text=False,
            chunk_length=15,
            vad_filter=False,
        )
        return tuple(Phrase(float(s.start), float(s.end), s.text, tuple(s.tokens)) for s in found)


def _part(encoded: Any, number: int) -> Any:
    """One window of a batch of encodings."""
    import ctranslate2
    import numpy as np

    array = np.asarray(encoded.to_device(ctranslate2.Device.cpu) if encoded.device == "cuda" else encoded)
    part = ctranslate2.StorageView.from_array(np.ascontiguousarray(array[number : number + 1]))
    return part.to_device(ctranslate2.Device.cuda) if encoded.device == "cuda" else part


def read_tokens(tokens: Sequence[int], tokenizer: Any, seconds: float) -> tuple[Phrase, ...]:
    """Tokens with timestamps as text with times; `seconds` is the length of the window's sound.

    Whisper writes <|start|> words <|end|> for each sentence. Words after the last time stamp are kept and end with the
    window: faster-whisper drops them, which is right only where the next window starts there.
    """
    said: list[Phrase] = []
    start: float | None = None
    words: list[int] = []
    for token in tokens:
        if token < tokenizer.eot:
            words.append(token)
        elif token >= tokenizer.timestamp_begin:
            at = min((token - tokenizer.timestamp_begin) * 0.02, seconds)
            if words:
                said.append(_phrase(start or 0.0, at, words, tokenizer))
                words = []
            start = at
    if words:
        said.append(_phrase(start or 0.0, seconds, words, tokenizer))
    return tuple(one for one in said if one.text.strip())


def _phrase(start: float, end: float, words: list[int], tokenizer: Any) -> Phrase:
    return Phrase(start, max(start, end), tokenizer.decode(words), tuple(words))
