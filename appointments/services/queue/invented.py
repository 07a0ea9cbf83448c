"""Invented observations of a queue, for a demonstration and for load tests: all of them marked illustrative."""

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterator, Sequence

from appointments.enums import Outcome
from appointments.models import QueueObservation
from citemetiers.kernel.dates import days_between
from sites.enums import Weekday
from sites.models import Site, Theme
from sites.services import holidays_among

HALF_HOURS = range(18, 32)
USUAL_MINUTES = {"direction": 24, "train": 20, "work": 15, "business": 28, "mobility": 22, "recognition": 22}
SPREAD = 0.35
OUTCOMES = (Outcome.DONE, Outcome.LEFT, Outcome.NO_SHOW, Outcome.SWAPPED)
WEIGHTS = (88, 6, 3, 3)
NAMESPACE = uuid.UUID("3d0a6f0e-6f6c-4d7b-9a3e-2f1c5b8e7a90")
# Of a hundred contacts about so many took a number at the door.
NUMBERS_A_CONTACT = 0.4
ROWS_AT_ONCE = 2000


def seed_observations(  # noqa: PLR0913  each is a knob of the command
    *,
    contacts: int,
    first_on: dt.date,
    until: dt.date,
    sites: Sequence[Site],
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write the queue that so many contacts come from, over the working days of [first_on, until); how many are new.

    A row comes from the seed and its number alone: the same seed never doubles one.
    """
    themes = _themes()
    days = {site.pk: workdays(first_on, until, site=site) for site in sites}
    places = [site for site in sites if days[site.pk]]
    wanted = round(contacts * NUMBERS_A_CONTACT) if themes and places else 0
    before = QueueObservation.objects.count()
    for start in range(0, wanted, ROWS_AT_ONCE):
        stop = min(wanted, start + ROWS_AT_ONCE)
        rows = []
        for number in range(start, stop):
            drawn = random.Random(f"{seed}/{number}")  # noqa: S311  made-up people need no secrets
            site = drawn.choice(places)
            day, theme = drawn.choice(days[site.pk]), drawn.choice(themes)
            key = uuid.uuid5(NAMESPACE, f"{seed}/{number}")
            rows.append(invented(key, site, day, theme=theme, numbers=drawn))
        QueueObservation.objects.bulk_create(rows, ignore_conflicts=True)
        if progress is not None:
            progress(stop, wanted)
    return QueueObservation.objects.count() - before


def invented_days(site: Site, days: Sequence[dt.date], *, a_day: int, names: uuid.UUID) -> Iterator[QueueObservation]:
    """So many rows for each of these days, the same each time; not saved yet."""
    themes = _themes()
    for day in days if themes else ():
        numbers = random.Random(f"{site.slug}/{day}")  # noqa: S311  made-up people need no secrets
        for number in range(a_day):
            key = uuid.uuid5(names, f"{site.slug}/{day}/{number}")
            yield invented(key, site, day, theme=numbers.choice(themes), numbers=numbers)


def workdays(first_on: dt.date, until: dt.date, *, site: Site) -> list[dt.date]:
    """Monday to Friday without the holidays of the country, ``until`` not among them."""
    days = [day for day in days_between(first_on, until) if day.isoweekday() < Weekday.SATURDAY]
    days_off = holidays_among(days, country=site.network.country)
    return [day for day in days if day not in days_off]


def invented(key: uuid.UUID, site: Site, day: dt.date, *, theme: Theme, numbers: random.Random) -> QueueObservation:
    """One row, not saved yet."""
    (outcome,) = numbers.choices(OUTCOMES, WEIGHTS)
    waited = int(numbers.expovariate(1 / 14))
    estimated = round(waited * numbers.uniform(0.8, 1.25))
    lasted = max(4, round(USUAL_MINUTES[theme.code] * numbers.lognormvariate(0, SPREAD)))
    return QueueObservation(
        id=key,
        site=site,
        day=day,
        half_hour=numbers.choice(HALF_HOURS),
        theme=theme,
        language=numbers.choice(site.languages),
        outcome=outcome,
        waited=waited if outcome in {Outcome.DONE, Outcome.NO_SHOW} else None,
        lasted=lasted if outcome == Outcome.DONE else None,
        estimated_from=round(estimated * 0.7),
        estimated=estimated,
        estimated_to=round(estimated * 1.4),
        is_illustrative=True,
    )


def _themes() -> list[Theme]:
    return list(Theme.objects.common().filter(code__in=USUAL_MINUTES, last_on__isnull=True).order_by("code"))
