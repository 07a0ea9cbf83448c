import datetime as dt

import pytest

from appointments.enums import State, WhoBooks
from appointments.models import Appointment, Duty, FreedSlot, Message, Offer, Wait
from appointments.rules import SlotTaken, TooLateError
from appointments.services import (
    VisitorDetails,
    ask_to_move,
    book_appointment,
    cancel_appointment,
    forget_visitor,
    move_appointment,
    secret_of,
)
from appointments.services.booking.moving import MOST_MOVES, MovedOftenError
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, ShiftFactory, offer
from visitors.models import Visitor

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
ROBIN = VisitorDetails(alias="Robin", email="robin@example.org", language="nl")


# By then whatever was given back is free for all, though nobody tends it.
BACK_BY_THEN = dt.timedelta(minutes=30)


def book(site, theme, *, starts_at=TUESDAY_AT_9, now=NOW, **more):
    return book_appointment(site=site, theme=theme, language="fr", starts_at=starts_at, now=now, **more)


def test_moving_changes_the_moment_and_nothing_else():
    _service, site, theme = offer()
    appointment = book(site, theme, details=ROBIN)

    moved = move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)

    assert Appointment.objects.get() == moved
    assert (moved.pk, moved.code, moved.revision) == (appointment.pk, appointment.code, 1)
    assert (moved.starts_at, moved.ends_at) == (TUESDAY_AT_9 + LENGTH, TUESDAY_AT_9 + LENGTH * 2)


def test_moving_carries_the_day_of_erasure_along():
    _service, site, theme = offer()
    ShiftFactory(duty=Duty.objects.get(), starts_at=TUESDAY_AT_9 + dt.timedelta(weeks=1))
    appointment = book(site, theme, details=ROBIN)

    move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + dt.timedelta(weeks=1), now=NOW)

    assert Visitor.objects.get().erase_on == dt.date(2026, 12, 15)


def test_moving_to_its_own_moment_changes_nothing():
    _service, site, theme = offer()
    appointment = book(site, theme)

    moved = move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9, now=NOW)

    assert moved.revision == 0


def test_moving_to_a_taken_moment_loses_nothing():
    _service, site, theme = offer()
    appointment = book(site, theme)
    book(site, theme, starts_at=TUESDAY_AT_9 + LENGTH)

    with pytest.raises(SlotTaken) as refused:
        move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)

    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.state) == (TUESDAY_AT_9, State.BOOKED)
    assert refused.value.next_slots[0].starts_at == TUESDAY_AT_9 + LENGTH * 2


def test_link_moves_five_times_and_reception_once_more():
    _service, site, theme = offer()
    appointment = book(site, theme)
    Appointment.objects.filter(pk=appointment.pk).update(revision=MOST_MOVES)
    appointment.refresh_from_db()

    with pytest.raises(MovedOftenError):
        move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)
    moved = move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW, who=WhoBooks.RECEPTION)

    assert (moved.starts_at, moved.revision) == (TUESDAY_AT_9 + LENGTH, MOST_MOVES + 1)


def test_link_moves_what_we_asked_to_move_however_often_it_moved():
    _service, site, theme = offer()
    appointment = book(site, theme)
    ask_to_move(appointment=appointment, now=NOW)
    Appointment.objects.filter(pk=appointment.pk).update(revision=MOST_MOVES)
    appointment.refresh_from_db()

    moved = move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)

    assert moved.state == State.BOOKED


def test_cancelling_frees_the_moment_after_a_while():
    _service, site, theme = offer()
    appointment = book(site, theme)

    cancelled = cancel_appointment(appointment=appointment, now=NOW)

    assert (cancelled.state, cancelled.cancelled_at, cancelled.is_cancelled_by_us) == (State.CANCELLED, NOW, False)
    with pytest.raises(SlotTaken):
        book(site, theme)
    assert book(site, theme, now=NOW + BACK_BY_THEN).state == State.BOOKED


def test_cancelling_and_moving_keep_the_moment_back_for_those_who_wait():
    service, site, theme = offer(buffer_minutes=15)
    first = book(site, theme)
    second = book(site, theme, starts_at=TUESDAY_AT_9 + dt.timedelta(hours=1))

    cancel_appointment(appointment=first, now=NOW)
    move_appointment(appointment=second, starts_at=TUESDAY_AT_9 + dt.timedelta(hours=2), now=NOW)

    kept = FreedSlot.objects.order_by("starts_at").values_list("advisor", "service", "starts_at", "free_again_at")
    hour = dt.timedelta(hours=1)
    assert list(kept) == [
        (first.advisor_id, service.pk, TUESDAY_AT_9 + hour * n, TUESDAY_AT_9 + hour * (n + 1)) for n in (0, 1)
    ]


@pytest.mark.parametrize("state", [{"state": State.TO_MOVE}, {"is_overbooked": True}])
def test_cancelling_what_holds_no_time_gives_none_back(state):
    appointment = AppointmentFactory(**state)

    cancel_appointment(appointment=appointment, now=NOW)

    assert not FreedSlot.objects.exists()


def test_cancelling_twice_is_cancelling_once():
    _service, site, theme = offer()
    appointment = book(site, theme)

    cancel_appointment(appointment=appointment, now=NOW)
    again = cancel_appointment(appointment=appointment, now=NOW + dt.timedelta(hours=1))

    assert again.cancelled_at == NOW


