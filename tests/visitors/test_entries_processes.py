"""Entries that are sent twice at one moment, and a server that dies between writing and answering: real processes."""

import contextlib
import http.client
import json
import random
import subprocess
import sys
import uuid

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from sites.enums import Role
from tests.factories import entries as factory
from tests.factories.contacts import NOW
from tests.factories.sites import MembershipFactory, SiteFactory, ThemeFactory
from tests.processes import PATIENCE, ROOT, environment, told_by
from tests.sessions import session_of
from visitors.models import Contact, ContactTheme, EntryAuthor, Tally

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

TOKEN = "t" * 32
LOST = (http.client.HTTPException, ConnectionError)


@pytest.fixture
def site():
    ThemeFactory(code="train")
    ThemeFactory(code="work")
    return SiteFactory(slug="namur")


@pytest.fixture
def advisor(site):
    return MembershipFactory(site=site, role=Role.ADVISOR).user


def race(turns, *options):
    """What each process was told that sent its entries; ``turns`` are a person and a list of entries each."""
    by = [str(by.pk) for by, _entries in turns]
    sent = [json.dumps(entries) for _by, entries in turns]
    return told_by("tests.visitors.entries_race", "--now", NOW.isoformat(), *options, "--by", *by, "--entries", *sent)


def assert_each_is_whole(number):
    """So many contacts, each with its themes and its author, and nothing that belongs to none."""
    assert (Contact.objects.count(), EntryAuthor.objects.count()) == (number, number)
    assert ContactTheme.objects.count() == 2 * number


@pytest.mark.parametrize("devices", [2, 8])
def test_entry_that_devices_send_at_one_moment_is_counted_once(site, advisor, devices):
    entry = factory.sent(site, themes=["train", "work"])

    found = race([(advisor, [entry])] * devices, "--meet")

    assert found == [[True]] * devices
    assert_each_is_whole(1)


def test_control_without_a_second_look_one_of_two_is_told_that_it_failed(site, advisor):
    found = race([(advisor, [factory.sent(site, themes=["train", "work"])])] * 2, "--meet", "--unguarded")

    # On SQLite writers wait from the beginning, and the second one looks when the first has written.
    is_seen_at_once = connection.vendor == "sqlite"
    assert sorted(found) == [[is_seen_at_once], [True]]
    assert_each_is_whole(1)


def test_batches_that_overlap_end_without_a_deadlock_whatever_their_order(site, advisor):
    entries = [factory.sent(site, themes=["train", "work"]) for _number in range(50)]
    turns = [(advisor, entries), (advisor, entries[::-1]), (advisor, entries[25:]), (advisor, entries[10:40][::-1])]

    found = race(turns)

    assert sorted(found) == [[True] * number for number in (25, 30, 50, 50)]
    assert_each_is_whole(50)


def test_entry_sent_by_two_people_at_one_moment_belongs_to_one(site, advisor):
    colleague = MembershipFactory(site=site, role=Role.RECEPTION).user
    entry = factory.sent(site, themes=["train", "work"])

    found = race([(advisor, [entry]), (colleague, [entry])], "--meet")

    assert found == [[True], [True]]
    assert_each_is_whole(1)


def test_highest_of_the_editions_that_meet_is_what_stays(site, advisor):
    entry = factory.sent(site, themes=["train", "work"])
    factory.log(site, advisor, **{name: said for name, said in entry.items() if name != "site"})
    editions = [entry | {"edition": number, "headcount": number} for number in (2, 3, 4, 5)]

    found = race([(advisor, [one]) for one in editions])

    assert found == [[True]] * 4
    assert Contact.objects.get().headcount == 5
    assert_each_is_whole(1)


# --- A server that dies ----------------------------------------------------------------------------


@contextlib.contextmanager
def served():
    """A server of its own, on its own port; whatever the test did to it, it is gone afterwards."""
    line = [sys.executable, "-m", "tests.visitors.mortal_server"]
    process = subprocess.Popen(line, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait(timeout=PATIENCE)
        process.stdout.close()


def put(port, session, entries, *, die=""):
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Content-Type": "application/json",
        **({"X-Die": die} if die else {}),
    }
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(asked):
        asked.request("PUT", reverse("visitors:entries"), json.dumps({"entries": entries}), headers)
        answer = asked.getresponse()
        assert answer.status == 200
        return json.loads(answer.read())["answers"]


@pytest.fixture
def session(advisor):
    return session_of(advisor)


def entries_of_today(site, number):
    today = timezone.localdate(timezone=site.tz).isoformat()
    return [factory.sent(site, day=today, themes=["train", "work"]) for _number in range(number)]


@pytest.mark.parametrize(("die", "kept"), [("write", 0), ("answer", 3)])
def test_server_that_dies_before_it_answers_has_kept_all_or_nothing_and_doubles_nothing(site, session, die, kept):
    entries = entries_of_today(site, 3)

    with served() as port, pytest.raises(LOST):
        put(port, session, entries, die=die)
    after_the_kill = Contact.objects.count()
    with served() as port:
        answers = put(port, session, entries)

    assert after_the_kill == kept
    assert all(one["kept"] for one in answers)
    assert_each_is_whole(3)


def test_correction_and_undo_survive_a_server_that_dies(site, session):
    corrected, undone = entries_of_today(site, 2)
    with served() as port:
        put(port, session, [corrected, undone])
    changes = [corrected | {"edition": 2, "headcount": 4}, undone | {"edition": 2, "undone": True}]

    for die in ("write", "answer"):
        with served() as port, pytest.raises(LOST):
            put(port, session, changes, die=die)
    with served() as port:
        answers = put(port, session, [*changes, corrected, undone])

    assert all(one["kept"] for one in answers)
    contact = Contact.objects.get()
    assert (str(contact.pk), contact.headcount, contact.themes.count()) == (corrected["key"], 4, 2)


def test_device_that_sends_until_it_is_answered_loses_and_doubles_nothing_however_often_the_server_dies(site, session):
    draw = random.Random(6)
    entries = [*entries_of_today(site, 40), *(one | {"kind": "self-service"} for one in entries_of_today(site, 5))]
    keys = {uuid.UUID(one["key"]) for one in entries}
    deaths, waiting = ["answer", "write", "answer", "write", "answer"], list(entries)

    while waiting:
        with served() as port:
            for _request in range(2):
                some = draw.sample(waiting, min(12, len(waiting)))
                try:
                    answers = put(port, session, some, die=deaths.pop() if deaths and some else "")
                except LOST:
                    break
                kept = {one["key"] for one in answers if one["kept"]}
                waiting = [one for one in waiting if one["key"] not in kept]

    contacts = set(Contact.objects.values_list("pk", flat=True))
    counts = set(Tally.objects.values_list("pk", flat=True))
    assert (len(contacts), len(counts), contacts | counts) == (40, 5, keys)
    assert ContactTheme.objects.count() == 80
    assert EntryAuthor.objects.count() == 45
