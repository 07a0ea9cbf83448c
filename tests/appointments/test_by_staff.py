import datetime as dt

import pytest
from django.core import mail

from appointments.enums import State
from appointments.models import Appointment, FreedSlot
from appointments.rules import AdvisorError, StateError, TooLateError
from appointments.services import (
    VisitorDetails,
    apologise,
    ask_to_move,
    book_appointment,
    mark_arrived,
    mark_done,
    mark_no_show,
    reassign_appointment,
    unmark,
)
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, DutyFactory, ShiftFactory, offer
from tests.factories.sites import UserFactory

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
MINUTE = dt.timedelta(minutes=1)
ROBIN = VisitorDetails(email="robin@example.org", language="en")


def book(site, theme, **more):
    return book_appointment(site=site, theme=theme, language="fr", starts_at=TUESDAY_AT_9, now=NOW, **more)


def colleague_of(site, theme, *, starts_at=TUESDAY_AT_9, **duty):
    return ShiftFactory(duty=DutyFactory(site=site, themes=[theme], **duty), starts_at=starts_at).advisor


def test_reassigning_changes_the_advisor_and_nothing_for_the_visitor():
    _service, site, theme = offer()
    appointment = book(site, theme, details=ROBIN)
    mail.outbox.clear()
    # Off the grid of the colleague: whoever is on duty the whole time can keep it.
    colleague = colleague_of(site, theme, starts_at=TUESDAY_AT_9 - MINUTE)

    reassigned = reassign_appointment(appointment=appointment, advisor=colleague, now=NOW)

    assert Appointment.objects.get().advisor == reassigned.advisor == colleague
    assert (reassigned.starts_at, reassigned.revision, reassigned.code) == (TUESDAY_AT_9, 0, appointment.code)
    assert not mail.outbox
    assert not FreedSlot.objects.exists()


def test_reassigning_to_the_same_advisor_changes_nothing():
    _service, site, theme = offer()
    appointment = book(site, theme)

    assert reassign_appointment(appointment=appointment, advisor=appointment.advisor, now=NOW) == appointment


@pytest.mark.parametrize("wrong", ["elsewhere", "another language", "another theme", "gone", "too short"])
def test_reassigning_refuses_who_is_not_on_duty(wrong):
    _service, site, theme = offer()
    _service, other_site, other_theme = offer()
    appointment = book(site, theme)
    people = {
        "elsewhere": lambda: colleague_of(other_site, theme),
        "another language": lambda: colleague_of(site, theme, languages=("nl",)),
        "another theme": lambda: colleague_of(site, other_theme),
        "gone": UserFactory,
        "too short": lambda: colleague_of(site, theme, starts_at=TUESDAY_AT_9 + MINUTE),
    }

    with pytest.raises(AdvisorError, match="not on duty"):
        reassign_appointment(appointment=appointment, advisor=people[wrong](), now=NOW)

    appointment.refresh_from_db()
    assert appointment.state == State.BOOKED


def test_reassigning_refuses_who_is_booked_already():
    _service, site, theme = offer(advisors=2)
    first, second = book(site, theme), book(site, theme)

    with pytest.raises(AdvisorError, match="Another appointment holds"):
        reassign_appointment(appointment=first, advisor=second.advisor, now=NOW)


def test_asking_to_move_gives_the_time_to_nobody_and_keeps_code_and_link():
    _service, site, theme = offer()
    appointment = book(site, theme, details=ROBIN)

    asked = ask_to_move(appointment=appointment, now=NOW)
    again = ask_to_move(appointment=appointment, now=NOW)

    assert (asked.state, asked.code, again.state) == (State.TO_MOVE, appointment.code, State.TO_MOVE)
    assert not FreedSlot.objects.exists()
    assert list(appointment.messages.filter(kind="TO_MOVE").values_list("due_at", flat=True)) == [NOW]
    assert not appointment.messages.filter(kind="REMINDER").exists()
    # It holds no time: whoever is on duty may be booked.
    assert book(site, theme).advisor == appointment.advisor


