"""Constraints that only PostgreSQL has. On SQLite the service under BEGIN IMMEDIATE keeps the promise."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, IntegerRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce


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


class PeriodsApart(PgExclusionConstraint):
    """No two rows that agree in the fields ``same`` hold at once.

    ``days``: a period of days, both included, an empty end is open. ``times``: a half-open period of a day.
    PostgreSQL refuses the row itself; the form refuses it on both databases. An empty relation equals itself.
    """

    def __init__(  # noqa: PLR0913  each is a part of the promise
        self,
        *,
        name: str,
        same: Sequence[str],
        days: tuple[str, str] | None = None,
        times: tuple[str, str] | None = None,
        optional: Sequence[str] = (),
        condition: Q | None = None,
        violation_error_message: Any = None,
    ) -> None:
        self.same, self.days, self.times, self.optional = tuple(same), days, times, tuple(optional)
        keys = [(F(field), RangeOperators.EQUAL) for field in self.same]
        empty = [(Coalesce(F(field), Value(0)), RangeOperators.EQUAL) for field in self.optional]
        super().__init__(
            name=name,
            expressions=[*keys, *empty, (_span(days, times), RangeOperators.OVERLAPS)],
            condition=condition,
            violation_error_message=violation_error_message,
        )

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        del kwargs["expressions"]
        named = {"same": self.same, "days": self.days, "times": self.times, "optional": self.optional}
        return path, args, kwargs | {name: value for name, value in named.items() if value}

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        fields = (*self.same, *self.optional, *(self.days or self.times or ()))
        if set(fields) & set(exclude or ()) or any(getattr(instance, name) is None for name in self.times or ()):
            return
        rows = model._default_manager.using(using).exclude(pk=instance.pk)
        rows = rows.filter(_alike(instance, (*self.same, *self.optional)), self._overlapping(instance))
        if self.condition is not None:
            if not self.condition.check(_values_of(instance), using=using):
                return
            rows = rows.filter(self.condition)
        if rows.exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _overlapping(self, instance: Any) -> Q:
        if self.times:
            starts, ends = self.times
            return Q(**{f"{starts}__lt": getattr(instance, ends), f"{ends}__gt": getattr(instance, starts)})
        assert self.days is not None  # noqa: S101  one of the two is always given
        first, last = self.days
        since, until = getattr(instance, first), getattr(instance, last)
        begun = Q() if until is None else Q(**{f"{first}__isnull": True}) | Q(**{f"{first}__lte": until})
        going_on = Q() if since is None else Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": since})
        return begun & going_on


def _span(days: tuple[str, str] | None, times: tuple[str, str] | None) -> Func:
    if days:
        return Func(F(days[0]), F(days[1]), Value("[]"), function="DATERANGE", output_field=DateRangeField())
    if times:
        seconds = [Func(F(name), template="EXTRACT(EPOCH FROM %(expressions)s)::integer") for name in times]
        return Func(*seconds, Value("[)"), function="INT4RANGE", output_field=IntegerRangeField())
    raise TypeError("Give days or times.")


def _alike(instance: Any, fields: Sequence[str]) -> Q:
    alike = Q()
    for name in fields:
        value: Any = getattr(instance, instance._meta.get_field(name).attname)
        wanted: dict[str, Any] = {f"{name}__isnull": True} if value is None else {name: value}
        alike &= Q(**wanted)
    return alike


def _values_of(instance: Any) -> dict[str, Any]:
    return {field.name: getattr(instance, field.attname) for field in instance._meta.concrete_fields}
