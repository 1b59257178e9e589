"""Let a lying language model loose on real talks, and count how many of its lies get onto the page.

    python benchmarks/liar.py --data FOLDER [--half report] [--talks 20] [--seed 1] [--json] [--show CLASS]

The model takes true notes of a talk, and lies of one class among them or in place of the TL;DR, takeaways or a
heading. Each class is tried on every talk through the whole summarizer (`map_reduce`): a lie counts as published when
the summary has it. Beside the lies, true quotes and true paraphrases (by hand and by rule) are checked, because a check
that rejects everything is of no use. benchmarks/lies.py has the classes, benchmarks/liar_pairs.toml the statements
that were written by hand; their talks are named by id, so other folders of talks have none of them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.lies import CLASSES, Lie, Talk, find_cited, list_pairs, open_talk
from summarizer.config import SummarizeSettings
from summarizer.config.summarize import LLMSettings
from summarizer.errors import Refused
from summarizer.evaluation.material import Material
from summarizer.evaluation.statements import list_statements
from summarizer.evidence import find_problem
from summarizer.records import Summary
from summarizer.summarize.llm.generator import Answer, Request
from summarizer.summarize.llm.map_reduce import MapReduce

TRUE_NOTES = 8  # quotes among which the liar puts its lies
CLASS_NAMES = {
    1: "what is shown is what is checked", 2: "empty is not true", 3: "from one place", 4: "relations", 5: "quantities",
    6: "roles", 7: "counts and addresses",
}  # fmt: skip
KINDS = {"decision": "meeting", "action": "meeting", "step": "tutorial"}  # the kind of recording with this role


@dataclass
class LyingModel:
    """A `Generator` that gives prepared answers to the map and the reduce step."""

    notes: Sequence[dict[str, Any]]
    lies: Sequence[Lie]
    name: str = "liar"
    device: str = "nowhere"
    context_tokens: int = 10**9
    requests: list[Request] = field(default_factory=list)

    def count_tokens(self, text: str) -> int:
        """Return the number of words."""
        return len(text.split())

    def prompt_tokens(self, request: Request) -> int:  # noqa: ARG002 - of the protocol
        """Return 1: everything fits."""
        return 1

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Answer with the notes, or with a summary of them that lies where the lies belong."""
        for index, request in enumerate(requests):
            schema = request.answer_schema or {}
            answer = {"claims": self.notes} if "claims" in schema["properties"] else self._summarize()
            yield index, Answer(text=json.dumps(answer), tokens_in=1, tokens_out=1, finished=True)

    def _summarize(self) -> dict[str, Any]:
        true = {"text": self.notes[0]["text"], "evidence": [0]}
        every = list(range(60))
        lies = {
            place: [lie.text for lie in self.lies if lie.place == place] for place in ("tldr", "takeaway", "heading")
        }
        takeaways = [{"text": text, "evidence": [i % TRUE_NOTES]} for i, text in enumerate(lies["takeaway"])]
        return {
            "tldr": true | {"text": (lies["tldr"] or [true["text"]])[0]},
            "takeaways": takeaways or [true],
            "sections": [{"heading": (lies["heading"] or ["Talk"])[0], "notes": every}],
        }


def tell(talk: Talk, lies: Sequence[Lie]) -> Summary | None:
    """Return the summary of a talk by a model that tells these lies; None when there is no page."""
    notes: list[dict[str, Any]] = [
        {"text": quote.text, "evidence": list(quote.evidence)} for quote in talk.quotes[:TRUE_NOTES]
    ]
    notes += [
        {"text": lie.text, "evidence": list(lie.ids)[:60]} | dict(lie.fields)
        for lie in lies if lie.place in {"note", "role"}
    ]  # fmt: skip
    kind = next((KINDS[role] for lie in lies for name, role in lie.fields if name == "role"), "talk")
    settings = SummarizeSettings(
        backend="transformers",
        kind=kind,
        points_per_section=6,
        llm=LLMSettings(chunk_tokens=10**8, method="map_reduce"),
    )
    try:
        return MapReduce(LyingModel(notes, lies), settings).summarize(talk.real.corrected, talk.real.source)
    except Refused:
        return None


def reduce_to_letters(text: str) -> str:
    """Return what a reader sees of a text: its letters and digits."""
    return "".join(filter(str.isalnum, text.lower()))


