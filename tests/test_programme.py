"""What is read from titles, playlists and descriptions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.programme import extract_abstract, find_event, list_speakers, parse_title
from tests.conftest import make_source

ABSTRACT = (
    "How etcd and one controller made the API server of a large cluster slow, and how the team found both of them.",
    "You will learn to read the metrics of etcd, and to replace lists with watches in your own controllers.",
)


@pytest.mark.parametrize(
    ("title", "speakers"),
    [
        ("Declarative Everything - Cici Huang, Google", ("Cici Huang (Google)",)),
        ("Sidecars: What, How, and Why Now?- Todd Neal & Sergey Kanzhelev", ("Todd Neal", "Sergey Kanzhelev")),
        ("RPCs - Wenbo Zhu & Vinod Lasrado, Google Inc.", ("Wenbo Zhu (Google Inc.)", "Vinod Lasrado (Google Inc.)")),
        (
            "A - B Title - Ada Lovelace, Engines; Charles Babbage, Mills",
            ("Ada Lovelace (Engines)", "Charles Babbage (Mills)"),
        ),
        (
            "Live with the Gateway API - Flynn, Buoyant & Mike Morris, HashiCorp",
            ("Flynn (Buoyant)", "Mike Morris (HashiCorp)"),
        ),
        (
            "KEPs - Kat Cosgrove, Minimus; Sreeram Venkitesh & Rayan Das, DigitalOcean",
            ("Kat Cosgrove (Minimus)", "Sreeram Venkitesh (DigitalOcean)", "Rayan Das (DigitalOcean)"),
        ),
        (
            "Theater | A Rack - Fan Zhang, Kevin Klues, and Alay Patel, NVIDIA",
            ("Fan Zhang (NVIDIA)", "Kevin Klues (NVIDIA)", "Alay Patel (NVIDIA)"),
        ),
        (
            "Keynote: Welcome - Ann Lee, Vice President, Ecosystem, Example Foundation",
            ("Ann Lee (Vice President, Ecosystem, Example Foundation)",),
        ),
        ("Clusters in Aircraft (Advanced) - Ann Lee, Thales", ("Ann Lee (Thales)",)),
        ("Ambient Mesh - Ann Lee, Example | Project Lightning Talk", ("Ann Lee (Example)",)),
        ("Two Tools - Prometheus, Grafana", ()),
        ("No speaker here", ()),
        ("Weekly meeting 2026-01-01", ()),
    ],
)
def test_speakers_are_read_from_conference_titles(title: str, speakers: tuple[str, ...]) -> None:
    """All of them, each with the employer that the title gives, to whichever name it belongs."""
    assert speakers == tuple(str(speaker) for speaker in parse_title(title).speakers)


def test_the_title_of_a_talk_has_no_speakers() -> None:
    """A title without speakers is left whole."""
    assert parse_title("Slow Planes - Ada Lovelace, Engines").talk == "Slow Planes"
    assert parse_title("Slow Planes - Part 2").talk == "Slow Planes - Part 2"


def test_speakers_of_the_metadata_follow_those_of_the_title() -> None:
    """Without being listed twice."""
    source = make_source(title="Slow Planes - Ada Lovelace, Engines", speakers=("Ada Lovelace", "Bo Chen"))
    assert [str(speaker) for speaker in list_speakers(source)] == ["Ada Lovelace (Engines)", "Bo Chen"]


@given(st.text(max_size=120))
def test_any_title_can_be_read(title: str) -> None:
    """No title is an error, and speakers are parts of it."""
    assert all(speaker.name in title for speaker in parse_title(title).speakers)


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"playlist": "KubeCon + CloudNativeCon Europe 2024 - Paris"}, "KubeCon + CloudNativeCon Europe 2024"),
        ({"title": "PromCon EU 2025 - Downsampling"}, "PromCon EU 2025"),
        ({"playlist": "Kubernetes Community Days Munich 2023"}, "Kubernetes Community Days Munich 2023"),
        ({"playlist": "Videos of the CNCF"}, ""),
        ({"description": "Join us at KubeCon + CloudNativeCon India 2030!"}, ""),
    ],
)
def test_the_event_is_named_by_title_or_playlist(fields: dict[str, str], event: str) -> None:
    """Never by the description, which advertises the next event."""
    assert event == find_event(make_source(**{"title": "Slow", **fields}))


def test_the_abstract_is_the_description_without_advertising_and_links() -> None:
    """Title, advertising, links, chapters, hashtags, labels and the notes of programme tools are removed."""
    source = make_source(
        description="Don't miss out! Join us at our next event: KubeCon + CloudNativeCon Asia from June 1-3. Learn more "
        "at https://kubecon.io. The conference features presentations from developers, end users, and vendors.\n\n"
        f"Why Your Control Plane Is Slow - Mara Lindqvist, Northwind\n\n{ABSTRACT[0]} Slides: https://example.com/x\n"
        f"{ABSTRACT[1]}\n• Alerts that help\n\n0:00 Welcome\n(12:30) Questions\nSpeakers: Mara Lindqvist\n"
        "#kubernetes #etcd\nClick here to view captioning/translation in the MeetingPlay platform!\n"
        "https://sched.co/abc\nFollow us on social media\nLinks:\nwww.example.com"
    )
    assert (*ABSTRACT, "- Alerts that help") == extract_abstract(source)


@pytest.mark.parametrize("description", ["", "Watch it!", "https://example.com", "Subscribe to our channel " * 9])
def test_a_description_without_an_abstract_gives_none(description: str) -> None:
    """Rather than a remark or an advertisement."""
    assert extract_abstract(make_source(description=description)) == ()


def test_an_abstract_has_a_maximum_length() -> None:
    """A description may be an article; it is cut after a sentence."""
    (paragraph,) = extract_abstract(make_source(description="This sentence has five words. " * 300))
    assert (len(paragraph.split()), paragraph[-1]) == (260, ".")
