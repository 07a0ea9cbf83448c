"""Contacts caught up afterwards: a number for each theme of a half-day, marked as a batch."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citemetiers.kernel.dates import days_between
from sites.models import Site, Theme, User
from sites.services import DayHours, hours_on, lock_site, timetables
from visitors import rules
from visitors.enums import WAYS_OF_KIND, HalfDay, TallyKind
from visitors.models import LARGEST_COUNT, Tally
from visitors.querysets import TallyQuerySet
from visitors.services.counting_rules import (
    WORKING_WEEK,
    ChangedMeanwhileError,
    CountError,
    check_half_day,
    check_may_count,
    window_at,
)

BATCH_WAYS = WAYS_OF_KIND[TallyKind.BATCH]
ONE_DAY = dt.timedelta(days=1)
MIDNIGHT = dt.time()


class Spot(NamedTuple):
    """A half-day, the finest time that a count knows."""

    day: dt.date
    half_day: str


class Place(NamedTuple):
    """A cell of the grid: a half-day and the code of a theme."""

    spot: Spot
    theme: str


@dataclass(frozen=True)
class Cell:
    """What a person wants a cell to hold, and what it held when they looked; 0 is nothing."""

    place: Place
    number: int
    seen: int


@dataclass(frozen=True)
class Grid:
    """The half-days of the window, the themes on offer on any of them, and the numbers that are there."""

    spots: tuple[Spot, ...]
    themes: tuple[Theme, ...]
    open_spots: frozenset[Spot]
    numbers: Mapping[Place, int]
    offered: Mapping[dt.date, Mapping[str, Theme]]


class ChangedCellsError(ChangedMeanwhileError):
    """Colleagues wrote other numbers into these cells meanwhile; nothing was written."""

    def __init__(self, now_there: Mapping[Place, int]) -> None:
        super().__init__(
            _("A colleague changed numbers that you changed, too. Nothing is saved yet: look at the marked cells.")
        )
        self.now_there = dict(now_there)


class CellError(CountError):
    """A number cannot stand in one cell; nothing was written."""

    def __init__(self, sentence: str, *, place: Place) -> None:
        super().__init__(sentence)
        self.place = place


def read_grid(*, site: Site, way: str, now: dt.datetime) -> Grid:
    """What the team may catch up at a site in one way of service, and what it has caught up so far."""
    first, today = window_at(site, now=now)
    until = today + ONE_DAY
    spots = tuple(Spot(day, half) for day in days_between(first, until) for half in HalfDay.values)
    if rules.moment_at(site, now=now)[1] == HalfDay.MORNING:
        spots = spots[:-1]
    offered = _offered(site, first, today)
    rows = _batch(site, way).within(first, until).select_related("theme")
    numbers: dict[Place, int] = {}
    known: dict[str, Theme] = {}
    for row in rows.order_by("pk"):
        place = Place(Spot(row.day, row.half_day), row.theme.code)
        numbers[place] = numbers.get(place, 0) + row.number
        known[row.theme.code] = row.theme
    known |= {code: theme for day in sorted(offered) for code, theme in offered[day].items()}
    themes = tuple(sorted(known.values(), key=lambda theme: (theme.position, theme.pk)))
    return Grid(spots, themes, frozenset(_open_spots(site, spots, now=now)), numbers, offered)


def save_batch(*, site: Site, way: str, cells: Sequence[Cell], by: User, now: dt.datetime) -> int:
    """Let the cells hold these numbers, all of them or none; says how many changed.

    A cell that holds neither what the person saw nor what they want was changed by a colleague: ChangedCellsError.
    """
    check_may_count(by=by, site=site)
    if way not in BATCH_WAYS:
        raise CountError(_("Choose one of the listed answers."))
    with transaction.atomic():
        lock_site(site)
        grid = read_grid(site=site, way=way, now=now)
        changed = [cell for cell in cells if cell.number != cell.seen]
        there = {cell.place: grid.numbers.get(cell.place, 0) for cell in changed}
        conflicts = {
            cell.place: there[cell.place] for cell in changed if there[cell.place] not in {cell.seen, cell.number}
        }
        if conflicts:
            raise ChangedCellsError(conflicts)
        wanted = [cell for cell in changed if there[cell.place] != cell.number]
        closed = rules.closed_months({cell.place.spot.day for cell in wanted}, today=window_at(site, now=now)[1])
        for cell in wanted:
            _check(cell, grid, site=site, closed=closed, now=now)
        _write(wanted, grid, site=site, way=way)
    return len(wanted)


def _batch(site: Site, way: str) -> TallyQuerySet:
    return Tally.objects.at(site).of_kind(TallyKind.BATCH).filter(way=way)


def _check(cell: Cell, grid: Grid, *, site: Site, closed: Collection[dt.date], now: dt.datetime) -> None:
    try:
        check_half_day(cell.place.spot, site=site, now=now, closed=closed)
        if cell.number:
            _check_number(cell, grid)
    except CountError as error:
        raise CellError(str(error), place=cell.place) from None


def _check_number(cell: Cell, grid: Grid) -> None:
    if not 1 <= cell.number <= LARGEST_COUNT:
        raise CountError(_("Count 1 to 9999 contacts."))
    (day, _half_day), code = cell.place
    if code in grid.offered[day]:
        return
    known = next((theme for theme in grid.themes if theme.code == code), None)
    if known is None:
        raise CountError(_("Choose one of the listed answers."))
    sentence = _("The theme “%(theme)s” is no longer offered. Choose another one.")
    raise CountError(sentence % {"theme": known})


def _write(cells: Sequence[Cell], grid: Grid, *, site: Site, way: str) -> None:
    """A number is replaced by a row under a new random key: nothing tells that it was corrected."""
    spots: dict[Spot, list[Cell]] = {cell.place.spot: [] for cell in cells}
    for cell in cells:
        spots[cell.place.spot].append(cell)
    rows = []
    for (day, half_day), here in spots.items():
        codes = [cell.place.theme for cell in here]
        _batch(site, way).on(day).filter(half_day=half_day, theme__code__in=codes).delete()
        rows += [
            Tally(
                site=site,
                day=day,
                half_day=half_day,
                kind=TallyKind.BATCH,
                way=way,
                theme=grid.offered[day][cell.place.theme],
                number=cell.number,
            )
            for cell in here
            if cell.number
        ]
    Tally.objects.bulk_create(rows)


def _offered(site: Site, first: dt.date, today: dt.date) -> dict[dt.date, dict[str, Theme]]:
    """The themes on offer on each day, by code: the common ones, or the network's own where it has any."""
    listed = Q(network=site.network_id) | Q(network__isnull=True)
    terms = list(Theme.objects.touching(first, today).filter(listed).order_by("position", "pk"))
    found = {}
    for day in days_between(first, today + ONE_DAY):
        valid = [term for term in terms if term.covers_day(day)]
        own = [term for term in valid if term.network_id is not None]
        found[day] = {term.code: term for term in own or valid}
    return found


def _open_spots(site: Site, spots: Sequence[Spot], *, now: dt.datetime) -> set[Spot]:
    """The half-days on which the site was open; where its hours are not known, those of the working week."""
    since = now - dt.timedelta(days=(spots[-1].day - spots[0].day).days + 1)
    table = timetables([site], now=since)[site.pk]
    hours = {spot.day: hours_on(table, spot.day) for spot in spots}
    return {spot for spot in spots if _is_open(spot, hours[spot.day])}


def _is_open(spot: Spot, hours: DayHours) -> bool:
    if not hours.is_known:
        return spot.day.isoweekday() in WORKING_WEEK
    if spot.half_day == HalfDay.MORNING:
        return any(period.opens_at < rules.NOON for period in hours.periods)
    return any(period.closes_at > rules.NOON or period.closes_at == MIDNIGHT for period in hours.periods)
