"""The week as the page shows it: each person a row, each day a column with its sums."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from appointments.services import DayLoad, Person, PersonDay, Week, WeekDay
from sites.enums import Weekday
from sites.models import Theme, User

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Cell:
    """One person on one day."""

    user: User
    column: "Column"
    found: PersonDay

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is written down."""
        return not (self.found.shifts or self.found.absences or self.found.off or self.found.elsewhere)


@dataclass(frozen=True)
class Column:
    """One day: closed or not, planned yet or not, who receives, how much of it is booked."""

    day: WeekDay
    load: DayLoad
    is_today: bool
    is_past: bool
    is_planned: bool
    receiving: int

    @property
    def is_closed(self) -> bool:
        """Whether it is known that the place does not open: by its hours, on a holiday, for a reason of its own."""
        return self.day.is_closed or self.day.hours.is_closed

    @property
    def bookable(self) -> str:
        """The hours in which one can be booked, in words of figures."""
        return hours(self.load.bookable)


@dataclass(frozen=True)
class Row:
    """One person, and their cells in the order of the columns."""

    person: Person
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """The week of a site; a weekend on which nothing is planned is left out, unless the place opens then."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    themes: tuple[Theme, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nobody receives in the whole week."""
        return not any(column.receiving for column in self.columns)

    @property
    def is_planned(self) -> bool:
        """Whether shifts are written for every day that is shown."""
        return all(column.is_planned for column in self.columns)

    @property
    def by_day(self) -> list[tuple[Column, list[Cell]]]:
        """The same, day by day: whoever has anything on it."""
        found = []
        for number, column in enumerate(self.columns):
            cells = [row.cells[number] for row in self.rows]
            found.append((column, [cell for cell in cells if not cell.is_empty]))
        return found


def grid_of(week: Week, loads: Iterable[DayLoad], *, today: dt.date, until: dt.date) -> Grid:
    """Join the days, their sums and the people of a week; ``until`` is the last day for which shifts are written."""
    shown: list[tuple[int, Column]] = []
    for number, (day, load) in enumerate(zip(week.days, loads, strict=True)):
        of_people = [person.days[number] for person in week.people]
        receiving = sum(bool(found.shifts) for found in of_people)
        is_used = receiving or any(found.off or found.absences for found in of_people)
        if is_used or day.hours.periods or day.on.isoweekday() < Weekday.SATURDAY:
            when = {"is_today": day.on == today, "is_past": day.on < today, "is_planned": day.on <= until}
            shown.append((number, Column(day, load, **when, receiving=receiving)))
    rows = tuple(
        Row(person, tuple(Cell(person.user, column, person.days[number]) for number, column in shown))
        for person in week.people
    )
    return Grid(tuple(column for _number, column in shown), rows, _themes_of(week))


def hours(length: dt.timedelta) -> str:
    """A length of time as 7:30, and as 12 where 12:00 would be read as noon."""
    whole, minutes = length // HOUR, length % HOUR // MINUTE
    return f"{whole}:{minutes:02}" if minutes else f"{whole}"


def _themes_of(week: Week) -> tuple[Theme, ...]:
    shifts = (shift for person in week.people for day in person.days for shift in day.shifts)
    found = {theme.pk: theme for shift in shifts for theme in shift.themes}
    return tuple(sorted(found.values(), key=lambda theme: (theme.position, theme.pk)))
