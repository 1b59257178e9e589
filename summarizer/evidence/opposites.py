"""Opposites: listed pairs, and words that differ by a negative prefix or ending, as "stable" and "unstable"."""

from __future__ import annotations

from functools import cache, lru_cache

from summarizer.language.words import stem

_OPPOSITES = (
    "increase decrease", "faster slower", "fast slow", "more less", "up down", "always never",
    "enable disable", "enabled disabled", "easy hard", "easier harder", "easy difficult", "trivial difficult", "trivial hard", "simple difficult", "simple hard", "easy complex", "easy complicated", "simple complicated", "first last", "first second", "first third", "second third", "first fourth", "second last", "third last", "start stop",
    "add remove", "added removed", "open closed", "public private", "stateful stateless", "larger smaller", "large small",
    "big small", "bigger smaller", "higher lower", "high low", "better worse", "best worst", "good bad", "success failure",
    "succeed fail", "succeeded failed", "possible impossible", "safe unsafe", "secure insecure", "synchronous asynchronous",
    "push pull", "inbound outbound", "static dynamic", "cheap expensive", "cheaper expensive",
    "mutable immutable", "simple complex", "simpler complex", "rise fall", "rose fell", "above below", "internal external",
    "old new", "older newer", "read write", "client server", "minimum maximum", "win lose", "gain loss",
    "everybody nobody", "everyone nobody", "inside outside", "early late", "earlier later",
    "compatible incompatible", "manual automatic", "manually automatically", "same different", "left right", "visible hidden",
    "long short", "longer shorter", "near far", "nearest farthest", "closest farthest", "wide narrow", "strong weak",
    "stronger weaker", "heavy light", "full empty", "rich poor", "clean dirty", "hot cold", "young old", "busy idle",
    "active passive", "online offline", "input output", "source target", "positive negative", "true false",
    "right wrong", "correct incorrect", "major minor", "optional mandatory", "optional required", "voluntary mandatory",
    "allow deny", "allow block", "allow prevent", "allow forbid", "accept reject", "accept refuse", "approve reject",
    "include exclude", "create delete", "create destroy", "create remove", "build destroy", "install uninstall",
    "import export", "upload download", "send receive", "buy sell", "borrow lend", "enter leave", "enter exit",
    "connect disconnect", "attach detach", "lock unlock", "encrypt decrypt", "encode decode", "compress decompress",
    "upgrade downgrade", "improve worsen", "strengthen weaken", "expand shrink", "grow shrink", "grow fall", "rise drop",
    "increase reduce", "increase drop", "raise lower", "raise reduce", "gain lose", "won lost", "merge split",
    "join leave", "join split", "begin end", "start end", "start finish", "beginning end", "top bottom", "front back",
    "head tail", "ahead behind", "forward backward", "inner outer", "horizontal vertical", "local remote",
    "local global", "centralized decentralized", "central distributed", "manual automated", "human machine",
    "wanted unwanted", "love hate", "agree disagree", "trust distrust", "remember forget", "find lose",
    "keep remove", "keep drop", "keep replace", "save waste", "save spend", "protect expose", "protect attack",
    "hide show", "hide expose", "often rarely", "often seldom", "frequently rarely", "constantly rarely", "usually rarely",
    "always rarely", "common rare", "most least", "many few", "majority minority", "much little",
    "maximize minimize", "today tomorrow",
    "today yesterday", "yesterday tomorrow", "past future", "previous next", "former latter", "recent old",
    "latest oldest", "newest oldest", "early late", "quick slow", "quickly slowly", "rapidly slowly", "short-term long-term",
    "temporary permanent", "expected unexpected", "known unknown", "stable unstable", "cheapest costliest", "profit loss",
    "income expense", "teach learn", "lead follow", "leader follower", "primary secondary",
    "primary replica", "master slave", "parent child", "producer consumer", "produce consume", "publish subscribe",
    "publisher subscriber", "upstream downstream", "ingress egress", "horizontally vertically", "macro micro", "friend enemy",
    "together apart", "day night", "morning evening", "winter summer", "north south",
    "east west", "serial parallel", "sequential parallel", "lazy eager", "loose tight", "shallow deep", "thin thick",
)  # fmt: skip


@cache
def _map_opposites() -> dict[str, frozenset[str]]:
    """Map each stem to the stems of its opposites."""
    opposites: dict[str, set[str]] = {}
    for pair in _OPPOSITES:
        first, second = (stem(word) for word in pair.split())
        opposites.setdefault(first, set()).add(second)
        opposites.setdefault(second, set()).add(first)
    return {word: frozenset(stems) for word, stems in opposites.items()}


_NEGATIVE = ("un", "in", "im", "ir", "dis", "non", "mis")  # prefixes
_ADVERBS = frozenset({"hardly", "lately", "nearly"})  # not the adverbs of "hard", "late" and "near"
_MIN_BASE = 4  # letters behind a prefix: "under" is no opposite of "der"


@lru_cache(maxsize=65536)
def list_opposites(word: str) -> frozenset[str]:
    """Return the stems of the listed opposites of a word, and of its base without or with a negative prefix."""
    own = word if word in _ADVERBS else stem(word)
    prefixed = {f"{prefix}{own}" for prefix in _NEGATIVE} if len(own) >= _MIN_BASE else set()
    bases = {own[len(p) :] for p in _NEGATIVE if own.startswith(p) and len(own) - len(p) >= _MIN_BASE}
    endings = {own.removesuffix("less") + "ful", own.removesuffix("less")} if own.endswith("less") else set()
    endings |= {own.removesuffix("ful") + "less"} if own.endswith("ful") else set()
    return frozenset(_map_opposites().get(own, frozenset()) | prefixed | bases | endings)


@lru_cache(maxsize=65536)
def are_opposite(first: str, second: str) -> bool:
    """Return whether two words are opposites."""
    return stem(second) in list_opposites(first)
