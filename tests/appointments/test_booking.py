import datetime as dt
import uuid
from functools import partial

import pytest
from django.db import IntegrityError

from appointments.enums import State
from appointments.models import Appointment
from appointments.rules import ChannelError, MomentError, SlotTaken
from appointments.services import (
    VisitorDetails,
    book_appointment,
    cancel_appointment,
    find_by_secret,
    move_appointment,
    secret_of,
    taken_periods,
)
from sites.models import Closure
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer
from tests.factories.sites import ThemeFactory
from visitors.models import Visitor

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
ROBIN = VisitorDetails(alias="Robin", email="robin@example.org", language="nl")


def book(site, theme, *, starts_at=TUESDAY_AT_9, language="fr", now=NOW, **more):
    return book_appointment(site=site, theme=theme, language=language, starts_at=starts_at, now=now, **more)


def test_booking_needs_nothing_of_the_visitor():
    service, site, theme = offer()

    appointment = book(site, theme)

    assert appointment.visitor is None
    assert Visitor.objects.count() == 0
    assert (appointment.service, appointment.site, appointment.state) == (service, site, State.BOOKED)
    assert appointment.ends_at == TUESDAY_AT_9 + LENGTH


def test_booking_keeps_what_the_visitor_left_until_two_weeks_after():
    _service, site, theme = offer()

    appointment = book(site, theme, details=ROBIN)

    visitor = Visitor.objects.get()
    assert appointment.visitor == visitor
    assert (visitor.alias, visitor.email, visitor.language) == ("Robin", "robin@example.org", "nl")
    assert visitor.erase_on == dt.date(2026, 12, 8)


def test_booking_gives_a_code_and_a_secret_of_which_only_the_fingerprint_is_stored():
    _service, site, theme = offer()

    appointment = book(site, theme)

    secret = secret_of(appointment)
    stored = [str(value) for value in Appointment.objects.values_list()[0]]
    assert len(appointment.code) == 6
    assert secret not in stored
    assert find_by_secret(secret=secret, now=NOW) == appointment


def test_booking_twice_with_one_token_is_one_appointment():
    _service, site, theme = offer(advisors=2)
    token = uuid.uuid4()

    first = book(site, theme, token=token, details=ROBIN)
    second = book(site, theme, token=token, details=ROBIN)

    assert first == second
    assert Appointment.objects.count() == Visitor.objects.count() == 1


def test_booking_another_moment_place_or_theme_with_the_same_token_is_another_appointment():
    _service, site, theme = offer(advisors=2)
    _service, other, _theme = offer(theme=theme)
    _service, _site, second_theme = offer(site=site)
    token = uuid.uuid4()

    booked = [
        book(site, theme, token=token),
        book(site, theme, token=token, starts_at=TUESDAY_AT_9 + LENGTH),
        book(other, theme, token=token),
        book(site, second_theme, token=token),
    ]

    asked = [(site, TUESDAY_AT_9), (site, TUESDAY_AT_9 + LENGTH), (other, TUESDAY_AT_9), (site, TUESDAY_AT_9)]
    assert [(one.site, one.starts_at) for one in booked] == asked
    assert Appointment.objects.count() == 4


@pytest.mark.parametrize("is_moved", [True, False])
def test_booking_with_the_token_of_an_appointment_moved_or_cancelled_since_is_another_one(is_moved):
    _service, site, theme = offer()
    token = uuid.uuid4()
    first = book(site, theme, token=token)
    if is_moved:
        move_appointment(appointment=first, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)
    else:
        cancel_appointment(appointment=first, now=NOW)

    # By then what was given back is free for all.
    second = book(site, theme, token=token, now=NOW + dt.timedelta(minutes=30))

    assert second.pk != first.pk
    assert (second.starts_at, second.state) == (TUESDAY_AT_9, State.BOOKED)