def test_cancelled_appointment_cannot_be_moved():
    _service, site, theme = offer()
    appointment = cancel_appointment(appointment=book(site, theme), now=NOW)

    with pytest.raises(TooLateError, match="is cancelled"):
        move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)


def test_appointment_that_began_cannot_be_cancelled():
    _service, site, theme = offer()
    appointment = book(site, theme)

    with pytest.raises(TooLateError, match="already begun"):
        cancel_appointment(appointment=appointment, now=TUESDAY_AT_9)


def test_forgetting_the_visitor_keeps_the_appointment_without_a_name():
    _service, site, theme = offer()
    appointment = book(site, theme, details=ROBIN)

    forget_visitor(appointment=appointment)
    forget_visitor(appointment=appointment)

    appointment.refresh_from_db()
    assert Visitor.objects.count() == 0
    assert (appointment.visitor, appointment.state) == (None, State.BOOKED)
    assert appointment.messages.count() == 0


def test_appointment_we_asked_to_move_is_booked_again_by_moving_it():
    _service, site, theme = offer(advisors=2)
    appointment = ask_to_move(appointment=book(site, theme), now=NOW)

    moved = move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)

    assert (moved.pk, moved.code, moved.state) == (appointment.pk, appointment.code, State.BOOKED)
    assert secret_of(moved) == secret_of(appointment)
    assert moved.starts_at == TUESDAY_AT_9 + LENGTH
    assert not FreedSlot.objects.exists()


@pytest.mark.parametrize("act", [move_appointment, cancel_appointment])
def test_appointment_we_asked_to_move_can_be_moved_or_cancelled_after_its_time(act):
    _service, site, _theme = offer(starts_at=TUESDAY_AT_9 + dt.timedelta(weeks=1))
    appointment = AppointmentFactory(
        site=site, service=site.network.services.get(), state=State.TO_MOVE, starts_at=TUESDAY_AT_9
    )
    more = {"starts_at": TUESDAY_AT_9 + dt.timedelta(weeks=1)} if act is move_appointment else {}

    changed = act(appointment=appointment, now=TUESDAY_AT_9 + dt.timedelta(hours=2), **more)

    assert changed.state in (State.BOOKED, State.CANCELLED)


def test_appointment_we_asked_to_move_cannot_be_moved_when_its_link_has_died():
    appointment = AppointmentFactory(state=State.TO_MOVE)

    with pytest.raises(TooLateError):
        cancel_appointment(appointment=appointment, now=TUESDAY_AT_9 + dt.timedelta(days=2))


def test_moving_an_overbooked_appointment_makes_it_an_ordinary_one():
    service, site, theme = offer()
    appointment = AppointmentFactory(service=service, site=site, is_overbooked=True)

    moved = move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)

    assert moved.is_overbooked is False
    with pytest.raises(SlotTaken):
        book(site, theme, starts_at=TUESDAY_AT_9 + LENGTH)


def test_moving_in_two_windows_to_one_moment_is_moving_once():
    _service, site, theme = offer()
    appointment = book(site, theme)
    stale = Appointment.objects.get(pk=appointment.pk)

    moved = [
        move_appointment(appointment=one, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW) for one in (appointment, stale)
    ]

    assert [one.revision for one in moved] == [1, 1]
    assert FreedSlot.objects.count() == 1


def test_moving_to_a_moment_given_back_is_for_the_holder_of_its_offer():
    _service, site, theme = offer()
    given_back = book(site, theme)
    appointment = book(site, theme, starts_at=TUESDAY_AT_9 + LENGTH)
    cancel_appointment(appointment=given_back, now=NOW)
    made = offered_to(wait_of(appointment))

    with pytest.raises(SlotTaken):
        move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9, now=NOW)
    moved = move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9, now=NOW, offer=made)

    assert moved.starts_at == TUESDAY_AT_9


def wait_of(appointment, **more):
    return Wait.objects.create(
        theme=appointment.service.theme,
        site=appointment.site,
        language="fr",
        first_on=NOW.date(),
        last_on=TUESDAY_AT_9.date(),
        asked_at=NOW,
        appointment=appointment,
        **more,
    )


def offered_to(wait):
    return Offer.objects.create(
        wait=wait,
        slot=FreedSlot.objects.get(),
        starts_at=TUESDAY_AT_9,
        made_at=NOW,
        expires_at=NOW + dt.timedelta(hours=2),
    )


def test_forgetting_the_visitor_forgets_where_they_wait_too():
    _service, site, theme = offer(advisors=2)
    appointment = book(site, theme, details=ROBIN, starts_at=TUESDAY_AT_9 + LENGTH)
    cancel_appointment(appointment=book(site, theme), now=NOW)
    wait = wait_of(appointment, visitor=appointment.visitor, secret_fingerprint="f")
    Message.objects.create(offer=offered_to(wait), kind="FREED", key="freed", due_at=NOW)

    forget_visitor(appointment=appointment)

    wait.refresh_from_db()
    assert (wait.visitor, wait.secret_fingerprint) == (None, None)
    assert Visitor.objects.count() == Message.objects.count() == 0
