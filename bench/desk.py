"""Contacts written by 13 sites at full speed: a process each, over HTTP, against two synchronous web workers.

A device sends what waits on it, fifty at most at a time, and at full speed always fifty wait: that is what the limits
are about. What one contact alone costs stands beside it. Then every site has two tabs that send the same at the same
time, and loses every third answer: how many contacts are lost, and how many are counted twice.
"""

import datetime as dt
import json
import multiprocessing
import random
import sys
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.measure import Runs, measure
from bench.results import Figure, figure, percentile
from bench.web import Server, served
from citemetiers.kernel.dates import local_day
from sites.enums import Role
from sites.models import Membership, Site, Theme, User
from sites.services import load_reference
from visitors.enums import DurationBand, HalfDay, Way
from visitors.models import Contact, ContactTheme, EntryAuthor

LIMITS = {"cpu_ms_per_contact": 3, "sql_per_contact": 4, "lost": 0, "doubled": 0}
SITES, MOST, CLIENTS = 13, 50, 8
TOKEN = "t" * 32
GATE_SECONDS = 300
LOST_ONE_IN = 3
# Of ten contacts, in three something came up by itself.
CAME_UP = 0.3
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Desk:
    """A site, and a person who is signed in and logs there."""

    site: str
    day: str
    session: str
    themes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a process sent: its contacts with the number of their themes, and how long each request took."""

    contacts: dict[str, int]
    wall_ms: list[float]


def run(*, quick: bool) -> list[Figure]:
    """Work and statements of the web workers a contact, beside a trivial view and the bare insert; lost and doubled."""
    if connection.vendor != "postgresql":
        sys.stdout.write("desk: no PostgreSQL found, measured on SQLite: writers wait for one another.\n")
    desks = build_desks(before=100 if quick else 1000)
    bare = time_bare_inserts(runs=10 if quick else 60)
    before = Contact.objects.count()
    connection.close()
    with served() as server:
        trivial = _trivial(server, requests=400 if quick else 2000)
        warm = _write(server, desks, contacts=MOST, most=MOST)
        figures, full = measure_writing(server, desks, contacts=300 if quick else 2000, trivial=trivial, bare=bare)
        more, alone = measure_one_at_a_time(server, desks, contacts=20 if quick else 150, trivial=trivial)
        twice = _write(server, desks, contacts=100 if quick else 500, most=MOST, tabs=2)
    return [*figures, *more, *count_lost_and_doubled([*warm, *full, *alone, *twice], before=before)]


def build_desks(*, sites: int = SITES, before: int = 100) -> list[Desk]:
    """Fill an empty database with the recorded sites, an advisor each, and so many contacts each of the week before."""
    load_reference()
    now, draw = timezone.now(), random.Random(1)  # noqa: S311  nothing is kept secret by it
    known = Site.objects.select_related("network").order_by("pk")[:sites]
    return [_desk(site, before, now=now, draw=draw) for site in known]


def _desk(site: Site, before: int, *, now: dt.datetime, draw: random.Random) -> Desk:
    today = local_day(now, tz=site.tz)
    advisor = User.objects.create(email=f"desk-{site.slug}@bench.example", display_name=f"Advisor {site.pk}")
    Membership.objects.create(user=advisor, site=site, role=Role.ADVISOR)
    themes = list(Theme.objects.on_offer(today=today, network=site.network_id))
    rows = [_row(site, today - draw.randrange(7) * ONE_DAY) for _number in range(before)]
    Contact.objects.bulk_create(rows)
    ContactTheme.objects.bulk_create(ContactTheme(contact=row, theme=draw.choice(themes)) for row in rows)
    EntryAuthor.objects.bulk_create(
        EntryAuthor(entry_key=row.pk, author=advisor, day=row.day, position=place) for place, row in enumerate(rows, 1)
    )
    client = Client()
    client.force_login(advisor)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Desk(site.slug, today.isoformat(), session, [theme.code for theme in themes])


def _row(site: Site, day: dt.date) -> Contact:
    return Contact(
        site=site, day=day, half_day=HalfDay.MORNING, way=Way.WALK_IN, language="fr", duration=DurationBand.FROM_15
    )


def measure_writing(
    server: Server, desks: Sequence[Desk], *, contacts: int, trivial: float, bare: Runs
) -> tuple[list[Figure], list[Sent]]:
    """So many contacts of each site as fast as they are taken: what each costs, as a ratio to both floors."""
    cpu, statements, began = server.cpu_ms, server.statements, perf_counter()
    sent = _write(server, desks, contacts=contacts, most=MOST)
    seconds, number = perf_counter() - began, contacts * len(desks)
    cpu, statements = (server.cpu_ms - cpu) / number, server.statements - statements
    insert = bare.mean_cpu_ms / MOST
    requests = sum(len(one.wall_ms) for one in sent)
    walls = [wall for one in sent for wall in one.wall_ms]
    return [
        figure("cpu_ms_per_contact", cpu, "ms", floor=trivial, limits=LIMITS, runs=number),
        figure("sql_per_contact", statements / number, "SQL", limits=LIMITS, runs=number),
        figure("cpu_ms_per_contact beside the bare insert", cpu, "ms", floor=insert, runs=number),
        figure("floor_cpu_ms of a trivial page", trivial, "ms", runs=number),
        figure("floor_cpu_ms of the bare insert", insert, "ms", runs=len(bare.cpu_ms) * MOST),
        figure("contacts_per_request", number / requests, "contacts", runs=requests),
        figure("sql_per_request", statements / requests, "SQL", runs=requests),
        figure("request_p95_ms with 13 sites", percentile(walls, 0.95), "ms", runs=requests),
        figure("contacts_per_second", number / seconds, "1/s", runs=number),
    ], sent


def measure_one_at_a_time(
    server: Server, desks: Sequence[Desk], *, contacts: int, trivial: float
) -> tuple[list[Figure], list[Sent]]:
    """The same where each contact is a request of its own, as it is where nobody waits for the network."""
    cpu, statements = server.cpu_ms, server.statements
    sent = _write(server, desks, contacts=contacts, most=1)
    number = contacts * len(desks)
    cpu, statements = server.cpu_ms - cpu, server.statements - statements
    walls = [wall for one in sent for wall in one.wall_ms]
    return [
        figure("one_at_a_time cpu_ms_per_contact", cpu / number, "ms", floor=trivial, runs=number),
        figure("one_at_a_time sql_per_contact", statements / number, "SQL", runs=number),
        figure("one_at_a_time p50_ms with 13 sites", percentile(walls, 0.5), "ms", runs=number),
        figure("one_at_a_time p95_ms with 13 sites", percentile(walls, 0.95), "ms", runs=number),
    ], sent


def count_lost_and_doubled(sent: Sequence[Sent], *, before: int) -> list[Figure]:
    """What was sent and is not there, and what is there more often than it was sent; a theme twice counts, too."""
    contacts = {uuid.UUID(key): themes for one in sent for key, themes in one.contacts.items()}
    there = set(Contact.objects.values_list("pk", flat=True))
    named = Counter(ContactTheme.objects.filter(contact__in=there).values_list("contact", flat=True))
    authors = set(EntryAuthor.objects.values_list("pk", flat=True))
    lost = [key for key, themes in contacts.items() if key not in there & authors or named[key] < themes]
    doubled = len(there) - before - len(contacts.keys() & there)
    doubled += sum(named[key] > themes for key, themes in contacts.items())
    return [
        figure("lost", len(lost), "contacts", limits=LIMITS, runs=len(contacts)),
        figure("doubled", doubled, "contacts", limits=LIMITS, runs=len(contacts)),
    ]


def time_bare_inserts(*, runs: int) -> Runs:
    """Fifty contacts with a theme and an author each, as rows that are ready, without a question asked."""
    site, theme, author = Site.objects.all()[:1].get(), Theme.objects.all()[:1].get(), User.objects.all()[:1].get()
    contacts = [_row(site, timezone.localdate()) for _number in range(MOST)]
    ready = [
        _ready([EntryAuthor(entry_key=one.pk, author=author, day=one.day) for one in contacts]),
        _ready(contacts),
        _ready([ContactTheme(contact=one, theme=theme) for one in contacts]),
    ]

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, rows in ready:
                cursor.executemany(statement, rows)
            transaction.set_rollback(True)

    return measure(insert, runs=runs)


def _ready(rows: Sequence[Any]) -> tuple[str, list[list[Any]]]:
    fields = rows[0]._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows]
    return f'INSERT INTO "{rows[0]._meta.db_table}" ({names}) VALUES ({places})', values  # noqa: S608  names of columns


def _trivial(server: Server, *, requests: int) -> float:
    """The work of the same workers for a view that does nothing."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(_get, [server.port] * CLIENTS))
        before = server.cpu_ms
        list(clients.map(_get, [server.port] * requests))
    return (server.cpu_ms - before) / requests


