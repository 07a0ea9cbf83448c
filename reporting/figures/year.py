"""The figures of a year: contacts by site, month and way of service, and what stands beside them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from django.utils.dates import MONTHS as MONTH_NAMES
from django.utils.formats import date_format

from appointments.services import NoShowRate, no_show_rate
from citemetiers.kernel import dates
from reporting.figures.beside import Beside
from reporting.figures.periods import period_of, today_at
from reporting.figures.published import Addition, additions_in, length_of, published_of
from reporting.models import PublishedFigure
from reporting.rules import FIRST_YEAR
from sites.models import Site, Theme
from visitors.counting import BESIDE, Sums, count
from visitors.counting import years as years_counted
from visitors.enums import Dimension, Way

Cells = dict[tuple[int, int, str], Sums]


@dataclass(frozen=True)
class Bar:
    """A line of a chart: its words, its sums, and its length in per cent of the longest line."""

    label: str
    tally: Sums
    length: str


@dataclass(frozen=True)
class Coverage:
    """What a site logged: in how many months of the period, how much of it illustrative, how much in a batch."""

    site: Site
    months: int
    tally: Sums


@dataclass(frozen=True)
class YearFigures:
    """The contacts of some sites in one calendar year, up to today, and what others published of them.

    What stands beside the contacts, such as pupils, is in no total.
    """

    year: int
    sites: tuple[Site, ...]
    last_on: dt.date
    cells: Cells
    published: tuple[PublishedFigure, ...]
    beside_cells: Cells = field(default_factory=dict)

    @cached_property
    def months(self) -> range:
        """The months of the year that have begun."""
        return range(1, self.last_on.month + 1)

    @cached_property
    def additions(self) -> list[Addition]:
        """Published totals with their lines."""
        return additions_in(self.published)

    @cached_property
    def _sums(self) -> dict[tuple[int | None, int | None, str | None], Sums]:
        sums: dict[tuple[int | None, int | None, str | None], Sums] = defaultdict(Sums)
        for (site, month, way), tally in self.cells.items():
            for key in product((site, None), (month, None), (way, None)):
                sums[key] += tally
        return sums

    @property
    def total(self) -> Sums:
        """Everything."""
        return self.tally()

    def tally(self, *, site: Site | None = None, month: int | None = None, way: str | None = None) -> Sums:
        """The sum over whatever is not named."""
        return self._sums.get((site.pk if site else None, month, way), Sums())

    def by_way(self) -> list[Bar]:
        """One line a way of service, in their fixed order."""
        return _bars([(str(way.label), self.tally(way=way)) for way in Way])

    def by_month(self) -> list[Bar]:
        """One line a month that has begun."""
        return _bars([(str(MONTH_NAMES[month]), self.tally(month=month)) for month in self.months])

    def month_labels(self) -> list[str]:
        """The months that have begun, in a few letters."""
        return [date_format(dt.date(self.year, month, 1), "N") for month in self.months]

    def matrix(self) -> list[tuple[Site, list[Sums], Sums]]:
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

    def beside(self) -> list[Beside]:
        """What stands beside the contacts and was counted at all, a line each."""
        sums: dict[str, Sums] = defaultdict(Sums)
        for (_site, _month, line), tally in self.beside_cells.items():
            sums[line] += tally
        return [Beside(line, sums[line]) for line in BESIDE if sums[line].people]


def figures_of(year: int, *, sites: Sequence[Site], now: dt.datetime) -> YearFigures:
    """Count one calendar year of these sites, in their local days and never past today."""
    first, until = period_of(year, sites=sites, now=now)
    apart: dict[bool, Cells] = {True: {}, False: {}}
    for cell, sums in count(first, until, sites=[site.pk for site in sites]).items():
        apart[cell.line in BESIDE][cell.site, cell.month.month, cell.line] = sums
    return YearFigures(
        year=year,
        sites=tuple(sites),
        last_on=until - dt.timedelta(days=1),
        cells=apart[False],
        beside_cells=apart[True],
        published=tuple(published_of(sites).within(first, until).for_reading()),
    )


def themes_of(year: int, *, sites: Sequence[Site], now: dt.datetime) -> list[Bar]:
    """Contacts of the year by theme of the common list, the most frequent first.

    A contact counts once under each theme that it was about; what a network calls by a word of its own counts as the
    common theme. The words are those in force when the counted days ended, whatever became of them since.
    """
    first, until = period_of(year, sites=sites, now=now)
    tallies: dict[str, Sums] = defaultdict(Sums)
    for cell, sums in count(first, until, sites=[site.pk for site in sites], dimension=Dimension.THEME).items():
        if cell.line not in BESIDE:
            tallies[cell.code] += sums
    words = _words_of(tallies, day=until - dt.timedelta(days=1))
    frequent_first = sorted(tallies.items(), key=lambda item: (-item[1].contacts, item[0]))
    return _bars([(words[code], tally) for code, tally in frequent_first])


def no_shows_of(year: int, *, sites: Sequence[Site]) -> NoShowRate:
    """How often nobody came to an appointment of the year; no share on a small base."""
    first, until = dates.year_bounds(year)
    return no_show_rate(sites=sites, first_on=first, last_on=until - dt.timedelta(days=1))


def years_with_figures(*, sites: Sequence[Site], now: dt.datetime) -> list[int]:
    """This year and every earlier one that has something to show, the latest first."""
    this_year = today_at(sites, now=now).year
    years = {this_year} | years_counted(sites=[site.pk for site in sites])
    years.update(month.year for month in published_of(sites).values_list("first_month", flat=True))
    return sorted((year for year in years if FIRST_YEAR <= year <= this_year), reverse=True)


def _words_of(codes: Iterable[str], *, day: dt.date) -> dict[str, str]:
    """The words of common themes on a day; of one that ended before, its last ones."""
    versions = Theme.objects.common().filter(code__in=list(codes)).order_by("pk")
    words: dict[str, str] = {}
    for version in sorted(versions, key=lambda version: version.first_on or dt.date.min):
        if version.code not in words or version.first_on is None or version.first_on <= day:
            words[version.code] = version.name
    return words


def _bars(lines: list[tuple[str, Sums]]) -> list[Bar]:
    longest = max((tally.contacts for _label, tally in lines), default=0)
    return [Bar(label, tally, length_of(tally.contacts, longest)) for label, tally in lines]
