"""Make the TL;DR, the takeaways and the headings of sections from sentences that passed the checks."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from summarizer import evidence
from summarizer.language.function_words import NOT_LAST_WORDS
from summarizer.language.words import content, tokens
from summarizer.records import Claim
from summarizer.summarize import form
from summarizer.summarize.limits import TAKEAWAY_WORDS, TLDR_WORDS
from summarizer.summarize.llm.client import Client
from summarizer.summarize.llm.editing.writing import make_request, measure_spoken, take_sentence

REPEATED_WEIGHT = 0.1  # share of its weight that a term keeps when an earlier statement contains it
TLDR_SOURCES = 6  # statements from which the TL;DR is written
MIN_TLDR_SPOKEN = 0.7  # share of the TL;DR's content words that must be in these statements or the title
MIN_HEADING_WORDS, MAX_HEADING_WORDS = 2, 7
HEADING_EXAMPLES = (
    (
        "- A sourdough starter that is kept in the fridge needs feeding only once a week.\n"
        "- Rye flour makes the starter rise in half the time.",
        "Sourdough starters in the fridge",
    ),
    (
        "- One of three boats lost its mast when the wind rose to thirty knots.\n"
        "- A radar shows a squall ten minutes before it arrives.",
        "Boats in sudden wind",
    ),
)
TLDR_EXAMPLES = (
    (
        "Title: Bread Without Tears\n"
        "- A sourdough starter that is kept in the fridge needs feeding only once a week.\n"
        "- Rye flour makes the starter rise in half the time.\n"
        "- The bakery throws away a third less flour.",
        "Keeping the sourdough starter in the fridge cuts its feeding to once a week, and a bakery throws away a third "
        "less flour.",
    ),
)


def rank(claims: Sequence[Claim], weights: Mapping[str, float]) -> list[Claim]:
    """Return claims in the order of what each adds to those before it: the weight of its terms, by its length."""
    remaining, ranked, covered = list(claims), [], set[str]()

    def gain(claim: Claim) -> float:
        terms = set(content(claim.text))
        total = sum(weights.get(term, 0.0) * (REPEATED_WEIGHT if term in covered else 1.0) for term in terms)
        return total / math.pow(len(claim.text.split()) + 4, 0.6)

    while remaining:
        best = max(remaining, key=gain)
        ranked.append(best)
        covered |= set(content(best.text))
        remaining.remove(best)
    return ranked


def choose_takeaways(ranked: Sequence[Claim], count: int) -> list[Claim]:
    """Return the first claims that are short and can be understood alone, in the order of the talk."""
    short = [claim for claim in ranked if len(claim.text.split()) <= TAKEAWAY_WORDS + 5]
    alone = [claim for claim in short if form.stands_alone(claim.text)]
    return sorted((alone or short or list(ranked))[:count], key=lambda claim: claim.start)


class Arranger:
    """Asks the model for the TL;DR and for the headings of one talk."""

    def __init__(self, client: Client, checker: evidence.Checker, title: str) -> None:
        self._client = client
        self._checker = checker
        self._title = title

    def write_tldr(self, ranked: Sequence[Claim]) -> Claim:
        """Return the supported TL;DR of the model or the statement, whichever has the most words of the title."""
        sources = ranked[:TLDR_SOURCES]
        material = "\n".join(f"- {claim.text}" for claim in sources)
        requests = [
            make_request("tldr", f"Title: {self._title}\n{material}", TLDR_EXAMPLES),
            make_request(
                "tldr", f"Title: {self._title}\n" + "\n".join(f"- {c.text}" for c in sources[:3]), TLDR_EXAMPLES
            ),
        ]
        written = [self._check_tldr(take_sentence(line), sources) for line in self._client.write(requests)]
        alone = [claim for claim in ranked if form.stands_alone(claim.text)]
        short = [claim for claim in alone if len(claim.text.split()) <= TLDR_WORDS]
        candidates = [claim for claim in written if claim] + (short or alone or list(ranked))
        return max(candidates, key=self._count_title_words)  # the first of those with the most

    def _count_title_words(self, claim: Claim) -> int:
        """Return how many words of the title a statement has; without the speakers, who stand behind a dash."""
        return len(set(content(re.split(r" [-–—|] ", self._title)[0])) & set(content(claim.text)))

    def _check_tldr(self, text: str, sources: Sequence[Claim]) -> Claim | None:
        """Return the TL;DR with the evidence of as few statements as support it, of at most two.

        With three, small models join facts that have nothing to do with each other.
        """
        if not text or len(text.split()) > TLDR_WORDS + 5 or not form.stands_alone(text):
            return None
        if measure_spoken(text, " ".join([self._title, *(claim.text for claim in sources)])) < MIN_TLDR_SPOKEN:
            return None
        words = set(content(text))
        related = sorted(sources, key=lambda claim: -len(words & set(content(claim.text))))
        for size in (1, 2):
            for group in combinations(related[:4], size):
                claim = self._checker.check(text, [id for member in group for id in member.evidence])
                shared = words & set(content(" ".join(member.text for member in group)))
                if isinstance(claim, Claim) and len(shared) >= MIN_TLDR_SPOKEN * len(words):
                    return claim
        return None

    def write_headings(self, sections: Sequence[Sequence[Claim]]) -> list[str]:
        """Return a checked heading for every section; empty where the model wrote none that holds."""
        materials = ["\n".join(f"- {claim.text}" for claim in claims) for claims in sections]
        lines = self._client.write([make_request("heading", material, HEADING_EXAMPLES) for material in materials])
        headings: list[str] = []
        for line, claims in zip(lines, sections, strict=True):
            heading = self._check_heading(line, claims)
            headings.append("" if form.repeats(heading, filter(None, headings)) else heading)
        return headings

    def _check_heading(self, line: str, claims: Sequence[Claim]) -> str:
        text = re.sub(r"^(?:heading|section|title): *", "", line.strip(), flags=re.IGNORECASE).strip("\"'“”`*#.: ")
        words = text.split()
        if not MIN_HEADING_WORDS <= len(words) <= MAX_HEADING_WORDS or re.search(r"[.?!;|]", text):
            return ""
        if words[-1].lower() in NOT_LAST_WORDS or len(content(text)) < MIN_HEADING_WORDS:
            return ""
        cited = [id for claim in claims for id in claim.evidence]
        if measure_spoken(text, " ".join(claim.text for claim in claims)) < 1.0:
            return ""
        text = self._lower(text)
        return text if isinstance(self._checker.check(text, cited), Claim) else ""

    def _lower(self, heading: str) -> str:
        """Return the heading with lower-case words where the talk has them: models like Title Case."""
        spoken = {word for word in tokens(self._checker.transcript.text) if word.islower()}
        first, *rest = heading.split()
        first = first[0].upper() + first[1:]
        return " ".join([first, *(w.lower() if w.lower() in spoken and w[1:].islower() else w for w in rest)])
