"""The base class of all tables of the configuration."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

OUT_OF_KEY = "out of key"  # annotates a setting that is not part of a key


class Table(BaseModel):
    """Base of one table of the configuration file; a field's docstring is its description in docs/configuration.md."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def dump(self) -> dict[str, Any]:
        """The values that are part of a stage's key: without nested tables and settings annotated with `OUT_OF_KEY`."""
        left_out = {name for name, field in type(self).model_fields.items() if OUT_OF_KEY in field.metadata}
        return self.model_dump(mode="json", exclude=left_out | set(self.tables()))

    @classmethod
    def tables(cls) -> dict[str, type[Table]]:
        """The tables nested in this one, by name."""
        kinds = {name: field.annotation for name, field in cls.model_fields.items()}
        return {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, Table)}
