"""Illustrative contacts, one by one as at a desk."""

import datetime as dt
import random
import uuid
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, islice
from typing import Any

from django.db import transaction

from citemetiers.kernel import dates
from sites.enums import SiteKind, Weekday
from sites.models import Network, Site, Theme
from sites.services import holidays_among
from visitors.enums import AgeBand, Answer, DurationBand, Gender, HalfDay, Way
from visitors.models import Contact, ContactTheme
from visitors.services import write_illustrative

Progress = Callable[[int, int], None]

BATCH = 5000
NAMESPACE = uuid.UUID("5f0c9b5e-6a86-4b0e-9d5e-0d7a3c2b1e10")
ILLUSTRATIVE = "illustrative"
# People as Brussels counted them in 2023; a line of a group stands for MEAN_GROUP participants.
MEAN_GROUP = 10
WAYS = {
    Way.BOOKED: 0.4 * 28_977,
    Way.WALK_IN: 0.6 * 28_977,
    Way.SELF_SERVICE: 9_556,
    Way.GROUP: 18_062 / MEAN_GROUP,
    Way.OUTREACH: 9_059,
    Way.PHONE: 3_000,
    Way.EMAIL: 2_400,
    Way.VIDEO: 600,
}
THEMES = {"direction": 22, "train": 27, "work": 24, "business": 6, "mobility": 8, "recognition": 13}
MONTHS = (1.1, 1.05, 1.1, 0.95, 1.0, 1.0, 0.5, 0.65, 1.35, 1.25, 1.1, 0.75)
DURATIONS = {
    Way.SELF_SERVICE: (25, 35, 30, 10),
    Way.GROUP: (0, 5, 35, 60),
    Way.OUTREACH: (80, 18, 2, 0),
    Way.EMAIL: (85, 15, 0, 0),
    Way.PHONE: (60, 35, 5, 0),
}
ONE_TO_ONE = (10, 35, 45, 10)
# Most details never come up.
GENDERS = (70, 16, 13, 0.5, 0.5)
AGES = (68, 5, 9, 11, 6, 0.5, 0.5)
FIRST_VISITS = (65, 19, 15, 1)
DRAWS = 10
DEMO_CONTACTS_A_YEAR = 6_700


class Choice:
    """A weighted choice that takes exactly one number between 0 and 1."""

    def __init__(self, weights: Iterable[tuple[Any, float]]) -> None:
        self.values, shares = zip(*weights, strict=True)
        self.bounds = list(accumulate(shares))

    def pick(self, drawn: float) -> Any:
        """The value at this share of the whole."""
        return self.values[min(bisect(self.bounds, drawn * self.bounds[-1]), len(self.values) - 1)]


def _lasting_themes() -> list[Theme]:
    return list(Theme.objects.common().filter(last_on__isnull=True).order_by("code"))


@dataclass(frozen=True)
class Shapes:
    """The weights of one run, read from the database once."""

    sites: Sequence[Site]
    themes: list[Theme] = field(default_factory=_lasting_themes)

    way = Choice(WAYS.items())
    gender = Choice(zip(Gender, GENDERS, strict=True))
    age = Choice(zip(AgeBand, AGES, strict=True))
    first_visit = Choice(zip(Answer, FIRST_VISITS, strict=True))

    @cached_property
    def site(self) -> Choice:
        """A Cité receives three times as many people as a Carrefour."""
        return Choice((site, site_weight(site)) for site in self.sites)

    @cached_property
    def theme(self) -> Choice | None:
        """The themes of the portal; one that came later counts little."""
        return Choice((theme, THEMES.get(theme.code, 5)) for theme in self.themes) if self.themes else None

    @cached_property
    def durations(self) -> dict[str, Choice]:
        """How long each way of service takes."""
        return {way: Choice(zip(DurationBand, DURATIONS.get(way, ONE_TO_ONE), strict=True)) for way in Way}

    @cached_property
    def languages(self) -> dict[int, Choice]:
        """The first language of a site serves most people, the others a tenth."""
        return {
            site.pk: Choice((code, 10.0 if code == site.languages[0] else 1.2) for code in site.languages)
            for site in self.sites
        }


Row = tuple[Contact, list[ContactTheme]]


def seed_contacts(  # noqa: PLR0913  each is a knob of the command
    *,
    contacts: int,
    first_on: dt.date,
    until: dt.date,
    sites: Sequence[Site],
    seed: int,
    progress: Progress | None = None,
) -> int:
    """Write illustrative contacts over [first_on, until); says how many rows are new.

    The key of a row comes from the seed and its number alone: the same seed never doubles a row.
    """
    days = weighted_days(sites, first_on, until)
    if not days or not sites:
        return 0
    day = Choice(days)
    shapes = Shapes(sites)
    numbers = random.Random(seed)  # noqa: S311  made-up people need no secrets

    def rows() -> Iterator[Row]:
        for number in range(contacts):
            # Always as many draws: a row keeps its theme, way and people whatever the period or the sites.
            drawn = [numbers.random() for _ in range(DRAWS)]
            key = uuid.uuid5(NAMESPACE, f"{seed}/{number}")
            yield _row(shapes, key, site=shapes.site.pick(drawn[0]), day=day.pick(drawn[1]), drawn=drawn[2:])

    return _write(rows(), total=contacts, progress=progress)


