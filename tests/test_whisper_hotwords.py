from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.language import terms
from summarizer.transcribe.whisper.hotwords import MAX_TERMS, MAX_TOKENS, choose_hotwords

GLOSSARY = terms.packaged()
TITLE = "Tutorial: Scaling OpenTelemetry with Argo CD - Ana Lima, Acme"
DESCRIPTION = "We use gRPC, eBPF and a service mesh. The team likes it. Argo CD deploys it, and etcd was slow."


def listed(*arguments: object, **more: object) -> list[str]:
    return choose_hotwords(*arguments, **more).split(", ")  # type: ignore[arg-type]


def test_glossary_terms_of_the_title_come_first() -> None:
    """Terms from the description and the speakers' names follow."""
    words = listed(TITLE, DESCRIPTION, ("Ana Lima",), GLOSSARY)
    assert set(words[:2]) == {"OpenTelemetry", "Argo CD"}
    assert {"gRPC", "eBPF", "Ana", "Lima", "etcd"} <= set(words)


def test_without_a_glossary_names_are_recognised_by_their_letters() -> None:
    """Words with an inner capital or a digit are names."""
    words = listed(TITLE, DESCRIPTION, ())
    assert words[0] == "OpenTelemetry"
    assert {"gRPC", "eBPF"} <= set(words)


def test_ordinary_words_are_omitted() -> None:
    """Words with a capital only at the start of a sentence, and words of every conference programme."""
    assert not {"The", "We", "Tutorial", "with"} & set(listed(TITLE, DESCRIPTION, (), GLOSSARY))
    assert choose_hotwords("", "", ()) == ""


def test_words_of_a_longer_term_are_omitted() -> None:
    """With "Argo CD" in the list, "Argo" and "CD" are not."""
    words = listed(TITLE, DESCRIPTION, (), GLOSSARY)
    assert "Argo CD" in words
    assert not {"Argo", "CD"} & set(words)


def test_a_term_is_spelled_as_in_the_glossary() -> None:
    """The capitals in the title do not matter."""
    assert "OpenTelemetry" in listed("scaling opentelemetry", "", (), GLOSSARY)


def test_an_everyday_name_needs_its_capital() -> None:
    """ "Flux" is the project, "flux" is an ordinary word."""
    assert "Flux" in listed("GitOps with Flux", "", (), GLOSSARY)
    assert "Flux" not in listed("gitops in a state of flux", "", (), GLOSSARY)


@given(st.text(max_size=300), st.text(max_size=3000), st.lists(st.text(max_size=40), max_size=4))
def test_the_list_always_fits_the_prompt(title: str, description: str, speakers: list[str]) -> None:
    """The number of terms and the number of tokens are limited, with either way of counting tokens."""
    for count_tokens in (None, lambda text: 2 * len(text)):
        words = choose_hotwords(title, description, tuple(speakers), GLOSSARY, count_tokens)
        assert len(words.split(", ")) <= MAX_TERMS
        assert (count_tokens or (lambda text: len(text) / 4))(words) <= MAX_TOKENS


@pytest.mark.parametrize("description", [" ".join(f"Name{i}Of" for i in range(500)), "Kubernetes " * 5000])
def test_a_long_description_does_not_make_a_long_list(description: str) -> None:
    """The list is limited because long lists make recognition worse."""
    assert len(listed("Talk", description, (), GLOSSARY)) <= MAX_TERMS
