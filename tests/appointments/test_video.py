import datetime as dt
import re
from http import HTTPStatus

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from appointments.agenda_calendar import agenda_calendar
from appointments.enums import Channel, State
from appointments.models import Appointment, BookingPolicy, Service
from appointments.rules import ChannelError
from appointments.services import (
    VisitorDetails,
    book_appointment,
    cancel_appointment,
    find_free_slots,
    move_appointment,
    secret_of,
    send_due_messages,
    service_at,
    services_for,
    start_wait,
)
from appointments.services.agenda.feeds import feed_appointments
from appointments.services.terms.links import video_url
from sites.enums import Role
from tests.appointments.mailing import MOBILE
from tests.appointments.pages import book_url, confirm_url, given, moment_value, text_of
from tests.appointments.test_journey import MOST_STATEMENTS, statements
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer
from tests.factories.sites import MembershipFactory, ThemeFactory
from tests.factories.visitors import VisitorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

ADDRESS = "https://meet.example.org/{room}#now"
LINK = re.compile(r"https://meet\.example\.org/([A-Za-z0-9_-]{16})#now")
LENGTH = dt.timedelta(minutes=45)


def give_address(network):
    BookingPolicy.objects.create(network=network, video_address=ADDRESS)


def offered(*, has_address=True, starts_at=TUESDAY_AT_9, channels=(Channel.ON_SITE, Channel.VIDEO)):
    _service, site, theme = offer(starts_at=starts_at, channels=channels, theme=ThemeFactory(name_en="Work"))
    if has_address:
        give_address(site.network)
    site.network.refresh_from_db()
    return site, theme


def booked(*, starts_at=TUESDAY_AT_9, now=NOW, **left):
    site, theme = offered(starts_at=starts_at)
    details = VisitorDetails(language="en", **left)
    return book(site, theme, starts_at=starts_at, now=now, details=details)


def book(site, theme, **more):
    asked = {"language": "fr", "starts_at": TUESDAY_AT_9, "channel": Channel.VIDEO, "now": NOW} | more
    return book_appointment(site=site, theme=theme, **asked)


def url_of(appointment, name="appointment"):
    return reverse(f"appointments:{name}", args=[secret_of(appointment)])


@pytest.fixture
def tomorrow():
    return timezone.now().replace(hour=10, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)


def test_room_of_a_call_is_secret_its_own_and_the_same_each_time(settings):
    one, other = booked(), booked()
    first = video_url(one)

    settings.SECRET_KEY = "another-secret-" + "x" * 40

    assert LINK.fullmatch(first)
    assert len({first, video_url(other), video_url(one)}) == 3
    assert secret_of(one)[:16] not in video_url(one)


@pytest.mark.parametrize("channel", [Channel.ON_SITE, Channel.PHONE])
def test_other_ways_to_meet_have_no_call(channel):
    appointment = AppointmentFactory(channel=channel)
    give_address(appointment.site.network)

    assert video_url(appointment) == ""


def test_call_without_an_address_of_the_network_has_no_link():
    assert video_url(AppointmentFactory(channel=Channel.VIDEO)) == ""


@pytest.mark.parametrize(("has_address", "ways"), [(True, ("ON_SITE", "VIDEO")), (False, ("ON_SITE",))])
def test_search_offers_video_where_the_network_has_an_address(has_address, ways):
    site, theme = offered(has_address=has_address)

    slots = find_free_slots(theme=theme, sites=[site], now=NOW)
    by_video = find_free_slots(theme=theme, sites=[site], now=NOW, channel=Channel.VIDEO)

    assert {slot.channels for slot in slots} == {ways}
    assert bool(by_video) is has_address


@pytest.mark.parametrize("has_address", [True, False])
def test_service_by_video_alone_is_offered_where_the_network_has_an_address(has_address):
    site, theme = offered(has_address=has_address, channels=(Channel.VIDEO,))

    assert (service_at(theme, site=site) is not None) is has_address
    assert bool(services_for(theme, site=None)) is has_address
    assert Service.objects.get().channels == (Channel.VIDEO,)


@pytest.mark.parametrize("act", [book, start_wait])
def test_video_without_an_address_of_the_network_is_refused_with_a_sentence(act):
    site, theme = offered(has_address=False)
    asked = {"site": site, "theme": theme, "channel": Channel.VIDEO, "language": "fr", "now": NOW}
    days = {"first_on": TUESDAY_AT_9.date(), "last_on": TUESDAY_AT_9.date()} if act is start_wait else {}

    with pytest.raises(ChannelError, match="not offered in this way"):
        act(**asked, **days)


def test_booking_by_video_needs_no_address_of_the_visitor_and_no_more_statements(client, tomorrow):
    site, theme = offered(starts_at=tomorrow)
    page = book_url(theme=theme.code, site=site.slug, language="fr", way=Channel.VIDEO)

    with CaptureQueriesContext(connection) as sent:
        shown = client.get(page)
        answer = client.post(page, given(moment=moment_value(site, tomorrow), way=Channel.VIDEO))
        done = client.get(answer["Location"])

    assert "by video" in text_of(shown).lower()
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert video_url(Appointment.objects.get()) in text_of(done)
    assert len(statements(sent)) <= MOST_STATEMENTS


def test_pages_without_an_address_of_the_network_never_speak_of_video(client, tomorrow):
    site, theme = offered(starts_at=tomorrow, has_address=False)
    page = book_url(theme=theme.code, site=site.slug)

    shown = [client.get(page), client.get(book_url(theme=theme.code, site="anywhere"))]
    refused = client.post(page, given(moment=moment_value(site, tomorrow), way=Channel.VIDEO))
    gone = client.get(confirm_url(site, theme, tomorrow, way=Channel.VIDEO))

    assert not any("by video" in text_of(one).lower() for one in shown)
    assert refused.status_code == gone.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "not offered in this way" in text_of(refused)


