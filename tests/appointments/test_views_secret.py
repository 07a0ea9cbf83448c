import datetime as dt
import re
from http import HTTPStatus

import pytest
from django.urls import reverse
from icalendar import Calendar

from appointments.enums import State
from appointments.models import Appointment
from appointments.services import VisitorDetails, book_appointment, secret_of
from appointments.views.secret import done_url
from tests.factories.appointments import AppointmentFactory, ShiftFactory, offer
from tests.factories.sites import SiteFactory
from visitors.models import Visitor

# The views read the clock themselves: the tests pass on the eve of a holiday, too.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

LENGTH = dt.timedelta(minutes=45)
PAGES = ["appointment", "appointment-move", "appointment-cancel", "appointment-erase", "appointment-calendar"]
ROBIN = VisitorDetails(alias="Robin", email="robin@example.org", language="en")


@pytest.fixture
def now():
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def tomorrow(now):
    return now.replace(hour=10, minute=0, second=0) + dt.timedelta(days=2)


@pytest.fixture
def booked(now, tomorrow):
    _service, site, theme = offer(site=SiteFactory(street="Rue Neuve 1", city="Namur"), starts_at=tomorrow)
    return book_appointment(site=site, theme=theme, language="fr", starts_at=tomorrow, now=now, details=ROBIN)


def url_of(appointment, name="appointment"):
    return reverse(f"appointments:{name}", args=[secret_of(appointment)])


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_secret_pages_stay_out_of_caches_and_search_engines(client, booked, name):
    response = client.get(url_of(booked, name))

    assert response.status_code == HTTPStatus.OK
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("secret", ["forged", "x" * 500, "é", "%00"])
@pytest.mark.parametrize("name", PAGES)
def test_forged_link_is_a_clear_404(client, name, secret):
    response = client.get(reverse(f"appointments:{name}", args=[secret]))

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert "No appointment has this link" in text_of(response)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", PAGES[1:4])
def test_forged_link_changes_nothing(client, booked, name):
    response = client.post(reverse(f"appointments:{name}", args=[str(booked.pk)]))

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert Appointment.objects.get().state == State.BOOKED
    assert Visitor.objects.count() == 1


def test_link_expires_a_day_after_the_end(client, now):
    alive = AppointmentFactory(starts_at=now - dt.timedelta(hours=24))
    expired = AppointmentFactory(starts_at=now - dt.timedelta(hours=25))

    answers = [client.get(url_of(appointment)) for appointment in (alive, expired)]

    assert [answer.status_code for answer in answers] == [HTTPStatus.OK, HTTPStatus.GONE]
    assert "This link has expired" in text_of(answers[1])


def test_appointment_page_shows_code_moment_place_and_link(client, booked, settings):
    response = client.get(done_url("booked", secret_of(booked)))

    page = text_of(response)
    assert booked.code in page
    assert "Rue Neuve 1, 5000 Namur" in page
    assert f"{booked.starts_at.astimezone(booked.site.tz):%H:%M}" in page
    assert f"{settings.PORTAL_BASE_URL}{url_of(booked)}" in page
    assert "It is booked" in page


def test_appointment_page_draws_its_code_without_inline_style(client, booked):
    page = text_of(client.get(url_of(booked)))

    assert re.search(r"<svg[^>]*viewBox", page)
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page


@pytest.mark.parametrize(
    ("street", "is_partial", "expected"),
    [
        ("", False, "5000 Namur (street to be confirmed)"),
        ("Rue Neuve", True, "Rue Neuve, 5000 Namur (address incomplete, to be confirmed)"),
    ],
)
def test_unknown_street_is_said(client, booked, street, is_partial, expected):
    booked.site.street, booked.site.is_street_partial = street, is_partial
    booked.site.save()

    assert expected in text_of(client.get(url_of(booked)))


def test_appointment_page_tells_where_the_demo_writes_its_mail(client, booked, settings):
    settings.DEMO, settings.EMAIL_FILE_PATH = True, "/tmp/mail-of-the-demo"

    assert "/tmp/mail-of-the-demo" in text_of(client.get(url_of(booked)))


@pytest.mark.parametrize("done", ["<b>", "booked", "booked:1:x", "\x00"])
def test_appointment_page_ignores_an_unknown_outcome(client, booked, done):
    assert "It is booked" not in text_of(client.get(url_of(booked), {"done": done}))


def test_appointment_page_of_a_bookmark_does_not_tell_for_ever_what_was_done(client, booked, monkeypatch):
    bookmark = done_url("booked", secret_of(booked))

    pages = [client.get(bookmark)]
    monkeypatch.setattr("appointments.views.secret.DONE_IS_NEWS", dt.timedelta(seconds=-1))
    pages.append(client.get(bookmark))

    assert ["It is booked" in text_of(page) for page in pages] == [True, False]


def test_appointment_page_does_not_call_erased_what_is_kept(client, booked):
    response = client.get(done_url("erased", secret_of(booked)))

    assert "Your details are erased" not in text_of(response)
    assert "Erase my details now" in text_of(response)


