"""CNCF projects that a statement names, by the packaged glossary."""

from __future__ import annotations

from summarizer.language.terms import packaged


def projects_in(text: str) -> list[str]:
    """Projects that a statement names, everyday words aside: wherever they stand, they are names."""
    glossary = packaged()
    everyday = {term.name.lower() for term in glossary.projects if term.everyday}
    return [match[0] for match in glossary.any_project.finditer(text) if match[0].lower() not in everyday]
