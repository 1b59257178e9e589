"""Write the example page and the pictures of README.md: `python tools/draw_examples.py LIBRARY DIGESTS`.

The folders are those of `summarizer run sample`. Needs `pip install pymupdf`, which draws the page, and matplotlib.
"""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
VIDEO = "Rk7pV3sYe1Q"  # the longest talk of the sample
_CSS = """
body { font-family: sans-serif; font-size: 10px; color: #1f2328 } h1 { font-size: 19px } h2 { font-size: 14px }
li { margin-bottom: 2px } blockquote { color: #59636e } table { font-size: 9px }
"""


def draw_page(markdown: str, target: Path, height: float = 470.0) -> None:
    """Draw the upper part of a page as it looks when rendered; `height` in points."""
    import pymupdf
    from markdown_it import MarkdownIt

    body = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    story = pymupdf.Story(MarkdownIt("commonmark").enable("table").render(body), user_css=_CSS)
    area = pymupdf.Rect(0, 0, 560, height)
    writer = pymupdf.DocumentWriter(str(target.with_suffix(".pdf")))
    device = writer.begin_page(area)
    story.place(pymupdf.Rect(28, 20, 532, height - 20))
    story.draw(device)
    writer.end_page()
    writer.close()
    with pymupdf.open(target.with_suffix(".pdf")) as document:
        document[0].get_pixmap(dpi=110).save(target)
    target.with_suffix(".pdf").unlink()


def main() -> None:
    """Write docs/example/ and docs/pictures/."""
    from summarizer.inspection import open_talk, pictures

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("digests", type=Path)
    arguments = parser.parse_args()
    (page,) = arguments.digests.glob(f"*-{VIDEO}.md")
    (DOCS / "example").mkdir(exist_ok=True)
    (DOCS / "pictures").mkdir(exist_ok=True)
    shutil.copyfile(page, DOCS / "example" / "page.md")
    shutil.copyfile(page.with_suffix(".json"), DOCS / "example" / "page.json")
    draw_page(page.read_text(encoding="utf-8"), DOCS / "pictures" / "page.png")
    pictures.evidence(open_talk(arguments.library, VIDEO)).savefig(DOCS / "pictures" / "evidence.png", dpi=80)


if __name__ == "__main__":
    main()
