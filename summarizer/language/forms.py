"""Forms of one English word, and plain paraphrases: "went" and "go", "deploy" and "deployment", "use" and "employ".

Statements and passages are compared by the root of a word and by the groups of `paraphrases.txt`, in which every line
lists words that a statement may exchange. It is a list of plain words on purpose: whatever is not in it has to be said.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

from summarizer.language.words import stem

_IRREGULAR = (
    "be am is are was were been being", "become became", "begin began begun", "bind bound", "break broke broken",
    "bring brought", "build built", "buy bought", "catch caught", "choose chose chosen choice", "come came",
    "cost costs", "deal dealt", "decide decision decisions decided", "do does did done", "draw drew drawn",
    "drive drove driven", "eat ate eaten", "fall fell fallen", "feed fed", "feel felt", "fight fought", "find found",
    "fly flew flown", "forget forgot forgotten", "freeze froze frozen", "get got gotten", "give gave given",
    "go went gone", "grow grew grown growth", "hang hung", "have has had", "hear heard", "hide hid hidden",
    "hold held", "keep kept", "know knew known knowledge", "lead led", "learn learnt", "leave left", "lend lent",
    "lie lay lain", "light lit", "lose lost loss losses", "make made", "mean meant", "meet met", "pay paid",
    "ride rode ridden", "ring rang rung", "rise rose risen", "run ran runtime", "say said", "see saw seen",
    "sell sold", "send sent", "shake shook shaken", "shine shone", "shoot shot", "show showed shown",
    "shrink shrank shrunk", "sit sat", "sleep slept", "speak spoke spoken", "spend spent", "spin spun", "stand stood",
    "steal stole stolen", "stick stuck", "strike struck", "swear swore sworn", "take took taken", "teach taught",
    "tell told", "think thought", "throw threw thrown", "understand understood", "wake woke woken", "wear wore worn",
    "win won", "write wrote written", "analyze analyse analysis analyses analyzed analytic analytics",
    "bad badly", "child children", "person people persons", "datum data", "index indices", "matrix matrices",
    "metric metrics", "important importance", "able ability", "high height", "long length lengthy", "wide width",
    "strong strength strengthen", "deep depth", "maintain maintenance", "retain retention", "explain explanation",
    "describe description", "produce production productive", "reduce reduction", "introduce introduction",
    "receive reception receipt", "prove proof proven", "believe belief", "succeed success successful successfully",
    "proceed procedure", "response respond", "expand expansion", "extend extension", "include inclusion",
    "assume assumption", "consume consumption", "subscribe subscription", "permit permission", "submit submission",
    "convert conversion", "compress compression", "intend intention intent", "free freely", "fail failure failures",
    "mature maturity", "use uses used using usage", "secure security", "complex complexity", "simple simplicity simply simplify",
    "easy easily ease", "happy happily", "busy busily", "die died dead death", "live lives life", "half halves",
    "fix fixes", "box boxes", "query queries", "two twice", "one once", "visible visibility visibly", "possible possibility possibly", "flexible flexibility",
    "stable stability", "available availability", "responsible responsibility", "compatible compatibility",
)  # fmt: skip
_SUFFIXES = (
    "ization", "isation", "ability", "ibility", "iveness", "ically", "ation", "ition", "ement", "ment", "ness", "ency",
    "ancy", "ance", "ence", "able", "ible", "tion", "sion", "ally", "ity", "ive", "ize", "ise", "ion", "ure", "age",
    "ate", "iz", "is", "at", "er", "or", "ent", "al", "ly", "abl", "ibl", "ativ", "iv", "anc", "enc", "ag", "ur",
)  # fmt: skip
_MIN_ROOT = 4  # letters that a suffix leaves
# Words whose ending is no suffix: their root would be that of another word.
_WHOLE = frozenset(
    "number server service matter paper order general generic community common import university operate several "
    "master letter better later latter water computer user never ever over under however moment comment document "
    "element environment experience sentence science license message image package storage manage language stage page "
    "damage average usage version mission session station nation action section fraction native private state date "
    "update rate create template private climate surface place active passive local global total final formal normal "
    "initial virtual manual actual legal serial partial special official capital hospital journal terminal signal real "
    "deal cluster register filter buffer layer header render docker tracker either rather whether another together "
    "consider remember discover cover offer enter center counter after power tower error mirror vector sector factor "
    "monitor color minor major prior author doctor only apply supply reply family early daily family fully ugly "
    "present event agent client content patient percent current different parent recent accident advise exercise "
    "otherwise enterprise noise raise promise surprise size prize future feature structure picture culture nature "
    "measure pressure figure pure sure city quality quantity entity identity capacity university priority majority "
    "five give live drive receive archive above".split()
)


@cache
def _irregular() -> dict[str, str]:
    """Map each irregular form to the first word of its line."""
    return {form: line.split()[0] for line in _IRREGULAR for form in line.split()}


@cache
def _whole_stems() -> frozenset[str]:
    return frozenset(map(stem, _WHOLE))


@lru_cache(maxsize=65536)  # talks repeat the same words
def root(word: str) -> str:
    """Return what the forms of a word have in common: "deploy" for "deployments", "go" for "went"."""
    base = _irregular().get(word, word)
    stemmed = _irregular().get(stem(base), stem(base))
    if stemmed in _whole_stems():
        return _undouble(stemmed)
    for suffix in _SUFFIXES:
        if stemmed.endswith(suffix) and len(stemmed) - len(suffix) >= _MIN_ROOT:
            stemmed = stemmed[: -len(suffix)]
            break
    return _undouble(stemmed.removesuffix("e").removesuffix("i").removesuffix("y"))


def _undouble(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls" else word


@cache
def _groups() -> dict[str, frozenset[int]]:
    """Map the root of every listed word to the numbers of its groups."""
    lines = resources.files(__package__).joinpath("paraphrases.txt").read_text(encoding="utf-8").splitlines()
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(lines):
        for word in line.partition("#")[0].split():
            groups.setdefault(root(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in groups.items()}


@lru_cache(maxsize=65536)
def paraphrase_groups(word: str) -> frozenset[int]:
    """Return the numbers of the groups of plain paraphrases that contain a word in any form."""
    return _groups().get(root(word), frozenset())
