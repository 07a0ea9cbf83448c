import datetime as dt
from http import HTTPStatus

import pytest
from django.urls import reverse

from appointments.enums import Channel
from appointments.models import Appointment, Message, Wait
from appointments.services import VisitorDetails, book_appointment, cancel_appointment, secret_of, start_wait
from appointments.services.terms.links import wait_secret_of
from appointments.views.done import done_url
from sites.enums import Role
from tests.appointments.mailing import MOBILE
from tests.appointments.pages import text_of
from tests.factories.appointments import AppointmentFactory, offer
from tests.factories.sites import MembershipFactory
from visitors.models import Visitor

# The views read the clock themselves: the tests pass on the eve of a holiday, too.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

ROBIN = VisitorDetails(alias="Robin", email="robin@example.org", phone=MOBILE, language="en")


@pytest.fixture
def now():
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def booked(now):
    starts_at = now.replace(hour=10, minute=0, second=0) + dt.timedelta(days=2)
    _service, site, theme = offer(starts_at=starts_at)
    return book_appointment(site=site, theme=theme, language="fr", starts_at=starts_at, now=now, details=ROBIN)


@pytest.fixture
def wait(now):
    _service, site, theme = offer(starts_at=now + dt.timedelta(days=2))
    until = now.date() + dt.timedelta(days=9)
    return start_wait(site=site, theme=theme, language="fr", first_on=now.date(), last_on=until, now=now, details=ROBIN)


def reach_url(appointment):
    return reverse("appointments:appointment-reach", args=[secret_of(appointment)])


def wait_reach_url(wait):
    return reverse("appointments:wait-reach", args=[wait_secret_of(wait)])


def left():
    return list(Visitor.objects.values_list("alias", "email", "phone"))


def test_page_of_the_link_shows_what_was_left_and_no_address_whole(client, booked):
    page = text_of(client.get(reverse("appointments:appointment", args=[secret_of(booked)])))

    assert "Robin" in page
    assert "r…@example.org" in page
    assert "+32 … 56" in page
    assert "robin@example.org" not in page
    assert MOBILE not in page
    assert reach_url(booked) in page


def test_form_shows_no_address_whole(client, booked):
    page = text_of(client.get(reach_url(booked)))

    assert "We have r…@example.org. Leave the field empty to keep it." in page
    assert "robin@example.org" not in page
    assert "0470" not in page
    assert MOBILE not in page


def test_page_of_the_link_invites_to_leave_an_address(client, now):
    appointment = AppointmentFactory(starts_at=now + dt.timedelta(days=2))

    page = text_of(client.get(reverse("appointments:appointment", args=[secret_of(appointment)])))

    assert "Nothing: your code is enough." in page
    assert reach_url(appointment) in page


def test_address_is_corrected_and_the_rest_stays(client, booked):
    response = client.post(reach_url(booked), {"alias": "Robin", "email": "right@example.org"})

    assert response.status_code == HTTPStatus.FOUND
    assert left() == [("Robin", "right@example.org", MOBILE)]
    assert "Your details are saved" in text_of(client.get(response.url))


def test_number_is_removed_and_the_name_emptied(client, booked):
    client.post(reach_url(booked), {"alias": "", "is_phone_removed": "on"})

    assert left() == [("", "robin@example.org", "")]


def test_removing_all_erases(client, booked):
    form = {"alias": "", "is_email_removed": "on", "is_phone_removed": "on"}

    response = client.post(reach_url(booked), form)

    assert left() == []
    assert "Your details are erased" in text_of(client.get(response.url))
    assert not Message.objects.exists()


def test_number_of_a_call_cannot_be_removed(client, booked):
    Appointment.objects.update(channel=Channel.PHONE)

    page = text_of(client.get(reach_url(booked)))
    client.post(reach_url(booked), {"alias": "Robin", "is_phone_removed": "on"})

    assert "is_phone_removed" not in page
    assert left() == [("Robin", "robin@example.org", MOBILE)]


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"email": "robin"}, "Enter a valid email address."),
        ({"phone": "12"}, "This is no telephone number."),
        ({"email": "a@example.org", "is_email_removed": "on"}, "Write a new one or remove the old one, not both."),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(client, booked, form, problem):
    response = client.post(reach_url(booked), {"alias": "Robin"} | form)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert problem in text_of(response)
    assert left() == [("Robin", "robin@example.org", MOBILE)]


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_cancelled_is_refused_with_a_sentence(client, booked, now, method):
    cancel_appointment(appointment=booked, now=now)

    response = getattr(client, method)(reach_url(booked), {"email": "right@example.org"})

    assert "This appointment is cancelled." in text_of(response)
    assert "<form class=" not in text_of(response)
    assert left() == [("Robin", "robin@example.org", MOBILE)]


