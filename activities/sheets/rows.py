"""Each row of a programme file, checked by a form; then all rows together."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.enums import Access, Booking, SessionKind
from activities.models import OpenDay
from activities.rules import ActivityError, check_period
from citemetiers.kernel import dates
from citemetiers.kernel.sheets import Sheet
from sites.enums import Language
from sites.models import Audience, Partner, Site, Theme

TITLE_LENGTH = 150
SUMMARY_LENGTH = 400
ROOM_LENGTH = 100
MAX_SEATS = 10_000
BETWEEN_VALUES = ";"
# The form speaks of instants and of the model's words, the file of its own columns.
COLUMN_OF = {"audiences": "publics"}


@dataclass(frozen=True)
class ProgrammeRow:
    """A checked row: everything that a session needs, found in the database."""

    number: int
    site: Site
    room: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    kind: str
    texts: dict[str, str]
    themes: tuple[Theme, ...]
    audiences: tuple[Audience, ...]
    partners: tuple[Partner, ...]
    languages: tuple[str, ...]
    booking: str
    seats: int | None
    access: tuple[str, ...]


@dataclass(frozen=True)
class RowError:
    """What is wrong in one cell, as a sentence."""

    number: int
    column: str
    message: str


@dataclass(frozen=True)
class Words:
    """The words a file may use, read once for all its rows. ``editable`` None: every site."""

    open_day: OpenDay
    moves_date: bool
    editable: frozenset[int] | None
    sites: dict[str, Site] = field(default_factory=dict)
    themes: dict[str, Theme] = field(default_factory=dict)
    audiences: dict[str, Audience] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)

    @classmethod
    def load(cls, *, open_day: OpenDay, editable: Iterable[Site] | None, moves_date: bool = False) -> "Words":
        """The vocabularies in use now, for one open day and the sites that the reader may edit."""
        offered: dict[str, Any] = {"today": timezone.localdate(), "network": open_day.network_id}
        return cls(
            open_day=open_day,
            moves_date=moves_date,
            editable=None if editable is None else frozenset(site.pk for site in editable),
            sites={site.slug: site for site in Site.objects.all()},
            themes={theme.code: theme for theme in Theme.objects.on_offer(**offered)},
            audiences={audience.code: audience for audience in Audience.objects.on_offer(**offered)},
            partners={partner.slug: partner for partner in Partner.objects.all()},
        )


MOMENT_PATTERNS = tuple(f"{day} {time}" for day in ("%Y-%m-%d", "%d/%m/%Y") for time in ("%H:%M", "%H:%M:%S"))


class ValuesField(forms.CharField):
    """Several values in one cell, with “;” between them, each one known."""

    def __init__(self, *, lookup: Callable[[Words], dict[str, Any]], required: bool = True) -> None:
        super().__init__(required=required)
        self.lookup = lookup
        self.known: dict[str, Any] = {}

    def clean(self, value: Any) -> tuple[Any, ...]:
        given = [name.strip().lower() for name in super().clean(value).split(BETWEEN_VALUES)]
        names = [name for name in given if name]
        if self.required and not names:
            raise ValidationError(self.error_messages["required"], code="required")
        if unknown := [name for name in names if name not in self.known]:
            choices = ", ".join(list(self.known)[:30])
            message = _("“%(name)s” is not known. Known: %(choices)s.")
            raise ValidationError(message, params={"name": unknown[0][:50], "choices": choices})
        return tuple(self.known[name] for name in self.known if name in names)


class CodeField(ValuesField):
    """One known value."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if len(found) > 1:
            raise ValidationError(_("Give one value only."))
        return found[0]


def read_moment(text: str) -> dt.datetime | None:
    """The wall-clock time of “YYYY-MM-DD HH:MM”, or of what a Belgian spreadsheet makes of it; else None."""
    for pattern in MOMENT_PATTERNS:
        try:
            return dt.datetime.strptime(text.strip(), pattern)  # noqa: DTZ007  the site gives the zone
        except ValueError:
            continue
    return None


class LocalTimeField(forms.CharField):
    """A wall-clock time."""

    def clean(self, value: Any) -> dt.datetime:
        text = super().clean(value)
        moment = read_moment(text)
        if moment is None:
            message = _("“%(text)s” is not a date and time such as 2024-02-21 09:00.")
            raise ValidationError(message, params={"text": text[:50]})
        return moment


