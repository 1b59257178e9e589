"""Weigh the terms of a talk, and rate how well its sentences can be understood alone.

The weight of a term is how much more frequent it is in this talk than in talks in general (topic signatures: Lin and
Hovy 2000); it is higher for terms of the title and the description. Whether a sentence is complete at all is decided by
`form`; here good ones are rated: a definite statement, a reason or a figure is better than a loose remark.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from summarizer.language.frequency import frequency
from summarizer.language.function_words import NOT_LAST_WORDS
from summarizer.language.parts import BASE, finite_verbs, parts_of
from summarizer.language.sentences import Sentence
from summarizer.language.words import content, normalise, numbers, tokens
from summarizer.records import Source

TITLE, DESCRIPTION = 2.0, 1.0  # added to the factor 1 of a term that occurs in the title or the description
_CUE = re.compile(
    r"\b(lesson|learned|important|key|best|problem|solution|decided|because|instead|found|should|must|never|always|means"
    r"|result|recommend|advice|first|goal|reason|faster|smaller|agreed|allows?|provides?|supports?|called|designed)\b",
    re.IGNORECASE,
)
# What a sentence of its kind introduces: it says what a thing is or does, or what was reached.
_INTRODUCES = re.compile(
    r"(?i)\b(?:is|are|was) (?:an?|the|our|one)\b|\b(?:lets?|allows?|enables?|helps?|provides?|supports?|solves?|reduces?|reduced|improves?|improved|built|build|created"
    r"|designed|introduced?|developed|migrated|replaced?|runs?|adopted|called|means|problem|challenge|goal|solution)\b"
)
_RESULT = re.compile(
    r"(?i)\b(?:from [\w.,%]+ (?:\w+ )?(?:to|down to) [\w.,%]+|under \w+ (?:\w+ )?(?:seconds?|minutes?|hours?|milliseconds?|days?)|(?:reduc|sav|improv|decreas|increas|cut|drop|fell|went down|lower|speed|faster|cheaper|less|fewer"
    r"|more than|up to)\w*\b.{0,40}?(?:\d|percent|times|half|hundred|thousand|million))"
)
# Words of an imagined person, of a joke or of an order to the audience.
_NOT_OWN = re.compile(
    r"(?i)^(?:I|I'm|I've|I'd|my|me|hey|imagine|let's|let|please|you'll|maybe|sure)\b|\b(?:i'm like|he's like|she's like|they're like|you're like|was like|i was|i don't|i didn't)\b"
)
_VAGUE = re.compile(
    r"(?i)\b(?:this|that|these|those|it|it's|they|them|he|she|here|there|thing|things|stuff|something|someone|somebody|whatever|somehow|there's|that's)\b"
)
_LOOSE = re.compile(
    r"(?i)\b(?:just|really|actually|basically|like|maybe|probably|obviously|definitely|literally|honestly|pretty|super|sort|kind|gonna|guess|today|slack|website|feedback|funny|break|let me|let's|i'll|i'm|we're going|so far|very)\b"
)


def weigh_terms(sentences: Sequence[Sentence], source: Source) -> dict[str, float]:
    """Return the weight of each important content stem of the talk; all are above 0."""
    counts = Counter(word for sentence in sentences for word in set(content(sentence.text)))
    total = sum(counts.values()) or 1
    title = set(content(source.title.partition(" - ")[0]))
    described = set(content(source.description))
    weights = {}
    for word, count in counts.items():
        bits = math.log2(count / total / frequency(word))
        factor = 1 + TITLE * (word in title) + DESCRIPTION * (word in described)
        if (count > 1 or factor > 1) and bits > 0:
            weights[word] = factor * math.log1p(count) * min(bits, 8.0)
    return weights


def rate_introduction(text: str, source: Source, position: float) -> float:
    """Return how well a sentence tells what the talk is about: a factor of its gain.

    It shares words with the title, says what something is or does, or what was reached; `position` in the talk is
    0..1, and the first part of a talk introduces its subject.
    """
    title = set(content(source.title.partition(" - ")[0]))
    shared = len(title & set(content(text)))
    factor = math.pow(1.0 + min(shared, 3), 1.5) + bool(_INTRODUCES.search(text)) + 0.5 * bool(_RESULT.search(text))
    factor *= math.pow(0.5, len(_VAGUE.findall(text))) * (
        0.5 if re.match(r"(?i)(?:we're|you|your|one)\b", text) else 1.0
    )
    return factor * (1.3 if 0.02 < position < 0.35 else 1.0)


def rate_readability(text: str) -> float:
    """Return how well a sentence of good form can be understood alone, 0..1: vague and loose sentences have less."""
    words = [word.lower() for word in tokens(text)]
    if not words:
        return 0.0
    score = 0.75 ** len(_VAGUE.findall(text)) * 0.85 ** len(_LOOSE.findall(text))
    score *= 0.7 if len(words) < 8 else 1.0
    score *= 0.8 if words[0] in {"you", "your"} else 1.0
    # "Preserve people's ability": an order, or in captions the rest of a sentence.
    score *= 0.5 if parts_of(words[0])[0] == BASE else 1.0
    function_share = sum(word in NOT_LAST_WORDS for word in words) / len(words)
    score *= 0.6 if function_share > 0.6 else 1.0
    score *= 1.0 + 0.15 * bool(_CUE.search(text)) + 0.1 * bool(numbers(text)) + 0.4 * bool(_RESULT.search(text))
    score = min(1.0, 0.6 * math.sqrt(score))
    # "There's so many books": a contraction as the only verb is typical of loose remarks.
    verbs = [words[at] for at in finite_verbs([normalise(word) for word in words])]
    score *= 0.4 if all("'" in verb and not verb.endswith("n't") for verb in verbs) else 1.0
    return score * (0.3 if _NOT_OWN.search(text) else 1.0)
