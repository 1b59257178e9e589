"""A summary from any language model: chunks to notes to a summary, checked at every step.

Map: every chunk becomes notes that cite its segments (`mapping`). Notes that say the same are joined (`notes`). Reduce:
they are condensed until one prompt holds them, and arranged (`reducing`). Times never pass through the model.
"""

from __future__ import annotations

import time

from summarizer import evidence
from summarizer.config.tables import SummarizeSettings
from summarizer.errors import Refused
from summarizer.records import Claim, Made, Source, Summary, Transcript
from summarizer.summarize.kinds import choose_kind
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.chunking import chunks
from summarizer.summarize.llm.client import Asker
from summarizer.summarize.llm.generator import Generator, MemoryParts, Parts
from summarizer.summarize.llm.mapping import Mapped, Mapper
from summarizer.summarize.llm.notes import Note, joined
from summarizer.summarize.llm.reducing import Reducer
from summarizer.summarize.llm.schemas import Form


class MapReduce:
    """The summarizer over a `Generator`."""

    def __init__(self, generator: Generator, model: str, revision: str) -> None:
        self.name = generator.name
        self._generator = generator
        self._model = model
        self._revision = revision

    def summarize(
        self, transcript: Transcript, source: Source, settings: SummarizeSettings, parts: Parts | None = None
    ) -> Summary:
        """Raises `Refused`: `prompt_too_long`, `answer_cut`, `bad_answer`, `unsupported`, `another_subject`."""
        started = time.monotonic()
        language = settings.language if settings.language != transcript.language else ""
        form = Form(kind=choose_kind(source, transcript, settings), translated=bool(language))
        identity = f"{self.name} {self._model} {self._revision} {settings.quantize} {settings.max_new_tokens}"
        asker = Asker(self._generator, identity, settings.max_new_tokens, MemoryParts() if parts is None else parts)

        cut = chunks(transcript, self._generator.count_tokens, settings.chunk_tokens, settings.overlap_segments)
        mapped = Mapper(asker, transcript, form, language).map(cut)
        if not mapped.notes:
            raise _nothing(mapped)
        notes = joined(mapped.notes, transcript)
        decisions, actions = _of_role(notes, "decision"), _of_role(notes, "action")
        reducer = Reducer(asker, transcript, form, language, settings)
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
            kind=form.kind,
            language=language,
            tldr=reduced.tldr,
            takeaways=reduced.takeaways,
            sections=reduced.sections,
            decisions=decisions,
            actions=actions,
            evidence=evidence.measure(claims, transcript, mapped.covered, mapped.dropped + reducer.dropped),
            made=Made(
                backend=self.name,
                model=self._model,
                revision=self._revision,
                prompt_version=prompts.versions(form.kind, language),
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
