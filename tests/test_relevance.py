from __future__ import annotations

import pytest

from summarizer.errors import Refused
from summarizer.evidence.relevance import SAME_SUBJECT, Spoken, refuse_other_subject
from summarizer.language.frequency import rarity
from summarizer.language.words import stem
from tests.conftest import make_transcript

OWN = "A slow disk delayed etcd, and a controller that listed all pods filled the memory of the API server."
OTHER = "The panel discusses blockchain for hospitals, patient records and agriculture in developing countries."
SAME_FIELD = "Crossplane compositions and Backstage templates let Argo CD provision buckets for a developer platform."


@pytest.mark.parametrize("text", [OTHER, SAME_FIELD])
def test_another_subject_is_refused_with_its_bits(text: str) -> None:
    """Whether from another world or from the same field."""
    with pytest.raises(Refused, match=r"speak for another talk by \d\.\d\d bits a word") as refused:
        refuse_other_subject([text], make_transcript())
    assert refused.value.code == "another_subject"


def test_its_own_subject_passes_in_other_words() -> None:
    """Not every word has to be the talk's."""
    texts = [OWN, "The presentation explains how this was found and emphasizes patience."]
    spoken = Spoken(make_transcript())
    assert spoken.share(" ".join(texts)) < 0.8
    assert spoken.bits(" ".join(texts)) > SAME_SUBJECT
    refuse_other_subject(texts, make_transcript())


def test_a_rare_word_says_more_than_a_common_one() -> None:
    """Both are in the talk; one is in every talk."""
    spoken = Spoken(make_transcript(("etcd runs in the cluster",) * 10))
    assert spoken.bits("etcd") > spoken.bits("cluster") > 0 > spoken.bits("blockchain")


def test_a_name_said_in_two_words_is_the_same_name() -> None:
    """Captions write "open telemetry"."""
    assert Spoken(make_transcript(("we use open telemetry here",))).bits("OpenTelemetry") > 0


def test_an_empty_summary_says_nothing() -> None:
    """No words, no evidence."""
    assert Spoken(make_transcript()).bits("") == 0


def test_in_a_language_without_a_table_words_are_counted() -> None:
    """A German summary of a German talk passes, one of another talk does not."""
    german = make_transcript(("Die Festplatte von etcd war langsam.", "Wir haben sie ersetzt."), language="de")
    refuse_other_subject(["Die Festplatte von etcd war langsam, man hat sie ersetzt."], german)
    with pytest.raises(Refused, match="only 0% of the summary's words"):
        refuse_other_subject(["Blockketten verbessern Krankenhausakten."], german)


def test_words_that_talks_seldom_say_are_rare() -> None:
    """The table is of this field."""
    assert rarity(stem("the")) < rarity(stem("kubernetes")) < rarity(stem("etcd")) < rarity(stem("xylophone"))
