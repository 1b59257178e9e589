from __future__ import annotations

import pytest

from summarizer.errors import Refused
from summarizer.evidence.relevance import MIN_BITS, Vocabulary, refuse_other_subject
from summarizer.language.frequency import rarity
from summarizer.language.words import stem
from tests.conftest import make_transcript

OWN = "A slow disk delayed etcd, and a controller that listed all pods filled the memory of the API server."
OTHER = "The panel discusses blockchain for hospitals, patient records and agriculture in developing countries."
SAME_FIELD = "Crossplane compositions and Backstage templates let Argo CD provision buckets for a developer platform."


@pytest.mark.parametrize("text", [OTHER, SAME_FIELD])
def test_another_subject_is_refused_with_its_figure(text: str) -> None:
    """A summary of a distant subject, and one of the same field."""
    with pytest.raises(Refused, match=r"indicate another talk by \d\.\d\d bits a word") as refused:
        refuse_other_subject([text], make_transcript())
    assert refused.value.code == "another_subject"


def test_a_summary_of_the_talk_in_other_words_passes() -> None:
    """Not every word has to occur in the talk."""
    texts = [OWN, "The presentation explains how this was found and emphasizes patience."]
    vocabulary = Vocabulary(make_transcript())
    assert vocabulary.compute_share(" ".join(texts)) < 0.8
    assert vocabulary.compute_bits(" ".join(texts)) > MIN_BITS
    refuse_other_subject(texts, make_transcript())


def test_a_rare_word_is_stronger_evidence_than_a_common_one() -> None:
    """Both occur in the talk, and one of them occurs in every talk."""
    vocabulary = Vocabulary(make_transcript(("etcd runs in the cluster",) * 10))
    assert (
        vocabulary.compute_bits("etcd") > vocabulary.compute_bits("cluster") > 0 > vocabulary.compute_bits("blockchain")
    )


def test_a_name_transcribed_as_two_words_is_the_same_name() -> None:
    """Captions write "open telemetry"."""
    assert Vocabulary(make_transcript(("we use open telemetry here",))).compute_bits("OpenTelemetry") > 0


def test_an_empty_summary_is_no_evidence() -> None:
    """Without words the figure is 0."""
    assert Vocabulary(make_transcript()).compute_bits("") == 0


def test_without_a_frequency_table_the_share_of_words_decides() -> None:
    """A German summary of a German talk passes, and one of another talk does not."""
    german = make_transcript(("Die Festplatte von etcd war langsam.", "Wir haben sie ersetzt."), language="de")
    refuse_other_subject(["Die Festplatte von etcd war langsam, man hat sie ersetzt."], german)
    with pytest.raises(Refused, match="only 0% of the summary's words"):
        refuse_other_subject(["Blockketten verbessern Krankenhausakten."], german)


def test_rarity_follows_the_frequency_in_talks() -> None:
    """The frequency table was made from talks of this field."""
    assert rarity(stem("the")) < rarity(stem("kubernetes")) < rarity(stem("etcd")) < rarity(stem("xylophone"))
