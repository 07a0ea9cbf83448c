import datetime as dt
from functools import partial

import pytest

from appointments.enums import Origin, State, TicketState
from appointments.models import Appointment, QueueObservation, Ticket
from appointments.queue_rules import (
    DeskError,
    ExpiredTicketError,
    NobodyWaits,
    QueueClosedError,
    QueueError,
    TicketStateError,
)
from appointments.services.queue import (
    Closed,
    Session,
    begin_session,
    call_again,
    call_next,
    call_this,
    finish,
    mark_left,
    mark_missing,
    mark_priority,
    park,
    return_to_line,
    second_session,
    swap_for_appointment,
    transfer,
)
from tests.appointments.queue.lines import MINUTE, open_site, sit_down, wait
from tests.factories.appointments import NOW, AppointmentFactory
from tests.factories.queue import TicketFactory
from tests.factories.sites import ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db

S = TicketState
LATER = NOW + 30 * MINUTE
STATES = {
    S.WAITING: {},
    S.PARKED: {"state": S.PARKED},
    S.CALLED: {"called": True},
    S.RECEIVED: {"called": True, "state": S.RECEIVED, "began_at": NOW + 13 * MINUTE},
    S.DONE: {"done": True},
    S.LEFT: {"state": S.LEFT, "ended_at": NOW},
    S.NO_SHOW: {"called": True, "state": S.NO_SHOW, "ended_at": NOW + 15 * MINUTE},
    S.SWAPPED: {"state": S.SWAPPED, "ended_at": NOW},
}
# What each act makes of a ticket in each state, in the order of STATES: "=" leaves it as it is, "-" is refused.
TABLE = {
    "park": "PARKED = PARKED - - - - -",
    "return": "= WAITING WAITING - - - - -",
    "call_this": "CALLED CALLED = = - - - -",
    "call_again": "- - = = - - - -",
    "begin": "- - RECEIVED = - - - -",
    "transfer": "WAITING WAITING WAITING WAITING - - - -",
    "priority": "= = - - - - - -",
    "left": "LEFT LEFT LEFT LEFT - = - -",
    "gives_up": "LEFT LEFT LEFT - - = - -",
    "missing": "- - NO_SHOW - - - = -",
    "finish": "- - DONE DONE = - - -",
    "second": "- - - = - - - -",
    "swap": "SWAPPED SWAPPED - - - - - =",
}


def call_here(*, ticket, by, now, theme):
    return call_this(ticket=ticket, seating=ticket.seating or sit_down(ticket.site, theme, by=by), by=by, now=now)


def swap(*, ticket, by, now, theme):
    return swap_for_appointment(ticket=ticket, appointment=AppointmentFactory(site=ticket.site), now=now)


ACTS = {
    "park": park,
    "return": return_to_line,
    "call_this": call_here,
    "call_again": call_again,
    "begin": begin_session,
    "transfer": transfer,
    "priority": partial(mark_priority, is_priority=True),
    "left": mark_left,
    "gives_up": lambda *, ticket, by, now: mark_left(ticket=ticket, by=None, now=now),
    "missing": mark_missing,
    "finish": finish,
    "second": second_session,
    "swap": swap,
}
WITH_THEME = {"call_this", "transfer", "second", "swap"}


def perform(act, ticket, *, by, theme, now=LATER, shown=None):
    more = {"theme": theme} if act in WITH_THEME else {}
    if act == "second":
        shown = shown or ticket
        more["ends"] = Session(shown.theme_id, shown.began_at)
    return ACTS[act](ticket=ticket, by=by, now=now, **more)


@pytest.mark.parametrize("act", TABLE)
def test_act_on_a_ticket_in_each_state(act):
    site, theme = open_site(), ThemeFactory()
    sit_down(site, theme)
    for state, expected in zip(STATES, TABLE[act].split(), strict=True):
        ticket = TicketFactory(site=site, **STATES[state])
        by = ticket.seating.advisor if ticket.seating else UserFactory()
        before = Ticket.objects.filter(pk=ticket.pk).values().get()

        if expected == "-":
            with pytest.raises(QueueError):
                perform(act, ticket, by=by, theme=theme)
            assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
        else:
            perform(act, ticket, by=by, theme=theme)
            assert Ticket.objects.get(pk=ticket.pk).state == (state if expected == "=" else expected)