@pytest.mark.parametrize("act", ["book", "move"])
def test_booking_and_moving_refuse_a_day_closed_since_and_leave_what_stands(act):
    _service, site, theme = offer()
    appointment = book(site, theme)
    day = TUESDAY_AT_9.date()
    Closure.objects.create(network=site.network, site=site, first_on=day, last_on=day, reason="Works")

    acts = {"book": partial(book, site, theme), "move": partial(move_appointment, appointment=appointment, now=NOW)}

    with pytest.raises(MomentError, match="Nobody receives") as refused:
        acts[act](starts_at=TUESDAY_AT_9 + LENGTH)

    appointment.refresh_from_db()
    assert refused.value.next_slots == ()
    assert (appointment.starts_at, appointment.state) == (TUESDAY_AT_9, State.BOOKED)


def test_booking_draws_another_code_when_the_first_is_given(monkeypatch):
    _service, site, theme = offer(advisors=2)
    codes = iter(["AAAAAA", "AAAAAA", "BBBBBB"])
    monkeypatch.setattr("appointments.services.booking.book.new_reference", lambda: next(codes))

    booked = [book(site, theme, details=ROBIN) for _time in range(2)]

    assert [appointment.code for appointment in booked] == ["AAAAAA", "BBBBBB"]
    assert Visitor.objects.count() == 2


def test_booking_gives_up_when_no_code_is_left(monkeypatch):
    _service, site, theme = offer(advisors=2)
    monkeypatch.setattr("appointments.services.booking.book.new_reference", lambda: "AAAAAA")
    book(site, theme)

    with pytest.raises(IntegrityError):
        book(site, theme)

    assert Appointment.objects.count() == 1


def test_booking_a_taken_moment_offers_the_next_three_and_writes_nothing():
    _service, site, theme = offer()
    book(site, theme)

    with pytest.raises(SlotTaken) as refused:
        book(site, theme, details=ROBIN)

    assert [slot.starts_at for slot in refused.value.next_slots] == [TUESDAY_AT_9 + LENGTH * n for n in (1, 2, 3)]
    assert Appointment.objects.count() == 1
    assert Visitor.objects.count() == 0


def test_booking_a_taken_moment_offers_other_sites_when_this_one_is_full():
    _service, site, theme = offer()
    _service, other, _theme = offer(site=None, theme=theme)
    for number in range(4):
        book(site, theme, starts_at=TUESDAY_AT_9 + LENGTH * number)

    with pytest.raises(SlotTaken) as refused:
        book(site, theme)

    assert [slot.site_id for slot in refused.value.next_slots] == [other.pk] * 3


def test_booking_the_last_moment_of_the_day_offers_earlier_ones():
    _service, site, theme = offer()
    book(site, theme, starts_at=TUESDAY_AT_9 + LENGTH * 3)

    with pytest.raises(SlotTaken) as refused:
        book(site, theme, starts_at=TUESDAY_AT_9 + LENGTH * 3)

    assert refused.value.next_slots[0].starts_at == TUESDAY_AT_9


@pytest.mark.parametrize(
    ("starts_at", "sentence"),
    [
        (NOW - dt.timedelta(days=6), "already past"),
        (NOW + dt.timedelta(hours=1), "too close"),
        (NOW + dt.timedelta(days=50), "too far ahead"),
        (TUESDAY_AT_9 + dt.timedelta(minutes=10), "Nobody receives"),
        (dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC), "Nobody receives"),
        (TUESDAY_AT_9 + dt.timedelta(days=1), "Nobody receives"),
        (TUESDAY_AT_9 + LENGTH * 4, "Nobody receives"),
    ],
    ids=["past", "notice", "horizon", "off the grid", "three at night", "day off", "after the shift"],
)
def test_booking_refuses_a_moment_that_is_not_offered(starts_at, sentence):
    _service, site, theme = offer()

    with pytest.raises(MomentError, match=sentence) as refused:
        book(site, theme, starts_at=starts_at)

    assert not isinstance(refused.value, SlotTaken)
    assert len(refused.value.next_slots) == 3
    assert Appointment.objects.count() == 0