def test_what_is_past_is_refused_with_a_sentence(client, now):
    appointment = AppointmentFactory(starts_at=now - dt.timedelta(hours=2))

    response = client.post(reach_url(appointment), {"email": "right@example.org"})

    assert response.status_code == HTTPStatus.CONFLICT
    assert "This appointment has already begun." in text_of(response)
    assert left() == []


def test_new_address_costs_work_and_a_removal_does_not(client, booked, settings):
    settings.PORTAL_BOOKINGS_WITHOUT_PROOF = 0

    refused = client.post(reach_url(booked), {"alias": "Robin", "email": "victim@example.org"})
    client.post(reach_url(booked), {"alias": "Robin", "is_phone_removed": "on"})

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert left() == [("Robin", "robin@example.org", "")]


def test_refusal_of_a_page_open_for_too_long_says_that_nothing_is_saved_and_not_that_nothing_is_booked(client, booked):
    refused = client.post(reach_url(booked), {"alias": "Robin", "email": "new@example.org", "proof": "expired"})

    assert "Nothing is saved yet, nothing is lost: press again." in text_of(refused)
    assert "Nothing is booked" not in text_of(refused)


@pytest.mark.parametrize("name", ["appointment-reach", "wait-reach"])
def test_forged_link_changes_nothing(client, booked, name):
    response = client.post(reverse(f"appointments:{name}", args=["forged"]), {"email": "right@example.org"})

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert left() == [("Robin", "robin@example.org", MOBILE)]


def test_pages_stay_out_of_caches_and_search_engines(client, booked, wait):
    for url in (reach_url(booked), wait_reach_url(wait)):
        response = client.get(url)

        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]


def test_page_of_a_wait_shows_what_was_left_and_leads_to_the_form(client, wait):
    page = text_of(client.get(reverse("appointments:wait", args=[wait_secret_of(wait)])))

    assert "r…@example.org" in page
    assert "robin@example.org" not in page
    assert wait_reach_url(wait) in page


def test_address_of_a_wait_is_corrected_and_its_name_is_not_asked(client, wait):
    page = text_of(client.get(wait_reach_url(wait)))

    response = client.post(wait_reach_url(wait), {"email": "right@example.org", "is_phone_removed": "on"})

    assert "Name or nickname" not in page
    assert left() == [("Robin", "right@example.org", "")]
    assert "Your details are saved" in text_of(client.get(response.url))


def test_whoever_waits_no_more_changes_nothing(client, wait, now):
    Wait.objects.update(ended_at=now)

    asked = client.get(wait_reach_url(wait))
    sent = client.post(wait_reach_url(wait), {"email": "right@example.org"})

    assert asked.url == reverse("appointments:wait", args=[wait_secret_of(wait)])
    assert "You do not wait any more" in text_of(sent)
    assert left() == [("Robin", "robin@example.org", MOBILE)]


def test_page_says_that_mail_comes_back(client, booked, now):
    Visitor.objects.update(email_failed_at=now)

    page = text_of(client.get(reverse("appointments:appointment", args=[secret_of(booked)])))

    assert "Mail to this address comes back" in page


def test_bookmark_of_what_was_saved_tells_it_for_some_minutes_only(client, booked, monkeypatch):
    bookmark = done_url("corrected", secret_of(booked))
    monkeypatch.setattr("appointments.views.done.DONE_IS_NEWS", dt.timedelta(seconds=-1))

    assert "Your details are saved" not in text_of(client.get(bookmark))


def test_reception_is_led_to_the_form_of_the_visitor_in_the_language_of_the_session(client, booked):
    client.force_login(MembershipFactory(site=booked.site, role=Role.RECEPTION).user)

    page = text_of(client.get(reverse("agenda:appointment", args=[booked.pk])))

    assert f"/fr/b/{secret_of(booked)}/reach/" in page