@pytest.mark.parametrize("act", TABLE)
def test_act_repeated_after_a_lost_answer_changes_nothing_and_answers_the_same(act):
    start = next(state for state, expected in zip(STATES, TABLE[act].split(), strict=True) if expected != "-")
    ticket = TicketFactory(site=open_site(), **STATES[start])
    by, theme = ticket.seating.advisor if ticket.seating else UserFactory(), ThemeFactory()
    sit_down(ticket.site, theme)

    first = perform(act, ticket, by=by, theme=theme)
    kept = Ticket.objects.filter(pk=ticket.pk).values().get()
    later = LATER + dt.timedelta(seconds=5)
    again = perform(act, Ticket.objects.get(pk=ticket.pk), by=by, theme=theme, now=later, shown=ticket)

    assert Ticket.objects.filter(pk=ticket.pk).values().get() == kept
    assert again == first
    assert QueueObservation.objects.count() == (act == "second")


@pytest.fixture
def theme():
    return ThemeFactory()


@pytest.fixture
def site():
    return open_site()


@pytest.fixture
def seating(site, theme):
    return sit_down(site, theme)


def test_parked_visitor_keeps_the_place(site, theme, seating):
    first = wait(site, theme)
    wait(site, theme, minutes=1)
    park(ticket=first, by=seating.advisor, now=LATER)

    return_to_line(ticket=first, by=seating.advisor, now=LATER + MINUTE)

    assert call_next(seating=seating, by=seating.advisor, now=LATER + MINUTE).pk == first.pk


def test_parked_visitor_still_waits_for_the_desk_they_were_passed_on_to(site, theme, seating):
    elsewhere = sit_down(site, theme)
    first = wait(site, theme)
    transfer(ticket=first, seating=elsewhere, by=seating.advisor, now=LATER)

    park(ticket=first, by=seating.advisor, now=LATER)
    return_to_line(ticket=first, by=seating.advisor, now=LATER + MINUTE)

    with pytest.raises(NobodyWaits):
        call_next(seating=seating, by=seating.advisor, now=LATER + MINUTE)
    assert call_next(seating=elsewhere, by=elsewhere.advisor, now=LATER + MINUTE).pk == first.pk


def test_visitor_passed_on_to_another_theme_keeps_the_place(site, theme, seating):
    other = ThemeFactory()
    elsewhere = sit_down(site, other)
    first = wait(site, theme)
    wait(site, other, minutes=1)
    called = call_next(seating=seating, by=seating.advisor, now=LATER)

    transfer(ticket=called, theme=other, by=seating.advisor, now=LATER)

    assert call_next(seating=elsewhere, by=elsewhere.advisor, now=LATER).pk == first.pk
    assert Ticket.objects.get(pk=first.pk).queued_at == NOW


def test_visitor_is_not_passed_on_to_a_theme_that_nobody_serves(site, theme, seating):
    waiting = wait(site, theme)

    with pytest.raises(QueueClosedError, match="Nobody receives for this theme"):
        transfer(ticket=waiting, theme=ThemeFactory(), by=seating.advisor, now=NOW)


def test_visitor_is_not_passed_on_to_a_desk_of_another_place(site, theme, seating):
    elsewhere = sit_down(open_site(), theme)

    with pytest.raises(DeskError, match="not in use here"):
        transfer(ticket=wait(site, theme), seating=elsewhere, by=seating.advisor, now=NOW)


@pytest.mark.parametrize("act", [begin_session, finish, park, mark_missing])
def test_visitor_at_a_desk_is_left_alone_by_another_desk_but_not_by_reception(site, theme, seating, act):
    wait(site, theme)
    called = call_next(seating=seating, by=seating.advisor, now=NOW)
    colleague = sit_down(site, theme).advisor

    with pytest.raises(DeskError, match="somebody else’s desk"):
        act(ticket=called, by=colleague, now=NOW)

    assert act(ticket=called, by=UserFactory(), now=NOW)


def test_ticket_of_yesterday_is_over(site, theme, seating):
    with pytest.raises(ExpiredTicketError, match="another day"):
        park(ticket=wait(site, theme), by=seating.advisor, now=NOW + dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("minutes", "band"), [(14, "UNDER_15"), (15, "FROM_15"), (29, "FROM_15"), (30, "FROM_30"), (60, "OVER_60")]
)
def test_what_is_closed_tells_the_log_nothing_that_leads_to_the_ticket(site, theme, minutes, band):
    ticket = TicketFactory(site=site, theme=theme, **STATES[S.RECEIVED])

    closed = finish(ticket=ticket, by=ticket.seating.advisor, now=ticket.began_at + minutes * MINUTE)

    assert closed == Closed(site=site, theme=theme, language="fr", way="WALK_IN", duration_band=band)