def test_booking_refuses_a_language_nobody_on_duty_speaks():
    _service, site, theme = offer()

    with pytest.raises(MomentError, match="Nobody receives"):
        book(site, theme, language="nl")


def test_booking_refuses_a_theme_the_network_does_not_serve():
    _service, site, _theme = offer()

    with pytest.raises(MomentError, match="Nobody receives"):
        book(site, ThemeFactory())


def test_booking_refuses_a_site_that_is_not_public():
    _service, site, theme = offer()
    site.is_open_to_public = False
    site.save()

    with pytest.raises(MomentError, match="Nobody receives"):
        book(site, theme)


@pytest.mark.parametrize(
    ("channel", "details", "sentence"),
    [
        ("PHONE", VisitorDetails(), "telephone number"),
        ("VIDEO", VisitorDetails(phone="+3281123456"), "not offered in this way"),
        ("ON_SITE", VisitorDetails(), "not offered in this way"),
    ],
)
def test_booking_refuses_a_channel_without_what_it_needs(channel, details, sentence):
    _service, site, theme = offer(channels=("PHONE", "VIDEO"))

    with pytest.raises(ChannelError, match=sentence):
        book(site, theme, channel=channel, details=details)


def test_booking_goes_to_the_advisor_with_fewest_appointments_that_day():
    _service, site, theme = offer(advisors=3)

    moments = [TUESDAY_AT_9 + LENGTH * n for n in range(3)]
    booked = [book(site, theme, starts_at=moment) for moment in moments]

    assert len({appointment.advisor_id for appointment in booked}) == 3


def test_booking_tie_does_not_always_favour_one_advisor():
    _service, site, theme = offer(advisors=2)
    chosen = set()

    for week in range(6):
        starts_at = TUESDAY_AT_9 + dt.timedelta(weeks=week)
        if week:
            offer_again(site, starts_at)
        booked = book(site, theme, starts_at=starts_at) if week < 6 else None
        chosen.add(booked.advisor_id)

    assert len(chosen) == 2


def offer_again(site, starts_at):
    from appointments.models import Duty  # noqa: PLC0415  used here only
    from tests.factories.appointments import ShiftFactory  # noqa: PLC0415  same

    for duty in Duty.objects.filter(site=site):
        ShiftFactory(duty=duty, starts_at=starts_at)


def test_booking_beside_an_overbooked_appointment_is_possible():
    service, site, theme = offer()
    advisor = site.shifts.get().advisor
    AppointmentFactory(service=service, site=site, advisor=advisor, is_overbooked=True)

    appointment = book(site, theme)

    assert appointment.advisor == advisor


def test_booking_respects_the_advisors_appointment_at_another_site():
    _service, site, theme = offer()
    AppointmentFactory(advisor=site.shifts.get().advisor, starts_at=TUESDAY_AT_9 - LENGTH / 2)

    with pytest.raises(SlotTaken):
        book(site, theme)


def test_booking_refused_by_the_database_is_a_taken_slot(monkeypatch):
    service, site, theme = offer()
    AppointmentFactory(service=service, site=site, advisor=site.shifts.get().advisor)
    monkeypatch.setattr("appointments.services.booking.advisors.free_among", lambda ids, **_more: ids)

    def refuse(*_args, **_kwargs):
        raise IntegrityError("appointment_one_at_a_time")

    monkeypatch.setattr(Appointment, "save", refuse)

    with pytest.raises(SlotTaken) as refused:
        book(site, theme)

    assert len(refused.value.next_slots) == 3


def test_taken_periods_leave_cancelled_ones_out():
    appointment = AppointmentFactory(state=State.CANCELLED, cancelled_at=NOW)

    taken = taken_periods([appointment.advisor_id], within=(NOW, NOW + dt.timedelta(days=3)), now=NOW)

    assert taken == {}
