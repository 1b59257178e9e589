"""Check the form of a statement: whether it is one complete sentence that says something.

Evidence decides whether the talk supports a statement; form decides whether it is worth reading. Quotes and generated
statements are checked alike: "The speaker discusses several topics." is supported by every talk and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from summarizer.language.function_words import NOT_LAST_WORDS, SELDOM_LAST_WORDS
from summarizer.language.parts import ADJECTIVE, BASE, FINITE, SUBORDINATORS, is_verb, main_verbs, parts_of
from summarizer.language.words import content, tokens

MIN_CONTENT_WORDS = 3  # of a statement
MIN_ALONE_WORDS = 4  # content words of a statement that stands alone
SHARED = 0.7  # share of the content words of the shorter statement that makes it a repetition

_OPENING = re.compile(
    r"(?i)^(?:and|but|or|nor|so|because|which|than|then|also|plus|anyways?|well|okay|ok|yeah"
    r"|yes|yep|right|like|especially|including|except|as well|as opposed|such as|rather than|instead of that|at which"
    r"|in which|of which|for which|to which|that's|thats"
    r"|whose|whom|basically|actually|obviously|otherwise|hence|thereby|therefore|even though that)\b"
)
# "It is important to measure first." has no reference; "it is slow" has.
_EXPLETIVE = re.compile(
    r"(?i)^(?:it|it's|it is|it was|it'd|it would|it can|it will)\b.{0,40}?\b(?:important|possible|impossible|hard|easy"
    r"|easier"
    r"|harder|better|best|difficult|necessary|useful|worth|crucial|essential|takes?|took|turns out|clear|likely|common"
    r"|cheaper"
    r"|faster|critical|helpful|vital)\b.*\b(?:to|that|when|if|for)\b"
)
_PRONOUN = re.compile(r"(?i)^(?:he|she|they|it|him|her|them|he's|she's|they're|they've|it's|it'll|they'll|that'll)\b")
_DEMONSTRATIVE = re.compile(r"(?i)^(?:this|that|these|those)(?:'s|'ll|'d)?\b")
_ABOUT_THE_TALK = re.compile(
    r"(?i)\b(?:the|this|our) (?:speakers?|presenters?|presentation|talk|video|author|session|panel(?:ists?)?|passage"
    r"|text|discussion"
    r"|transcript|statement)\b[\w ,]{0,20}?\b(?:discuss|talk|mention|emphasi[sz]|explain|describ|highlight|explor"
    r"|cover|introduc|outlin"
    r"|present|share|provid|argu|say|focus|address|suggest|express|delv|div|is about|will)\w*"
    r"|\bin this (?:talk|video|session|presentation|passage)\b|\b(?:the|this) (?:transcript|passage)\b"
)
_INSTRUCTION = re.compile(
    r"(?i)\b(?:json|segment (?:ids?|numbers?)|as an ai|language model, i|here (?:is|are) (?:the|a|one) (?:summary"
    r"|sentence|statement|heading)"
    r"|summari[sz]e the|one sentence|at most \d+ words|written sentence)\b"
)
_FILLER = re.compile(
    r"(?i)\b(?:u+m+|u+h+|er+m?|you know|i mean|(?:kind|sort) of like|so yeah|all right|alright|okay|ok|yeah|yep|blah"
    r"|gonna|wanna|gotta"
    r"|right[?.!]?$|and (?:so on|stuff|whatnot|whatever|things like that|all that)|or (?:something|whatever)"
    r"|stuff like that|things like that)(?!\w)"
)
_HOUSEKEEPING = re.compile(
    r"(?i)\b(?:thanks?|thank you|welcome (?:to|back|every)|hello|hi (?:every|all|folks)\w*|hey|good (?:morning"
    r"|afternoon|evening)|my name(?:'s| is)|raise your hands?"
    r"|show of hands|hands up|how many of you|who (?:here|of you)|in the (?:audience|room|back row|chat)|next slide"
    r"|subscribe|qr code|scan (?:this|the|that)|applause|microphones?"
    r"|the mic|see you|any (?:more |other )?questions?|(?:great|good|next|last|your|first|take|the|one more"
    r"|quick) questions?\b|answer (?:your|any|the) questions?|ask (?:me|us|your)"
    r"|booths?|swag|raffle|stickers?|t-?shirts?|socks|we(?:'re| are) hiring|hire|hiring|follow me|find (?:me|us)"
    r"|reach (?:me|us|out)|out to (?:me|us)|come (?:talk|find|see|by|say)"
    r"|catch me|stop by|minutes left|(?:out of|over|have) time|on the (?:screen|site here|left|right)|(?:up|down|over"
    r"|right) (?:here|there)|feel free|hand (?:it )?over"
    r"|(?:happy|excited|honou?red|glad|pleased|here) to (?:be|see|have|talk|tell)|i(?:'m| am) (?:also )?(?:an?|the"
    r"|from|super|so|happy|excited|glad|here)|i (?:work|worked) (?:at|for|on|as|in)"
    r"|we (?:both )?work (?:at|for)|introduce (?:my|our|you)|introduction|co-?(?:speaker|presenter)s?|sorry|oops|joke"
    r"|joking|kidding|sponsors?|agenda|keynotes?|this morning|yesterday|tomorrow|last night"
    r"|kubecon|maintainer track|contribfest|lunch|coffee|beers?|twitter|linkedin|can you hear|check (?:it |this "
    r"|them )?out|(?:i'll|i will|let me|i'm going to|i want to|i'd like to) (?:\w+ )?"
    r"(?:hand|pass|start|begin|skip|introduce|switch|jump|click|share|stop|leave|let|give you|walk you|show you"
    r"|tell you)|let's (?:go|see|look|start|move|jump|get|say|take|talk|do)|moving on"
    r"|that's it for|more on that|later on|before we|stay tuned|(?:first|second|next|last) section)\b"
)
# Announcements of what comes next and references to what is shown: seldom worth a quote, and never a TL;DR.
_ANNOUNCEMENT = re.compile(
    r"(?i)\b(?:(?:let me|i'll|i will|i'm going to|i want to|i'd like to|i would like to|we'll|we will|we(?:'re"
    r"| are) going to|(?:i'm|we're) gonna)"
    r" (?:\w+ )?(?:talk|show|look|see|go|start|jump|switch|move|dive|walk|try|cover|take|explain|zoom|open|discuss"
    r"|tell|run|focus|point|demo|demonstrate|present)"
    r"|as (?:you|we) (?:can |could )?see|you (?:can|could|will|should|might) (?:\w+ )?see|see (?:here|that)"
    r"|here (?:you|we|on|at|in|i|is)|(?:look|shown|example|this|see|seen) here"
    r"|this (?:talk|session|conference|presentation|week|room|slide|screen|demo|picture|diagram|graph|chart|video"
    r"|example)|slides?|(?:the|our|my) (?:talk|demo|session|presentation)"
    r"|(?:just|already|i|you) (?:mentioned|talked|spoke|said|saw|heard|showed)|mentioned (?:before|earlier)|click"
    r"|speak(?:ing)? about|colleagues?|today)\b"
)
_UNFINISHED = re.compile(
    r"(?i)\b(?:such as|is that|is to|is called|are called|depends on|so that|in order to|as well as|or the|kind of"
    r"|sort of|a lot of|because of)[.!]?$"
)
# Words that make the end of a clause open when nothing follows, although they can end a sentence.
_MAY_END = frozenset(
    "it so that this those these all do does did have had is are was more one two three first last about "
    "can will need needs want wants next each both who why how where when such called different hope "
    "there".split()
)
_CONTEXT = re.compile(
    r"(?i)^(?:this|that|these|those|such|its?|their|his|her|he|she|they|here|i|i'm|i've|i'd|i'll|my|me|you'll|both"
    r"|same|another|other|others|one of (?:them|these|those)|each of|some of|most of|all of|none of|neither|either"
    r"|any of"
    r"|the (?:same|other|latter|former|rest|next|above|following|only|last|first|second|third|fourth|final|reason|idea"
    r"|answer|thing|point|problem|goal|challenge|result|solution|way|key|question|issue|step)"
    r" ?(?:one|thing|step|part|point|example|option|way|case|reason|is|was|here|of (?:this|that|it)|that|we"
    r"|i)?\b(?=.{0,3}(?:is|was|we|i|that|here|one|step|thing|part|,)\b)"
    r"|first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|lastly|next|for (?:example|instance|that|this)|in (?:that|this"
    r"|these|those|our|my) (?:case|example|sense|way|particular|situation)"
    r"|with (?:that|this|these|those)|at (?:that|this)|after (?:that|this)|from (?:that|this|there|here)"
    r"|because of (?:that|this)|to do (?:that|this|so|it)|by doing (?:that|this|so)|again|instead|similarly|likewise"
    r"|still|even|maybe|perhaps|let's)\b"
)
# An order, a condition or an example is no statement of what the talk is about.
_NO_STATEMENT = re.compile(
    r"(?i)^(?:if|when|once|imagine|don't|do|let|saying|there(?:'s| is| are| was| were| will)|as (?:i|we|you)|sometimes"
    r"|one of the|what|how|so far|now)\b"
)
_INNER_REFERENCE = re.compile(
    r"(?i)\b(?:it|they|them|he|she|him|that one|those|these|do (?:that|this|so)|did (?:that|this)|like (?:that|this)"
    r"|(?:of|with|for|by|on|to|about|from|in) (?:this|that|these|those)(?=[.,]|$)|(?:this|that) (?:is|was|will|can"
    r"|has))\b"
)
_QUESTION_WORDS = frozenset("how what why where when who which".split())
_ASKING_VERBS = frozenset("is are was were do does did can could will would should have has am".split())
_ASKED_SUBJECTS = frozenset(
    "i you we they he she it there this that the these those any anyone anybody your my a an people".split()
)
_INDIRECT_QUESTION = re.compile(
    r"(?i)\b(?:my question|the question is|i (?:have|had|got) (?:a|one|another) (?:\w+ )?question|(?:was|am|i'm|we're"
    r"|just) (?:just )?(?:wondering|curious)|(?:do|did) you (?:have|think|guys|see|know|plan|use|support|need|want)\b"
    r"|can you (?:explain|elaborate|share|talk|say|tell|describe|give)|what (?:do|are) you\b|how (?:do|did|are) you\b)"
)
_SUBJECTS = frozenset("i you we they he she it that this there what".split())
_LINKS = SUBORDINATORS | frozenset("and but or so , ; : as then to before after like".split())
# Verbs that a clause can follow without a conjunction: "I think we need".
_TAKES_CLAUSE = frozenset(
    "think know say says said see saw believe guess hope feel found find realized means mean show shows showed decided "
    "thought sure let let's "
    "assume imagine suppose ensure make help tell told noticed".split()
)


def find_fault(text: str) -> str:
    """Return why a text is not a good statement; empty when it is one. The reason is a fixed phrase."""
    words = [word.lower().replace("’", "'") for word in tokens(text)]
    if "..." in text or "…" in text:
        return "an ellipsis"
    if len(set(content(text))) < MIN_CONTENT_WORDS:
        return "too few content words"
    if _INSTRUCTION.search(text):
        return "words of instructions"
    if _ABOUT_THE_TALK.search(text):
        return "about the talk instead of its subject"
    if asks(text):
        return "a question"
    if _OPENING.match(text):
        return "a dangling opening"
    if _is_dangling(text, words):
        return "a dangling pronoun"
    if _FILLER.search(text):
        return "a filler"
    if is_housekeeping(text):
        return "housekeeping"
    if (words[-1] in NOT_LAST_WORDS | SELDOM_LAST_WORDS and words[-1] not in _MAY_END) or _UNFINISHED.search(text):
        return "an open end"
    if words[0] in _ASKING_VERBS | {"been", "being", "be"} and not _is_imperative(words):
        return "no subject"
    if len(words) > 1 and parts_of(words[0]) == ADJECTIVE and words[1].partition("'")[0] in _SUBJECTS:
        return "no main clause"
    if not main_verbs(words) and not _is_imperative(words):
        return "no main clause"
    return ""


def stands_alone(text: str) -> bool:
    """Return whether a good statement can be understood without the sentences around it, as a TL;DR must be."""
    if find_fault(text) or _CONTEXT.match(text) or len(set(content(text))) < MIN_ALONE_WORDS:
        return False
    if announces(text) or runs_on(text) or _NO_STATEMENT.match(text):
        return False
    reference = _INNER_REFERENCE.search(text)
    return reference is None or len(content(text[: reference.start()])) >= 2


def repeats(text: str, earlier: Iterable[str]) -> bool:
    """Return whether a text shares most of its content words with an earlier one."""
    own = set(content(text))
    for other in map(set, map(content, earlier)):
        if own and other and len(own & other) >= SHARED * min(len(own), len(other)):
            return True
    return False


def asks(text: str) -> bool:
    """Return whether a text is a question, by its question mark or by the order of its words: "how do we"."""
    if text.rstrip("\"')”’ ").endswith("?"):
        return True
    if _INDIRECT_QUESTION.search(text):
        return True
    words = [word.lower().replace("’", "'") for word in tokens(text)]
    if not words:
        return False
    if words[0] in _ASKING_VERBS and words[1:2] and words[1] in _ASKED_SUBJECTS:
        return True
    if words[0] in {"what's", "who's", "how's", "where's"}:
        return True
    pairs = pairwise(words[1:5])
    return words[0] in _QUESTION_WORDS and (
        any(word in _ASKING_VERBS and after in _ASKED_SUBJECTS for word, after in pairs)
        or words[1:2] in (["about"], ["if"])
        or (words[0] in {"what", "who"} and words[1:2] != [] and words[1] in {"is", "are"} and len(words) < 8)
    )


def is_housekeeping(text: str) -> bool:
    """Return whether a text is a greeting, thanks, advertising, or about the room, the slides or the speaker."""
    return bool(_HOUSEKEEPING.search(text))


def _is_dangling(text: str, words: list[str]) -> bool:
    """Return whether the subject is a pronoun that refers to an earlier sentence."""
    if _PRONOUN.match(text):
        return not _EXPLETIVE.match(text)
    if _DEMONSTRATIVE.match(text):
        return (
            "'" in words[0]
            or len(words) < 2
            or is_verb(words[1])
            or words[1]
            in {
                "way",
                "one",
                "ones",
                "also",
                "just",
                "really",
                "actually",
                "basically",
                "then",
                "would",
                "all",
                "kind",
                "sort",
                "right",
                "thing",
                "things",
                "stuff",
                "point",
                "here",
                "there",
                "again",
                "now",
                "and",
                "in",
                "of",
                "to",
                "we",
                "you",
                "i",
                "they",
                "it",
                "the",
                "a",
                "what",
                "how",
                "why",
                "where",
                "when",
                "which",
                "only",
                "not",
                "gives",
                "are",
            }
        )
    return False


def announces(text: str) -> bool:
    """Return whether a text announces what comes next or refers to what is shown: "now we will look at the demo"."""
    return bool(_ANNOUNCEMENT.search(text))


def runs_on(text: str) -> bool:
    """Return whether two main clauses follow one another without a comma, a conjunction or a verb of saying.

    It indicates a missing full stop: "the disk was slow the cluster has nine nodes".
    """
    words = [word.lower().replace("’", "'") for word in re.findall(r"[^\W_]+(?:[.'’+-][^\W_]+)*|[,;:]", text)]
    verbs = main_verbs(words)
    for first, second in pairwise(verbs):
        between = words[first:second]
        if (
            second - first > 1
            and not _LINKS & set(between[1:])
            and not _TAKES_CLAUSE & set(words[max(0, first - 1) : second])
        ):
            return True
    return False


def _is_imperative(words: Sequence[str]) -> bool:
    """Return whether a text begins with a verb in its base form: "measure first"."""
    first = words[1] if words[0] in {"please", "always", "never", "don't", "just"} and len(words) > 1 else words[0]
    return BASE in parts_of(first)[:2] and parts_of(first)[0] in (BASE, FINITE)
