"""Where sentences begin in text that nobody punctuated, by rule.

Automatic captions are one stream of words. A sentence is likely to begin at a pause, at "so" or "but", and where a
subject meets its verb ("we have", "it is", "the cluster was") unless the word before still waits for more ("that we
have", "because it is"). The best division of the stream is found by dynamic programming over these strengths and the
lengths that spoken sentences have. No model does this: the small ones that restore punctuation have to be downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence

USUAL, LONGEST = 15, 45  # words of a sentence
PAUSE, STOP = 2.5, 8.0  # strength of a pause, and of a full stop or a change of speaker
_LINKS = frozenset("so but now then okay ok well and also however therefore finally basically".split())
_SUBJECTS = frozenset(
    (
        "i we you they he she it there this that these those i'm we're you're they're he's she's it's there's that's "
        "this's i've we've you've they've i'll we'll you'll they'll it'll i'd we'd you'd they'd let's what's here's"
    ).split()
)
_SETTING = frozenset("if when once while as in for with today here first second third".split())
AUXILIARIES = frozenset(
    (
        "is are was were be been am has have had do does did can could will would should may might must isn't aren't "
        "wasn't weren't don't doesn't didn't can't couldn't won't wouldn't shouldn't haven't hasn't cannot"
    ).split()
)
_VERBS = AUXILIARIES | frozenset(
    (
        "use used need needs want wanted see saw know think thought get got go goes went make makes made take takes "
        "start started run runs ran say says said mean means work works look looks call called try tried help helps "
        "give gives gave show shows allow allows provide provides build built add added decided found come comes came "
        "become becomes support supports create created happen happens keep kept put let turn turned learned change "
        "changed actually just also really basically only now usually always never still then already"
    ).split()
)
# Words after which a sentence is not over: they wait for a noun, a verb or a clause.
WAITING = AUXILIARIES | frozenset(
    (
        "a an the my our your their his its this these those of to and or but so with for in on at by from into onto "
        "about over under than as if when while because since until unless whether that which who whose what where how "
        "why like not no very more most really just also i we you they he she it's i'm we're you're they're there's "
        "that's we've i've you've they've we'll i'll you'll let's there every each some any all both another other "
        "between through during without within per via using think know say said says see mean means guess hope "
        "believe sure is're want wants need needs going gonna wanna called uh um er basically actually only even "
        "different new same first next last such much many few two three"
    ).split()
)
# Words that cannot begin a sentence in the middle of a stream.
_CONTINUING = frozenset("of than to or nor which who whom whose and's etc too anymore".split())


def divide(words: Sequence[str], breaks: Sequence[float]) -> list[tuple[int, bool]]:
    """Indices at which sentences begin, the first being 0, and whether there is more than length to say so.

    `breaks[i]` is the outside strength of a beginning at word i: pauses, full stops, changes of speaker.
    """
    count = len(words)
    strengths = [_strength(words, i) + breaks[i] if i else 0.0 for i in range(count)]
    best: list[tuple[float, int]] = [(0.0, 0)]  # cost of the first i words, and where their last sentence begins
    for end in range(1, count + 1):
        reach = range(max(0, end - LONGEST), end)
        best.append(min((best[i][0] + _length_cost(end - i) - strengths[i], i) for i in reach))
    starts = []
    at = count
    while at > 0:
        at = best[at][1]
        starts.append((at, at == 0 or strengths[at] > 0))
    return starts[::-1]


def _length_cost(words: int) -> float:
    """Nothing at the usual length, more the further away; short ones are worst, they say least."""
    return ((words - USUAL) / (6 if words < USUAL else 9)) ** 2


def _strength(words: Sequence[str], at: int) -> float:
    """How likely a sentence begins at a word, by the two words before and the three from it."""
    before, word = words[at - 1].lower().strip(".,"), words[at].lower()
    after = [other.lower() for other in words[at + 1 : at + 4]]
    if word in _CONTINUING or before in WAITING:
        return -9.0
    first, second = [*after, "", ""][:2]
    if word in _LINKS:
        linked = _subject(first, second) or first in _SETTING or first in _LINKS
        return (3.5 if word != "and" else 2.5) if linked else -2.0
    if _subject(word, first):
        return 2.6
    if word in _SETTING and _subject(first, second):
        return 0.8
    if word in {"the", "a", "our", "my", "their"} and set(after) & (AUXILIARIES - {"be", "been"}):
        return 0.2
    return -5.0


def _subject(word: str, following: str) -> bool:
    """Whether a word is the subject of the verb after it."""
    return word in _SUBJECTS and ("'" in word or following in _VERBS or following.endswith("ed"))
