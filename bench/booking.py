"""Confirmed bookings by 32 visitors at once, over HTTP, against two synchronous web workers; then 32 at one moment."""

import datetime as dt
import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from itertools import count
from threading import Barrier
from time import perf_counter

from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils import translation

from appointments.models import Appointment, Duty
from appointments.services import find_free_slots
from bench.results import Figure, figure, percentile
from bench.visitor import Visitor, fields_and_moments
from bench.web import Server, served
from bench.world import Plan, World, build_world
from sites.models import Site, Theme

CLIENTS = 32
LIMITS = {"requests_per_booking": 3, "sql_per_booking": 15, "cpu_ms_per_booking": 30, "double_bookings": 0}
MOST_TRIES = 5
# Each client finds a moment of its own: what a booking costs. What a conflict costs comes after, and is nothing else.
BOOKED = 0.3


def run(*, quick: bool) -> list[Figure]:
    """Requests, statements and work of the web workers for a confirmed booking, and all double bookings."""
    if connection.vendor != "postgresql":
        sys.stdout.write("booking: no PostgreSQL found, measured on SQLite: writers wait for one another.\n")
    plan = Plan(sites=8, days=30, past_days=7, booked=BOOKED) if quick else Plan(booked=BOOKED)
    world = build_world(plan)
    connection.close()
    bookings = 96 if quick else 640
    with served() as server:
        journeys = _Journeys(server, world, days=plan.days)
        journeys.book(CLIENTS * 2)
        floor_cpu = _floor(server, requests=bookings)
        cpu, statements, began = server.cpu_ms, server.statements, perf_counter()
        done = journeys.book(bookings)
        seconds = perf_counter() - began
        cpu, statements = server.cpu_ms - cpu, server.statements - statements
        won, refused = _aim_at_one(server, world)
    return [
        figure("requests_per_booking", sum(one[0] for one in done) / bookings, "HTTP", limits=LIMITS, runs=bookings),
        figure("sql_per_booking", statements / bookings, "SQL", limits=LIMITS, runs=bookings),
        figure("cpu_ms_per_booking", cpu / bookings, "ms", floor=floor_cpu, limits=LIMITS, runs=bookings),
        figure("floor_cpu_ms of a trivial page", floor_cpu, "ms", runs=bookings),
        figure("journey_p50_ms with 32 clients", percentile([one[1] for one in done], 0.5), "ms", runs=bookings),
        figure("journey_p95_ms with 32 clients", percentile([one[1] for one in done], 0.95), "ms", runs=bookings),
        figure("bookings_per_second", bookings / seconds, "1/s", runs=bookings),
        figure("one_moment won", won, "visitors", runs=CLIENTS),
        figure("one_moment told the next free ones", refused, "visitors", runs=CLIENTS),
        figure("double_bookings", count_double_bookings(), "pairs", limits=LIMITS, runs=bookings + CLIENTS),
    ]


def count_double_bookings() -> int:
    """Pairs of appointments that hold the same time of one advisor; those overbooked on purpose hold none."""
    held = Appointment.objects.active().filter(is_overbooked=False)
    other = held.filter(
        advisor=OuterRef("advisor"),
        pk__gt=OuterRef("pk"),
        starts_at__lt=OuterRef("free_again_at"),
        free_again_at__gt=OuterRef("starts_at"),
    )
    return held.filter(Exists(other), free_again_at__gt=F("starts_at")).count()


