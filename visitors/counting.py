"""One source of every figure of the log: closed months are read from their cubes, open ones counted from the rows.

The same cells either way: what a month says before it is closed is what its cubes say for ever after.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf, TruncMonth

from visitors.enums import NOT_ASKED, NOT_SAID, Dimension, Line, Margin, TallyKind
from visitors.models import ClosedMonth, Contact, MonthCube, Tally, TallyMargin

WORD = CharField()
ASKED_NOT, SAID_NOT = NOT_ASKED.lower(), NOT_SAID.lower()
# Told beside the contacts, and never added to them.
BESIDE = (Line.INFORMATION, Line.PUPILS)
LINE_OF_KIND = {TallyKind.INFORMATION: Line.INFORMATION, TallyKind.SCHOOL: Line.PUPILS}
# A session, an outing or a class is one act of service, however many people are in it.
ONE_A_ROW = frozenset({TallyKind.GROUP, TallyKind.OUTREACH, TallyKind.SCHOOL})
WORDS = {
    Dimension.AUDIENCE: "audience",
    Dimension.STATUS: "status",
    Dimension.EDUCATION: "education",
    Dimension.TERRITORY: "territory",
    Dimension.HOW_HEARD: "how_heard",
}
ANSWERS = {
    Dimension.LANGUAGE: "language",
    Dimension.DURATION: "duration",
    Dimension.HALF_DAY: "half_day",
    Dimension.GENDER: "gender",
    Dimension.AGE: "age_band",
    Dimension.FIRST_VISIT: "first_visit",
}
# Under which code the parts of a group are told, beside what single contacts answered.
CODES_OF_MARGINS: dict[str, dict[str, str]] = {
    Dimension.GENDER: {Margin.WOMEN: "woman", Margin.MEN: "man", Margin.OTHER_GENDER: "other"},
    Dimension.AGE: {
        one: one.lower()
        for one in (
            Margin.UNDER_18,
            Margin.FROM_18,
            Margin.UNDER_25,
            Margin.FROM_25,
            Margin.FROM_45,
            Margin.FROM_65,
        )
    },
    Dimension.STATUS: {Margin.JOB_SEEKERS: "job-seeker"},
    Dimension.FIRST_VISIT: {Margin.FIRST_VISITS: "yes"},
}


class Cell(NamedTuple):
    """Where a number stands: a site (its key), a month, a way of service or what is told beside, and a word."""

    site: int
    month: dt.date
    line: str
    code: str


@dataclass(frozen=True)
class Sums:
    """Contacts, the people they served, and how many of the contacts are illustrative, or were logged in a batch."""

    contacts: int = 0
    people: int = 0
    illustrative: int = 0
    batched: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.contacts + other.contacts,
            self.people + other.people,
            self.illustrative + other.illustrative,
            self.batched + other.batched,
        )


Cells = dict[Cell, Sums]


def count(
    first: dt.date, until: dt.date, *, sites: Sequence[int], dimension: Dimension = Dimension.TOTAL
) -> dict[Cell, Sums]:
    """What these sites did in the half-open period [first, until), which begins with a month, by one dimension.

    A month that is closed counts whole. Under themes a contact counts once under each; every other dimension adds up
    to the total.
    """
    closed = set(ClosedMonth.objects.filter(month__gte=first, month__lt=until).values_list("month", flat=True))
    cells = read_cubes(closed, sites=sites, dimension=dimension)
    if periods := list(open_periods(first, until, closed=closed)):
        is_open = reduce(or_, (Q(day__gte=start, day__lt=end) for start, end in periods))
        contacts = Contact.objects.filter(is_open, site__in=sites)
        tallies = Tally.objects.filter(is_open, site__in=sites)
        cells |= fold(dimension, contacts=contacts, tallies=tallies)
    return cells


def fold(dimension: Dimension, *, contacts: "QuerySet[Contact]", tallies: "QuerySet[Tally]") -> Cells:
    """The cells that these rows make, by one dimension; words of a network count as those of the common list."""
    cells: Cells = defaultdict(Sums)
    by_theme = dimension == Dimension.THEME
    for cell, sums in _themes_of(contacts) if by_theme else _contacts_of(contacts, dimension):
        cells[cell] += sums
    for cell, sums in _tallies_of(tallies, dimension):
        cells[cell] += sums
    if dimension in CODES_OF_MARGINS:
        for cell, sums in _parts_of(tallies, dimension):
            cells[cell] += sums
    return {cell: sums for cell, sums in cells.items() if sums != Sums()}


def years(*, sites: Sequence[int]) -> set[int]:
    """The years in which these sites counted something."""
    found: set[int] = set()
    sources: tuple[tuple[QuerySet[Any], str], ...] = (
        (Contact.objects.all(), "day"),
        (Tally.objects.all(), "day"),
        (MonthCube.objects.all(), "month"),
    )
    for rows, column in sources:
        days = rows.filter(site__in=sites).order_by(column).values_list(column, flat=True)
        # From one year's first row to the next: the index is touched once a year, not once a row.
        day = days.first()
        while day is not None:
            found.add(day.year)
            day = days.filter(**{f"{column}__gte": dt.date(day.year + 1, 1, 1)}).first()
    return found


def open_periods(first: dt.date, until: dt.date, *, closed: set[dt.date]) -> Iterator[tuple[dt.date, dt.date]]:
    """The parts of [first, until) that lie in no closed month, each as long as can be."""
    start: dt.date | None = None
    month = first
    while month < until:
        if month.replace(day=1) not in closed:
            start = start or month
        elif start is not None:
            yield start, month
            start = None
        month = next_month(month)
    if start is not None:
        yield start, until


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after the one in which a day lies."""
    return (day.replace(day=1) + dt.timedelta(days=31)).replace(day=1)


