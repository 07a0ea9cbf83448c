import datetime as dt
import re
from http import HTTPStatus

import pytest
from django.urls import reverse
from icalendar import Calendar

from appointments.enums import State
from appointments.models import Appointment, Service
from appointments.services import VisitorDetails, book_appointment, secret_of
from appointments.views.done import done_url
from tests.appointments.pages import moment_value, moments_in, text_of
from tests.factories.appointments import AppointmentFactory, ShiftFactory, offer
from tests.factories.sites import SiteFactory
from visitors.models import Visitor

# The views read the clock themselves: the tests pass on the eve of a holiday, too.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

LENGTH = dt.timedelta(minutes=45)
CHANGES = ["appointment-move", "appointment-cancel", "appointment-erase"]
PAGES = ["appointment", *CHANGES, "appointment-print", "appointment-calendar"]
ROBIN = VisitorDetails(alias="Robin", email="robin@example.org", language="en")


@pytest.fixture
def now():
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def tomorrow(now):
    return now.replace(hour=10, minute=0, second=0) + dt.timedelta(days=2)


@pytest.fixture
def booked(now, tomorrow):
    _service, site, theme = offer(site=SiteFactory(address__street="Rue Neuve 1", city="Namur"), starts_at=tomorrow)
    return book_appointment(site=site, theme=theme, language="fr", starts_at=tomorrow, now=now, details=ROBIN)


def url_of(appointment, name="appointment"):
    return reverse(f"appointments:{name}", args=[secret_of(appointment)])


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


@pytest.mark.parametrize("name", CHANGES)
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
    booked.site.addresses.update(street=street, is_street_partial=is_partial)

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
    monkeypatch.setattr("appointments.views.done.DONE_IS_NEWS", dt.timedelta(seconds=-1))
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
    moments = moments_in(shown)

    response = client.post(url_of(booked, "appointment-move"), {"moment": moments[0]}, follow=True)

    assert len(moments) == 3
    assert Appointment.objects.get().starts_at == tomorrow + LENGTH
    assert "Your appointment has a new time" in text_of(response)


def test_moving_shows_later_days_on_the_next_page(client, booked, tomorrow):
    duty = booked.site.duties.get()
    for day in range(1, 8):
        ShiftFactory(duty=duty, starts_at=tomorrow + dt.timedelta(days=day))
    page = url_of(booked, "appointment-move")

    first = client.get(page)
    later = re.search(r'href="(\?from=[^"]*)"', text_of(first))[1]
    second = client.get(page + later)

    assert [len(moments_in(shown)) for shown in (first, second)] == [3 + 5 * 4, 2 * 4]


@pytest.mark.parametrize("first_on", ["2150-01-01", "one-day", "\x00"])
def test_moving_from_a_day_that_offers_nothing_starts_again_from_the_first(client, booked, first_on):
    response = client.get(url_of(booked, "appointment-move"), {"from": first_on})

    assert len(moments_in(response)) == 3


@pytest.mark.parametrize("starts", ["", "soon", "2020-01-01T10:00Z"])
def test_moving_to_nonsense_is_told_and_loses_nothing(client, booked, tomorrow, starts):
    moment = f"{booked.site.slug}|{starts}|fr" if starts else ""

    response = client.post(url_of(booked, "appointment-move"), {"moment": moment})

    assert response.status_code == HTTPStatus.CONFLICT
    assert Appointment.objects.get().starts_at == tomorrow


def test_moving_to_a_taken_time_offers_the_others(client, booked, tomorrow, now):
    taken = tomorrow + LENGTH
    theme = booked.service.theme
    book_appointment(site=booked.site, theme=theme, language="fr", starts_at=taken, now=now)

    response = client.post(url_of(booked, "appointment-move"), {"moment": moment_value(booked.site, taken)})

    assert response.status_code == HTTPStatus.CONFLICT
    assert "just taken" in text_of(response)
    assert moments_in(response) == [moment_value(booked.site, taken + LENGTH * number) for number in (1, 2)]
    assert " checked" not in text_of(response)


