"""Weigh the terms of a talk, and rate how well its sentences can be understood alone.

The weight of a term is how much more frequent it is in this talk than in talks in general (topic signatures: Lin and
Hovy 2000); it is higher for terms of the title and the description. A sentence is readable when it has a subject and a
verb, does not refer to other sentences, and is not a greeting, housekeeping or advertising.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from summarizer.language.frequency import frequency
from summarizer.language.function_words import NOT_LAST_WORDS, SELDOM_LAST_WORDS
from summarizer.language.sentences import Sentence
from summarizer.language.words import content, numbers, tokens
from summarizer.records import Source

TITLE, DESCRIPTION = 2.0, 1.0  # added to the factor 1 of a term that occurs in the title or the description
_CUE = re.compile(
    r"\b(lesson|learned|important|key|best|problem|solution|decided|because|instead|found|should|must|never|always|means"
    r"|result|recommend|advice|first|goal|reason|faster|smaller|agreed|allows?|provides?|supports?|called|designed)\b",
    re.IGNORECASE,
)
_HOUSEKEEPING = re.compile(
    r"\b(thanks?|thank you|welcome|hello|hi everyone|hey|good (?:morning|afternoon|evening)|my name|i'm|i am|we're going to"
    r"|i'm going|i'll|i will|i want to|i would like|raise your hands?|show of hands|slides?|subscribe|qr code"
    r"|agenda|this talk|our talk|my talk|this session|today|see you|questions?|any one|anybody|applause|microphone|mic"
    r"|booths?|copy of|sponsor(?:s|ed)?|swag|raffle|we're hiring|follow me|twitter|linkedin|slack|link in|website|feedback|come talk"
    r"|stop by|lunch|break|minutes left|time for|joke|funny|sorry|oops|let me|let's|as you can see|you can see|here you"
    r"|right here|over here|demo|click|so far|co-?speaker|colleague|introduce|great question|good question|folks|socks|stickers?"
    r"|t-?shirts?|find (?:me|us)|reach (?:me|us|out)|we just (?:talked|spoke|saw|heard|mentioned)|just mentioned|as (?:i|we) (?:said"
    r"|mentioned)|past few days|conference|keynotes?|kubecon|my co)\b",
    re.IGNORECASE,
)
_DEICTIC = re.compile(
    r"^(this|that|these|those|it|it's|its|that's|this's|they|they're|he|she|his|her|their|here|here's|there|which|what's"
    r"|who|whose|to|of|than|or|nor|not|is|are|was|were|be|been|being|have|has|had|do|does|did|can|could|will|would|in that"
    r"|how|what|where|why|nothing|means|for example|because of|into|at that|with that|with this|from there|for that|because|until|like|both|same|such)\b",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"(?i)\b(?:is|are|was|were|am|have|has|had|do|does|did|can|could|will|would|should|may|might|must|'s|'re|'ve|'ll|'m|need"
    r"s?|uses?|used|makes?|made|gets?|got|runs?|ran|helps?|gives?|gave|means?|shows?|wants?|wanted|allows?|provides?|built"
    r"|added|decided|found|became|supports?|creates?|created|happens?|keeps?|kept|started|moved|changed|came|went|works?"
    r"|fell|took|takes|goes|comes|know|see|looks?|looked|calls?|called|asks?|lists?|reads?|writes?|returns?|listens?|depends?|contains?|handles?|exposes?|sends?|sent|stores?|stored|[a-z]{3,}ed)\b"
)

_RELATIVE = re.compile(r"(?i)\b(?:that|which|who)(?: (?:then|also|just|really|now))? [\w']+")
_DEPENDENT = re.compile(r"^(?:and |but |so )?(?:when|once|if|although|though|while|unless|whether)\b", re.IGNORECASE)


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


def rate_readability(text: str) -> float:
    """Return how well a sentence can be understood alone: at most 1, and 0 for fragments, which must not be quoted."""
    words = [word.lower() for word in tokens(text)]
    if len(words) < 5 or not _FINITE.search(text) or words[-1] in NOT_LAST_WORDS:
        return 0.0
    if _DEPENDENT.match(text) and len(_FINITE.findall(_RELATIVE.sub("", text))) < 2:
        return 0.0  # "When it comes to storage.": the main clause is missing
    score = 1.0
    score *= 0.2 if words[-1] in SELDOM_LAST_WORDS else 1.0
    score *= 0.4 if _DEICTIC.match(text) else 1.0
    score *= 0.3 if _HOUSEKEEPING.search(text) else 1.0
    score *= 0.4 if text.endswith("?") else 1.0
    score *= 0.7 if len(words) < 8 else 1.0
    score *= 0.8 if words[0] in {"i", "you"} else 1.0
    function_share = sum(word in NOT_LAST_WORDS for word in words) / len(words)
    score *= 0.6 if function_share > 0.6 else 1.0
    return min(1.0, score * (1.0 + 0.15 * bool(_CUE.search(text)) + 0.1 * bool(numbers(text))))
