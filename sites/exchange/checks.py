"""What the database would refuse, told row by row without asking it: twenty thousand rows are one question too many."""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, F, Model, Q
from django.db.models.functions import Lower


class NotInMemoryError(Exception):
    """A condition that only the database can judge."""


def broken_checks(instance: Model) -> Iterator[tuple[str, str]]:
    """The field and the sentence of every check constraint that this row would break."""
    for constraint in instance._meta.constraints:
        if isinstance(constraint, CheckConstraint) and not _is_kept(constraint, instance):
            yield _fields_of(constraint.condition)[-1], str(constraint.get_violation_error_message())


def _is_kept(constraint: CheckConstraint, instance: Model) -> bool:
    try:
        return holds(constraint.condition, instance) is not False
    except NotInMemoryError:
        try:
            constraint.validate(type(instance), instance)
        except ValidationError:
            return False
        return True


def holds(condition: Any, instance: Model) -> bool | None:
    """Whether a condition is true of a row, by the three-valued logic of SQL: None where a value is missing."""
    found = [
        holds(child, instance) if isinstance(child, Q) else _compare(child[0], child[1], instance)
        for child in condition.children
    ]
    decisive = condition.connector == Q.OR
    if decisive in found:
        result: bool | None = decisive
    else:
        result = None if None in found else not decisive
    return not result if condition.negated and result is not None else result


def _compare(path: str, expected: Any, instance: Model) -> bool | None:
    name, _separator, lookup = path.partition("__")
    value = _value(name, instance)
    if lookup == "isnull":
        return (value is None) is expected
    if isinstance(expected, (F, Lower)):
        expected = _resolve(expected, instance)
    if value is None or expected is None:
        return None
    return _comparison(lookup or "exact")(value, expected)


def _comparison(lookup: str) -> Callable[[Any, Any], bool]:
    if lookup not in COMPARISONS:
        raise NotInMemoryError(lookup)
    return COMPARISONS[lookup]


def _resolve(expression: Any, instance: Model) -> Any:
    if isinstance(expression, Lower):
        value = _resolve(expression.get_source_expressions()[0], instance)
        return None if value is None else value.lower()
    return _value(expression.name, instance)


def _value(name: str, instance: Model) -> Any:
    field: Any = instance._meta.get_field(name)
    return getattr(instance, field.name if field.is_relation else field.attname, None)


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda value, expected: bool(value == expected),
    "gt": lambda value, expected: bool(value > expected),
    "gte": lambda value, expected: bool(value >= expected),
    "lt": lambda value, expected: bool(value < expected),
    "lte": lambda value, expected: bool(value <= expected),
    "istartswith": lambda value, expected: value.lower().startswith(expected.lower()),
    "in": lambda value, expected: value in expected,
    "range": lambda value, expected: bool(expected[0] <= value <= expected[1]),
}


def _fields_of(condition: Any) -> list[str]:
    names: list[str] = []
    for child in condition.children:
        names += _fields_of(child) if isinstance(child, Q) else [child[0].partition("__")[0]]
    return names