def ensure_demo_contacts(*, now: dt.datetime) -> int:
    """Illustrative contacts of every public site, from New Year to yesterday; says how many rows are new.

    Each day of each site has its own rows: a later day only adds, it never changes a past one.
    """
    sites = list(Site.objects.for_public().by_town())
    shapes = Shapes(sites)
    rows: list[Row] = []
    whole = sum(site_weight(site) for site in sites)
    for site in sites:
        today = dates.local_day(now, tz=site.tz)
        year_first, year_until = dates.year_bounds(today.year)
        weights = dict(weighted_days([site], year_first, year_until))
        a_weight = DEMO_CONTACTS_A_YEAR * site_weight(site) / whole / sum(weights.values())
        for day in (day for day in weights if day < today):
            rows.extend(_demo_day(shapes, site, day, mean=weights[day] * a_weight))
    return _write(iter(rows), total=len(rows), progress=None)


@transaction.atomic
def ensure_illustrative_sites(count: int) -> list[Site]:
    """The first ``count`` sites; where there are fewer, plainly named ones are added, unseen by the public."""
    sites = list(Site.objects.select_related("network").order_by("pk"))
    for number in range(len(sites) + 1, count + 1):
        network, _made = Network.objects.get_or_create(slug=ILLUSTRATIVE, defaults={"name": "Illustrative network"})
        site, _made = Site.objects.get_or_create(
            slug=f"{ILLUSTRATIVE}-{number}",
            defaults={
                "network": network,
                "name": f"Illustrative site {number}",
                "kind": SiteKind.CARREFOUR,
                "city": f"Illustrative {number}",
                "languages": ("fr",),
                "is_open_to_public": False,
            },
        )
        sites.append(site)
    return sites[:count]


def site_weight(site: Site) -> float:
    """How busy a site is, beside the others."""
    return 3.0 if site.kind == SiteKind.CITE else 1.0


def _demo_day(shapes: Shapes, site: Site, day: dt.date, *, mean: float) -> Iterator[Row]:
    numbers = random.Random(f"{site.slug}/{day}")  # noqa: S311  made-up people need no secrets
    count = int(mean * (0.4 + 1.2 * numbers.random()) + numbers.random())
    for number in range(count):
        drawn = [numbers.random() for _ in range(DRAWS)]
        key = uuid.uuid5(NAMESPACE, f"demo/{site.slug}/{day}/{number}")
        yield _row(shapes, key, site=site, day=day, drawn=drawn[2:])


def _row(shapes: Shapes, key: uuid.UUID, *, site: Site, day: dt.date, drawn: list[float]) -> Row:
    way = shapes.way.pick(drawn[0])
    contact = Contact(
        id=key,
        site=site,
        day=day,
        half_day=HalfDay.MORNING if drawn[1] < 0.58 else HalfDay.AFTERNOON,  # noqa: PLR2004  a little over half
        way=way,
        language=shapes.languages[site.pk].pick(drawn[2]),
        headcount=_headcount(way, drawn[3]),
        duration=shapes.durations[way].pick(drawn[4]),
        gender=shapes.gender.pick(drawn[5]),
        age_band=shapes.age.pick(drawn[6]),
        first_visit=shapes.first_visit.pick(drawn[7]),
        is_illustrative=True,
    )
    return contact, _themes(shapes, contact, key)


def _themes(shapes: Shapes, contact: Contact, key: uuid.UUID) -> list[ContactTheme]:
    if shapes.theme is None:
        return []
    # The bits of the key are as good as drawn: one theme, and for one contact in five another.
    first, second = (key.int & 0xFFFF) / 0x10000, (key.int >> 80 & 0xFFFF) / 0x10000
    themes = {shapes.theme.pick(first)}
    if (key.int >> 16 & 0xFF) < 0x33:  # noqa: PLR2004  51 of 256
        themes.add(shapes.theme.pick(second))
    return [
        ContactTheme(id=uuid.uuid5(key, theme.code), contact=contact, theme=theme)
        for theme in sorted(themes, key=lambda theme: theme.code)
    ]


def _headcount(way: str, drawn: float) -> int:
    if way == Way.GROUP:
        return 4 + int(drawn * (2 * MEAN_GROUP - 7))
    return 1 if drawn < 0.88 else 2 if drawn < 0.97 else 3  # noqa: PLR2004  alone, in two, a small party


def weighted_days(sites: Sequence[Site], first_on: dt.date, until: dt.date) -> list[tuple[dt.date, float]]:
    """Working days of the period, busier in autumn than in July; public holidays are those of the country."""
    days = [day for day in dates.days_between(first_on, until) if day.isoweekday() < Weekday.SATURDAY]
    days_off: set[dt.date] = set()
    for country in {site.network.country for site in sites}:
        days_off |= holidays_among(days, country=country)
    return [(day, MONTHS[day.month - 1]) for day in days if day not in days_off]


def _write(rows: Iterator[Row], *, total: int, progress: Progress | None) -> int:
    new = done = 0
    while batch := list(islice(rows, BATCH)):
        new += write_illustrative(contacts=batch)[0]
        done += len(batch)
        if progress:
            progress(done, total)
    return new
