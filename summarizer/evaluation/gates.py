"""Gates: is a transcript refused when it must be, and only then?"""

from __future__ import annotations

from summarizer.config import Config
from summarizer.errors import Refused
from summarizer.evaluation.material import Material, RealTalk
from summarizer.evaluation.report import Part, Row
from summarizer.transcribe import check


def measure(material: Material, config: Config) -> Part:
    """Refusals among texts that are what they say."""
    real = [talk for talk in (*material.talks, *material.interviews) if talk.text]
    wrong = [f"{talk.id}: {code}" for talk in real if (code := refusal(talk, config))]
    row = Row(
        name="real transcripts refused",
        figure=len(wrong) / len(real),
        most=0.0,
        n=len(real),
        note=", ".join(wrong[:3]),
    )
    return Part(name="gates", title="Refused when it must be, and only then", rows=(row,))


def refusal(talk: RealTalk, config: Config) -> str:
    """The code of the gate that refuses a talk's transcript; empty when it passes."""
    try:
        check(talk.transcript, talk.transcript.duration, config.transcribe, ("en",))
    except Refused as refused:
        return refused.code
    return ""
