"""Pages as data and as part of a site: the schema, what readers choose by, and the real Hugo."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from summarizer import digest
from summarizer.config import Config, DigestSettings, SummarizeSettings
from summarizer.digest.escape import clean
from summarizer.pipeline import Run
from summarizer.records import Abbreviation, Claim, Mention, Summary, Transcript
from summarizer.summarize.extractive.backend import Extractive
from tests.conftest import make_source, make_transcript
from tests.fake_backends import FakeBackends, make_video
from tests.hostile import HOSTILE
from tests.injections import INJECTIONS

HUGO = Path(sys.executable).parent / "hugo"
LAYOUT = "<!doctype html><title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ .Content }}"
URL = "https://www.youtube.com/watch?v=abcdefghijk"


def summarize(transcript: Transcript, **fields: Any) -> Summary:
    return Extractive(SummarizeSettings()).summarize(transcript, make_source()).model_copy(update=fields)


def build(transcript: Transcript | None = None, **fields: Any) -> dict[str, Any]:
    """The data of a page as a reader of the file gets them."""
    transcript = transcript or make_transcript()
    data = digest.build(make_source(), transcript, summarize(transcript, **fields))
    values: dict[str, Any] = json.loads(digest.render_data(data))
    return values


def test_data_fit_the_schema_and_nothing_is_left_out() -> None:
    """The schema forbids other fields and requires all."""
    data = build(
        projects=(Mention(name="etcd", times=(10.0,)),),
        abbreviations=(Abbreviation(short="API", long="application programming interface", time=5.0),),
    )
    jsonschema.validate(data, digest.build_schema())
    assert set(data) == set(digest.PageData.model_fields)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "other": 1}, digest.build_schema())


def test_a_claim_has_its_evidence() -> None:
    """The cited segments with their times and texts, and a link to the moment."""
    claim = build()["tldr"]
    (moment,) = claim["evidence"]
    assert claim["text"].removesuffix(".") in moment["text"]
    assert (claim["start"], claim["url"]) == (moment["start"], f"{URL}&t={int(moment['start'])}s")


@pytest.mark.parametrize("text", HOSTILE)
def test_strings_of_the_data_are_clean(text: str) -> None:
    """One line without control and bidirectional characters, whatever the title is; addresses are the video's."""
    transcript = make_transcript()
    source = make_source(title=text, description=f"{text}. " * 20, url="javascript:alert(1)")
    data = json.loads(digest.render_data(digest.build(source, transcript, summarize(transcript))))
    assert data["video"]["title"] == clean(text)
    assert {data["video"]["url"], data["tldr"]["url"]} == {""}


def test_a_page_shows_what_readers_choose_by() -> None:
    """Speakers with affiliations, event, terms, the abstract marked as unchecked, and questions by themselves."""
    transcript = make_transcript()
    source = make_source(
        title="Slow Planes - Flynn, Buoyant & Mara Lindqvist, Northwind",
        playlist="KubeCon + CloudNativeCon Europe 2024",
        description="How etcd and a controller made the API server of a large cluster slow.\nYou will learn:\n"
        "- how to measure requests to the API server\n- how to watch instead of list",
    )
    question = Claim(text="Does it work with two clusters?", evidence=(3,), start=15.0)
    summary = summarize(
        transcript, questions=(question,), abbreviations=(Abbreviation(short="SLO", long="service level", time=5.0),)
    )
    page = digest.render(source, transcript, summary, DigestSettings())
    assert (
        "\n# Slow Planes\n\nFlynn (Buoyant), Mara Lindqvist (Northwind) · KubeCon \\+ CloudNativeCon Europe 2024 · "
        in page
    )
    assert f"Terms: SLO: service level ([0:05]({URL}&t=5s))\n" in page
    assert (
        "## From the programme\n\n> How etcd and a controller made the API server of a large cluster slow.\n>\n"
        "> You will learn:\n>\n> - how to measure requests to the API server\n> - how to watch instead of list\n\n"
        "Written for the programme before the talk; not checked.\n" in page
    )
    assert f"## Questions\n\n- Does it work with two clusters? ([0:15]({URL}&t=15s))\n" in page


