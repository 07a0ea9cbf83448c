"""A change in plain words, in the reader's language."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from citemetiers.kernel.fields import CodesField
from sites.models import Partner

Action = LogEntry.Action
Key = tuple[type[models.Model], str]


@dataclass(frozen=True)
class Change:
    """One column: what it said before and what it says since. Added and taken are the rows of a choice of several."""

    label: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Line:
    """One entry, ready to be shown."""

    at: dt.datetime
    person: str
    action: int
    kind: str
    name: str
    places: tuple[str, ...]
    changes: tuple[Change, ...]


def read(entries: Sequence[LogEntry]) -> list[Line]:
    """The entries in words. As many questions to the database as there are kinds of rows named, never more."""
    names = _names_of(_rows_named(entries))
    return [_line(entry, names) for entry in entries]


def kind_of(content_type_id: int) -> tuple[type[models.Model] | None, str]:
    """The model of an entry, and what the reader calls it."""
    found = ContentType.objects.get_for_id(content_type_id)
    model = found.model_class()
    return model, str(model._meta.verbose_name) if model else found.model


def _line(entry: LogEntry, names: dict[Key, str]) -> Line:
    model, kind = kind_of(entry.content_type_id)
    facts = entry.additional_data or {}
    changes = [
        _change(model, name, values, entry.action, names) for name, values in sorted((entry.changes or {}).items())
    ]
    return Line(
        at=timezone.localtime(entry.timestamp),
        person=str(entry.actor) if entry.actor else _("the portal itself, or an account that is gone"),
        action=entry.action,
        kind=kind,
        name=facts.get("names", {}).get(get_language()) or entry.object_repr,
        places=tuple(_places(facts.get("places", {}))),
        changes=tuple(change for change in changes if change is not None),
    )


def _places(places: dict[str, str]) -> Iterator[str]:
    """The network of a site goes without saying."""
    has_site = any(key.startswith("site-") for key in places)
    for key, name in places.items():
        if name and not (has_site and key.startswith("network-")):
            yield name


def _change(
    model: type[models.Model] | None, name: str, values: Any, action: int, names: dict[Key, str]
) -> Change | None:
    field = _field(model, name)
    label = _label(field, name)
    if isinstance(values, dict):
        chosen = ", ".join(sorted(_value(field, key, names) for key in values["objects"]))
        return Change(label, after=chosen) if values["operation"] == "add" else Change(label, before=chosen)
    before, after = (_value(field, value, names) for value in values)
    if action == Action.CREATE:
        return Change(label, after=after) if after else None
    if action == Action.DELETE:
        return Change(label, before=before) if before else None
    if not (before or after):  # nothing, kept in two ways
        return None
    return Change(label, before or pgettext("a value", "empty"), after or pgettext("a value", "empty"))


def _value(field: Any, value: Any, names: dict[Key, str]) -> str:
    if value is None or value in ("", []):
        return ""
    if field is None:
        return str(value)
    if field.is_relation:
        return names.get((field.remote_field.model, str(value)), _gone())
    if isinstance(field, CodesField):
        labels = dict(field.codes)
        return ", ".join(str(labels.get(code, code)) for code in value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(value) if not isinstance(value, str) else _moment(field, value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return pgettext("a value", "yes") if value else pgettext("a value", "no")
    return number_format(value) if isinstance(value, (int, float)) else str(value)


def _moment(field: Any, text: str) -> str:
    if isinstance(field, models.DateTimeField):
        at = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
        return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
    if isinstance(field, models.DateField):
        return date_format(dt.date.fromisoformat(text), "DATE_FORMAT")
    if isinstance(field, models.TimeField):
        return time_format(dt.time.fromisoformat(text), "TIME_FORMAT")
    return text


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:  # a column of before
        return None


def _label(field: Any, name: str) -> str:
    if field is None:
        return name
    translated = getattr(field, "translated_field", None)
    if translated is None:
        return str(field.verbose_name)
    return f"{translated.verbose_name} ({field.language.upper()})"


def _gone() -> str:
    return _("a row that is gone")


def _rows_named(entries: Iterable[LogEntry]) -> Iterator[Key]:
    for entry in entries:
        model, _kind = kind_of(entry.content_type_id)
        for name, values in (entry.changes or {}).items():
            field = _field(model, name)
            if field is not None and field.is_relation:
                keys = (
                    values["objects"] if isinstance(values, dict) else [value for value in values if value is not None]
                )
                yield from ((field.remote_field.model, str(key)) for key in keys)


def _names_of(rows: Iterable[Key]) -> dict[Key, str]:
    wanted: dict[type[models.Model], set[str]] = defaultdict(set)
    for model, key in rows:
        wanted[model].add(key)
    names: dict[Key, str] = {}
    for model, keys in wanted.items():
        rows_found: Any = Partner.objects.with_names() if model is Partner else model._default_manager.all()
        names |= {(model, str(row.pk)): str(row) for row in rows_found.filter(pk__in=keys)}
    return names