def test_appointment_page_invites_to_move_only_as_long_as_one_can(client, booked, now):
    begun = AppointmentFactory(starts_at=now - dt.timedelta(minutes=5))

    told = ["Move or cancel below" in text_of(client.get(url_of(one))) for one in (booked, begun)]

    assert told == [True, False]


def test_moving_offers_the_free_times_and_moves(client, booked, tomorrow):
    shown = client.get(url_of(booked, "appointment-move"))
    times = re.findall(r'name="starts" value="([^"]*)"', text_of(shown))

    response = client.post(url_of(booked, "appointment-move"), {"starts": times[0]}, follow=True)

    assert len(times) == 3
    assert Appointment.objects.get().starts_at == tomorrow + LENGTH
    assert "Your appointment has a new time" in text_of(response)


def test_moving_shows_later_days_on_the_next_page(client, booked, tomorrow):
    duty = booked.site.duties.get()
    for day in range(1, 8):
        ShiftFactory(duty=duty, starts_at=tomorrow + dt.timedelta(days=day))
    page = url_of(booked, "appointment-move")

    first = text_of(client.get(page))
    later = re.search(r'href="(\?from=[^"]*)"', first)[1]
    second = text_of(client.get(page + later))

    counts = [len(re.findall(r'name="starts"', text)) for text in (first, second)]
    assert counts == [3 + 5 * 4, 2 * 4]
    assert 'href="?from=' not in second


@pytest.mark.parametrize("first_on", ["2150-01-01", "one-day", "\x00"])
def test_moving_from_a_day_that_offers_nothing_starts_again_from_the_first(client, booked, first_on):
    response = client.get(url_of(booked, "appointment-move"), {"from": first_on})

    assert len(re.findall(r'name="starts"', text_of(response))) == 3


@pytest.mark.parametrize("starts", ["", "soon", "2020-01-01T10:00Z"])
def test_moving_to_nonsense_is_told_and_loses_nothing(client, booked, tomorrow, starts):
    response = client.post(url_of(booked, "appointment-move"), {"starts": starts})

    assert response.status_code == HTTPStatus.CONFLICT
    assert Appointment.objects.get().starts_at == tomorrow


def test_moving_to_a_taken_time_offers_the_others(client, booked, tomorrow, now):
    taken = tomorrow + LENGTH
    theme = booked.service.theme
    book_appointment(site=booked.site, theme=theme, language="fr", starts_at=taken, now=now)

    response = client.post(url_of(booked, "appointment-move"), {"starts": taken.isoformat()})

    assert response.status_code == HTTPStatus.CONFLICT
    assert "just taken" in text_of(response)
    assert len(re.findall(r'name="starts"', text_of(response))) == 2


def test_cancelling_takes_two_taps(client, booked):
    asked = client.get(url_of(booked, "appointment-cancel"))
    response = client.post(url_of(booked, "appointment-cancel"), follow=True)

    assert "Cancel your appointment?" in text_of(asked)
    assert Appointment.objects.get().state == State.CANCELLED
    assert "This appointment is cancelled" in text_of(response)


@pytest.mark.parametrize("name", ["appointment-move", "appointment-cancel"])
def test_appointment_that_began_is_not_changed(client, now, name):
    appointment = AppointmentFactory(starts_at=now - dt.timedelta(minutes=5))

    shown = client.get(url_of(appointment, name))
    response = client.post(url_of(appointment, name), {"starts": (now + LENGTH).isoformat()})

    assert "<form method" not in text_of(shown)
    assert response.status_code == HTTPStatus.CONFLICT
    assert "already begun" in text_of(response)


def test_erasing_forgets_the_visitor_at_once(client, booked):
    asked = client.get(url_of(booked, "appointment-erase"))
    response = client.post(url_of(booked, "appointment-erase"), follow=True)
    again = client.get(url_of(booked, "appointment-erase"))

    assert "Erase my details now" in text_of(asked)
    assert Visitor.objects.count() == 0
    assert "Your details are erased" in text_of(response)
    assert "We hold nothing about you" in text_of(again)


def test_calendar_file_holds_the_moment_its_zone_and_no_theme(client, booked, tomorrow):
    response = client.get(url_of(booked, "appointment-calendar"))

    calendar = Calendar.from_ical(response.content)
    event = calendar.walk("VEVENT")[0]
    assert response["Content-Type"] == "text/calendar"
    assert event.decoded("dtstart") == tomorrow
    assert event.decoded("dtend") == tomorrow + LENGTH
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Brussels"]
    assert booked.code in event["description"]
    assert str(booked.pk) not in text_of(response)
    assert booked.service.theme.name not in text_of(response)


def test_calendar_file_of_a_cancelled_appointment_says_so(client, booked):
    client.post(url_of(booked, "appointment-cancel"))

    event = Calendar.from_ical(client.get(url_of(booked, "appointment-calendar")).content).walk("VEVENT")[0]

    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)


@pytest.mark.parametrize("name", ["appointment-move", "appointment-cancel"])
def test_pages_that_change_a_cancelled_appointment_lead_to_what_became_of_it(client, booked, name):
    client.post(url_of(booked, "appointment-cancel"))

    response = client.get(url_of(booked, name))

    assert response.status_code == HTTPStatus.FOUND
    assert response["Location"] == url_of(booked)