def test_moving_to_another_place_is_refused(client, booked, tomorrow):
    elsewhere = SiteFactory(network=booked.site.network)
    offer(site=elsewhere, theme=booked.service.theme, starts_at=tomorrow + LENGTH)

    response = client.post(url_of(booked, "appointment-move"), {"moment": moment_value(elsewhere, tomorrow + LENGTH)})

    assert response.status_code == HTTPStatus.CONFLICT
    assert "names no moment that we understand" in text_of(response)
    assert Appointment.objects.get().starts_at == tomorrow


def test_cancelling_takes_two_taps(client, booked):
    asked = client.get(url_of(booked, "appointment-cancel"))
    response = client.post(url_of(booked, "appointment-cancel"), follow=True)

    assert "Cancel your appointment?" in text_of(asked)
    assert Appointment.objects.get().state == State.CANCELLED
    assert "This appointment is cancelled" in text_of(response)


def test_move_costs_work(client, booked, tomorrow, settings):
    settings.PORTAL_BOOKINGS_WITHOUT_PROOF = 0
    moment = moment_value(booked.site, tomorrow + LENGTH)

    refused = client.post(url_of(booked, "appointment-move"), {"moment": moment})

    booked.refresh_from_db()
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "data-proof" in refused.content.decode()
    assert booked.starts_at == tomorrow


def test_link_that_moved_often_tells_to_call(client, booked, tomorrow):
    Appointment.objects.filter(pk=booked.pk).update(revision=5)

    refused = client.post(url_of(booked, "appointment-move"), {"moment": moment_value(booked.site, tomorrow + LENGTH)})

    booked.refresh_from_db()
    assert "This appointment was moved 5 times already. Call us to move it again, or cancel it." in text_of(refused)
    assert booked.starts_at == tomorrow


def test_erasure_promises_no_appointment_that_is_cancelled(client, booked):
    client.post(url_of(booked, "appointment-cancel"))

    page = text_of(client.get(url_of(booked, "appointment-erase")))

    assert "You will get no more messages." in page
    assert "Your appointment stands" not in page


@pytest.mark.parametrize("name", ["appointment-move", "appointment-cancel"])
def test_appointment_that_began_is_not_changed(client, now, name):
    appointment = AppointmentFactory(starts_at=now - dt.timedelta(minutes=5))

    shown = client.get(url_of(appointment, name))
    response = client.post(url_of(appointment, name), {"moment": moment_value(appointment.site, now + LENGTH)})

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
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
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
    assert event["description"] == "This appointment is cancelled"


def test_printed_sheet_of_a_cancelled_appointment_says_so_and_shows_no_code(client, booked):
    client.post(url_of(booked, "appointment-cancel"))

    sheet = text_of(client.get(url_of(booked, "appointment-print"))).split("<article", 1)[1].split("</article>")[0]

    assert "This appointment is cancelled" in sheet
    assert [part for part in ("paper__code", "<svg", "Move or cancel") if part in sheet] == []


@pytest.mark.parametrize("name", ["appointment-move", "appointment-cancel"])
def test_pages_that_change_a_cancelled_appointment_lead_to_what_became_of_it(client, booked, name):
    client.post(url_of(booked, "appointment-cancel"))

    response = client.get(url_of(booked, name))

    assert response.status_code == HTTPStatus.FOUND
    assert response["Location"] == url_of(booked)


WORDS = {
    State.ARRIVED: "You have arrived",
    State.DONE: "Thank you for coming",
    State.NO_SHOW: "We did not meet",
    State.TO_MOVE: "We must change your appointment",
    State.CANCELLED: "This appointment is cancelled",
}


@pytest.mark.parametrize("state", WORDS)
def test_appointment_page_says_where_it_stands(client, booked, now, state):
    Appointment.objects.update(state=state, cancelled_at=now if state == State.CANCELLED else None)

    page = text_of(client.get(url_of(booked)))

    assert [words for words in WORDS.values() if words in page] == [WORDS[state]]


