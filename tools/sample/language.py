"""Generate the training text of the sample's speech model.

There are three kinds of sentences. Grammatical sentences are similar to speech but let the decoder guess words; random
sequences of words cannot be guessed; mixed sentences are in between. `training_sentences` excludes the sentences of the
sample's talks and of the test set, which a test verifies.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from summarizer.sample import load_talks

TRAINING_SENTENCES, SEED = 24_000, 7  # of the model that is in the package

PATTERNS = (
    "the {adjective} {noun} {past} the {noun}",
    "we {past} the {noun} and the {plural}",
    "every {noun} must {verb} the {adjective} {noun}",
    "our {plural} {past} {number} {plural} in {number} {noun}",
    "I want to {verb} about the {adjective} {plural}",
    "{project} can {verb} more than {number} {plural}",
    "when the {noun} {past}, the {plural} {past} the {noun}",
    "{person} {past} that the {noun} was {adjective}",
    "please {verb} the {noun} before you {verb} the {plural}",
    "then we {past} at {project}, and the {noun} was the {noun}",
    "{number} years ago our {noun} had {number} {plural}",
    "it is {adjective}, because the {noun} can not {verb} the {noun}",
    "the {adjective} step was the {noun}, and it was {adjective}",
    "do not {verb} the {noun}, {verb} the {plural} with {project}",
    "who can {verb} the {noun} for {person} by {noun}",
    "after this {noun} the {noun} of the {noun} {past} to {number} percent",
    "if {number} {plural} fail, the {noun} goes back by itself",
    "my {noun} is to {verb} with {number} {noun} and one {noun}",
    "{project} and {project} are {adjective} {plural} for a {noun}",
    "now the {plural} of the {noun} are {number} times {adjective}",
    "we use {project} to {verb} every {noun} to the {noun} server",
    "an alert is sent when the {plural} are more than {number} percent",
    "they {past} from {number} {number} {plural} to {number} {plural}",
    "the reason is a {adjective} {noun} of {number} {plural} in the {noun}",
    "we agreed to {verb} the {noun} and to {verb} it for a {noun}",
    "I will {verb} the {noun} and {verb} it next {noun}",
)


@cache
def words() -> dict[str, tuple[str, ...]]:
    """Words by role; the role `talk` has the words of the sample's talks that no other role has."""
    roles: dict[str, tuple[str, ...]] = {}
    for line in (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            role, _, listed = line.partition(": ")
            roles[role] = tuple(dict.fromkeys(listed.split()))
    listed_words = {word for role in roles.values() for word in role} | {
        w.lower() for role in roles.values() for w in role
    }
    spoken = [
        word for talk in load_talks() for sentence in talk.sentences for word in re.findall(r"[A-Za-z]+", sentence)
    ]
    unlisted = {word for word in spoken if word not in listed_words and word.lower() not in listed_words}
    roles["talk"] = tuple(
        sorted({word if word.isupper() or word.lower() not in spoken else word.lower() for word in unlisted})
    )
    return roles


def normal(sentence: str) -> str:
    """The words of a sentence in lower case; sentences with the same words count as equal."""
    return " ".join(re.findall(r"[a-z]+", sentence.lower()))


def sentence(rng: random.Random) -> str:
    """A random sentence: 45 % are grammatical, 40 % random words, 15 % both."""
    kind = rng.random()
    if kind < 0.45:
        text = _grammatical(rng)
    elif kind < 0.85:
        text = _random_words(rng, rng.randint(2, 11))
    else:
        text = f"{_grammatical(rng)} {_random_words(rng, rng.randint(1, 4))}"
    return f"{text[0].upper()}{text[1:]}{rng.choice('.....?')}" if text[:4] != "etcd" else f"{text}."


def _grammatical(rng: random.Random) -> str:
    roles = words()
    return re.sub(r"\{(\w+)\}", lambda match: rng.choice(roles[match[1]]), rng.choice(PATTERNS))


def _random_words(rng: random.Random, count: int) -> str:
    roles = words()
    weights = {"function": 5.0, "talk": 2.5, "noun": 4.0, "project": 1.0}
    picked = rng.choices(list(roles), [weights.get(role, 1.5) for role in roles], k=count)
    return " ".join(rng.choice(roles[role]) for role in picked)


def training_sentences(count: int, seed: int, forbidden: Iterable[str] = ()) -> list[str]:
    """`count` different sentences that are neither in `forbidden` nor in the sample's talks."""
    excluded = {normal(text) for text in forbidden}
    excluded |= {normal(text.partition(": ")[2] or text) for talk in load_talks() for text in talk.sentences}
    rng = random.Random(seed)
    sentences: list[str] = []
    while len(sentences) < count:
        candidate = sentence(rng)
        if normal(candidate) not in excluded:
            excluded.add(normal(candidate))
            sentences.append(candidate)
    return sentences
