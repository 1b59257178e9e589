"""What the CNCF landscape has and the glossary lacks: `python tools/refresh_glossary.py landscape.yml [--write]`.

Takes landscape.yml of https://github.com/cncf/landscape, or a JSON list of {"name", "maturity"}. Prints the projects
that are new there and those that are gone; `--write` adds the new ones to configs/glossary.toml, without misheard
forms, which people have to hear. Nothing is removed: talks go on naming archived projects.
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


def projects(path: Path) -> set[str]:
    """Names of CNCF projects in a landscape file; a name in parentheses counts as a name of its own."""
    text = path.read_text(encoding="utf-8")
    loaded = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    names: set[str] = set()
    for item in _items(loaded):
        plain, _, inner = str(item["name"]).partition(" (")
        names |= {plain, *([inner.rstrip(")")] if inner else [])}
    return names


def _items(node: Any) -> Iterator[dict[str, Any]]:
    """Everything with a name and the maturity of a CNCF project that is not archived."""
    if isinstance(node, dict):
        maturity = node.get("maturity") or node.get("project")
        if "name" in node and maturity in {"graduated", "incubating", "sandbox"}:
            yield node
        for child in node.values():
            yield from _items(child)
    elif isinstance(node, list):
        for child in node:
            yield from _items(child)


def listed(text: str) -> list[str]:
    """Names in the [projects] table, as the file has them."""
    table = text.partition("[projects]\n")[2].partition("\n[")[0]
    return [json.loads(key) if key.startswith('"') else key for key in re.findall(r'^("[^"]+"|[\w-]+) =', table, re.M)]


def added(text: str, names: set[str]) -> str:
    """The file with the names in [projects], in order."""
    head, mark, rest = text.partition("[projects]\n")
    table, end, tail = rest.partition("\n\n[")
    new = [f"{name if re.fullmatch(r'[A-Za-z0-9_-]+', name) else json.dumps(name)} = {{}}" for name in names]
    lines = sorted([*table.splitlines(), *new], key=lambda line: line.partition(" = ")[0].strip('"').lower())
    return head + mark + "\n".join(lines) + end + tail


def main() -> None:
    """Compare, print, and write when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("landscape", type=Path, help="landscape.yml, or a JSON list of name and maturity")
    parser.add_argument("--write", action="store_true", help="add the new names to the glossary")
    options = parser.parse_args()
    text = GLOSSARY.read_text(encoding="utf-8")
    there, here = projects(options.landscape), set(listed(text))
    known = {name.lower() for name in here}
    new = {name for name in there if name.lower() not in known}
    print("new:", ", ".join(sorted(new)) or "none")
    print("gone:", ", ".join(sorted(name for name in here if name.lower() not in {n.lower() for n in there})) or "none")
    if options.write and new:
        GLOSSARY.write_text(added(text, new), encoding="utf-8")


if __name__ == "__main__":
    main()