def _get(port: int) -> None:
    asked = HTTPConnection("localhost", port, timeout=GATE_SECONDS)
    asked.request("GET", "/healthz")
    if asked.getresponse().read() is None:
        raise AssertionError("No answer from /healthz")
    asked.close()


def _write(server: Server, desks: Sequence[Desk], *, contacts: int, most: int, tabs: int = 1) -> list[Sent]:
    """Every desk, a process a tab, sends at the same time; tabs of one desk send the same, and lose some answers."""
    context = multiprocessing.get_context("fork")
    gate, outcomes = context.Barrier(len(desks) * tabs), context.Queue()
    turns = []
    for desk in desks:
        waiting = _logged(desk, contacts)
        turns += [(server.port, desk, waiting, most, tabs > 1, gate, outcomes)] * tabs
    processes = [context.Process(target=_send_all, args=turn) for turn in turns]
    for process in processes:
        process.start()
    found = [outcomes.get(timeout=GATE_SECONDS) for _process in processes]
    for process in processes:
        process.join()
    if strange := [one for one in found if not isinstance(one, Sent)]:
        raise AssertionError(f"Not kept: {strange[0]}")
    return found


def _logged(desk: Desk, number: int) -> list[dict[str, Any]]:
    """What advisors log: one theme mostly, now and then two, and details where they came up."""
    draw = random.Random(uuid.uuid4().int)  # noqa: S311  nothing is kept secret by it
    return [
        {
            "key": str(uuid.uuid4()),
            "edition": 1,
            "kind": "contact",
            "site": desk.site,
            "day": desk.day,
            "half_day": "MORNING",
            "way": draw.choice(("WALK_IN", "BOOKED", "PHONE")),
            "themes": draw.sample(desk.themes, draw.choice((1, 1, 1, 2))),
            "language": draw.choice(("fr", "nl")),
            "headcount": draw.choice((1, 1, 1, 2, 3)),
            "duration": draw.choice(DurationBand.values),
            **(_came_up(draw) if draw.random() < CAME_UP else {}),
        }
        for _number in range(number)
    ]