@pytest.mark.parametrize("state", [{"state": State.BOOKED}, {"state": State.TO_MOVE}])
def test_apologising_cancels_says_so_and_keeps_nothing_back(state):
    _service, site, theme = offer()
    appointment = book(site, theme, details=ROBIN)
    Appointment.objects.update(**state)

    cancelled = apologise(appointment=appointment, now=NOW)
    again = apologise(appointment=appointment, now=NOW + MINUTE)

    assert (cancelled.state, cancelled.cancelled_at, cancelled.is_cancelled_by_us) == (State.CANCELLED, NOW, True)
    assert again.cancelled_at == NOW
    assert [message.kind for message in appointment.messages.filter(kind="APOLOGY")] == ["APOLOGY"]
    assert not FreedSlot.objects.exists()


@pytest.mark.parametrize("act", [ask_to_move, apologise])
def test_staff_do_not_change_what_is_over_or_done(act):
    with pytest.raises(TooLateError, match="is over"):
        act(appointment=AppointmentFactory(), now=TUESDAY_AT_9 + LENGTH)

    with pytest.raises(StateError, match="another state"):
        act(appointment=AppointmentFactory(state=State.ARRIVED), now=NOW)


@pytest.mark.parametrize(
    ("act", "now", "state"),
    [
        (mark_arrived, TUESDAY_AT_9 - dt.timedelta(hours=8), State.ARRIVED),
        (mark_arrived, TUESDAY_AT_9 + LENGTH, State.ARRIVED),
        (mark_done, TUESDAY_AT_9, State.DONE),
        (mark_no_show, TUESDAY_AT_9, State.NO_SHOW),
        (mark_no_show, TUESDAY_AT_9 + dt.timedelta(days=1), State.NO_SHOW),
    ],
)
def test_marks_are_kept_and_twice_is_once(act, now, state):
    appointment = AppointmentFactory()

    marked = [act(appointment=appointment, now=now) for _time in range(2)]

    assert [one.state for one in marked] == [state, state]
    assert Appointment.objects.get().state == state


def test_arrival_is_followed_by_done():
    appointment = mark_arrived(appointment=AppointmentFactory(), now=TUESDAY_AT_9)

    assert mark_done(appointment=appointment, now=TUESDAY_AT_9 + LENGTH).state == State.DONE


@pytest.mark.parametrize(
    ("act", "now", "sentence"),
    [
        (mark_arrived, TUESDAY_AT_9 - dt.timedelta(days=1), "on a later day"),
        (mark_done, TUESDAY_AT_9 - MINUTE, "not begun"),
        (mark_no_show, TUESDAY_AT_9 - MINUTE, "not begun"),
    ],
)
def test_marks_are_refused_too_early(act, now, sentence):
    with pytest.raises(StateError, match=sentence):
        act(appointment=AppointmentFactory(), now=now)


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (mark_arrived, State.DONE),
        (mark_no_show, State.ARRIVED),
        (mark_done, State.NO_SHOW),
        (mark_done, State.TO_MOVE),
        (unmark, State.TO_MOVE),
    ],
)
def test_marks_are_refused_in_another_state(act, state):
    with pytest.raises(StateError, match="another state"):
        act(appointment=AppointmentFactory(state=state), now=TUESDAY_AT_9 + LENGTH)


@pytest.mark.parametrize("state", [State.ARRIVED, State.DONE, State.NO_SHOW])
def test_mark_is_taken_back_on_the_day_itself_only(state):
    appointment = AppointmentFactory(state=state)

    with pytest.raises(TooLateError, match="on the day"):
        unmark(appointment=appointment, now=TUESDAY_AT_9 + dt.timedelta(days=1))

    again = [unmark(appointment=appointment, now=TUESDAY_AT_9 + dt.timedelta(hours=9)) for _time in range(2)]
    assert [one.state for one in again] == [State.BOOKED, State.BOOKED]


def test_mark_is_not_taken_back_when_the_time_is_given_away_since():
    appointment = AppointmentFactory(state=State.DONE)
    AppointmentFactory(advisor=appointment.advisor, starts_at=TUESDAY_AT_9 + 10 * MINUTE)

    with pytest.raises(AdvisorError, match="Another appointment holds"):
        unmark(appointment=appointment, now=TUESDAY_AT_9 + LENGTH)


def test_mark_of_an_overbooked_appointment_is_taken_back_beside_another():
    appointment = AppointmentFactory(state=State.NO_SHOW, is_overbooked=True)
    AppointmentFactory(advisor=appointment.advisor)

    assert unmark(appointment=appointment, now=TUESDAY_AT_9).state == State.BOOKED
