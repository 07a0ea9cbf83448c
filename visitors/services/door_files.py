"""The file in which readings of doors arrive: how each row is read, and an example to fill in."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from citemetiers.kernel.dates import days_between
from citemetiers.kernel.sheets import Layout, Sheet, write_csv
from citemetiers.kernel.words import fold
from sites.models import Site
from visitors.models import DoorCounter
from visitors.services.counting_rules import CountError
from visitors.services.door_checks import DoorEntry, Problem, takes_reading

COUNTER, DAY, IN, OUT, ESTIMATE = COLUMNS = ("counter", "day", "in", "out", "estimate")
LAYOUT = Layout(
    required=(DAY,),
    optional=(COUNTER, IN, OUT, ESTIMATE),
    foreign=gettext_lazy("This is no list of readings. Take the example file, fill it in and choose it here."),
)
# Day first, as people write it here; year first, as machines do. A moment of a spreadsheet is at midnight.
DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d 00:00")
# Spaces of any width between thousands; a point or a comma could be either of two things.
SPACES = re.compile(r"[\s\u00a0\u202f\u2009]")
MOST_DIGITS = 9


def layout_of_doors() -> Layout:
    """How a file of readings looks; its headings may be in any language of the portal."""
    aliases: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for column, label in headings():
                aliases.setdefault(fold(label), column)
    return replace(LAYOUT, aliases=aliases)


def headings() -> list[tuple[str, str]]:
    """Each column with the heading that people give it, in the language of the page."""
    way_in, way_out = pgettext("reading of a door counter", "In"), pgettext("reading of a door counter", "Out")
    labels = (_("Counter"), _("Day"), way_in, way_out, _("Estimated entries"))
    return list(zip(COLUMNS, labels, strict=True))


def read_rows(sheet: Sheet, *, site: Site) -> tuple[list[DoorEntry], list[Problem]]:
    """The entries of a file, and a sentence for each cell that cannot be read, in the order of the rows.

    A row without a number is left as it is: an example half filled in takes nothing away.
    """
    counters = list(DoorCounter.objects.filter(site=site).order_by("name", "pk"))
    entries, problems = [], []
    for number, cells in sheet.as_dicts():
        try:
            entry = _entry(number, {name: cells.get(name, "").strip() for name in COLUMNS}, counters)
        except CountError as error:
            problems.append(Problem(number, error.field, str(error)))
        else:
            entries += [] if entry.is_empty else [entry]
    return entries, problems


def example_file(*, counters: Sequence[DoorCounter], first: dt.date, until: dt.date) -> bytes:
    """A CSV file with a row for each counter and day of the half-open period [first, until), to be filled in."""
    return write_csv(COLUMNS, _example_rows(counters, first, until))


def _example_rows(counters: Sequence[DoorCounter], first: dt.date, until: dt.date) -> Iterator[tuple[str, ...]]:
    for day in days_between(first, until):
        hanging = [counter for counter in counters if takes_reading(counter, day)]
        for counter in hanging:
            yield counter.name, day.isoformat(), "", "", ""
        if not hanging:
            yield "", day.isoformat(), "", "", ""


def _entry(number: int, cells: dict[str, str], counters: Sequence[DoorCounter]) -> DoorEntry:
    day = _day(cells[DAY])
    estimate = _number(cells[ESTIMATE], ESTIMATE)
    value, value_out = _number(cells[IN], IN), _number(cells[OUT], OUT)
    has_reading = value is not None or value_out is not None
    counter = _counter(cells[COUNTER], counters, is_needed=has_reading)
    if not has_reading and estimate is not None:
        counter = None  # whoever fills in the example leaves the name of the counter beside the estimate
    return DoorEntry(number, day, counter, value, value_out, estimate)


def _counter(name: str, counters: Sequence[DoorCounter], *, is_needed: bool) -> DoorCounter | None:
    if not name:
        return counters[0] if is_needed and len(counters) == 1 else None
    for counter in counters:
        if fold(counter.name) == fold(name):
            return counter
    raise CountError(_("This site has no counter named “%(name)s”.") % {"name": name[:60]}, field=COUNTER)


def _day(text: str) -> dt.date:
    for pattern in DAY_FORMATS:
        with suppress(ValueError):
            return dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC).date()
    if not text:
        raise CountError(_("The day is missing."), field=DAY)
    sentence = _("“%(text)s” is no day. Write it as 2026-11-24 or 24/11/2026.")
    raise CountError(sentence % {"text": text[:40]}, field=DAY)


def _number(text: str, column: str) -> int | None:
    digits = SPACES.sub("", text)
    if not digits:
        return None
    if not (digits.isascii() and digits.isdecimal()):
        sentence = _("“%(text)s” is no whole number. Write digits only.")
        raise CountError(sentence % {"text": text[:40]}, field=column)
    if len(digits.lstrip("0")) > MOST_DIGITS:
        raise CountError(_("This number is too large: no counter has more than 9 digits."), field=column)
    return int(digits)
