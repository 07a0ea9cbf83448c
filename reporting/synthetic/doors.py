"""Illustrative doors: a counter that tells in from out, one that does not, a place that only estimates."""

import datetime as dt
import random
from collections.abc import Iterator

from citemetiers.kernel import dates
from reporting.synthetic.contacts import weighted_days
from sites.enums import SiteKind
from sites.models import Site
from visitors.models import DoorCounter, DoorReading

NAME = "Demo"
# From here on the counters count, so that what they show only ever grows.
SINCE = dt.date(2025, 1, 1)
PEOPLE_A_DAY = 90
COUNTED_PLACES = 2
# Where the demonstration has its accounts.
LIVELY = frozenset({"namur", "bruxelles"})
DIGITS = 6


def ensure_demo_doors(*, now: dt.datetime) -> int:
    """Readings of two places with a counter and estimates of a third, up to yesterday; says how many are new."""
    sites = list(Site.objects.for_public().by_town())
    cites = sorted((site for site in sites if site.kind == SiteKind.CITE), key=lambda site: site.slug not in LIVELY)
    cites = cites[:COUNTED_PLACES]
    others = [site for site in sites if site.kind != SiteKind.CITE][:1]
    rows: list[DoorReading] = []
    for site in cites:
        rows += _readings(site, now=now, is_two_way=site == cites[0])
    for site in others:
        rows += _estimates(site, now=now)
    before = DoorReading.objects.count()
    # What somebody typed for one of these days stays.
    DoorReading.objects.bulk_create(rows, ignore_conflicts=True)
    return DoorReading.objects.count() - before


def _readings(site: Site, *, now: dt.datetime, is_two_way: bool) -> Iterator[DoorReading]:
    counter, _made = DoorCounter.objects.get_or_create(
        site=site, name=NAME, defaults={"is_two_way": is_two_way, "digits": DIGITS, "staff_entries": 6}
    )
    shown_in = shown_out = 1000
    first = dates.local_day(now, tz=site.tz).replace(month=1, day=1)
    for day, drawn in _days(site, now=now):
        people = int(PEOPLE_A_DAY * (0.5 + drawn))
        shown_in += people if counter.is_two_way else 2 * people
        shown_out += people
        is_read = drawn < 0.96  # noqa: PLR2004  somebody forgets it now and then
        if day >= first and is_read:
            yield DoorReading(
                site=site,
                counter=counter,
                day=day,
                reading_in=shown_in % 10**DIGITS,
                reading_out=shown_out % 10**DIGITS if counter.is_two_way else None,
                is_illustrative=True,
            )


def _estimates(site: Site, *, now: dt.datetime) -> Iterator[DoorReading]:
    this_year = dates.local_day(now, tz=site.tz).year
    for day, drawn in _days(site, now=now):
        if day.year == this_year and drawn < 0.7:  # noqa: PLR2004  on the other days nobody guessed
            yield DoorReading(site=site, day=day, estimated_entries=5 * int(3 + 4 * drawn), is_illustrative=True)


def _days(site: Site, *, now: dt.datetime) -> Iterator[tuple[dt.date, float]]:
    numbers = random.Random(f"doors/{site.slug}")  # noqa: S311  made-up people need no secrets
    for day, _weight in weighted_days([site], SINCE, dates.local_day(now, tz=site.tz)):
        yield day, numbers.random()
