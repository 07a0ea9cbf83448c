"""Readings of door counters, typed or from a file: whole or not at all, and what they say of each day."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from sites.models import Site, User
from sites.services import Timetable, hours_on, lock_site, timetables
from visitors.doors import LONGEST_GAP, ONE_DAY, DayEntries, Device, Shown, entries_of_days
from visitors.models import DoorCounter, DoorReading
from visitors.services.counting_rules import WORKING_WEEK, ChangedMeanwhileError, CountError, check_may_keep_doors
from visitors.services.door_checks import DoorEntry, Problem, device_of, problems_of, shown_of, takes_reading


class DoorProblemsError(CountError):
    """Some entries cannot be kept, so none is."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_("Nothing is saved yet: some numbers cannot be right."))
        self.problems = list(problems)


def counters_of(site: Site, *, day: dt.date | None = None) -> list[DoorCounter]:
    """The counters of a site, those that hang there on one day if a day is given."""
    counters = DoorCounter.objects.filter(site=site).order_by("name", "pk")
    return [counter for counter in counters if day is None or takes_reading(counter, day)]


def state_of_doors(site: Site, *, first: dt.date, last: dt.date) -> str:
    """A fingerprint of what is written for some days, both included, to notice a change by a colleague."""
    rows = DoorReading.objects.at(site).within(first, last + ONE_DAY).order_by("day", "counter", "pk")
    columns = ("day", "counter", "reading_in", "reading_out", "estimated_entries")
    return hashlib.sha256(repr(list(rows.values_list(*columns))).encode()).hexdigest()


def write_readings(
    *, site: Site, entries: Sequence[DoorEntry], seen: str | None = None, by: User, now: dt.datetime
) -> int:
    """Write all of these entries or none; says how many lines changed.

    ``seen`` is the state of their days that the person was shown: where a colleague changed it since, nothing is
    written. Raises DoorProblemsError with a sentence for each entry that cannot be right.
    """
    check_may_keep_doors(by=by, site=site)
    with transaction.atomic():
        lock_site(site)
        days = [entry.day for entry in entries]
        if seen is not None and days and seen != state_of_doors(site, first=min(days), last=max(days)):
            raise ChangedMeanwhileError(
                _("Somebody changed this meanwhile. What you typed is still here: save it to replace their change.")
            )
        problems = problems_of(site, entries, now=now)
        if problems:
            raise DoorProblemsError(problems)
        there = _rows_there(site, entries)
        changed = [entry for entry in entries if _is_change(entry, there.get(entry.place))]
        gone = [there[entry.place].pk for entry in changed if entry.place in there]
        DoorReading.objects.filter(pk__in=gone).delete()
        DoorReading.objects.bulk_create(_as_row(site, entry) for entry in changed if not entry.is_empty)
    return len(changed)


def remove_counter(counter: DoorCounter, *, by: User) -> None:
    """Take away a counter that never had a reading. One that has some gets a last day: past entries never move."""
    check_may_keep_doors(by=by, site=counter.site)
    with transaction.atomic():
        lock_site(counter.site)
        if DoorReading.objects.filter(counter=counter).exists():
            raise CountError(_("This counter has readings. Give it a last day instead of removing it."))
        counter.delete()


@dataclass(frozen=True)
class Compared:
    """An entry beside the line that is there, if one is."""

    entry: DoorEntry
    row: DoorReading | None

    @property
    def state(self) -> str:
        """Whether it is new, a change, or there already."""
        return "new" if self.row is None else "changed" if _is_change(self.entry, self.row) else "unchanged"

    @property
    def values(self) -> list[tuple[int | None, int | None]]:
        """What is there and what comes instead: in, out, and the estimate."""
        row, entry = self.row, self.entry
        there = (row.reading_in, row.reading_out, row.estimated_entries) if row else (None, None, None)
        return list(zip(there, (entry.value, entry.value_out, entry.estimate), strict=True))


def compare_readings(site: Site, entries: Sequence[DoorEntry]) -> list[Compared]:
    """Each entry beside what is written now, in their order."""
    there = _rows_there(site, entries)
    return [Compared(entry, there.get(entry.place)) for entry in entries]


def first_readings(site: Site) -> set[dt.date]:
    """The days on which a counter of a site was read for the first time: it counts from the next reading on."""
    rows = DoorReading.objects.filter(site=site, counter__isnull=False).values_list("counter")
    return {first for _counter, first in rows.annotate(first=Min("day")).order_by("counter")}


def entries_at(site: Site, *, first: dt.date, until: dt.date) -> list[DayEntries]:
    """The people who came in at a site on each day of the half-open period [first, until), as far as it is known."""
    return entries_of_sites([site], first=first, until=until)[site.pk]


def entries_of_sites(sites: Sequence[Site], *, first: dt.date, until: dt.date) -> dict[int, list[DayEntries]]:
    """The same for many sites, by key: as many queries for thirty as for one."""
    if not sites:
        return {}
    readings: dict[int, dict[Device, list[Shown]]] = {site.pk: {} for site in sites}
    devices = {}
    for counter in DoorCounter.objects.filter(site__in=sites).order_by("pk"):
        devices[counter.pk] = device_of(counter)
        readings[counter.site_id][devices[counter.pk]] = []
    estimates: dict[int, dict[dt.date, int]] = defaultdict(dict)
    # The readings before and after the period say what was counted at its edges.
    rows = DoorReading.objects.filter(site__in=sites).within(first - LONGEST_GAP, until + LONGEST_GAP)
    for row in rows.order_by("day", "pk"):
        if row.counter_id is None:
            estimates[row.site_id][row.day] = row.estimated_entries or 0
        else:
            readings[row.site_id][devices[row.counter_id]].append(shown_of(row))
    midnight = dt.datetime.combine(first - LONGEST_GAP, dt.time(), tzinfo=dt.UTC)
    tables = timetables(sites, now=midnight)
    return {
        site.pk: entries_of_days(
            readings[site.pk], estimates[site.pk], first=first, until=until, is_open=_opening(tables[site.pk])
        )
        for site in sites
    }


def _opening(table: Timetable) -> Callable[[dt.date], bool]:
    known: dict[dt.date, bool] = {}

    def is_open(day: dt.date) -> bool:
        if day not in known:
            hours = hours_on(table, day)
            known[day] = bool(hours.periods) if hours.is_known else day.isoweekday() in WORKING_WEEK
        return known[day]

    return is_open


def _rows_there(site: Site, entries: Sequence[DoorEntry]) -> dict[tuple[int | None, dt.date], DoorReading]:
    days = {entry.day for entry in entries}
    rows = DoorReading.objects.at(site).within(min(days), max(days) + ONE_DAY).order_by("pk") if days else []
    return {(row.counter_id, row.day): row for row in rows}


def _is_change(entry: DoorEntry, row: DoorReading | None) -> bool:
    if row is None:
        return not entry.is_empty
    return (entry.value, entry.value_out, entry.estimate) != (row.reading_in, row.reading_out, row.estimated_entries)


def _as_row(site: Site, entry: DoorEntry) -> DoorReading:
    return DoorReading(
        site=site,
        counter=entry.counter,
        day=entry.day,
        reading_in=entry.value,
        reading_out=entry.value_out,
        estimated_entries=entry.estimate,
    )