class PlainTextField(forms.CharField):
    """A text on one line. What looks like a formula stays the plain text that it is."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


def _codes(choices: Any) -> Callable[[Words], dict[str, Any]]:
    known = {str(value).lower(): str(value) for value in choices.values}
    return lambda _words: known


class RowForm(forms.Form):
    site = forms.CharField()
    room = PlainTextField(max_length=ROOM_LENGTH)
    starts = LocalTimeField()
    ends = LocalTimeField()
    kind = CodeField(lookup=_codes(SessionKind))
    themes = ValuesField(lookup=lambda words: words.themes)
    audiences = ValuesField(lookup=lambda words: words.audiences)
    languages = ValuesField(lookup=_codes(Language))
    partners = ValuesField(lookup=lambda words: words.partners, required=False)
    booking = CodeField(lookup=_codes(Booking))
    seats = forms.IntegerField(min_value=1, max_value=MAX_SEATS, required=False)
    access = ValuesField(lookup=_codes(Access), required=False)
    title_fr = PlainTextField(max_length=TITLE_LENGTH)
    title_nl = PlainTextField(max_length=TITLE_LENGTH, required=False)
    title_de = PlainTextField(max_length=TITLE_LENGTH, required=False)
    title_en = PlainTextField(max_length=TITLE_LENGTH, required=False)
    summary_fr = PlainTextField(max_length=SUMMARY_LENGTH, required=False)
    summary_nl = PlainTextField(max_length=SUMMARY_LENGTH, required=False)
    summary_de = PlainTextField(max_length=SUMMARY_LENGTH, required=False)
    summary_en = PlainTextField(max_length=SUMMARY_LENGTH, required=False)

    def __init__(self, cells: dict[str, str], *, words: Words) -> None:
        super().__init__({**cells, "audiences": cells.get("publics", "")})
        self.words = words
        self.given_days: set[dt.date] = set()
        for declared in self.fields.values():
            declared.error_messages["required"] = gettext_lazy("This cell is empty.")
            if isinstance(declared, ValuesField):
                declared.known = declared.lookup(words)

    def clean_site(self) -> Site:
        slug = self.cleaned_data["site"].lower()
        site = self.words.sites.get(slug)
        if site is None:
            raise ValidationError(_("There is no site “%(site)s”."), params={"site": slug[:50]})
        if site.network_id != self.words.open_day.network_id:
            raise ValidationError(_("%(site)s does not take part in this open day."), params={"site": site.name})
        if self.words.editable is not None and site.pk not in self.words.editable:
            raise ValidationError(_("You may not change the programme of %(site)s."), params={"site": site.name})
        return site

    def clean_starts(self) -> dt.datetime:
        return self._on_open_day(self.cleaned_data["starts"])

    def clean_ends(self) -> dt.datetime:
        return self._on_open_day(self.cleaned_data["ends"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        site, starts, ends = data.get("site"), data.get("starts"), data.get("ends")
        if len(self.given_days) > 1 and self.words.moves_date:
            self.add_error("ends", _("The end is on another date than the start."))
        elif site and starts and ends:
            try:
                data["starts_at"] = dates.at_local(starts.date(), starts.time(), tz=site.tz)
                data["ends_at"] = dates.at_local(ends.date(), ends.time(), tz=site.tz)
                check_period(
                    open_day=self.words.open_day, site=site, starts_at=data["starts_at"], ends_at=data["ends_at"]
                )
            except ActivityError as error:
                self.add_error(error.field, str(error))
            except ValueError:
                self.add_error("starts", _("The clocks change at this hour. Choose another time."))
        return data

    def row(self, number: int, columns: Iterable[str]) -> ProgrammeRow:
        data = self.cleaned_data
        texts = {f"{part}_{code}" for part in ("title", "summary") for code in Language.values} & set(columns)
        return ProgrammeRow(
            number=number,
            texts={name: data[name] for name in sorted(texts)},
            **{
                name: data[name]
                for name in ("site", "room", "starts_at", "ends_at", "kind", "themes", "audiences", "partners")
            },
            **{name: data[name] for name in ("languages", "booking", "seats", "access")},
        )

    def _on_open_day(self, moment: dt.datetime) -> dt.datetime:
        day = self.words.open_day.day
        self.given_days.add(moment.date())
        if self.words.moves_date:
            return dt.datetime.combine(day, moment.time())
        if moment.date() != day:
            message = _("The open day is on %(day)s, not on %(given)s.")
            given = date_format(moment.date(), "DATE_FORMAT")
            raise ValidationError(message, params={"day": date_format(day, "DATE_FORMAT"), "given": given})
        return moment


def clean_rows(sheet: Sheet, *, words: Words) -> tuple[list[ProgrammeRow], list[RowError]]:
    """The rows fit for import and every error, by row number. With any error nothing may be written."""
    rows: list[ProgrammeRow] = []
    errors: list[RowError] = []
    for number, cells in sheet.as_dicts():
        form = RowForm(cells, words=words)
        if form.is_valid():
            rows.append(form.row(number, sheet.columns))
            continue
        for name, messages in form.errors.items():
            errors += [RowError(number, COLUMN_OF.get(name, name), str(message)) for message in messages]
    errors += _errors_between(rows)
    return rows, sorted(errors, key=lambda error: error.number)


def _errors_between(rows: list[ProgrammeRow]) -> Iterable[RowError]:
    # In each room by time: a row that starts before the longest one so far has ended shares the room with it.
    last: dict[tuple[int, str], ProgrammeRow] = {}
    for row in sorted(rows, key=lambda row: (row.starts_at, row.number)):
        key = (row.site.pk, row.room.casefold())
        before = last.get(key)
        if before is None or before.ends_at <= row.starts_at:
            last[key] = row
            continue
        if row.starts_at == before.starts_at and row.texts["title_fr"] == before.texts["title_fr"]:
            message = _("This row is the same as row %(number)s.") % {"number": before.number}
            yield RowError(row.number, "title_fr", message)
        else:
            message = _("“%(room)s” is already used by row %(number)s at this time.")
            yield RowError(row.number, "room", message % {"room": row.room, "number": before.number})
        if row.ends_at > before.ends_at:
            last[key] = row
