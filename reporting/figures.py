"""Counting, and nothing else. Acts of service and people are two units: never added, never one series."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, product

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone
from django.utils.dates import MONTHS as MONTH_NAMES
from django.utils.formats import date_format

from citemetiers.kernel import dates
from reporting.enums import Precision
from reporting.models import PublishedFigure
from reporting.querysets import PublishedFigureQuerySet
from reporting.rules import FIRST_YEAR
from sites.models import Network, Site
from visitors.enums import Way
from visitors.models import Contact


@dataclass(frozen=True)
class Tally:
    """Contacts, the people they served, and how many of the contacts are illustrative."""

    contacts: int = 0
    people: int = 0
    illustrative: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.contacts + other.contacts, self.people + other.people, self.illustrative + other.illustrative)


@dataclass(frozen=True)
class Bar:
    """A line of a chart: its words, its tally, and its length in per cent of the longest line."""

    label: str
    tally: Tally
    length: str


@dataclass(frozen=True)
class Coverage:
    """What a site logged: in how many months of the period, and how much of it is illustrative."""

    site: Site
    months: int
    tally: Tally


@dataclass(frozen=True)
class Addition:
    """A published total with the lines that it adds up."""

    total: PublishedFigure
    lines: tuple[PublishedFigure, ...]

    @property
    def computed(self) -> int:
        """The sum of the lines."""
        return sum(line.value for line in self.lines)

    @property
    def is_right(self) -> bool:
        """Whether the lines make the total."""
        return self.computed == self.total.value

    @property
    def parts(self) -> list[tuple[PublishedFigure, str]]:
        """Each line with the length of its bar."""
        longest = max((line.value for line in self.lines), default=0)
        return [(line, _length(line.value, longest)) for line in self.lines]


@dataclass(frozen=True)
class YearFigures:
    """The contacts of some sites in one calendar year, up to today, and what others published of them."""

    year: int
    sites: tuple[Site, ...]
    last_on: dt.date
    cells: dict[tuple[int, int, str], Tally]
    published: tuple[PublishedFigure, ...]

    @cached_property
    def months(self) -> range:
        """The months of the year that have begun."""
        return range(1, self.last_on.month + 1)

    @cached_property
    def additions(self) -> list[Addition]:
        """Published totals with their lines."""
        return additions_in(self.published)

    @cached_property
    def _sums(self) -> dict[tuple[int | None, int | None, str | None], Tally]:
        sums: dict[tuple[int | None, int | None, str | None], Tally] = defaultdict(Tally)
        for (site, month, way), tally in self.cells.items():
            for key in product((site, None), (month, None), (way, None)):
                sums[key] += tally
        return sums

    @property
    def total(self) -> Tally:
        """Everything."""
        return self.tally()

    def tally(self, *, site: Site | None = None, month: int | None = None, way: str | None = None) -> Tally:
        """The sum over whatever is not named."""
        return self._sums.get((site.pk if site else None, month, way), Tally())

    def by_way(self) -> list[Bar]:
        """One line a way of service, in their fixed order."""
        return _bars([(str(way.label), self.tally(way=way)) for way in Way])

    def by_month(self) -> list[Bar]:
        """One line a month that has begun."""
        return _bars([(str(MONTH_NAMES[month]), self.tally(month=month)) for month in self.months])

    def month_labels(self) -> list[str]:
        """The months that have begun, in a few letters."""
        return [date_format(dt.date(self.year, month, 1), "N") for month in self.months]

    def matrix(self) -> list[tuple[Site, list[Tally], Tally]]:
        """One line a site: its months, then its year."""
        return [
            (site, [self.tally(site=site, month=month) for month in self.months], self.tally(site=site))
            for site in self.sites
        ]

    def coverage(self) -> list[Coverage]:
        """One line a site, also for a site that logged nothing."""
        return [
            Coverage(
                site=site,
                months=sum(1 for month in self.months if self.tally(site=site, month=month).contacts),
                tally=self.tally(site=site),
            )
            for site in self.sites
        ]


def today_at(sites: Iterable[Site], *, now: dt.datetime) -> dt.date:
    """The latest date on the walls of these sites."""
    days = [dates.local_day(now, tz=site.tz) for site in sites]
    return max(days, default=timezone.localdate(now))


def figures_of(year: int, *, sites: Sequence[Site], now: dt.datetime) -> YearFigures:
    """Count one calendar year of these sites, in their local days and never past today."""
    first, until = dates.year_bounds(year)
    until = min(until, today_at(sites, now=now) + dt.timedelta(days=1))
    rows = (
        Contact.objects.within(first, until)
        .filter(site__in=[site.pk for site in sites])
        .annotate(month=ExtractMonth("day"))
        .values("site_id", "month", "way")
        .annotate(
            contacts=Count("pk"), people=Sum("headcount"), illustrative=Count("pk", filter=Q(is_illustrative=True))
        )
        .order_by("site_id", "month", "way")
    )
    cells = {
        (row["site_id"], row["month"], row["way"]): Tally(row["contacts"], row["people"], row["illustrative"])
        for row in rows
    }
    return YearFigures(
        year=year,
        sites=tuple(sites),
        last_on=until - dt.timedelta(days=1),
        cells=cells,
        published=tuple(_published_of(sites).within(first, until).for_reading()),
    )


def years_with_figures(*, sites: Sequence[Site], now: dt.datetime) -> list[int]:
    """This year and every earlier one that has something to show, the latest first."""
    this_year = today_at(sites, now=now).year
    years = {this_year}
    contacts = Contact.objects.filter(site__in=[site.pk for site in sites])
    # From one year's first contact to the next: the index is touched once a year, not once a contact.
    day = contacts.order_by("day").values_list("day", flat=True).first()
    while day is not None:
        years.add(day.year)
        day = (
            contacts.filter(day__gte=dt.date(day.year + 1, 1, 1)).order_by("day").values_list("day", flat=True).first()
        )
    years.update(month.year for month in _published_of(sites).values_list("first_month", flat=True))
    return sorted((year for year in years if FIRST_YEAR <= year <= this_year), reverse=True)


def additions_in(figures: Iterable[PublishedFigure]) -> list[Addition]:
    """Each total with the lines of its scope and period; a target is no line."""
    groups: dict[tuple[object, ...], list[PublishedFigure]] = defaultdict(list)
    for figure in figures:
        key = (figure.site_id, figure.network_id, figure.scope_note, figure.first_month, figure.last_month)
        groups[key].append(figure)
    return [
        Addition(
            total=total,
            lines=tuple(line for line in group if not line.is_total and line.precision != Precision.TARGET),
        )
        for group in groups.values()
        for total in group
        if total.is_total
    ]


def by_scope(figures: Iterable[PublishedFigure]) -> list[tuple[str, list[PublishedFigure]]]:
    """Figures in the order given, under the name of their site, network or former organisation."""
    return [(scope, list(group)) for scope, group in groupby(figures, key=lambda figure: figure.scope)]


def _published_of(sites: Sequence[Site]) -> PublishedFigureQuerySet:
    # A figure of a network belongs to a report that covers the whole network, and to no other.
    keys = [site.pk for site in sites]
    networks = Network.objects.filter(sites__in=keys).exclude(
        pk__in=Site.objects.exclude(pk__in=keys).values("network")
    )
    found: PublishedFigureQuerySet = PublishedFigure.objects.for_places(sites=keys, networks=networks.values("pk"))
    return found


def _bars(lines: list[tuple[str, Tally]]) -> list[Bar]:
    longest = max((tally.contacts for _label, tally in lines), default=0)
    return [Bar(label, tally, _length(tally.contacts, longest)) for label, tally in lines]


def _length(value: int, longest: int) -> str:
    """Per cent with a point, in every language: it is an attribute of a drawing."""
    return f"{100 * value / longest:.1f}" if longest else "0"
