"""The few questions that every visit asks: Django writes their statement once, and only the values change.

Building a query set and turning it into a statement takes Django longer than the database takes to answer it. Where a
page is under a limit, its query sets are kept, compiled, with gaps for what is known only when they are asked
(docs/adr/0021).
"""

import datetime as dt
import json
from collections.abc import Callable
from functools import partial
from threading import local
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connections, models
from django.db.models import BooleanField, Expression, F, Field, Func

Row = TypeVar("Row")


class Gap(NamedTuple):
    """Where a value goes in the parameters of a compiled statement."""

    name: str
    field: "Field[Any, Any] | None"
    shift: dt.timedelta = dt.timedelta()

    def fill(self, value: Any, connection: Any) -> Any:
        """The value as this database takes it; a list where there is no field."""
        if self.field is None:
            listed = list(value)
            return listed if connection.vendor == "postgresql" else json.dumps(listed, default=str)
        shifted = value + self.shift if self.shift else value
        return self.field.get_db_prep_value(shifted, connection, prepared=False)


class Given(Expression):
    """One value of a question, by its name; a moment may be given so much earlier or later."""

    def __init__(self, name: str, output_field: "Field[Any, Any]", *, shift: dt.timedelta = dt.timedelta()) -> None:
        super().__init__(output_field=output_field)
        self.name, self.shift = name, shift

    def __add__(self, other: Any) -> "Given":  # type: ignore[override]  # added when it is asked, not by the database
        later: dt.timedelta = self.shift + other
        return Given(self.name, self.output_field, shift=later)

    def __sub__(self, other: Any) -> "Given":  # type: ignore[override]  # as above
        return self.__add__(-other)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ARG002  Django's signature
        return "%s", [Gap(self.name, self.output_field, self.shift)]


class IsOneOf(Func):
    """Whether a column holds one of the values given under a name, however many."""

    conditional = True

    def __init__(self, column: str, name: str) -> None:
        super().__init__(F(column), output_field=BooleanField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # noqa: ARG002  as above
        return self._written(compiler, "{} IN (SELECT value FROM json_each(%s))")

    def as_postgresql(self, compiler: Any, _connection: Any, **_extra: Any) -> tuple[str, list[Any]]:
        return self._written(compiler, "{} = ANY(%s)")

    def _written(self, compiler: Any, template: str) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        return template.format(column), [*params, Gap(self.name, None)]


class Question(Generic[Row]):
    """A query set with gaps, built and compiled at its first use in each thread.

    ``build`` must give the same query set whatever the language and the moment; without prefetching.
    """

    def __init__(self, build: "Callable[[], models.QuerySet[Any, Row]]") -> None:
        self._build, self._kept = build, local()

    def ask(self, **values: Any) -> list[Row]:
        """All rows for these values; one statement. Raises KeyError where a value is missing."""
        rows, compiler, statement, params = self._compiled()
        connection = compiler.connection
        filled = tuple(part.fill(values[part.name], connection) if isinstance(part, Gap) else part for part in params)
        compiler.as_sql = lambda *_args, **_options: (statement, filled)
        return list(rows._iterable_class(rows))  # noqa: SLF001  what iterating does, without a copy of the query set

    def _compiled(self) -> tuple[Any, Any, str, tuple[Any, ...]]:
        kept = getattr(self._kept, "compiled", None)
        if kept is None or kept[1].connection is not connections[kept[0].db]:
            rows: Any = self._build()
            compiler = rows.query.get_compiler(rows.db)
            statement, params = compiler.as_sql()
            # Whoever iterates over the query set gets the compiler that has done its work.
            rows.query.get_compiler = partial(_same, compiler)
            self._kept.compiled = kept = rows, compiler, statement, params
        return kept


def _same(compiler: Any, *_args: Any, **_options: Any) -> Any:
    return compiler
