"""Words that the recogniser should expect: names in the title and the description.

Ten at most. The list stands in the decoder's prompt, and a long one makes recognition worse, not better.
"""

from __future__ import annotations

import re
from collections import Counter

LIMIT = 10
_COMMON = frozenset(
    [
        "The",
        "This",
        "That",
        "These",
        "Those",
        "Join",
        "Learn",
        "How",
        "Why",
        "What",
        "When",
        "Where",
        "Who",
        "We",
        "Our",
        "You",
        "Your",
        "It",
        "In",
        "On",
        "At",
        "For",
        "With",
        "From",
        "To",
        "And",
        "Or",
        "But",
        "If",
        "As",
        "By",
        "An",
        "A",
        "Is",
        "Are",
        "Be",
        "Not",
        "No",
        "Do",
        "Don",
        "All",
        "Any",
        "Can",
        "Will",
        "Keynote",
        "Tutorial",
        "Panel",
        "Talk",
        "Session",
        "Welcome",
        "Introduction",
        "Deep",
        "Dive",
        "Track",
        "Day",
        "Europe",
        "North",
        "America",
        "Inc",
        "LLC",
        "GmbH",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
    ]
)


def hotwords(title: str, description: str, speakers: tuple[str, ...]) -> str:
    """At most ten terms, most telling first, separated by ", "; empty when there are none.

    A term is a word with a capital or a digit inside ("OpenTelemetry", "k8s"), or a capitalised word that is not one
    only because a sentence starts there. The title weighs three times the description.
    """
    scores: Counter[str] = Counter()
    for text, weight in ((title, 3), (description[:2000], 1)):
        for match in re.finditer(r"(?<![\w/@.])[A-Za-z][\w+-]*[A-Za-z0-9]", text):
            word = match[0]
            starts = match.start() == 0 or text[: match.start()].rstrip()[-1:] in {".", "!", "?", ":", "\n"}
            inner = any(char.isupper() or char.isdigit() for char in word[1:])
            if word in _COMMON or len(word) > 30 or not (inner or (word[0].isupper() and (not starts or weight == 3))):
                continue
            scores[word] += weight + (2 if inner and not word.isupper() else 0)
    for speaker in speakers:
        for name in speaker.split():
            scores[name] = max(scores[name], 2)
    return ", ".join(word for word, _ in scores.most_common(LIMIT))
