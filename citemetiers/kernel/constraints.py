"""Constraints that only PostgreSQL has. On SQLite the service under BEGIN IMMEDIATE keeps the promise."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import connections
from django.db.models import F, Func, Value


class Period(Func):
    """The half-open period [starts_at, ends_at) of a row."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()

    def __init__(self, starts: str = "starts_at", ends: str = "ends_at", **_kwargs: Any) -> None:
        super().__init__(F(starts), F(ends), Value("[)"))


class PgExclusionConstraint(ExclusionConstraint):
    """An exclusion constraint that SQLite passes over, in migrations and in validation."""

    def _is_known_to(self, editor: Any) -> bool:
        return bool(editor.connection.vendor == "postgresql")

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().constraint_sql(model, schema_editor) if self._is_known_to(schema_editor) else None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().create_sql(model, schema_editor) if self._is_known_to(schema_editor) else None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().remove_sql(model, schema_editor) if self._is_known_to(schema_editor) else None

    def check(self, model: Any, connection: Any) -> list[Any]:  # noqa: ARG002  the signature is Django's
        return []

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        if connections[using].vendor == "postgresql":
            super().validate(model, instance, exclude, using)
