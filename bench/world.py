"""A portal full of made-up work: sites over Belgium, their advisors, weekly duties, booked and past appointments.

The same seed gives the same world, but for the day on which it begins: today.
"""

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.utils import timezone

from appointments.enums import Channel, State
from appointments.models import Appointment, Duty, Service, Shift
from appointments.services.finding.on_duty import rhythm_of
from appointments.slots import OnDuty, moments_of
from citemetiers.kernel.dates import at_local, days_between, local_day
from sites.enums import SiteKind, Weekday
from sites.models import Address, Locality, OpeningHours, Site, Theme, User
from sites.services import holidays_among, load_reference

THEMES = 6
ADVISORS_OF_13_SITES = 150
SESSION_MINUTES, BUFFER_MINUTES = 45, 5
HALF_DAYS = ((dt.time(9), dt.time(12, 30)), (dt.time(13), dt.time(16, 30)))
# Of ten half-days a week, an advisor receives in so many.
DUTIES_A_WEEK = 5
THEMES_OF_ONE = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a world is wanted."""

    sites: int = 13
    days: int = 180
    past_days: int = 60
    booked: float = 0.6
    seed: int = 1


@dataclass(frozen=True, slots=True)
class World:
    """What was built, for whoever asks it."""

    sites: list[Site]
    themes: list[Theme]
    postcodes: list[str]
    now: dt.datetime


def build_world(plan: Plan, *, now: dt.datetime | None = None) -> World:
    """Fill an empty database; the recorded sites come first, more are put beside made-up doors."""
    now = now or timezone.now()
    draw = random.Random(plan.seed)  # noqa: S311  nothing is kept secret by it
    load_reference()
    themes = list(Theme.objects.on_offer(today=timezone.localdate(now)).order_by("position", "pk")[:THEMES])
    localities = list(Locality.objects.order_by("pk"))
    sites = _sites(plan.sites, draw, localities)
    services = _services(sites, themes, plan)
    _open_on_weekdays(sites)
    for number, site in enumerate(sites):
        for advisor in _advisors(site, number):
            _work(_duties(site, advisor, draw.sample(themes, THEMES_OF_ONE), draw), plan, draw, services, now=now)
    if connection.vendor == "postgresql":
        # As the server does by itself in the course of a day: it plans by what it knows of the rows.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    postcodes = [draw.choice(localities).postcode for _number in range(50)]
    return World(sites, themes, postcodes, now)


def _sites(number: int, draw: random.Random, localities: Sequence[Locality]) -> list[Site]:
    known = list(Site.objects.select_related("network").order_by("pk"))
    Site.objects.filter(pk__in=[site.pk for site in known[number:]]).update(is_open_to_public=False)
    for extra in range(len(known), number):
        door, like = draw.choice(localities), known[extra % len(known)]
        site = Site.objects.create(
            network=like.network,
            slug=f"bench-{extra}",
            name=f"Bench {extra}",
            kind=SiteKind.CARREFOUR,
            city=door.name,
            languages=like.languages,
        )
        Address.objects.create(
            site=site, postcode=door.postcode, city=door.name, latitude=door.latitude, longitude=door.longitude
        )
        known.append(site)
    return known[:number]


def _services(sites: Iterable[Site], themes: Sequence[Theme], plan: Plan) -> dict[tuple[int, int], Service]:
    rows = [
        Service(
            network_id=network_id,
            theme=theme,
            minutes=SESSION_MINUTES,
            buffer_minutes=BUFFER_MINUTES,
            channels=(Channel.ON_SITE, Channel.PHONE),
            horizon_days=plan.days,
        )
        for network_id in sorted({site.network_id for site in sites})
        for theme in themes
    ]
    return {(row.network_id, row.theme_id): row for row in Service.objects.bulk_create(rows)}


def _open_on_weekdays(sites: Iterable[Site]) -> None:
    OpeningHours.objects.bulk_create(
        OpeningHours(site=site, weekday=weekday, opens_at=opens_at, closes_at=closes_at, is_by_appointment=number == 1)
        for site in sites
        for weekday in range(Weekday.MONDAY, Weekday.SATURDAY)
        for number, (opens_at, closes_at) in enumerate(HALF_DAYS)
    )


def _advisors(site: Site, number: int) -> list[User]:
    """Spread evenly, so that 13 sites have 150."""
    share = (number + 1) * ADVISORS_OF_13_SITES // 13 - number * ADVISORS_OF_13_SITES // 13
    return User.objects.bulk_create(
        User(email=f"advisor-{site.pk}-{one}@bench.example", display_name=f"Advisor {one}", password="!")  # noqa: S106  nobody signs in
        for one in range(share)
    )


def _duties(site: Site, advisor: User, themes: Sequence[Theme], draw: random.Random) -> list[tuple[Duty, Theme]]:
    """The week of an advisor; each duty with one of its themes."""
    half_days = [(weekday, hours) for weekday in range(Weekday.MONDAY, Weekday.SATURDAY) for hours in HALF_DAYS]
    rows = Duty.objects.bulk_create(
        Duty(
            advisor=advisor,
            site=site,
            weekday=weekday,
            starts_at=starts_at,
            ends_at=ends_at,
            first_on=dt.date(2020, 1, 1),
            languages=site.languages,
            is_illustrative=True,
        )
        for weekday, (starts_at, ends_at) in draw.sample(half_days, DUTIES_A_WEEK)
    )
    serves = Duty.themes.through
    serves.objects.bulk_create(serves(duty_id=row.pk, theme_id=theme.pk) for row in rows for theme in themes)
    return [(row, themes[0]) for row in rows]


def _work(
    duties: Sequence[tuple[Duty, Theme]],
    plan: Plan,
    draw: random.Random,
    services: Mapping[tuple[int, int], Service],
    *,
    now: dt.datetime,
) -> None:
    """The shifts of an advisor, those of the past too, and what is booked in them."""
    shifts: list[Shift] = []
    booked: list[Appointment] = []
    for duty, theme in duties:
        service = services[duty.site.network_id, theme.pk]
        for shift in _shifts(duty, plan, now=now):
            shifts.append(shift)
            booked += _appointments(shift, service, plan, draw, now=now)
    Shift.objects.bulk_create(shifts)
    Appointment.objects.bulk_create(booked)


def _shifts(duty: Duty, plan: Plan, *, now: dt.datetime) -> Iterator[Shift]:
    today = local_day(now, tz=duty.site.tz)
    for day in _working_days(today - dt.timedelta(days=plan.past_days), today + dt.timedelta(days=plan.days)):
        if day.isoweekday() == duty.weekday:
            yield Shift(
                duty=duty,
                advisor_id=duty.advisor_id,
                site_id=duty.site_id,
                starts_at=at_local(day, duty.starts_at, tz=duty.site.tz),
                ends_at=at_local(day, duty.ends_at, tz=duty.site.tz),
                stands_for_on=day,
            )


def _appointments(
    shift: Shift, service: Service, plan: Plan, draw: random.Random, *, now: dt.datetime
) -> Iterator[Appointment]:
    duty = OnDuty(shift.site_id, shift.advisor_id, shift.starts_at, shift.ends_at, languages=())
    for starts_at, ends_at in moments_of(duty, rhythm=rhythm_of(service)):
        if draw.random() < plan.booked:
            yield Appointment(
                service=service,
                site_id=shift.site_id,
                advisor_id=shift.advisor_id,
                language="fr",
                starts_at=starts_at,
                ends_at=ends_at,
                free_again_at=ends_at + service.buffer,
                state=State.DONE if ends_at < now else State.BOOKED,
            )


@cache
def _working_days(first: dt.date, until: dt.date) -> tuple[dt.date, ...]:
    days = list(days_between(first, until))
    off = holidays_among(days, country="BE")
    return tuple(day for day in days if day not in off)
