"""A day as a table: a row for each time at which something starts, a column for each advisor. No query, no clock."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from appointments.models import Appointment
from appointments.services import call_of
from appointments.services.agenda.agenda import AgendaDay, Column
from appointments.slots import Period
from appointments.staff_views.marks import Mark, marks_of


@dataclass(frozen=True, slots=True)
class Item:
    """An appointment, or a stretch that is still free."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    column: Column
    appointment: Appointment | None = None
    marks: tuple[Mark, ...] = ()
    call: str = ""
    is_past: bool = False

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Cell:
    """What one advisor has in some rows: nothing, one thing, or several that overlap."""

    rows: int
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What starts at one time; is_now while it is the latest time that has come today."""

    starts_at: dt.datetime
    cells: tuple[Cell, ...]
    is_now: bool


def rows_of(day: AgendaDay, *, now: dt.datetime) -> list[Row]:
    """The rows of a day in order; a cell stands in the row of its start and spans those that start before its end."""
    clusters = [list(_clusters(column, now)) for column in day.columns]
    starts = sorted({cluster[0].starts_at for column in clusters for cluster in column})
    columns = [_cells(column, starts) for column in clusters]
    current = _current(day, starts, now)
    return [
        Row(start, tuple(cells[start] for cells in columns if start in cells), is_now=start == current)
        for start in starts
    ]


def _clusters(column: Column, now: dt.datetime) -> Iterator[list[Item]]:
    """What overlaps stands together: nothing is hidden behind anything."""
    cluster: list[Item] = []
    for item in sorted(_items(column, now), key=lambda item: (item.starts_at, item.ends_at)):
        if cluster and item.starts_at >= max(one.ends_at for one in cluster):
            yield cluster
            cluster = []
        cluster.append(item)
    if cluster:
        yield cluster


def _items(column: Column, now: dt.datetime) -> Iterator[Item]:
    for one in column.appointments:
        marks, call = tuple(marks_of(one, now=now)), call_of(one, now=now)
        yield Item(one.starts_at, one.ends_at, column, one, marks, call)
    for starts_at, ends_at in column.free:
        yield Item(starts_at, ends_at, column, is_past=ends_at <= now)


def _cells(clusters: Iterable[list[Item]], starts: list[dt.datetime]) -> dict[dt.datetime, Cell]:
    """The cells of a column by the row in which each begins, the empty ones between them included."""
    cells: dict[dt.datetime, Cell] = {}
    left = list(starts)
    for cluster in clusters:
        period: Period = cluster[0].starts_at, max(item.ends_at for item in cluster)
        before = [start for start in left if start < period[0]]
        spanned = [start for start in left if period[0] <= start < period[1]]
        if before:
            cells[before[0]] = Cell(len(before))
        cells[period[0]] = Cell(len(spanned), tuple(cluster))
        left = left[len(before) + len(spanned) :]
    if left:
        cells[left[0]] = Cell(len(left))
    return cells


def _current(day: AgendaDay, starts: list[dt.datetime], now: dt.datetime) -> dt.datetime | None:
    ends = [one.ends_at for column in day.columns for one in column.appointments]
    ends += [until for column in day.columns for _since, until in column.shifts]
    begun = [start for start in starts if start <= now]
    return begun[-1] if begun and now < max(ends) else None
