"""The queue of a busy day: calling the next of 300, twenty desks at once, 5,000 who watch, and how right the waits are.

A call is measured as the desk makes it, with its locks. The desks that call at once are processes of their own. A poll
is what a page sends every 15 seconds to see whether anything has changed: nearly always it has not (304). The waits are
told and played on made-up days (bench/queue_days.py), beside what people ahead × a constant would have told.
"""

import datetime as dt
import multiprocessing
import random
import sys
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import cycle, islice
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from appointments.enums import Origin, Outcome, TicketState
from appointments.models import QueueObservation, Seating, Ticket
from appointments.queue_rules import NobodyWaits
from appointments.services.queue import call_next, estimates_of, queue_of
from bench.measure import Runs, measure
from bench.queue_days import play_days
from bench.results import Figure, figure
from bench.web import Server, served
from citemetiers.kernel.codes import fingerprint
from citemetiers.kernel.dates import local_day
from sites.models import Desk, Site, SpecialHours, Theme, User
from sites.services import load_reference

DESKS, WAITING, AT_ONCE = 20, 300, 10
WATCHERS, POLL_SECONDS = 5000, 15
CLIENTS, WARM = 8, 5
LIMITS = {
    "call_next p95_ms": 50,
    "double_calls": 0,
    "poll cpu_ms": POLL_SECONDS * 1000 / WATCHERS,
    "estimate cpu_ms with 300 waiting": 50,
    "estimate median_error": 0.2,
}
LEAST = {"estimate coverage": 0.8, "constant median_error": 0.35}
ONE_DAY, ONE_MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
GATE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class BusySite:
    """A site whose line is long."""

    site: Site
    seatings: list[Seating]
    now: dt.datetime


def run(*, quick: bool) -> list[Figure]:
    """What a call, a poll and an estimate cost, all double calls, and how far the waits told are from the real ones."""
    if connection.vendor != "postgresql":
        sys.stdout.write("queue: no PostgreSQL found, measured on SQLite: desks wait for one another.\n")
    busy = build_busy_site()
    figures = [*time_calls(busy, runs=60 if quick else 400), *time_estimates(busy, runs=10 if quick else 50)]
    figures += count_double_calls(busy, rounds=3 if quick else 20)
    connection.close()
    with served() as server:
        figures += cost_of_polls(server, busy, polls=800 if quick else 6000)
    return figures + compare_waits(days=3 if quick else 40, every=4 if quick else 2)


def build_busy_site(*, desks: int = DESKS, waiting: int = WAITING) -> BusySite:
    """Fill an empty database with one site that is open today, its desks, its line and its sessions of last week."""
    now = timezone.now()
    load_reference()
    draw = random.Random(1)  # noqa: S311  nothing is kept secret by it
    site = Site.objects.for_public().order_by("pk")[0]
    today = local_day(now, tz=site.tz)
    queue_of(site)
    SpecialHours.objects.bulk_create(
        SpecialHours(site=site, day=today + number * ONE_DAY, opens_at=dt.time(0), closes_at=dt.time(23, 59))
        for number in range(2)
    )
    themes = list(Theme.objects.on_offer(today=today))
    seatings = list(_sit_down(site, themes, now=now, desks=desks, draw=draw))
    Ticket.objects.bulk_create(
        _ticket(site, draw.choice(themes), draw.choice(("fr", "fr", "nl")), number, now=now)
        for number in range(1, waiting + 1)
    )
    QueueObservation.objects.bulk_create(
        QueueObservation(
            site=site,
            day=today - draw.randrange(1, 50) * ONE_DAY,
            half_hour=20,
            theme=draw.choice(themes),
            language="fr",
            outcome=Outcome.DONE,
            waited=20,
            lasted=round(draw.lognormvariate(3.2, 0.45)),
        )
        for _number in range(2000)
    )
    if connection.vendor == "postgresql":
        # As the server does by itself in the course of a day: it plans by what it knows of the rows.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return BusySite(site, seatings, now)


