"""Which readings of a door can be right: each alone, and one after the other."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Max, Min
from django.utils.translation import gettext as _

from citemetiers.kernel.dates import date_words, local_day
from sites.models import Site
from visitors.doors import ONE_DAY, Device, ReadingError, Shown, check_can_show, grouped, problems_of_pair
from visitors.models import DoorCounter, DoorReading
from visitors.services.counting_rules import CountError

# More people than fit into any place on one day.
MOST_PEOPLE_A_DAY = 20_000


@dataclass(frozen=True)
class DoorEntry:
    """One line of the book of a door: a reading of a counter, or without one an estimate for the whole site.

    Without any number it takes away what was written. ``row`` is where it stood, in a form or in a file.
    """

    row: int
    day: dt.date
    counter: DoorCounter | None = None
    value: int | None = None
    value_out: int | None = None
    estimate: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted, so that a line that is there goes."""
        return self.value is None and self.value_out is None and self.estimate is None

    @property
    def place(self) -> tuple[int | None, dt.date]:
        """What it is about: there is one line a counter and day, and one estimate a day."""
        return self.counter.pk if self.counter else None, self.day


@dataclass(frozen=True)
class Problem:
    """Why one entry cannot be kept; ``part`` names the column or field."""

    row: int
    part: str
    sentence: str


def device_of(counter: DoorCounter) -> Device:
    """What the arithmetic must know of a counter."""
    return Device(
        key=counter.pk,
        digits=counter.digits,
        is_two_way=counter.is_two_way,
        calibration=counter.calibration,
        staff_entries=counter.staff_entries,
        first_on=counter.first_on,
        last_on=counter.last_on,
    )


def takes_reading(counter: DoorCounter, day: dt.date) -> bool:
    """Whether a reading belongs to a day: one of the counter's own, or the eve, from which it begins to count."""
    eve = None if counter.first_on is None else counter.first_on - ONE_DAY
    return (eve is None or eve <= day) and (counter.last_on is None or day <= counter.last_on)


def problems_of_span(counter: DoorCounter, first: dt.date | None, last: dt.date | None) -> list[tuple[str, str]]:
    """What speaks against these first and last days of a counter, each with its field.

    No reading is dropped by them, and no day before this counter becomes a day on which it is missing.
    """
    own = DoorReading.objects.filter(counter=counter.pk).aggregate(first=Min("day"), last=Max("day"))
    found = []
    if last is not None and own["last"] is not None and last < own["last"]:
        sentence = _("This counter has readings until %(day)s: its last day cannot be before that.")
        found.append(("last_on", sentence % {"day": date_words(own["last"])}))
    if first is not None and own["first"] is not None and first > own["first"] + ONE_DAY:
        sentence = _("This counter has readings from %(day)s on: its first day is the day after at the latest.")
        found.append(("first_on", sentence % {"day": date_words(own["first"])}))
    if first is None and (own["first"] is None or counter.first_on is not None) and _has_others(counter):
        found.append(("first_on", _("Give its first day: without one, it is missing on every day counted so far.")))
    return found


def _has_others(counter: DoorCounter) -> bool:
    others = DoorReading.objects.filter(site=counter.site_id, counter__isnull=False).exclude(counter=counter.pk)
    return bool(others.exists())


def oldest_day(*, today: dt.date) -> dt.date:
    """The first day of last year: entries of older years are told by published figures alone."""
    return dt.date(today.year - 1, 1, 1)


def shown_of(row: DoorReading) -> Shown:
    """What a row says that the counter showed."""
    return Shown(row.day, row.reading_in or 0, row.reading_out)


def problems_of(site: Site, entries: Sequence[DoorEntry], *, now: dt.datetime) -> list[Problem]:
    """Everything that speaks against writing these entries, in their order; empty if all can be written."""
    today = local_day(now, tz=site.tz)
    found = [*_doubles(entries)]
    for entry in entries:
        try:
            _check_entry(entry, today=today)
        except CountError as error:
            found.append(Problem(entry.row, error.field, str(error)))
        else:
            found += _too_long(entry)
    bad = {problem.row for problem in found}
    for counter, series in _series(site, [entry for entry in entries if entry.row not in bad]).items():
        found += _broken(device_of(counter), series)
    return sorted(found, key=lambda problem: problem.row)