def _came_up(draw: random.Random) -> dict[str, str]:
    return {
        "gender": draw.choice(("WOMAN", "MAN")),
        "age_band": draw.choice(("FROM_18", "FROM_25", "FROM_45")),
        "first_visit": draw.choice(("YES", "NO")),
        "status": draw.choice(("job-seeker", "student", "NOT_SAID")),
    }


def _send_all(  # noqa: PLR0913, PLR0917  what a process needs
    port: int, desk: Desk, entries: list[dict[str, Any]], most: int, loses_answers: bool, gate: Any, outcomes: Any
) -> None:
    waiting, wall_ms, number = list(entries), [], 0
    gate.wait(GATE_SECONDS)
    try:
        while waiting:
            began, number = perf_counter(), number + 1
            kept = _put(port, desk, waiting[:most])
            wall_ms.append((perf_counter() - began) * 1000)
            if not (loses_answers and number % LOST_ONE_IN == 0):
                waiting = [one for one in waiting if one["key"] not in kept]
    except Exception as error:  # noqa: BLE001  whatever happens is told to who counts
        outcomes.put(repr(error))
    else:
        outcomes.put(Sent({one["key"]: len(one["themes"]) for one in entries}, wall_ms))


def _put(port: int, desk: Desk, entries: Sequence[dict[str, Any]]) -> set[str]:
    """The keys of what was kept, of all that was sent. Raises AssertionError where anything was refused."""
    asked = HTTPConnection("localhost", port, timeout=GATE_SECONDS)
    cookies = f"{settings.SESSION_COOKIE_NAME}={desk.session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
    headers = {"Cookie": cookies, "X-CSRFToken": TOKEN, "Content-Type": "application/json"}
    asked.request("PUT", reverse("visitors:entries"), json.dumps({"entries": entries}), headers)
    answer = asked.getresponse()
    text = answer.read()
    asked.close()
    if answer.status != HTTPStatus.OK:
        raise AssertionError(f"{answer.status}: {text[:2000]!r}")
    answers = json.loads(text)["answers"]
    if refused := [one for one in answers if not one["kept"]]:
        raise AssertionError(f"Refused: {refused[0]['reason']}")
    return {one["key"] for one in answers}