def _sit_down(
    site: Site, themes: Sequence[Theme], *, now: dt.datetime, desks: int, draw: random.Random
) -> Iterator[Seating]:
    """All serve the first theme in French; some more than that."""
    for number in range(desks):
        advisor = User.objects.create(email=f"desk-{number}@bench.example", display_name=f"Advisor {number}")
        seating = Seating.objects.create(
            site=site,
            day=local_day(now, tz=site.tz),
            advisor=advisor,
            desk=Desk.objects.create(site=site, name=f"Bench {number}"),
            languages=("fr", "nl") if number % 2 else ("fr",),
            opened_at=now,
        )
        seating.themes.set([themes[0], *draw.sample(themes[1:], 3)])
        yield seating


def _ticket(site: Site, theme: Theme, language: str, number: int, *, now: dt.datetime) -> Ticket:
    taken_at = now - (WAITING - number) * ONE_MINUTE / 2
    return Ticket(
        site=site,
        day=local_day(now, tz=site.tz),
        number=number,
        theme=theme,
        language=language,
        origin=Origin.KIOSK,
        secret_fingerprint=fingerprint(uuid.uuid4().hex),
        taken_at=taken_at,
        queued_at=taken_at,
    )


def time_calls(busy: BusySite, *, runs: int) -> list[Figure]:
    """Call the next one, desk after desk; whoever was called goes back in line before the next call."""
    calls, floor = Runs(), Runs()
    for number, seating in enumerate(islice(cycle(busy.seatings), WARM + runs)):
        call = partial(call_next, seating=seating, by=seating.advisor, now=busy.now)
        for act, found in ((call, calls), (_ask_nothing, floor)):
            one = measure(act, runs=1, warm=0)
            if number >= WARM:
                found.wall_ms += one.wall_ms
                found.cpu_ms += one.cpu_ms
                found.queries += one.queries
        _back_in_line()
    return [
        figure("call_next p50_ms", calls.p50_ms, "ms", floor=floor.p50_ms, limits=LIMITS, runs=runs),
        figure("call_next p95_ms", calls.p95_ms, "ms", floor=floor.p95_ms, limits=LIMITS, runs=runs),
        figure("call_next cpu_ms", calls.mean_cpu_ms, "ms", floor=floor.mean_cpu_ms, runs=runs),
        figure("call_next queries", max(calls.queries), "SQL", runs=runs),
    ]


def time_estimates(busy: BusySite, *, runs: int) -> list[Figure]:
    """The waits of all in line, in one pass."""
    found = measure(lambda: estimates_of(site=busy.site, now=busy.now), runs=runs)
    return [figure("estimate cpu_ms with 300 waiting", found.mean_cpu_ms, "ms", limits=LIMITS, runs=runs)]


def count_double_calls(busy: BusySite, *, rounds: int) -> list[Figure]:
    """Every desk, a process each, calls at the same instant while ten wait: how many were called to two desks."""
    theme = busy.seatings[0].themes.order_by("position")[0]
    wanted = Ticket.objects.filter(theme=theme, language="fr").order_by("number")
    few = list(wanted.values_list("pk", flat=True)[:AT_ONCE])
    connection.close()
    context = multiprocessing.get_context("fork")
    gate, outcomes = context.Barrier(len(busy.seatings) + 1), context.Queue()
    desks = [context.Process(target=_call_often, args=(busy, one, rounds, gate, outcomes)) for one in busy.seatings]
    for desk in desks:
        desk.start()
    called: list[list[uuid.UUID]] = []
    told = 0
    for _round in range(rounds):
        Ticket.objects.exclude(pk__in=few).update(state=TicketState.PARKED)
        gate.wait(GATE_SECONDS)
        gate.wait(GATE_SECONDS)
        found = [outcomes.get(timeout=GATE_SECONDS) for _desk in desks]
        called.append([one for one in found if isinstance(one, uuid.UUID)])
        told += found.count(None)
        if strange := [one for one in found if isinstance(one, str)]:
            raise AssertionError(f"Neither called nor told that nobody waits: {strange[0]}")
        _back_in_line()
    for desk in desks:
        desk.join()
    doubles = sum(len(one) - len(set(one)) for one in called)
    return [
        figure("double_calls", doubles, "tickets", limits=LIMITS, runs=rounds),
        figure("at_once called of 10", sum(map(len, called)) / rounds, "tickets", runs=rounds),
        figure("at_once told that nobody waits", told / rounds, "desks", runs=rounds),
    ]