def test_session_that_nobody_said_had_begun_began_with_the_call(site, theme):
    ticket = TicketFactory(site=site, theme=theme, called=True)

    finish(ticket=ticket, by=ticket.seating.advisor, now=LATER)

    kept = Ticket.objects.get(pk=ticket.pk)
    assert (kept.began_at, kept.ended_at) == (ticket.called_at, LATER)


def received(site, starts_at=NOW, **booked):
    appointment = AppointmentFactory(site=site, starts_at=starts_at, state=State.ARRIVED, **booked)
    return TicketFactory(
        site=site, appointment=appointment, due_at=starts_at, origin=Origin.APPOINTMENT, **STATES[S.RECEIVED]
    )


@pytest.mark.parametrize(("starts_at", "state"), [(NOW, State.DONE), (LATER + MINUTE, State.ARRIVED)])
def test_finished_visit_marks_the_appointment_done_once_it_could_begin(site, starts_at, state):
    ticket = received(site, starts_at)

    closed = finish(ticket=ticket, by=ticket.seating.advisor, now=LATER)

    assert closed.way == "BOOKED"
    assert Appointment.objects.get().state == state


def test_finished_visit_leaves_what_staff_marked_by_hand(site):
    ticket = received(site)
    Appointment.objects.update(state=State.NO_SHOW)

    finish(ticket=ticket, by=ticket.seating.advisor, now=LATER)

    assert Appointment.objects.get().state == State.NO_SHOW


@pytest.mark.parametrize("act", [mark_missing, mark_left])
def test_booked_visitor_who_had_come_stays_arrived(site, act):
    ticket = received(site)
    Ticket.objects.update(state=S.CALLED)

    act(ticket=ticket, by=ticket.seating.advisor, now=LATER)

    assert Appointment.objects.get().state == State.ARRIVED


def test_second_question_begins_with_the_first_kept_as_an_observation(site):
    ticket, other = received(site), ThemeFactory()
    first_theme = ticket.theme

    ends = Session(first_theme.pk, ticket.began_at)
    closed, current = second_session(ticket=ticket, ends=ends, theme=other, by=ticket.seating.advisor, now=LATER)

    observed = QueueObservation.objects.get()
    assert (closed.theme, closed.way, closed.duration_band) == (first_theme, "BOOKED", "FROM_15")
    assert (observed.theme, observed.outcome, observed.lasted) == (first_theme, "DONE", 17)
    assert (current.pk, current.state, current.theme, current.began_at) == (ticket.pk, S.RECEIVED, other, LATER)
    assert Appointment.objects.get().state == State.DONE

    again = finish(ticket=current, by=ticket.seating.advisor, now=LATER + 5 * MINUTE)
    assert (again.theme, again.duration_band) == (other, "UNDER_15")


def test_second_question_keeps_the_theme_when_none_is_given_and_pressed_twice_is_begun_once(site):
    ticket = received(site)
    ends, by = Session(ticket.theme_id, ticket.began_at), ticket.seating.advisor

    closed, current = second_session(ticket=ticket, ends=ends, by=by, now=LATER)
    again, same = second_session(ticket=ticket, ends=ends, by=by, now=LATER + MINUTE)

    assert (current.theme_id, current.began_at) == (ends.theme_id, LATER)
    assert (again, same.began_at) == (closed, LATER)
    assert QueueObservation.objects.count() == 1


def test_swapped_ticket_leads_to_the_appointment_that_was_booked(site, theme):
    booked = AppointmentFactory(site=site)

    swap_for_appointment(ticket=wait(site, theme), appointment=booked, now=NOW)

    assert Ticket.objects.get().appointment == booked


def test_booked_visitor_does_not_swap(site, theme):
    waiting = wait(site, theme, appointment=AppointmentFactory(site=site))

    with pytest.raises(TicketStateError, match="cannot be swapped"):
        swap_for_appointment(ticket=waiting, appointment=AppointmentFactory(site=site), now=NOW)


def test_reception_takes_priority_back(site, theme):
    waiting = wait(site, theme, is_priority=True)

    assert not mark_priority(ticket=waiting, is_priority=False, by=UserFactory(), now=NOW).is_priority
