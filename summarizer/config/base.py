"""What all tables of the configuration share."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """Base of one table of the configuration file; every field's docstring is its line in docs/configuration.md."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def dump(self) -> dict[str, Any]:
        """The table as a stage's key holds it: its own values, without those of the tables inside it."""
        return self.model_dump(mode="json", exclude=set(self.tables()))

    @classmethod
    def tables(cls) -> dict[str, type[Table]]:
        """The tables inside this one, by name."""
        kinds = {name: field.annotation for name, field in cls.model_fields.items()}
        return {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, Table)}