def read_cubes(months: Iterable[dt.date], *, sites: Collection[int], dimension: Dimension) -> Cells:
    """The cells that are kept of closed months."""
    rows = MonthCube.objects.filter(month__in=months, site__in=sites, dimension=dimension)
    columns = rows.values_list(
        "site_id", "month", "line", "code", "contacts", "people", "illustrative", "batched"
    ).order_by("pk")
    return {Cell(*row[:4]): Sums(*row[4:]) for row in columns}


def _code_of(dimension: Dimension) -> Any:
    if dimension in ANSWERS:
        return Lower(ANSWERS[dimension])
    if dimension in WORDS:
        word = WORDS[dimension]
        named = Coalesce(f"{word}__common__code", f"{word}__code", Value(ASKED_NOT), output_field=WORD)
        return Case(When(**{f"is_{word}_unsaid": True}, then=Value(SAID_NOT)), default=named, output_field=WORD)
    if dimension == Dimension.REFERRED:
        return Coalesce("referred_to__slug", Value(ASKED_NOT), output_field=WORD)
    return Value("")


def _contacts_of(contacts: "QuerySet[Contact]", dimension: Dimension) -> Iterator[tuple[Cell, Sums]]:
    rows = (
        contacts.annotate(month=TruncMonth("day"), code=_code_of(dimension))
        .values("site_id", "month", "way", "code")
        .annotate(
            contacts=Count("pk"), people=Sum("headcount"), illustrative=Count("pk", filter=Q(is_illustrative=True))
        )
        .order_by("site_id", "month", "way", "code")
    )
    for row in rows:
        cell = Cell(row["site_id"], row["month"], row["way"], row["code"])
        yield cell, Sums(row["contacts"], row["people"], row["illustrative"])


def _themes_of(contacts: "QuerySet[Contact]") -> Iterator[tuple[Cell, Sums]]:
    rows = (
        contacts.filter(themes__isnull=False)
        .annotate(month=TruncMonth("day"), code=Coalesce("themes__common__code", "themes__code"))
        .values("site_id", "month", "way", "code", "headcount", "is_illustrative")
        # Two words of a network may stand for one common theme: distinct, and people only by way of it.
        .annotate(contacts=Count("pk", distinct=True))
        .order_by("site_id", "month", "way", "code", "headcount", "is_illustrative")
    )
    for row in rows:
        number = row["contacts"]
        cell = Cell(row["site_id"], row["month"], row["way"], row["code"])
        yield cell, Sums(number, number * row["headcount"], number if row["is_illustrative"] else 0)


def _tallies_of(tallies: "QuerySet[Tally]", dimension: Dimension) -> Iterator[tuple[Cell, Sums]]:
    codes: dict[str, Any] = {
        Dimension.TOTAL: Value(""),
        Dimension.THEME: Coalesce("theme__common__code", "theme__code"),
        Dimension.LANGUAGE: Coalesce(NullIf(F("language"), Value("")), Value(ASKED_NOT)),
        Dimension.HALF_DAY: Lower("half_day"),
    }
    if dimension == Dimension.THEME:
        tallies = tallies.filter(theme__isnull=False)
    invented = Q(is_illustrative=True)
    rows = (
        tallies.annotate(month=TruncMonth("day"), code=codes.get(dimension, Value(ASKED_NOT)))
        .values("site_id", "month", "kind", "way", "code")
        .annotate(
            rows=Count("pk"),
            people=Sum("number"),
            invented_rows=Count("pk", filter=invented),
            invented_people=Sum("number", filter=invented, default=0),
        )
        .order_by("site_id", "month", "kind", "way", "code")
    )
    for row in rows:
        kind, people = row["kind"], row["people"]
        contacts, invented_ones = (
            (row["rows"], row["invented_rows"]) if kind in ONE_A_ROW else (people, row["invented_people"])
        )
        cell = Cell(row["site_id"], row["month"], _line(kind, row["way"]), row["code"])
        yield cell, Sums(contacts, people, invented_ones, people if kind == TallyKind.BATCH else 0)


def _parts_of(tallies: "QuerySet[Tally]", dimension: Dimension) -> Iterator[tuple[Cell, Sums]]:
    """What is known of people in groups, and as many fewer of whom it was not asked."""
    codes = CODES_OF_MARGINS[dimension]
    rows = (
        TallyMargin.objects.filter(tally__in=tallies.values("pk"), margin__in=list(codes))
        .annotate(month=TruncMonth("tally__day"))
        .order_by("tally_id", "margin")
        .values_list(
            "tally_id", "tally__site_id", "month", "tally__kind", "tally__way", "tally__number", "margin", "number"
        )
    )
    groups: dict[Any, dict[str, int]] = defaultdict(dict)
    places: dict[Any, tuple[int, dt.date, str, int]] = {}
    for key, site, month, kind, way, people, margin, number in rows:
        groups[key][margin] = number
        places[key] = (site, month, _line(kind, way), people)
    for key, parts in groups.items():
        site, month, line, people = places[key]
        if Margin.UNDER_25 in parts:  # of them, those told more exactly stand under their own age
            inner = parts.get(Margin.UNDER_18, 0) + parts.get(Margin.FROM_18, 0)
            parts[Margin.UNDER_25] = max(0, parts[Margin.UNDER_25] - inner)
        for margin, number in parts.items():
            yield Cell(site, month, line, codes[margin]), Sums(people=number)
        yield Cell(site, month, line, ASKED_NOT), Sums(people=-min(people, sum(parts.values())))


def _line(kind: str, way: str) -> str:
    return str(way or LINE_OF_KIND[TallyKind(kind)].value)
