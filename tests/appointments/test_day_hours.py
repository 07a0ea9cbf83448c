import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from appointments.enums import Medium, MessageKind
from appointments.models import BookingPolicy, FreedSlot, Message
from appointments.services import send_due_messages, tend_freed_slots
from appointments.services.messages.bounces import switch_off
from appointments.services.terms.day_hours import morning_after, waking_hour
from tests.appointments.mailing import MOBILE, book, owed
from tests.appointments.waits import freed, waiting
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer
from tests.factories.sites import NetworkFactory, SiteFactory
from tests.factories.visitors import VisitorFactory

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
BRUSSELS = ZoneInfo("Europe/Brussels")
MORNING = dt.datetime(2026, 11, 24, 7, tzinfo=dt.UTC)


@pytest.fixture
def site(settings):
    settings.PORTAL_DAY_HOURS = (8, 21)
    return SiteFactory(timezone="Europe/Brussels")


def decide(site, **decided):
    return BookingPolicy.objects.create(network=site.network, **decided)


def wall(month, day, hour, minute=0, year=2026):
    return dt.datetime(year, month, day, hour, minute, tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (dt.datetime(2026, 10, 24, 19, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 7, tzinfo=dt.UTC)),
        (dt.datetime(2027, 3, 27, 20, tzinfo=dt.UTC), dt.datetime(2027, 3, 28, 6, tzinfo=dt.UTC)),
        (dt.datetime(2026, 11, 24, 6, 59, tzinfo=dt.UTC), MORNING),
        (dt.datetime(2026, 11, 24, 19, 59, tzinfo=dt.UTC), None),
        (MORNING, None),
    ],
)
def test_night_is_that_of_the_wall(site, now, expected):
    assert morning_after(now, site=site) == expected


def test_night_is_as_long_as_the_network_has_decided(site):
    decide(site, day_from=10, day_until=12)

    told = [morning_after(wall(11, 24, hour), site=site) for hour in (9, 10, 11, 12)]

    assert told == [wall(11, 24, 10), None, None, wall(11, 25, 10)]


def test_day_may_last_until_midnight(site):
    decide(site, day_from=8, day_until=24)

    assert morning_after(wall(11, 24, 23, 59), site=site) is None
    assert waking_hour(wall(11, 25, 5), site=site, starts_at=wall(11, 25, 8)) == wall(11, 24, 23)


@pytest.mark.parametrize(
    ("night", "expected"),
    [
        (wall(3, 28, 0, year=2027), dt.datetime(2027, 3, 28, 1, tzinfo=dt.UTC)),
        (wall(10, 25, 0), dt.datetime(2026, 10, 25, 0, tzinfo=dt.UTC)),
    ],
)
def test_morning_comes_although_the_clock_skips_or_repeats_its_hour(site, night, expected):
    decide(site, day_from=2, day_until=21)

    assert morning_after(night, site=site) == expected


@pytest.mark.parametrize(
    ("wanted", "starts_at", "expected"),
    [
        (wall(11, 24, 8), wall(11, 24, 11), wall(11, 24, 8)),
        (wall(11, 24, 6), wall(11, 24, 9), wall(11, 24, 8)),
        (wall(11, 24, 5, 59), wall(11, 24, 8, 59), wall(11, 23, 20)),
        (wall(11, 23, 22), wall(11, 24, 8), wall(11, 23, 20)),
        (wall(11, 22, 21), wall(11, 24, 21), wall(11, 23, 8)),
        (wall(3, 28, 5, year=2027), wall(3, 28, 8, year=2027), wall(3, 27, 20, year=2027)),
    ],
)
def test_text_rings_in_the_morning_or_the_evening_before(site, wanted, starts_at, expected):
    assert waking_hour(wanted, site=site, starts_at=starts_at) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [({"email": "", "phone": MOBILE}, wall(12, 1, 8)), ({"email": "robin@example.org"}, wall(12, 1, 6))],
)
def test_reminder_by_text_waits_for_the_day_and_a_mail_does_not(site, left, expected):
    appointment = book(site=site, **left)

    assert owed(appointment)[-1] == (MessageKind.REMINDER, expected)


def test_confirmation_answers_at_any_hour(site):
    visitor = VisitorFactory(email="", phone=MOBILE)
    appointment = AppointmentFactory(site=site, visitor=visitor, starts_at=wall(12, 1, 9))
    Message.objects.create(
        appointment=appointment, kind=MessageKind.CONFIRMATION, medium=Medium.SMS, key="a", due_at=wall(11, 23, 23)
    )

    assert send_due_messages(now=wall(11, 23, 23)) == 1


def test_two_reminders_of_one_night_are_one(site):
    decide(site, reminder_hours="48,3,2")

    appointment = book(site=site, email="", phone=MOBILE)

    assert [due_at for _kind, due_at in owed(appointment)[1:]] == [wall(11, 29, 9), wall(12, 1, 8)]


@pytest.mark.parametrize(("medium", "is_sent"), [(Medium.SMS, 0), (Medium.EMAIL, 1)])
def test_reminder_that_is_late_into_the_night_waits_for_the_morning(site, medium, is_sent):
    visitor = VisitorFactory(phone=MOBILE)
    appointment = AppointmentFactory(site=site, visitor=visitor, starts_at=wall(11, 25, 9))
    message = Message.objects.create(
        appointment=appointment, kind=MessageKind.REMINDER, medium=medium, key="a", due_at=wall(11, 23, 20, 59)
    )

    at_night = send_due_messages(now=wall(11, 23, 21))
    again = send_due_messages(now=wall(11, 24, 7, 59))
    in_the_morning = send_due_messages(now=wall(11, 24, 8))

    message.refresh_from_db()
    assert (at_night, again, in_the_morning) == (is_sent, 0, 1 - is_sent)
    assert message.sent_at is not None


def test_mail_that_comes_back_at_night_is_told_by_text_in_the_morning(site):
    appointment = book(site=site, phone=MOBILE)
    send_due_messages(now=NOW)
    sent = Message.objects.with_reader().get(kind=MessageKind.CONFIRMATION)

    switch_off(sent, why="BOUNCED", now=wall(11, 24, 3))

    assert owed(appointment) == [
        (MessageKind.CONFIRMATION, wall(11, 24, 8)),
        (MessageKind.REMINDER, wall(11, 29, 9)),
        (MessageKind.REMINDER, wall(12, 1, 8)),
    ]
    assert set(appointment.messages.values_list("medium", flat=True)) == {Medium.SMS}


def test_moments_are_offered_in_the_hours_of_the_network(site):
    decide(site, day_from=9, day_until=10)
    service, _site, theme = offer(site=site, starts_at=TUESDAY_AT_9 + 7 * HOUR)
    waiting(site, theme, email="robin@example.org")
    freed(service, site, theme, starts_at=TUESDAY_AT_9 + 7 * HOUR)

    offered = [tend_freed_slots(now=now) for now in (wall(11, 24, 8), wall(11, 24, 9))]

    assert offered == [0, 1]
    assert FreedSlot.objects.get().returns_at > wall(11, 24, 9)


@pytest.mark.parametrize("hours", [{"day_from": 8, "day_until": 8}, {"day_from": 9, "day_until": 8}, {"day_until": 25}])
def test_day_that_ends_before_it_begins_is_refused_by_the_database(hours):
    network = NetworkFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        BookingPolicy.objects.create(network=network, **hours)