def test_appointment_page_says_when_it_was_not_the_visitor_who_cancelled(client, booked, now):
    Appointment.objects.update(state=State.CANCELLED, cancelled_at=now, is_cancelled_by_us=True)

    page = text_of(client.get(url_of(booked)))

    assert "We had to cancel this appointment" in page
    assert "It was not your doing" in page
    assert "Thank you for telling us" not in page


def test_appointment_page_never_tells_that_it_was_overbooked(client, booked):
    pages = [text_of(client.get(url_of(booked)))]
    Appointment.objects.update(is_overbooked=True)
    pages.append(text_of(client.get(url_of(booked))))

    assert "overbook" not in pages[1].lower()
    assert re.sub(r"csrfmiddlewaretoken.*?>", "", pages[0]) == re.sub(r"csrfmiddlewaretoken.*?>", "", pages[1])


def test_appointment_that_we_must_change_offers_moments_right_there(client, booked, tomorrow):
    Appointment.objects.update(state=State.TO_MOVE)

    shown = client.get(url_of(booked))
    response = client.post(url_of(booked, "appointment-move"), {"moment": moments_in(shown)[1]}, follow=True)

    current = Appointment.objects.get()
    assert (current.state, current.code) == (State.BOOKED, booked.code)
    assert current.starts_at == tomorrow + LENGTH
    assert "Your appointment has a new time" in text_of(response)


def test_code_is_said_sign_by_sign_in_two_halves(client, booked):
    page = text_of(client.get(url_of(booked)))

    aloud = f"{' '.join(booked.code[:3])}, {' '.join(booked.code[3:])}"
    assert f'<span class="visually-hidden">Your code: {aloud}</span>' in page


@pytest.mark.parametrize(
    ("channel", "words"), [("PHONE", "We call you at this time"), ("VIDEO", "link of the video call")]
)
def test_appointment_at_a_distance_says_how_one_meets(client, booked, channel, words):
    Appointment.objects.update(channel=channel)

    page = text_of(client.get(url_of(booked)))
    event = Calendar.from_ical(client.get(url_of(booked, "appointment-calendar")).content).walk("VEVENT")[0]

    assert words in page
    assert "Rue Neuve" not in page
    assert "Rue Neuve" not in event["location"]


@pytest.mark.parametrize(("query", "told"), [({}, []), ({"theme": "on"}, ["theme"]), ({"name": "on"}, ["name"])])
def test_printed_sheet_names_question_and_visitor_only_when_asked(client, booked, query, told):
    response = client.get(url_of(booked, "appointment-print"), query)

    sheet = text_of(response).split("<article", 1)[1].split("</article>")[0]
    private = {"theme": booked.service.theme.name, "name": "Robin"}
    assert [word for word, text in private.items() if text in sheet] == told
    assert "Rue Neuve 1" in sheet
    assert "<svg" in sheet


@pytest.mark.parametrize(("paper", "expected"), [("a6", "print-a6"), ("a4", "print-a4"), ("<b>", "print-a4")])
def test_printed_sheet_comes_in_two_sizes(client, booked, paper, expected):
    page = text_of(client.get(url_of(booked, "appointment-print"), {"paper": paper}))

    assert expected in page.split("<body", 1)[1].split(">")[0]


def test_calendar_file_of_an_appointment_that_we_must_change_is_not_sure_any_more(client, booked):
    Appointment.objects.update(state=State.TO_MOVE)

    event = Calendar.from_ical(client.get(url_of(booked, "appointment-calendar")).content).walk("VEVENT")[0]

    assert (event["status"], event["sequence"]) == ("TENTATIVE", 1)


def test_appointment_page_costs_few_queries(client, booked, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get(url_of(booked))


def test_name_of_the_service_stands_with_its_theme_on_the_page_and_on_paper(client, booked):
    Service.objects.update(title_en="Quick chat")

    pages = [text_of(client.get(url_of(booked, name))) for name in ("appointment", "appointment-print")]
    with_theme = text_of(client.get(f"{url_of(booked, 'appointment-print')}?theme=on"))

    assert ["Quick chat" in page for page in pages] == [True, False]
    assert "Quick chat" in with_theme
