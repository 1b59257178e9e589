"""Compare the glossary with the CNCF landscape: `python tools/refresh_glossary.py landscape.yml [--write]`.

The input is landscape.yml of https://github.com/cncf/landscape, or a JSON list of {"name", "maturity"}. The script
prints the projects that are missing in the glossary and those that are no longer in the landscape. With `--write`, it
adds the missing ones to configs/glossary.toml, without misheard forms, which have to be collected from transcripts. It
removes nothing, because talks still mention archived projects.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

GLOSSARY = Path(__file__).parent.parent / "summarizer" / "language" / "glossary.toml"


def read_projects(path: Path) -> set[str]:
    """The names of CNCF projects in a landscape file; a name in parentheses is a separate name."""
    text = path.read_text(encoding="utf-8")
    loaded = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    names: set[str] = set()
    for item in _items(loaded):
        plain, _, inner = str(item["name"]).partition(" (")
        names |= {plain, *([inner.rstrip(")")] if inner else [])}
    return names


def _items(node: Any) -> Iterator[dict[str, Any]]:
    """The items that have a name and the maturity of a CNCF project that is not archived."""
    if isinstance(node, dict):
        maturity = node.get("maturity") or node.get("project")
        if "name" in node and maturity in {"graduated", "incubating", "sandbox"}:
            yield node
        for child in node.values():
            yield from _items(child)
    elif isinstance(node, list):
        for child in node:
            yield from _items(child)


def list_names(text: str) -> list[str]:
    """The names in the table [projects] of the glossary."""
    table = text.partition("[projects]\n")[2].partition("\n[")[0]
    return [json.loads(key) if key.startswith('"') else key for key in re.findall(r'^("[^"]+"|[\w-]+) =', table, re.M)]


def add_names(text: str, names: set[str]) -> str:
    """The content of the glossary with the names added to [projects], in alphabetical order."""
    head, mark, rest = text.partition("[projects]\n")
    table, end, tail = rest.partition("\n\n[")
    new = [f"{name if re.fullmatch(r'[A-Za-z0-9_-]+', name) else json.dumps(name)} = {{}}" for name in names]
    lines = sorted([*table.splitlines(), *new], key=lambda line: line.partition(" = ")[0].strip('"').lower())
    return head + mark + "\n".join(lines) + end + tail


def main() -> None:
    """Compare and print; with `--write`, change the glossary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("landscape", type=Path, help="landscape.yml, or a JSON list of name and maturity")
    parser.add_argument("--write", action="store_true", help="add the missing names to the glossary")
    options = parser.parse_args()
    text = GLOSSARY.read_text(encoding="utf-8")
    landscape, glossary = read_projects(options.landscape), set(list_names(text))
    glossary_lower = {name.lower() for name in glossary}
    landscape_lower = {name.lower() for name in landscape}
    new = {name for name in landscape if name.lower() not in glossary_lower}
    print("new:", ", ".join(sorted(new)) or "none")
    print("gone:", ", ".join(sorted(name for name in glossary if name.lower() not in landscape_lower)) or "none")
    if options.write and new:
        GLOSSARY.write_text(add_names(text, new), encoding="utf-8")


if __name__ == "__main__":
    main()
