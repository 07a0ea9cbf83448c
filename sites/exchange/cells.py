"""How the cells of a column are written, and how they are read: each kind is a widget of django-import-export."""

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from import_export import fields, widgets

from citemetiers.kernel.sheets import tidy

YES = frozenset({"yes", "oui", "ja", "true", "vrai", "waar", "wahr", "1"})
NO = frozenset({"no", "non", "nee", "nein", "false", "faux", "onwaar", "falsch", "0"})
# A spreadsheet makes a date of what looks like one, and gives it midnight.
DAY_PATTERNS = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M")
BETWEEN_VALUES = ";"
LONGEST_QUOTE = 50


class Text(widgets.Widget):  # type: ignore[misc]
    """A text as it is; what is wrong with it the model says."""

    def clean(self, value: str, row: Any = None, **_kwargs: Any) -> Any:  # noqa: ARG002  the signature is the package's
        return value

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> Any:  # noqa: ARG002  same
        return "" if value is None else value


class Address(Text):
    """An e-mail address, compared without case."""

    def clean(self, value: str, row: Any = None, **_kwargs: Any) -> str:  # noqa: ARG002
        return value.lower()


class YesNo(Text):
    """A yes or a no in any of the four languages; empty is neither, where a column knows that."""

    def __init__(self, *, may_be_unknown: bool = False) -> None:
        super().__init__()
        self.may_be_unknown = may_be_unknown

    def clean(self, value: str, row: Any = None, **_kwargs: Any) -> bool | None:  # noqa: ARG002
        if not value and self.may_be_unknown:
            return None
        if value.lower() not in YES | NO:
            raise ValidationError(_("“%(text)s” is neither yes nor no."), params={"text": value[:LONGEST_QUOTE]})
        return value.lower() in YES

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:  # noqa: ARG002
        return "" if value is None else "yes" if value else "no"


class Day(Text):
    """A date as 2026-12-31, or as a Belgian spreadsheet writes it."""

    def clean(self, value: str, row: Any = None, **_kwargs: Any) -> dt.date | None:  # noqa: ARG002
        return read_day(value)

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:  # noqa: ARG002
        return value.isoformat() if value else ""


def read_day(text: str) -> dt.date | None:
    """The day that a cell names; None for an empty one. Raises ValidationError with a sentence."""
    if not text:
        return None
    for pattern in DAY_PATTERNS:
        try:
            return dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise ValidationError(_("“%(text)s” is not a date such as 2026-12-31."), params={"text": text[:LONGEST_QUOTE]})


class Number(Text):
    """A whole number, or degrees with a point or a comma."""

    def __init__(self, kind: type[int] | type[float], *, most: int | None = None) -> None:
        super().__init__()
        self.kind, self.most = kind, most

    def clean(self, value: str, row: Any = None, **_kwargs: Any) -> int | float | None:  # noqa: ARG002
        if not value:
            return None
        try:
            number = self.kind(value.replace(",", "."))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            sentence = _("“%(text)s” is not a whole number.") if self.kind is int else _("“%(text)s” is not a number.")
            raise ValidationError(sentence, params={"text": value[:LONGEST_QUOTE]})
        if self.most is not None:
            MaxValueValidator(self.most)(number)
        return number


class Code(Text):
    """One of the words fixed in code, whatever its case."""

    def __init__(self, choices: Any) -> None:
        super().__init__()
        self.known = {str(value).lower(): str(value) for value in choices.values}

    def clean(self, value: str, row: Any = None, **_kwargs: Any) -> str:  # noqa: ARG002
        if not value:
            raise ValidationError(_("This cell is empty."))
        if value.lower() not in self.known:
            raise unknown(value, self.known.values())
        return self.known[value.lower()]


class Codes(Code):
    """Several of them, with “;” between."""

    def clean(self, value: str, row: Any = None, **_kwargs: Any) -> Any:  # noqa: ARG002
        given = {super(Codes, self).clean(name) for name in values_of(value)}
        return tuple(code for code in self.known.values() if code in given)

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:  # noqa: ARG002
        return BETWEEN_VALUES.join(value or ())


class One(Text):
    """A site, a network or a partner by its slug."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def clean(self, value: str, row: Any = None, *, known: Any = None, **_kwargs: Any) -> Any:  # noqa: ARG002
        if not value:
            return None
        rows = getattr(known, self.kind)
        found = rows.get(value) or rows.get(value.lower())
        if found is None:
            raise unknown(value, rows)
        return found

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:  # noqa: ARG002
        return value.slug if value else ""


class Column(fields.Field):  # type: ignore[misc]
    """A column of the file and where its cells live; “a__b” is the b of the a of a row.

    A cell that says what is there already is not written, so a file cannot change what it does not mean to.
    """

    def __init__(
        self, name: str, attribute: str = "", *, kind: Any = None, is_required: bool = False, is_settled: bool = False
    ) -> None:
        """``is_settled``: given when a row is made, and never again."""
        super().__init__(attribute=attribute or name, column_name=name, widget=kind or Text())
        self.is_required, self.is_settled = is_required, is_settled

    @property
    def place(self) -> tuple[str, str]:
        """Which part of a row it belongs to, and the field there; “” is the row itself."""
        part, _separator, field = self.attribute.rpartition("__")
        return part, field

    def cell(self, instance: Any) -> str:
        """What stands in the file for this row today."""
        return tidy(str(self.export(instance)))

    def save(self, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:  # noqa: ARG002
        cell = row[self.column_name]
        if cell == self.cell(instance):
            return
        part, field = self.place
        target = getattr(instance, part) if part else instance
        if not cell and target.pk is None:
            return  # a new row without it gets what the model gives
        value = self.widget.clean(cell, row=row, **kwargs)
        if self.is_settled and target.pk is not None and value != getattr(target, field):
            raise ValidationError(_("This was settled when the row was made and cannot be changed."))
        setattr(target, field, value)


def values_of(cell: str) -> list[str]:
    """The values of a cell that may hold several."""
    return [value.strip() for value in cell.split(BETWEEN_VALUES) if value.strip()]


def unknown(name: str, known: Iterable[str]) -> ValidationError:
    """That a word is none of those known, and which those are."""
    message = _("“%(name)s” is not known. Known: %(choices)s.")
    return ValidationError(message, params={"name": name[:LONGEST_QUOTE], "choices": ", ".join(list(known)[:30])})