def _call_often(busy: BusySite, seating: Seating, rounds: int, gate: Any, outcomes: Any) -> None:
    for _round in range(rounds):
        gate.wait(GATE_SECONDS)
        try:
            outcomes.put(call_next(seating=seating, by=seating.advisor, now=busy.now).pk)
        except NobodyWaits:
            outcomes.put(None)
        except Exception as error:  # noqa: BLE001  whatever else happens is told to who counts
            outcomes.put(repr(error))
        gate.wait(GATE_SECONDS)
    connection.close()


def cost_of_polls(server: Server, busy: BusySite, *, polls: int) -> list[Figure]:
    """The work of the web workers for a poll of the live board, and how many watchers one worker has time for."""
    with translation.override("fr"):
        path = reverse("queue:live", args=[busy.site.slug])
    floor, _known = _poll(server, "/healthz", polls)
    cpu_ms, known = _poll(server, path, polls)
    return [
        figure("poll cpu_ms", cpu_ms, "ms", floor=floor, limits=LIMITS, runs=polls),
        figure("poll unchanged", known / polls, "share", runs=polls),
        figure("poll watchers a worker", POLL_SECONDS * 1000 / cpu_ms, "people", runs=polls),
    ]


def _poll(server: Server, path: str, polls: int) -> tuple[float, int]:
    """The work of the workers a poll, and how many were answered that nothing has changed."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(_watch, [server.port] * CLIENTS, [path] * CLIENTS, [20] * CLIENTS))
        before = server.cpu_ms
        known = sum(clients.map(_watch, [server.port] * CLIENTS, [path] * CLIENTS, [polls // CLIENTS] * CLIENTS))
    return (server.cpu_ms - before) / polls, known


def _watch(port: int, path: str, polls: int) -> int:
    """Ask so often, each time with the mark of the answer before, as the page does."""
    mark, known = "", 0
    for _poll in range(polls):
        asked = HTTPConnection("localhost", port, timeout=GATE_SECONDS)
        asked.request("GET", path, headers={"HX-Request": "true", "If-None-Match": mark})
        answer = asked.getresponse()
        text = answer.read()
        asked.close()
        if answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            raise AssertionError(f"{answer.status} for {path}: {text[:2000]!r}")
        mark = answer.headers.get("ETag", "")
        known += answer.status == HTTPStatus.NOT_MODIFIED
    return known


def compare_waits(*, days: int, every: int) -> list[Figure]:
    """How far what visitors were told lies from what they waited, and the same for people ahead × a constant."""
    errors = play_days(days, seed=1, every=every)
    number = len(errors.told)
    long = len(errors.long_waits)
    return [
        figure("estimate median_error", errors.median_error, "fraction", limits=LIMITS, runs=long),
        figure("estimate coverage", errors.coverage, "fraction", least=LEAST, runs=number),
        figure("constant median_error", errors.constant_error, "fraction", least=LEAST, runs=long),
        figure("constant median_error, the best in hindsight", errors.best_constant_error, "fraction", runs=long),
    ]


def _ask_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _back_in_line() -> None:
    Ticket.objects.update(state=TicketState.WAITING, seating=None, called_at=None, times_called=0)