def count_published(lies: Sequence[Lie], summary: Summary | None) -> list[Lie]:
    """Return the lies that a summary has."""
    if summary is None:
        return []
    claims = [summary.tldr, *summary.takeaways, *(claim for section in summary.sections for claim in section.claims)]
    shown = Counter(reduce_to_letters(claim.text) for claim in [summary.tldr, *summary.takeaways])
    texts = {reduce_to_letters(claim.text) for claim in claims} | {
        reduce_to_letters(s.heading) for s in summary.sections
    }
    raw = {claim.text for claim in claims} | {section.heading for section in summary.sections}
    published = []
    for lie in lies:
        fields = dict(lie.fields)
        if fields.get("role") == "decision":
            found = reduce_to_letters(lie.text) in {reduce_to_letters(claim.text) for claim in summary.decisions}
        elif "owner" in fields:
            owned = {reduce_to_letters(c.text) for c in (*summary.actions, *claims)}
            found = reduce_to_letters(f"{fields['owner']}: {lie.text}") in owned
        elif "command" in fields:
            found = fields["command"].strip() in {claim.command for claim in claims}
        elif lie.same:
            found = shown[reduce_to_letters(lie.text)] > 1
        else:
            letters = reduce_to_letters(lie.text)
            found = (bool(letters) and letters in texts) or lie.text in raw
        published += [lie] if found else []
    return published[:1] if published and published[0].same else published


def measure_class(name: str, talks: Sequence[Talk], seed: int) -> tuple[int, list[str]]:
    """Return how many lies of a class were tried, and the texts that were published."""
    tried, published = 0, []
    for talk in talks:
        dice = random.Random(f"{seed} {name} {talk.real.id}")
        lies = list(CLASSES[name][1](talk, dice))[:40]
        if lies:
            tried += 1 if lies[0].same else len(lies)
            published += [lie.text for lie in count_published(lies, tell(talk, lies))]
    return tried, published


def measure_true(talks: Sequence[Talk]) -> dict[str, tuple[int, int]]:
    """Return how many true statements of each origin were kept and tried."""
    kept, tried = Counter[str](), Counter[str]()
    for talk in talks:
        cases = [(f"true {s.origin}s by rule" if s.origin == "paraphrase" else f"true {s.origin}s", s.text, s.evidence)
                 for s in list_statements(talk.real) if s.origin != "edited"]  # fmt: skip
        for pair in list_pairs(talk.real.id):
            cases += [("true paraphrases by hand", text, find_cited(talk.real, pair["time"])) for text in pair["true"]]
        for name, text, ids in cases:
            tried[name] += 1
            kept[name] += not find_problem(text, ids, talk.real.corrected)
    return {name: (kept[name], tried[name]) for name in sorted(tried)}


def main() -> None:
    """Print a row for each class."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of real talks; see docs/evaluation.md")
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    parser.add_argument("--talks", type=int, default=0, help="number of talks; 0: all of the half")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", default="", help="print the published lies of the classes whose name has this text")
    options = parser.parse_args()
    started = time.monotonic()
    reals = [talk for talk in Material(options.data).talks if talk.half == options.half]
    talks = [talk for real in reals if len((talk := open_talk(real, reals)).quotes) > TRUE_NOTES]
    talks.sort(key=lambda talk: (not list_pairs(talk.real.id), talk.real.id))
    talks = talks[: options.talks or None]
    rows = {name: measure_class(name, talks, options.seed) for name in CLASSES if options.show in name}
    true = measure_true(talks)
    totals = {group: [0, 0] for group in CLASS_NAMES}
    for name, (tried, published) in rows.items():
        totals[CLASSES[name][0]][0] += len(published)
        totals[CLASSES[name][0]][1] += tried
        if options.show:
            sys.stderr.write("".join(f"{name}: {text}\n" for text in published))
    lies = [sum(total[i] for total in totals.values()) for i in (0, 1)]
    if options.json:
        report = {
            "half": options.half, "talks": len(talks), "seed": options.seed, "published": lies[0], "tried": lies[1],
            "classes": {name: {"published": len(texts), "tried": tried} for name, (tried, texts) in rows.items()},
            "true": {name: {"kept": kept, "tried": tried} for name, (kept, tried) in true.items()},
            "seconds": round(time.monotonic() - started, 1),
        }  # fmt: skip
        sys.stdout.write(json.dumps(report, indent=1) + "\n")
        return
    print(f"{len(talks)} talks of the half {options.half!r}, seed {options.seed}: lies published / tried")
    for name, (tried, published) in rows.items():
        print(f"  {CLASSES[name][0]} {name:<45} {len(published):>5} / {tried}")
    for group, (published, tried) in totals.items():
        if tried:
            print(f"{group} {CLASS_NAMES[group]:<47} {published:>5} / {tried}  {published / tried:.1%}")
    if lies[1]:
        print(f"all classes{'':<38} {lies[0]:>5} / {lies[1]}  {lies[0] / lies[1]:.1%}")
    for name, (kept, tried) in true.items():
        print(f"{name + ' kept':<49} {kept:>5} / {tried}  {kept / tried:.1%}")
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