def _check_entry(entry: DoorEntry, *, today: dt.date) -> None:
    if entry.day > today:
        raise CountError(_("A day to come cannot be counted yet."), field="day")
    oldest = oldest_day(today=today)
    if entry.day < oldest:
        sentence = _("This day is too long ago: entries are kept from %(day)s on.")
        raise CountError(sentence % {"day": date_words(oldest)}, field="day")
    if entry.counter is None:
        _check_estimate(entry)
    elif not entry.is_empty:
        _check_reading(entry, entry.counter)


def _check_estimate(entry: DoorEntry) -> None:
    if entry.value is not None or entry.value_out is not None:
        raise CountError(_("Say which counter showed this."), field="counter")
    if entry.estimate is not None and entry.estimate > MOST_PEOPLE_A_DAY:
        raise CountError(_("More than 20,000 people in a day cannot be. Look for a slip."), field="estimate")


def _check_reading(entry: DoorEntry, counter: DoorCounter) -> None:
    if entry.estimate is not None:
        raise CountError(_("An estimate is for the whole site: give it without a counter."), field="estimate")
    if entry.value is None:
        raise CountError(_("The reading of the way in is missing."), field="in")
    if not takes_reading(counter, entry.day):
        sentence = _("The counter “%(counter)s” did not hang there on this day.")
        raise CountError(sentence % {"counter": counter}, field="day")
    if entry.value_out is not None and not counter.is_two_way:
        raise CountError(_("This counter does not tell in from out: it has one reading."), field="out")


def _too_long(entry: DoorEntry) -> Iterable[Problem]:
    for part, value in (("in", entry.value), ("out", entry.value_out)):
        if entry.counter is None or value is None:
            continue
        try:
            check_can_show(device_of(entry.counter), value)
        except ReadingError as error:
            yield Problem(entry.row, part, str(error))


def _doubles(entries: Iterable[DoorEntry]) -> Iterable[Problem]:
    known: dict[tuple[int | None, dt.date], int] = {}
    for entry in entries:
        first = known.setdefault(entry.place, entry.row)
        if first != entry.row:
            sentence = _("This counter and day are already in row %(row)d.")
            if entry.counter is None:
                sentence = _("This day already has an estimate in row %(row)d.")
            yield Problem(entry.row, "day", sentence % {"row": first})


def _series(site: Site, entries: Sequence[DoorEntry]) -> dict[DoorCounter, list[tuple[Shown, int | None]]]:
    """What each counter touched by the entries would show, day by day, and the row where that is written."""
    touched = {entry.counter.pk: entry.counter for entry in entries if entry.counter}
    days: dict[int, dict[dt.date, tuple[Shown, int | None]]] = defaultdict(dict)
    for row in DoorReading.objects.at(site).filter(counter__in=touched).order_by("day", "pk"):
        days[row.counter_id or 0][row.day] = (shown_of(row), None)
    for entry in entries:
        if entry.counter is None:
            continue
        days[entry.counter.pk].pop(entry.day, None)
        if entry.value is not None:
            days[entry.counter.pk][entry.day] = (Shown(entry.day, entry.value, entry.value_out), entry.row)
    return {counter: [days[key][day] for day in sorted(days[key])] for key, counter in touched.items()}


def _broken(device: Device, series: Sequence[tuple[Shown, int | None]]) -> list[Problem]:
    """Readings that cannot follow the last right one. One slip is told once: the next is compared beyond it."""
    found = []
    last: tuple[Shown, int | None] | None = None
    for shown, row in series:
        if last is not None:
            wrong = problems_of_pair(device, last[0], shown)
            if wrong and row is not None:
                found += [Problem(row, part, sentence) for part, sentence in wrong]
                continue
            if last[1] is not None:
                found += [Problem(last[1], part, _after(shown, part)) for part, _sentence in wrong]
        last = (shown, row)
    return found


def _after(shown: Shown, part: str) -> str:
    sentence = _("The reading of %(day)s (%(value)s) cannot follow this one.")
    value = shown.value if part == "in" else shown.value_out
    return sentence % {"day": date_words(shown.day), "value": grouped(value or 0)}