def test_visitor_finds_the_call_on_the_page_on_paper_and_in_the_calendar(client, tomorrow):
    appointment = booked(starts_at=tomorrow, now=timezone.now())

    page, sheet = (text_of(client.get(url_of(appointment, name))) for name in ("appointment", "appointment-print"))
    event = Calendar.from_ical(client.get(url_of(appointment, "appointment-calendar")).content).walk("VEVENT")[0]

    call = video_url(appointment)
    assert f'href="{call}" rel="noreferrer"' in page
    assert call in sheet
    assert event["location"] == call
    assert event["url"].endswith(f"/b/{secret_of(appointment)}/")


@pytest.mark.parametrize("end", ["cancelled", "over", "to move"])
def test_call_is_told_no_more_once_there_is_nothing_to_come_to(client, tomorrow, end):
    appointment = booked(starts_at=tomorrow, now=timezone.now())
    changes = {
        "cancelled": {"state": State.CANCELLED, "cancelled_at": timezone.now()},
        "over": {"starts_at": timezone.now() - 2 * LENGTH, "ends_at": timezone.now() - LENGTH},
        "to move": {"state": State.TO_MOVE},
    }
    Appointment.objects.update(**changes[end])

    pages = [client.get(url_of(appointment, f"appointment{name}")) for name in ("", "-print", "-calendar")]

    assert not any(LINK.search(text_of(page)) for page in pages)


def test_mails_before_the_appointment_hold_the_call():
    appointment = booked(email="robin@example.org")
    mail.outbox.clear()
    appointment.messages.update(sent_at=None, claimed_at=None, attempts=0)

    send_due_messages(now=TUESDAY_AT_9 - dt.timedelta(hours=1))

    assert [one.subject for one in mail.outbox] == ["Your appointment is booked", "A reminder of your appointment"]
    for one in mail.outbox:
        assert video_url(appointment) in one.body
        assert video_url(appointment) in one.attachments[0].content.replace("\r\n ", "")


def test_mail_of_a_move_holds_the_call_and_that_of_a_cancelling_does_not():
    appointment = booked(email="robin@example.org")
    mail.outbox.clear()

    move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)
    send_due_messages(now=NOW)
    cancel_appointment(appointment=Appointment.objects.get(), now=NOW)
    send_due_messages(now=NOW)

    bodies = {one.subject: bool(LINK.search(one.body)) for one in mail.outbox}
    assert bodies["Your appointment has a new time"]
    assert not bodies["Your appointment is cancelled"]


def test_text_message_holds_the_secret_link_and_not_the_call(capsys):
    booked(phone=MOBILE)

    send_due_messages(now=TUESDAY_AT_9 - dt.timedelta(hours=1))

    texts = capsys.readouterr().out
    assert "/b/" in texts
    assert "meet.example.org" not in texts


def test_staff_start_the_call_from_the_day_and_from_the_page(client, tomorrow):
    appointment = booked(starts_at=tomorrow, now=timezone.now())
    reception = MembershipFactory(site=appointment.site, role=Role.RECEPTION, user__language="en").user
    client.force_login(reception)

    day = client.get(reverse("agenda:day", query={"day": tomorrow.date().isoformat()}))
    page = client.get(reverse("agenda:appointment", args=[appointment.pk]))

    assert f'href="{video_url(appointment)}"' in text_of(day)
    assert f'href="{video_url(appointment)}"' in text_of(page)


@pytest.mark.parametrize("has_address", [True, False])
def test_reception_chooses_video_where_the_network_has_an_address(client, tomorrow, has_address):
    site, theme = offered(starts_at=tomorrow, has_address=has_address)
    client.force_login(MembershipFactory(site=site, role=Role.RECEPTION, user__language="en").user)
    wish = {"theme": theme.code, "site": site.slug, "language": "fr", "channel": "VIDEO"}

    forms = [client.get(reverse(name, query={"site": site.slug})) for name in ("agenda:new", "agenda:overbook")]
    details = client.get(reverse("agenda:new-details", query=wish | {"starts": tomorrow.isoformat()}))

    assert [b'value="VIDEO"' in one.content for one in forms] == [has_address] * 2
    assert (details.status_code == HTTPStatus.OK) is has_address


def test_feed_of_an_advisor_holds_no_call():
    appointment = booked()

    MembershipFactory(user=appointment.advisor, site=appointment.site, role=Role.ADVISOR)

    feed = agenda_calendar(feed_appointments(user=appointment.advisor, now=NOW), now=NOW).decode()
    assert feed.count("BEGIN:VEVENT") == 1
    assert "meet.example.org" not in feed


def test_agenda_takes_no_more_queries_for_three_calls(client, tomorrow, django_assert_num_queries):
    appointment = booked(starts_at=tomorrow, now=timezone.now())
    site, service = appointment.site, appointment.service
    client.force_login(MembershipFactory(site=site, role=Role.RECEPTION, user__language="en").user)
    page = reverse("agenda:day", query={"day": tomorrow.date().isoformat()})
    client.get(page)

    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for _number in range(2):
        AppointmentFactory(
            site=site, service=service, starts_at=tomorrow, channel=Channel.VIDEO, visitor=VisitorFactory()
        )

    with django_assert_num_queries(len(one)):
        assert len(set(LINK.findall(text_of(client.get(page))))) == 3
