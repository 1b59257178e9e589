"""A summary from any language model: chunks to notes to a summary, checked at every step.

Map: every chunk becomes notes that cite its segments (`mapping`). Notes that say the same are joined (`notes`). Reduce:
they are condensed until one prompt holds them, and arranged (`reducing`). Times never pass through the model.
"""

from __future__ import annotations

import time

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.errors import Refused
from summarizer.records import Claim, Made, Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.summarize.kinds import choose_kind
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.chunking import chunks
from summarizer.summarize.llm.client import Asker
from summarizer.summarize.llm.generator import Generator, MemoryAnswers
from summarizer.summarize.llm.mapping import Mapped, Mapper
from summarizer.summarize.llm.notes import Note, joined
from summarizer.summarize.llm.reducing import Reducer
from summarizer.summarize.llm.schemas import Form


class MapReduce:
    """The summarizer over a `Generator`."""

    def __init__(
        self, generator: Generator, settings: SummarizeSettings, revision: str = "", arithmetic: str = ""
    ) -> None:
        """`revision` is the model's; `arithmetic` names how it computes, where that changes its answers."""
        self._generator = generator
        self._settings = settings
        self._revision = revision
        llm = settings.llm
        self._identity = f"{generator.name} {llm.model} {revision} {arithmetic} {llm.max_new_tokens}"

    def summarize(self, transcript: Transcript, source: Source, answers: Answers | None = None) -> Summary:
        """Raises `Refused`: `prompt_too_long`, `answer_cut`, `bad_answer`, `unsupported`, `another_subject`."""
        started = time.monotonic()
        settings, llm = self._settings, self._settings.llm
        language = settings.language if settings.language != transcript.language else ""
        form = Form(kind=choose_kind(source, transcript, settings.kind), translated=bool(language))
        kept = MemoryAnswers() if answers is None else answers
        asker = Asker(self._generator, self._identity, llm.max_new_tokens, kept)

        cut = chunks(transcript, self._generator.count_tokens, llm.chunk_tokens, llm.overlap_segments)
        checker = evidence.Checker(transcript)
        mapped = Mapper(asker, checker, form, language).map(cut)
        if not mapped.notes:
            raise _nothing(mapped)
        notes = joined(mapped.notes, checker)
        decisions, actions = _of_role(notes, "decision"), _of_role(notes, "action")
        reducer = Reducer(asker, checker, form, language, settings)
        reduced = reducer.reduce(notes)

        claims = [
            reduced.tldr,
            *reduced.takeaways,
            *decisions,
            *actions,
            *(claim for section in reduced.sections for claim in section.claims),
        ]
        evidence.refuse_other_subject([claim.text for claim in claims], transcript)
        return Summary(
            video_id=transcript.video_id,
            kind=form.kind.name,
            language=language,
            tldr=reduced.tldr,
            takeaways=reduced.takeaways,
            sections=reduced.sections,
            decisions=decisions,
            actions=actions,
            evidence=evidence.measure(claims, transcript, mapped.covered, mapped.dropped + reducer.dropped),
            made=Made(
                backend=self._generator.name,
                model=llm.model,
                revision=self._revision,
                prompt_version=prompts.versions(form.kind.name, language),
                device=self._generator.device,
                seconds=round(time.monotonic() - started, 3),
                tokens_in=asker.tokens_in,
                tokens_out=asker.tokens_out,
            ),
        )


def _of_role(notes: list[Note], role: str) -> tuple[Claim, ...]:
    return tuple(note.claim for note in notes if note.role == role)


def _nothing(mapped: Mapped) -> Refused:
    if not mapped.dropped:
        return Refused("no_content", f"the model found nothing worth noting in {mapped.chunks} parts", "Nothing to do.")
    return Refused(
        "unsupported",
        f"none of the model's {mapped.dropped} statements are supported by the talk",
        "Try a larger summarize.model.",
    )
