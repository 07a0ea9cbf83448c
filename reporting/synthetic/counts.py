"""Illustrative counts without persons: information, self-service, batches, groups, outings and classes."""

import datetime as dt
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from citemetiers.kernel import dates
from reporting.synthetic.contacts import BATCH, NAMESPACE, Choice, site_weight, weighted_days
from sites.models import Site, Theme
from visitors.enums import HalfDay, Margin, TallyKind, Way
from visitors.models import Tally, TallyMargin
from visitors.services import write_illustrative

JULY, AUGUST = 7, 8
# How often a row of each kind is written, and how many people it counts.
KINDS = {
    TallyKind.INFORMATION: 40,
    TallyKind.SELF_SERVICE: 22,
    TallyKind.BATCH: 22,
    TallyKind.GROUP: 7,
    TallyKind.SCHOOL: 6,
    TallyKind.OUTREACH: 3,
}
PEOPLE = {
    TallyKind.INFORMATION: (2, 14),
    TallyKind.SELF_SERVICE: (1, 6),
    TallyKind.BATCH: (1, 4),
    TallyKind.GROUP: (6, 16),
    TallyKind.SCHOOL: (14, 26),
    TallyKind.OUTREACH: (15, 60),
}
WAYS_OF_BATCH = (Way.WALK_IN, Way.WALK_IN, Way.PHONE, Way.EMAIL)
ABOUT_A_THEME = frozenset({TallyKind.BATCH, TallyKind.GROUP, TallyKind.SCHOOL, TallyKind.OUTREACH})
DRAWS = 9
# Rows a day of a site with the weight of a Carrefour, in a month as busy as most.
ROWS_A_DAY = 0.6
Row = tuple[Tally, list[TallyMargin]]


@dataclass(frozen=True)
class Counts:
    """The weights of one run, read from the database once."""

    themes: list[Theme] = field(
        default_factory=lambda: list(Theme.objects.common().filter(last_on__isnull=True).order_by("code"))
    )

    kind = Choice(KINDS.items())
    kind_in_summer = Choice([(kind, share) for kind, share in KINDS.items() if kind != TallyKind.SCHOOL])

    def row(self, key: uuid.UUID, *, site: Site, day: dt.date, drawn: list[float]) -> Row:
        """One count with its margins, from a key and as many numbers as there are draws."""
        choice = self.kind_in_summer if day.month in {JULY, AUGUST} else self.kind
        kind = choice.pick(drawn[0])
        if kind == TallyKind.BATCH and not self.themes:
            kind = TallyKind.INFORMATION
        theme = self.themes[int(drawn[1] * len(self.themes))] if kind in ABOUT_A_THEME and self.themes else None
        half_day = HalfDay.MORNING if drawn[2] < 0.58 else HalfDay.AFTERNOON  # noqa: PLR2004  a little over half
        least, most = PEOPLE[kind]
        tally = Tally(
            id=key,
            site=site,
            day=day,
            half_day=half_day,
            kind=kind,
            way=_way(kind, drawn[3]),
            theme=theme,
            language=site.languages[0] if kind == TallyKind.GROUP else "",
            number=least + int(drawn[4] * (most - least + 1)),
            is_illustrative=True,
        )
        if theme and kind == TallyKind.BATCH:
            # There is one number a half-day, way and theme, whoever makes it up.
            tally.pk = uuid.uuid5(NAMESPACE, f"batch/{site.slug}/{day}/{half_day}/{tally.way}/{theme.code}")
        return tally, list(_margins(tally, drawn[5:])) if kind == TallyKind.GROUP else []


def seed_counts(*, counts: int, first_on: dt.date, until: dt.date, sites: Sequence[Site], seed: int) -> int:
    """Write illustrative counts over [first_on, until); says how many rows are new.

    The key of a row comes from the seed and its number alone: the same seed never doubles a row.
    """
    days = weighted_days(sites, first_on, until)
    if not days or not sites:
        return 0
    shapes, day, place = Counts(), Choice(days), Choice((site, site_weight(site)) for site in sites)
    numbers = random.Random(f"counts/{seed}")  # noqa: S311  made-up people need no secrets

    def rows() -> Iterator[Row]:
        for number in range(counts):
            drawn = [numbers.random() for _ in range(DRAWS + 2)]
            key = uuid.uuid5(NAMESPACE, f"count/{seed}/{number}")
            yield shapes.row(key, site=place.pick(drawn[0]), day=day.pick(drawn[1]), drawn=drawn[2:])

    return _write(rows())


def ensure_demo_counts(*, now: dt.datetime) -> int:
    """Illustrative counts of every public site, from New Year to yesterday; says how many rows are new.

    Each day of each site has its own rows: a later day only adds, it never changes a past one.
    """
    shapes = Counts()

    def rows() -> Iterator[Row]:
        for site in Site.objects.for_public().by_town():
            today = dates.local_day(now, tz=site.tz)
            first, until = dates.year_bounds(today.year)
            for day, weight in weighted_days([site], first, until):
                if day < today:
                    yield from _demo_day(shapes, site, day, mean=ROWS_A_DAY * weight * site_weight(site) ** 0.5)

    return _write(rows())


def _demo_day(shapes: Counts, site: Site, day: dt.date, *, mean: float) -> Iterator[Row]:
    numbers = random.Random(f"counts/{site.slug}/{day}")  # noqa: S311  made-up people need no secrets
    for number in range(int(mean * 2 * numbers.random() + 0.5)):
        key = uuid.uuid5(NAMESPACE, f"demo-count/{site.slug}/{day}/{number}")
        yield shapes.row(key, site=site, day=day, drawn=[numbers.random() for _ in range(DRAWS)])


def _way(kind: TallyKind, drawn: float) -> str:
    if kind == TallyKind.BATCH:
        return WAYS_OF_BATCH[int(drawn * len(WAYS_OF_BATCH))]
    ways = {
        TallyKind.SELF_SERVICE: Way.SELF_SERVICE,
        TallyKind.GROUP: Way.GROUP,
        TallyKind.OUTREACH: Way.OUTREACH,
    }
    return ways.get(kind, "")


def _margins(tally: Tally, drawn: list[float]) -> Iterator[TallyMargin]:
    """Of most groups somebody noted how many were women, under 25, looking for work."""
    parts = (Margin.WOMEN, Margin.UNDER_25, Margin.JOB_SEEKERS)
    for margin, share in zip(parts, drawn, strict=False):
        if share > 0.2:  # noqa: PLR2004  one in five is not asked
            number = round(tally.number * share)
            yield TallyMargin(id=uuid.uuid5(tally.pk, margin), tally=tally, margin=margin, number=number)


def _write(rows: Iterator[Row]) -> int:
    new = 0
    while batch := list(islice(rows, BATCH)):
        new += write_illustrative(tallies=batch)[1]
    return new
