"""Finding a moment: the first free ones everywhere, a month, booking one, the agenda of a day; each as act and as page.

Three worlds: the one of the issue, the same with ten times the history, and one with ten times the sites. The floor
of an act is as many bare ``SELECT 1`` as it sends statements; that of a page adds the same walk through middleware
and templates for a page that asks the database nothing of its own.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle

from django.db import connection
from django.test import Client
from django.urls import reverse

from appointments.services import book_appointment, count_free_by_day, find_first_slots, find_free_slots
from appointments.services.agenda.agenda import agenda_of
from appointments.slots import Slot
from bench.database import empty_database
from bench.measure import Runs, figures_of, measure
from bench.results import Figure
from bench.world import Plan, World, build_world
from citemetiers.kernel.dates import local_day
from sites.enums import Role
from sites.models import Membership, Site, Theme, User

LIMITS = {"first_free p95_ms": 100, "first_free queries": 8}
WARM = 3
MONTH = dt.timedelta(days=30)

Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked in turn of each theme and site, and whether the answer is a page."""

    name: str
    acts: Sequence[Act]
    is_page: bool = False


def run(*, quick: bool) -> list[Figure]:
    """Times and statements in each of the worlds."""
    ordinary = Plan(days=30, past_days=7) if quick else Plan()
    history = Plan(days=ordinary.days, past_days=ordinary.past_days * 10)
    many = Plan(sites=ordinary.sites * 10, days=10 if quick else ordinary.days, past_days=ordinary.past_days)
    runs = 30 if quick else 100
    figures = measure_world(build_world(ordinary), runs=runs)
    for plan, words in ((history, "10× history"), (many, "10× sites")):
        empty_database()
        figures += measure_world(build_world(plan), runs=runs, words=words)
    return figures


def measure_world(world: World, *, runs: int, words: str = "") -> list[Figure]:
    """The figures of one world; the words tell it from the others."""
    figures: list[Figure] = []
    for asked in _asked(world, runs=runs):
        measured = measure(asked.acts, runs=runs, warm=WARM)
        floor = measure(_floor(measured, is_page=asked.is_page), runs=runs, warm=WARM)
        name = f"{asked.name} ({words})" if words else asked.name
        figures += figures_of(name, measured, floor=floor, limits=LIMITS)
    return figures


def _asked(world: World, *, runs: int) -> Iterator[Asked]:
    pairs = list(zip(cycle(world.themes), world.sites, strict=False))
    visitor, staff, today = Client(), _member(world), local_day(world.now, tz=world.sites[0].tz)
    yield Asked("first_free", [_first_free(world, theme) for theme in world.themes])
    near = [
        {"theme": theme.code, "site": "anywhere", "near": postcode}
        for theme, postcode in zip(cycle(world.themes), world.postcodes, strict=False)
    ]
    yield Asked("first_free_page", [_page(visitor, "appointments:book", one) for one in near], is_page=True)
    yield Asked("month", [_month(world, theme, site) for theme, site in pairs])
    next_month = f"{today.replace(day=1) + MONTH + dt.timedelta(days=1):%Y-%m}"
    months = [{"theme": theme.code, "site": site.slug, "month": next_month} for theme, site in pairs]
    yield Asked("month_page", [_page(visitor, "appointments:book", one) for one in months], is_page=True)
    yield Asked("book", _bookings(world, number=runs + WARM))
    day = _next_working_day(today)
    yield Asked("agenda", [_agenda(site, day) for site in world.sites])
    days = [{"site": site.slug, "day": f"{day:%Y-%m-%d}", "whose": "site"} for site in world.sites]
    yield Asked("agenda_page", [_page(staff, "agenda:day", one) for one in days], is_page=True)


def _first_free(world: World, theme: Theme) -> Act:
    return lambda: find_first_slots(theme=theme, sites=None, now=world.now)


def _month(world: World, theme: Theme, site: Site) -> Act:
    first_on = local_day(world.now, tz=site.tz) + dt.timedelta(days=1)
    return lambda: count_free_by_day(theme=theme, site=site, first_on=first_on, last_on=first_on + MONTH, now=world.now)


def _agenda(site: Site, day: dt.date) -> Act:
    return lambda: agenda_of(site=site, first_on=day, last_on=day)


def _bookings(world: World, *, number: int) -> list[Act]:
    """As many as are measured or warm up: each books a moment of its own."""
    theme, sites = world.themes[0], {site.pk: site for site in world.sites}
    free = find_free_slots(theme=theme, sites=world.sites, now=world.now)
    return [_booking(world, theme, sites[slot.site_id], slot) for slot in free[:number]]


def _booking(world: World, theme: Theme, site: Site, slot: Slot) -> Act:
    return lambda: book_appointment(
        site=site, theme=theme, language=slot.languages[0], starts_at=slot.starts_at, now=world.now
    )


def _page(client: Client, name: str, query: dict[str, str]) -> Act:
    url = reverse(name, query=query)

    def get() -> None:
        answer = client.get(url)
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{url} answers {answer.status_code}")

    return get


def _floor(runs: Runs, *, is_page: bool) -> Act:
    """As many round trips as the act makes; for a page, one that is served without them, too."""
    trips, client, url = max(runs.queries), Client(), reverse("accessibility")

    def go() -> None:
        for _trip in range(trips):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                cursor.fetchone()
        if is_page:
            client.get(url)

    return go


def _member(world: World) -> Client:
    """Somebody of reception, at every site."""
    user = User.objects.create(email="reception@bench.example", display_name="Reception", password="!")  # noqa: S106
    Membership.objects.bulk_create(Membership(user=user, role=Role.RECEPTION, site=site) for site in world.sites)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _next_working_day(today: dt.date) -> dt.date:
    day = today + dt.timedelta(days=1)
    return day if day.isoweekday() <= 5 else _next_working_day(day)  # noqa: PLR2004  Friday