def test_statements_begin_with_who_said_them() -> None:
    """If the transcript names several people, and if all that a statement cites is one person's."""
    plain = make_transcript()
    segments = tuple(s.model_copy(update={"speaker": ("Ana", "Bo")[s.id // 6]}) for s in plain.segments)
    several = plain.model_copy(update={"segments": segments})
    one = plain.model_copy(update={"segments": tuple(s.model_copy(update={"speaker": "Ana"}) for s in plain.segments)})
    for transcript, voice in ((several, "Ana"), (one, ""), (plain, "")):
        claim = Claim(text="Our disk was slow.", evidence=(2, 3), start=10.0)
        summary = summarize(transcript, tldr=claim)
        page = digest.render(make_source(), transcript, summary, DigestSettings())
        assert f"## At a glance\n\n{voice + ': ' if voice else ''}Our disk was slow. (" in page
        assert build(transcript, tldr=claim)["tldr"]["speaker"] == voice
    shared = Claim(text="Ana and Bo measured.", evidence=(5, 6), start=25.0)
    assert build(several, tldr=shared)["tldr"]["speaker"] == ""


def run(tmp_path: Path, titles: list[str], **form: str) -> tuple[Run, Path]:
    """A run over talks with these titles; returns it and its folder of digests."""
    digests = tmp_path / "site" / "content" / "digests"
    runtime = {"library": tmp_path / "library", "digests": digests}
    backends = FakeBackends()
    backends.listing = tuple(make_video(i, title=title) for i, title in enumerate(titles))
    made = Run(Config.model_validate({"runtime": runtime, "digest": form}), backends)
    made.execute(made.find(["x"]))
    return made, digests


def test_the_data_are_published_beside_the_page(tmp_path: Path) -> None:
    """They are written again when they are missing, and follow the page to its new name."""
    _, digests = run(tmp_path, ["Old title"])
    (page,), (data,) = digests.glob("20*.md"), digests.glob("*.json")
    assert data == page.with_suffix(".json")
    data.unlink()
    again, _ = run(tmp_path, ["Old title"])
    assert (again.finals[0].status, data.is_file()) == ("cached", True)
    run(tmp_path, ["New title"])
    assert [path.name for path in digests.glob("*.json")] == [
        path.with_suffix(".json").name for path in digests.glob("20*.md")
    ]


def test_hugo_builds_a_section_from_the_digests(tmp_path: Path) -> None:
    """With raw HTML allowed and hostile titles: every page is published once titled, and all links of the index work."""
    titles = ["Slow <b>Planes</b> - Ada Lovelace, Engines", *(text for text in (*INJECTIONS, *HOSTILE) if text.strip())]
    made, digests = run(tmp_path, titles, format="hugo")
    site = digests.parent.parent
    for kind in ("home", "section", "page"):
        (site / "layouts").mkdir(exist_ok=True)
        (site / "layouts" / f"{kind}.html").write_text(LAYOUT)
    (site / "hugo.toml").write_text(
        "baseURL = 'https://example.org/'\ndisableKinds = ['taxonomy', 'term', 'rss', 'sitemap']\n"
        "[markup.goldmark.renderer]\nunsafe = true\n"
    )
    built = subprocess.run([HUGO, "--quiet", "--panicOnWarning"], cwd=site, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    section = site / "public" / "digests"
    index = (section / "index.html").read_text()
    assert index.count("<h1>Talk digests</h1>") == index.count("<h1") == 1
    links = re.findall(r'<a href="([^"]*)"', index)
    assert len(links) == len(made.finals) == len(titles)
    for target in links:
        page = (section / target / "index.html").read_text()
        assert page.count("<h1") == 1
        assert set(re.findall(r"<(\w+)", page)) <= {"title", "h1", "h2", "p", "ul", "li", "a", "blockquote"}
    assert len(list(section.glob("*.json"))) == len(titles)


def test_a_plain_index_is_set_aside_for_hugo(tmp_path: Path) -> None:
    """Hugo shows none of the pages beside an index.md."""
    _, digests = run(tmp_path, ["Talk"])
    run(tmp_path, ["Talk"], format="hugo")
    assert {path.name for path in digests.glob("*index*")} == {"_index.md", "index.md.replaced"}
    matter = yaml.safe_load((digests / "_index.md").read_text().split("---\n")[1])
    assert matter == {"title": "Talk digests"}
