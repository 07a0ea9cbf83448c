"""Real workers that do the work of the night at the same moment, and somebody who logs meanwhile."""

import datetime as dt
import threading

import pytest
from django.db import connection

from tests.factories.contacts import ContactFactory, EntryAuthorFactory
from tests.factories.sites import SiteFactory, ThemeFactory, UserFactory
from tests.processes import told_by
from visitors.models import ClosedMonth, Contact, ContactTheme, EntryAuthor, MonthCube
from visitors.services import close_months, seal_entries

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

NOW = dt.datetime(2026, 11, 24, 3, 20, tzinfo=dt.UTC)
GONE_AT = dt.datetime(2028, 3, 1, 12, tzinfo=dt.UTC)
OLD, FRESH = dt.date(2026, 11, 16), dt.date(2026, 11, 24)
ROWS = 30


def at_once(job, *options, workers, now=NOW):
    asked = ["--job", job, "--now", now.isoformat(), "--workers", str(workers), *options]
    return told_by("tests.visitors.months_race", *asked)


def log(number, *, day=OLD, has_author=True):
    site, themes, author = SiteFactory(), [ThemeFactory()], UserFactory()
    for place in range(number):
        contact = ContactFactory(site=site, day=day, themes=themes, headcount=1 + place % 50)
        if has_author:
            EntryAuthorFactory(entry_key=contact.pk, author=author, day=day, position=place)


def test_workers_at_once_seal_each_entry_once():
    log(ROWS)

    found = at_once("seal", workers=3)

    assert sorted(found) == [0, 0, ROWS]
    assert (Contact.objects.count(), ContactTheme.objects.count()) == (ROWS, ROWS)
    assert not EntryAuthor.objects.exists()


def test_control_without_waiting_entries_are_written_twice():
    log(ROWS)

    at_once("seal", "--unguarded", workers=2)

    assert Contact.objects.count() == 2 * ROWS


def test_workers_at_once_close_a_month_once():
    log(ROWS, has_author=False)

    found = at_once("close", workers=3, now=GONE_AT)

    assert sorted(found) == [0, 0, ROWS]
    assert ClosedMonth.objects.get(month=dt.date(2026, 11, 1)).rows == ROWS
    assert MonthCube.objects.get(dimension="TOTAL").contacts == ROWS


def test_workers_at_once_delete_the_rows_of_a_month_once():
    log(ROWS, has_author=False)
    close_months(now=GONE_AT)

    found = at_once("delete", workers=3, now=GONE_AT)

    assert sorted(found) == [0, 0, ROWS]
    assert not Contact.objects.exists()
    assert MonthCube.objects.get(dimension="TOTAL").contacts == ROWS


def test_what_is_logged_while_entries_are_sealed_is_not_touched():
    log(ROWS)
    site, themes, author = SiteFactory(), [ThemeFactory()], UserFactory()
    logged = []

    def keep_logging():
        for _number in range(ROWS):
            contact = ContactFactory(site=site, day=FRESH, themes=themes)
            EntryAuthorFactory(entry_key=contact.pk, author=author, day=FRESH)
            logged.append(contact.pk)
        connection.close()

    thread = threading.Thread(target=keep_logging)
    thread.start()
    sealed = seal_entries(now=NOW)
    thread.join()

    assert sealed == ROWS
    assert Contact.objects.count() == 2 * ROWS == ContactTheme.objects.count()
    assert set(EntryAuthor.objects.values_list("pk", flat=True)) == set(logged)
    assert set(Contact.objects.filter(day=FRESH).values_list("pk", flat=True)) == set(logged)
