"""Score the sample's speech model on sentences that it was not trained on.

    python -m tools.sample.evaluate [MODEL_FOLDER]

There are three sets: new sentences of the training grammar and of random words (`generated`), sentences written by hand
(`written`), and the committed audio of the sample's talks (`talks`), with its codec and with voice activity detection.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from summarizer.evaluation.scoring import count_word_errors
from summarizer.sample import load_talks
from tools.sample.language import sentence
from tools.sample.speak import PAUSE, say, silence

TEST_SENTENCES = (
    "The winter was cold and the road to the village was closed.",
    "My sister works as a nurse in a small hospital near the sea.",
    "Yesterday the database lost its disk, and nobody saw the warning.",
    "Open the door and bring me the bottle from the kitchen table.",
    "Kubernetes starts the container again when the process fails.",
    "He told us a good story about the first computer in his school.",
    "Seven people waited for the train, but it never came.",
    "Prometheus keeps the metrics of every service for thirty days.",
    "The winner of the game was a young woman from the city.",
    "We can not fix the bug before the release on Friday.",
    "Her brother bought a cheap bicycle and lost it the same day.",
    "Envoy is the proxy between the gateway and our services.",
    "The doctor said that walking is better than any medicine book.",
    "If the key is wrong, the server must close the door.",
    "Four engineers and one manager joined the meeting at ten.",
    "The wind was so strong that the ship stayed near the island.",
    "Every developer should read the log before asking a question.",
    "There is no coffee in the office, so we drink tea today.",
    "A dashboard with ninety graphs helps nobody at night.",
    "Put the red book under the lamp and the blue one on the chair.",
    "The label of the pod tells the balancer where to send the traffic.",
    "I forgot the password of my account for the third time.",
    "The teacher asked the class to draw a map of the river.",
    "Linkerd and Istio can both hold the certificate of a service.",
)


def test_sentences(count: int = 300) -> list[str]:
    """New sentences of the training grammar, from another seed."""
    rng = random.Random(2026)
    return [sentence(rng) for _ in range(count)]


def rate(pairs: Sequence[tuple[str, str]]) -> float:
    """The word error rate over (reference, hypothesis) pairs, after Whisper's normalisation."""
    errors = [count_word_errors(*pair) for pair in pairs]
    return sum(words.rate * words.reference for words in errors) / sum(words.reference for words in errors)


def spoken_pairs(model: Any, sentences: Sequence[str], per_window: int = 6) -> list[tuple[str, str]]:
    """Speak `per_window` sentences at a time and recognise each window; returns (text, recognised text)."""
    pairs = []
    for first in range(0, len(sentences), per_window):
        group = sentences[first : first + per_window]
        samples = np.concatenate([part for text in group for part in (say(text), silence(PAUSE))])
        segments, _ = model.transcribe(samples, language="en", beam_size=1, vad_filter=True)
        pairs.append((" ".join(group), " ".join(segment.text for segment in segments)))
    return pairs


def main() -> None:
    """Print the word error rate of every set; with `--show`, also some windows."""
    from faster_whisper import WhisperModel

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model", type=Path, help="folder of a model in CTranslate2 format")
    parser.add_argument("--show", action="store_true", help="print recognised text")
    arguments = parser.parse_args()
    model = WhisperModel(str(arguments.model), device="cpu", compute_type="int8")
    sets = {
        "generated": spoken_pairs(model, test_sentences()),
        "written": spoken_pairs(model, TEST_SENTENCES),
    }
    talks = [talk for talk in load_talks() if not talk.tone_seconds]
    for beam in (1, 5):
        sets[f"talks, beam {beam}"] = [
            (
                " ".join(talk.sentences),
                " ".join(
                    s.text for s in model.transcribe(str(talk.media), language="en", beam_size=beam, vad_filter=True)[0]
                ),
            )
            for talk in talks
        ]
    for name, pairs in sets.items():
        print(f"{name}: word error rate {rate(pairs):.1%} over {sum(len(r.split()) for r, _ in pairs)} words")
        if arguments.show:
            print("\n".join(f"  - {r}\n  + {h}" for r, h in pairs[:4]))


if __name__ == "__main__":
    main()