class _Journeys:
    """32 visitors at a time, one after the other, no two of whom want the same time of a place: that comes later."""

    def __init__(self, server: Server, world: World, *, days: int) -> None:
        self.server, self.world = server, world
        self.seeds, self.turns = count(), count()
        # Whoever asks where nobody receives for it books nothing, and is no part of what a booking costs.
        self.served = [[theme for theme in world.themes if _is_served(theme, at=site)] for site in world.sites]
        # Sessions of several themes overlap: visitors of one place never meet when each looks at weeks of their own.
        self.today, self.share = world.now.date(), dt.timedelta(days=days // -(-CLIENTS // len(world.sites)))

    def book(self, number: int) -> list[tuple[int, float]]:
        """So many confirmed bookings: the requests and milliseconds of each."""
        with ThreadPoolExecutor(CLIENTS) as clients:
            rows = clients.map(self._book_some, range(CLIENTS), [number // CLIENTS] * CLIENTS)
            return [one for row in rows for one in row]

    def _book_some(self, client: int, number: int) -> list[tuple[int, float]]:
        return [self._journey(client) for _one in range(number)]

    def _journey(self, client: int) -> tuple[int, float]:
        visitor = Visitor(self.server.port, random.Random(next(self.seeds)))  # noqa: S311  nothing is kept secret by it
        share, place = divmod(client, len(self.world.sites))
        began = perf_counter()
        while True:
            theme = self.served[place][next(self.turns) % len(self.served[place])]
            path = _address(self.world.sites[place], theme, first_on=self.today + share * self.share)
            fields, moments = fields_and_moments(visitor.get(path)[1])
            if moments and _is_booked(visitor, path, fields, moments):
                return visitor.requests, (perf_counter() - began) * 1000


def _is_served(theme: Theme, *, at: Site) -> bool:
    return Duty.objects.filter(site=at, themes=theme).exists()


def _is_booked(visitor: Visitor, path: str, fields: dict[str, str], moments: Sequence[str]) -> bool:
    """Whether one of the moments became theirs; whoever is refused chooses among those the page offers instead."""
    for _try in range(MOST_TRIES):
        status, page = visitor.send(path, fields | {"moment": visitor.draw.choice(moments)})
        if status == HTTPStatus.OK:
            return True
        if status != HTTPStatus.CONFLICT:
            raise AssertionError(f"{status} for {path}: {page[:2000]}")
        fields, moments = fields_and_moments(page)
    return False


def _aim_at_one(server: Server, world: World) -> tuple[int, int]:
    """How many of 32 visitors won the same moment of one advisor, and how many were told of others."""
    path, moment = _scarce_moment(server, world)
    gate = Barrier(CLIENTS)

    def aim(number: int) -> int:
        visitor = Visitor(server.port, random.Random(-number - 1))  # noqa: S311  nothing is kept secret by it
        fields, _moments = fields_and_moments(visitor.get(path)[1])
        gate.wait()
        status, page = visitor.send(path, fields | {"moment": moment})
        if status == HTTPStatus.CONFLICT and not fields_and_moments(page)[1]:
            raise AssertionError("Refused, and no other moment is offered")
        return status

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = Counter(clients.map(aim, range(CLIENTS)))
    if set(answers) - {HTTPStatus.OK, HTTPStatus.CONFLICT}:
        raise AssertionError(f"Neither booked nor refused: {answers}")
    return answers[HTTPStatus.OK], answers[HTTPStatus.CONFLICT]


def _scarce_moment(server: Server, world: World) -> tuple[str, str]:
    """A moment at which one advisor only is free, and its page."""
    visitor = Visitor(server.port, random.Random(0))  # noqa: S311  nothing is kept secret by it
    for site in world.sites:
        for theme in world.themes:
            path = _address(site, theme, first_on=world.now.date())
            slots = find_free_slots(theme=theme, sites=[site], now=world.now, language="fr", channel="ON_SITE")
            alone = {f"{site.slug}|{slot.starts_at:%Y-%m-%dT%H:%MZ}" for slot in slots if len(slot.advisor_ids) == 1}
            shown = fields_and_moments(visitor.get(path)[1])[1]
            fitting = [moment for moment in shown if moment.rpartition("|")[0] in alone]
            if fitting:
                return path, fitting[-1]
    raise AssertionError("Everywhere two advisors are free at once")


def _address(site: Site, theme: Theme, *, first_on: dt.date) -> str:
    with translation.override("fr"):
        query = {"theme": theme.code, "site": site.slug, "from": first_on.isoformat()}
        return reverse("appointments:book", query=query)


def _floor(server: Server, *, requests: int) -> float:
    """The work of the same workers for a page that does nothing."""
    visitors = [Visitor(server.port, random.Random(number)) for number in range(requests)]  # noqa: S311  as above
    cpu = server.cpu_ms
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda visitor: visitor.get("/healthz"), visitors))
    return (server.cpu_ms - cpu) / requests
