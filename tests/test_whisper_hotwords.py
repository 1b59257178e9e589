from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.language import terms
from summarizer.transcribe.whisper.hotwords import LIMIT, TOKENS, hotwords

GLOSSARY = terms.packaged()
TITLE = "Tutorial: Scaling OpenTelemetry with Argo CD - Ana Lima, Acme"
DESCRIPTION = "We use gRPC, eBPF and a service mesh. The team likes it. Argo CD deploys it, and etcd was slow."


def listed(*arguments: object, **more: object) -> list[str]:
    return hotwords(*arguments, **more).split(", ")  # type: ignore[arg-type]


def test_the_title_s_jargon_comes_first() -> None:
    """Glossary terms of the title, then those of the description, with people's names among them."""
    words = listed(TITLE, DESCRIPTION, ("Ana Lima",), GLOSSARY)
    assert set(words[:2]) == {"OpenTelemetry", "Argo CD"}
    assert {"gRPC", "eBPF", "Ana", "Lima", "etcd"} <= set(words)


def test_without_a_glossary_names_are_found_by_their_letters() -> None:
    """A capital or a digit inside a word is telling."""
    words = listed(TITLE, DESCRIPTION, ())
    assert words[0] == "OpenTelemetry"
    assert {"gRPC", "eBPF"} <= set(words)


def test_ordinary_words_are_left_out() -> None:
    """Capitals that only begin a sentence, and words of every programme."""
    assert not {"The", "We", "Tutorial", "with"} & set(listed(TITLE, DESCRIPTION, (), GLOSSARY))
    assert hotwords("", "", ()) == ""


def test_a_term_is_not_listed_again_in_parts() -> None:
    """ "Argo CD" says it all."""
    words = listed(TITLE, DESCRIPTION, (), GLOSSARY)
    assert "Argo CD" in words
    assert not {"Argo", "CD"} & set(words)


def test_a_term_is_written_as_the_glossary_writes_it() -> None:
    """Whatever the title's capitals."""
    assert "OpenTelemetry" in listed("scaling opentelemetry", "", (), GLOSSARY)


def test_an_everyday_name_needs_its_capital() -> None:
    """ "flux" may be one; "Flux" is the project."""
    assert "Flux" in listed("GitOps with Flux", "", (), GLOSSARY)
    assert "Flux" not in listed("gitops in a state of flux", "", (), GLOSSARY)


@given(st.text(max_size=300), st.text(max_size=3000), st.lists(st.text(max_size=40), max_size=4))
def test_the_list_always_fits_the_prompt(title: str, description: str, speakers: list[str]) -> None:
    """Ten terms at most, and so many tokens at most, whoever counts."""
    for tokens in (None, lambda text: 2 * len(text)):
        words = hotwords(title, description, tuple(speakers), GLOSSARY, tokens)
        assert len(words.split(", ")) <= LIMIT
        assert (tokens or (lambda text: len(text) / 4))(words) <= TOKENS


@pytest.mark.parametrize("description", [" ".join(f"Name{i}Of" for i in range(500)), "Kubernetes " * 5000])
def test_a_long_description_does_not_make_a_long_list(description: str) -> None:
    """Long lists make recognition worse."""
    assert len(listed("Talk", description, (), GLOSSARY)) <= LIMIT
