import datetime as dt
import re
import uuid
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment
from appointments.services import VisitorDetails, book_appointment, find_by_secret, secret_of
from bench.visitor import fields_and_moments
from sites.models import Closure, Site
from tests.factories.appointments import NOW, TUESDAY_AT_9, offer
from tests.factories.sites import ThemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

LENGTH = dt.timedelta(minutes=45)
DAY = dt.timedelta(days=1)
# A confirmed booking is three requests and no more statements than this (issue 4).
MOST_REQUESTS, MOST_STATEMENTS = 3, 15
CONTROL = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@pytest.fixture
def tomorrow():
    return (timezone.now() + DAY).replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture
def place(tomorrow):
    _service, site, theme = offer(starts_at=tomorrow, advisors=2, theme=ThemeFactory(code="work"))
    return site, theme


def statements(captured):
    """What the server was asked but for the bounds of a transaction: a test adds its own around each of them."""
    return [one["sql"] for one in captured if not one["sql"].startswith(CONTROL)]


def address(site, **more):
    return reverse("appointments:book", query={"theme": "work", "site": site.slug, "language": "fr", **more})


def send(client, site, moment, *, token=None):
    chosen = f"{site.slug}|{moment:%Y-%m-%dT%H:%MZ}|fr"
    return client.post(address(site), {"moment": chosen, "way": "ON_SITE", "token": token or uuid.uuid4()})


def test_booking_a_moment_takes_five_statements():
    _service, _site, theme = offer(advisors=3)
    site = Site.objects.select_related("network").get()

    with CaptureQueriesContext(connection) as sent:
        book_appointment(site=site, theme=theme, language="fr", starts_at=TUESDAY_AT_9, now=NOW)

    # The service, the openings, who is on duty (and held), what is taken, the row.
    assert len(statements(sent)) == 5


def test_booking_with_an_address_takes_four_more():
    _service, _site, theme = offer(advisors=3)
    site = Site.objects.select_related("network").get()
    details = VisitorDetails(email="robin@example.org", language="fr")

    with CaptureQueriesContext(connection) as sent:
        book_appointment(site=site, theme=theme, language="fr", starts_at=TUESDAY_AT_9, now=NOW, details=details)

    # The policy, what the address holds already, the visitor, the messages owed.
    assert len(statements(sent)) == 9


def test_page_of_an_appointment_is_found_in_one_statement():
    _service, site, theme = offer()
    appointment = book_appointment(site=site, theme=theme, language="fr", starts_at=TUESDAY_AT_9, now=NOW)

    with CaptureQueriesContext(connection) as sent:
        found = find_by_secret(secret=secret_of(appointment), now=NOW)
        told = (found.site.network.country, found.service.theme, found.visitor, found.is_illustrative)

    assert told == ("BE", theme, None, False)
    assert found.has_open_wait is False
    assert len(sent) == 1


@pytest.mark.parametrize("days", [1, 3])
def test_confirmed_booking_is_three_requests_and_few_statements(client, place, tomorrow, days):
    site, theme = place
    for number in range(1, days):
        offer(starts_at=tomorrow + number * DAY, site=site, theme=theme)

    with CaptureQueriesContext(connection) as sent:
        page = client.get(address(site))
        fields, moments = fields_and_moments(page.content.decode())
        answer = client.post(address(site), fields | {"moment": moments[-1]})
        done = client.get(answer["Location"])

    assert (page.status_code, answer.status_code, done.status_code) == (200, HTTPStatus.SEE_OTHER, 200)
    assert Appointment.objects.get().code[:3] in done.content.decode()
    assert len(statements(sent)) <= MOST_STATEMENTS
    assert "sessionid" not in client.cookies


def test_same_moment_again_is_refused_with_the_next_free_ones(client, tomorrow):
    _service, site, _theme = offer(starts_at=tomorrow, theme=ThemeFactory(code="work"))
    assert send(client, site, tomorrow).status_code == HTTPStatus.SEE_OTHER

    answer = send(client, site, tomorrow)

    _fields, moments = fields_and_moments(answer.content.decode())
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "just taken" in answer.content.decode() or "vient d’être" in answer.content.decode()
    assert f"{site.slug}|{tomorrow + LENGTH:%Y-%m-%dT%H:%MZ}|fr" in moments
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("what", ["overlap", "three at night", "day off", "past", "closed day"])
def test_moment_that_is_not_offered_is_refused_with_a_sentence(client, place, tomorrow, what):
    site, _theme = place
    if what == "closed day":
        Closure.objects.create(
            network=site.network, site=site, first_on=tomorrow.date(), last_on=tomorrow.date(), reason="Works"
        )
    moments = {
        "overlap": tomorrow + dt.timedelta(minutes=20),
        "three at night": tomorrow.replace(hour=2),
        "day off": tomorrow + DAY,
        "past": tomorrow - 3 * DAY,
        "closed day": tomorrow,
    }

    answer = send(client, site, moments[what])

    text = re.sub(r"\s+", " ", answer.content.decode())
    assert answer.status_code in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert "Personne ne reçoit" in text or "déjà pass" in text or "Nobody receives" in text or "already past" in text
    assert not Appointment.objects.exists()
