"""Words as the summarizer sees them: tokens, stems, numbers, and which words are too common to prove anything.

Everything is plain Python on purpose. A tokenizer or tagger from a language package would be a little more exact and
would bring a download, a version to pin and seconds of start-up; what is needed here is only that a claim and the
speech it came from are cut up in the same way. The rules are made for English; other Latin-script languages work
less well (fewer words are recognised as common), and scripts without spaces are compared as whole runs.

`common_words.txt` holds words that at least 12 of 160 conference talks use, without the names of CNCF projects:

    python -m summarizer.summarize.text FOLDER_OF_TALKS > summarizer/summarize/common_words.txt
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

WORD = re.compile(r"[^\W_]+(?:['’.&+/-][^\W_]+)*[%+]*", re.UNICODE)

# Words that carry grammar, not subject matter.
FUNCTION_WORDS = frozenset(
    """a about above across after again against ago all almost along already also although always am among an and
    another any anybody anyone anything are aren't around as at away back be because been before behind being below
    between both but by came can can't cannot come could couldn't did didn't do does doesn't doing don't done down
    during each either else enough even ever every everybody everyone everything few for from further gave get gets
    getting give given go goes going gone gonna gotta got had hadn't has hasn't have haven't having he he'd he'll he's
    her here here's hers herself him himself his how however i i'd i'll i'm i've if in instead into is isn't it it'd
    it'll it's its itself just kind know let let's like little look lot lots made make makes many may maybe me mean
    might mine more most much must my myself near need neither never no nobody none nor not nothing now of off often
    oh ok okay on once one ones only onto or other others our ours ourselves out over own perhaps pretty put quite
    rather really right said same saw say saying says see seen several shall she she's should shouldn't since so some
    somebody someone something sometimes somewhere soon sort still stuff such sure take taken tell than thank thanks
    that that'd that'll that's the their theirs them themselves then there there's these they they'd they'll they're
    they've thing things think this those though through throughout thus til till to together too took toward towards
    try under until up upon us use used using various very want wanted wants was wasn't way ways we we'd we'll we're
    we've well went were weren't what what's whatever when whenever where where's whether which while who who's whole
    whom whose why will with within without won't would wouldn't yeah yes yet you you'd you'll you're you've your
    yours yourself actually basically obviously literally essentially guys gonna wanna kinda today talk talking
    talked""".split()
)

# Words that a summary uses about any talk; they say nothing about this one.
REGISTER_WORDS = frozenset(
    """accordingly additionally address addresses advise aim aims allow allows attendee attendees audience challenge
    challenges conclude concludes conclusion conference cover covers crucial current demonstrate demonstrates describe
    describes detail details discuss discusses discussed discussing discussion emphasize emphasizes enable enables
    enhance enhances ensure ensures essential explain explains explore explores facilitate focus focuses furthermore
    highlight highlights illustrate illustrates importance including introduce introduces involve involves key leverage
    leverages main maintain maintainer maintainers mention mentions moreover outline outlines overall overview
    participant participants particularly potential potentially present presentation presents provide provides
    recommend recommends session share shares significant speaker speakers specifically strategy strategies suggest
    suggests summarize summary topic topics utilize utilizes various video""".split()
)

_IRREGULAR = {
    "ran": "run", "running": "run", "built": "build", "wrote": "write", "written": "write", "chose": "choose",
    "chosen": "choose", "found": "find", "kept": "keep", "broke": "break", "broken": "break", "bought": "buy",
    "thought": "think", "taught": "teach", "sent": "send", "spent": "spend", "meant": "mean", "grew": "grow",
    "grown": "grow", "knew": "know", "known": "know", "began": "begin", "begun": "begin", "led": "lead",
    "children": "child", "people": "person", "indices": "index", "data": "data", "media": "media",
}  # fmt: skip

_SUFFIXES = (
    "ational", "ization", "isation", "fulness", "ousness", "iveness", "ability", "ations", "ation", "ments", "ment",
    "ness", "ities", "ity", "izing", "ising", "ized", "ised", "izes", "ises", "ize", "ise", "able", "ible", "ings",
    "ing", "edly", "ers", "er", "ors", "or", "ions", "ion", "ies", "ied", "ed", "es", "ly", "s", "e", "y",
)  # fmt: skip
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")


def words(text: str) -> list[str]:
    """Lower-case words and numbers in order, apostrophes made straight: "It’s 40% CPU" gives it's, 40%, cpu."""
    return [match.group().replace("’", "'").lower() for match in WORD.finditer(text)]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The word without its common English endings, so that "scheduling" and "scheduler" meet.

    Cruder than Porter's stemmer, and enough: it only has to treat both sides of a comparison alike.
    """
    word = word.removesuffix("'s").removesuffix("'")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            if suffix == "s" and word.endswith("ss"):
                return word
            base = _DOUBLED.sub(r"\1", word[: -len(suffix)])
            return base[:-1] + "i" if base.endswith("y") and len(base) > 3 else base
    return word


def is_content(word: str) -> bool:
    """Whether the (lower-case) word says something about the subject."""
    return len(word) > 1 and word not in FUNCTION_WORDS and not word[0].isdigit()


def terms(text: str) -> list[str]:
    """Stems of the content words of `text`, in order."""
    return [stem(word) for word in words(text) if is_content(word)]


@lru_cache(maxsize=1)
def common_stems() -> frozenset[str]:
    """Stems of words so frequent in talks that finding them again supports nothing."""
    listed = (resources.files(__package__) / "common_words.txt").read_text(encoding="utf-8").split()
    return frozenset(stem(word) for word in (*listed, *FUNCTION_WORDS, *REGISTER_WORDS))


def rare_words(text: str) -> list[str]:
    """Words of `text`, without repeats, that few talks use: what a claim has to find in its evidence."""
    parts = (part for word in words(text) for part in re.split(r"[/&-]", word))
    candidates = dict.fromkeys(part.removesuffix("'s") for part in parts if part.isalpha() and len(part) > 2)
    return [word for word in candidates if stem(word) not in common_stems()]


def squash(text: str) -> str:
    """Letters and digits only, so that "Open Telemetry" and "OpenTelemetry" are the same."""
    return "".join(character for character in text.lower() if character.isalnum())


def _count_common(texts: Iterable[str], names: Iterable[str], at_least: int) -> list[str]:
    """Words used by `at_least` of the texts, without the words of `names`; makes `common_words.txt`."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in {word for word in words(text) if word.isascii() and word.isalpha()}:
            counts[word] = counts.get(word, 0) + 1
    excluded = {stem(word) for name in names for word in words(name)}
    return sorted(word for word, count in counts.items() if count >= at_least and stem(word) not in excluded)
