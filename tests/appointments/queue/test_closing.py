import datetime as dt
import uuid

import pytest

from appointments import tasks
from appointments.enums import Origin, Outcome, TicketState
from appointments.models import Appointment, QueueObservation, Seating, SiteQueue, Ticket
from appointments.services import forget_visitor
from appointments.services.queue import close_days, closing, observe
from tests.factories.appointments import NOW, AppointmentFactory
from tests.factories.queue import SeatingFactory, SiteQueueFactory, TicketFactory
from tests.factories.sites import SiteFactory
from tests.factories.visitors import VisitorFactory
from visitors.models import Visitor
from visitors.services import erase_expired_visitors, erase_visitor

pytestmark = pytest.mark.django_db

# 23:59 and 00:00 in Brussels.
LAST_MINUTE = dt.datetime(2026, 11, 23, 22, 59, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2026, 11, 23, 23, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def at(hour, minute, second=0):
    """That time on the wall in Brussels on the day of the tests."""
    return dt.datetime(2026, 11, 23, hour - 1, minute, second, tzinfo=dt.UTC)


def kept_of(**columns):
    return observe(TicketFactory(**columns))


def test_day_is_closed_when_it_is_over_at_the_site_and_not_before():
    TicketFactory()

    early, late = close_days(now=LAST_MINUTE), close_days(now=MIDNIGHT)

    assert (early, late) == (0, 1)
    assert (Ticket.objects.count(), QueueObservation.objects.count()) == (0, 1)


def test_each_site_has_its_own_midnight():
    TicketFactory(site=SiteFactory(timezone="America/Guadeloupe"))
    TicketFactory(site=SiteFactory(timezone="Europe/Brussels"))

    closed = close_days(now=MIDNIGHT)

    assert closed == 1
    assert Ticket.objects.get().site.timezone == "America/Guadeloupe"


def test_closing_twice_is_closing_once():
    TicketFactory(done=True)

    assert [close_days(now=MIDNIGHT) for _beat in range(2)] == [1, 0]
    assert QueueObservation.objects.count() == 1


def test_what_is_of_today_stays():
    site = SiteFactory()
    TicketFactory(site=site, called=True)
    seating = SeatingFactory(site=site, opened_at=MIDNIGHT)
    TicketFactory(site=site, called=True, taken_at=MIDNIGHT + MINUTE, seating=seating)

    close_days(now=MIDNIGHT + 2 * MINUTE)

    assert Ticket.objects.get().taken_at == MIDNIGHT + MINUTE
    assert Seating.objects.get() == seating


def test_desk_left_open_past_midnight_goes_with_whom_it_called_since():
    TicketFactory(called=True, taken_at=MIDNIGHT + MINUTE, seating__opened_at=NOW)

    counts = [(close_days(now=MIDNIGHT + days), Seating.objects.count()) for days in (MINUTE, dt.timedelta(days=1))]

    assert counts == [(0, 1), (1, 0)]


def test_open_desks_go_with_the_day_even_where_nobody_came():
    SeatingFactory()

    close_days(now=MIDNIGHT)

    assert not Seating.objects.exists()


def test_numbers_begin_again():
    queue = SiteQueueFactory(day=NOW.date(), last_number=57)
    TicketFactory(site=queue.site)

    close_days(now=MIDNIGHT)

    assert SiteQueue.objects.values_list("day", "last_number").get() == (None, 0)


def test_number_already_given_today_stands():
    queue = SiteQueueFactory(day=dt.date(2026, 11, 24), last_number=2)
    TicketFactory(site=queue.site)

    close_days(now=MIDNIGHT)

    assert SiteQueue.objects.values_list("day", "last_number").get() == (dt.date(2026, 11, 24), 2)


@pytest.mark.parametrize("state", [TicketState.WAITING, TicketState.PARKED])
def test_whoever_is_still_in_line_has_left(state):
    kept = kept_of(state=state)

    assert (kept.outcome, kept.waited, kept.lasted) == (Outcome.LEFT, None, None)


@pytest.mark.parametrize("state", [TicketState.CALLED, TicketState.RECEIVED])
def test_session_that_nobody_ended_has_no_length(state):
    kept = kept_of(called=True, state=state)

    assert (kept.outcome, kept.waited, kept.lasted) == (Outcome.LEFT, None, None)


def test_session_is_kept_in_whole_minutes():
    taken, called, began, ended = at(9, 59, 50), at(10, 12, 10), at(10, 13, 5), at(10, 40, 40)
    kept = kept_of(done=True, taken_at=taken, called_at=called, began_at=began, ended_at=ended)

    assert (kept.outcome, kept.waited, kept.lasted) == (Outcome.DONE, 12, 28)


@pytest.mark.parametrize(
    ("state", "outcome", "waited"),
    [
        (TicketState.NO_SHOW, Outcome.NO_SHOW, 12),
        (TicketState.LEFT, Outcome.LEFT, None),
        (TicketState.SWAPPED, Outcome.SWAPPED, None),
    ],
)
def test_outcome_is_kept_without_a_length(state, outcome, waited):
    kept = kept_of(called=True, state=state, ended_at=NOW + 30 * MINUTE)

    assert (kept.outcome, kept.waited, kept.lasted) == (outcome, waited, None)


@pytest.mark.parametrize(("taken_at", "half_hour"), [(at(9, 29, 59), 18), (at(9, 30), 19), (MIDNIGHT - MINUTE, 47)])
def test_moment_is_a_half_hour_of_the_local_day(taken_at, half_hour):
    kept = kept_of(taken_at=taken_at)

    assert (kept.day, kept.half_hour) == (dt.date(2026, 11, 23), half_hour)


@pytest.mark.parametrize(("came", "waited"), [(at(9, 40), 3), (at(10, 1), 2), (at(10, 10), 0)])
def test_wait_of_a_booked_visitor_begins_at_the_hour_of_the_appointment(came, waited):
    due, called = at(10, 0), at(10, 3)
    kept = kept_of(done=True, origin=Origin.APPOINTMENT, due_at=due, taken_at=came, called_at=called)

    assert (kept.is_booked, kept.waited) == (True, waited)


def test_estimate_is_kept_with_what_came_of_it():
    kept = kept_of(done=True, estimated_from=5, estimated=10, estimated_to=20)

    assert (kept.estimated_from, kept.estimated, kept.estimated_to, kept.waited) == (5, 10, 20, 12)


def test_session_of_a_ticket_that_goes_on_is_kept_with_its_own_end():
    ticket = TicketFactory(done=True, state=TicketState.RECEIVED, ended_at=None)

    kept = observe(ticket, done_at=ticket.began_at + 17 * MINUTE)

    assert (kept.outcome, kept.lasted) == (Outcome.DONE, 17)


@pytest.mark.parametrize("is_demo", [True, False])
def test_what_was_played_in_a_demonstration_is_marked_as_invented(settings, is_demo):
    settings.DEMO = is_demo

    assert kept_of(done=True).is_illustrative == is_demo


def test_observations_are_written_in_no_order_under_random_keys(monkeypatch):
    shuffled = []
    monkeypatch.setattr(closing.ANY_ORDER, "shuffle", lambda rows: shuffled.append(len(rows)) or rows.reverse())
    tickets = [TicketFactory(site=site, done=True) for site in [SiteFactory()] for _number in range(3)]

    close_days(now=MIDNIGHT)

    keys = set(QueueObservation.objects.values_list("pk", flat=True))
    assert shuffled == [3]
    assert {key.version for key in keys} == {4}
    assert keys.isdisjoint(ticket.pk for ticket in tickets)


def test_visitor_known_by_a_ticket_alone_is_erased_at_the_close():
    TicketFactory(visitor=VisitorFactory(erase_on=dt.date(2027, 1, 1)))

    close_days(now=MIDNIGHT)

    assert not Visitor.objects.exists()


def test_visitor_with_an_appointment_stays_until_its_day():
    visitor = VisitorFactory(erase_on=dt.date(2027, 1, 1))
    appointment = AppointmentFactory(visitor=visitor)
    TicketFactory(visitor=visitor, appointment=appointment)

    close_days(now=MIDNIGHT)

    appointment.refresh_from_db()
    assert appointment.visitor == visitor


def test_appointment_outlives_its_ticket():
    appointment = AppointmentFactory()
    TicketFactory(appointment=appointment, origin=Origin.APPOINTMENT, done=True)

    close_days(now=MIDNIGHT)

    assert Appointment.objects.filter(pk=appointment.pk).exists()


@pytest.mark.parametrize(
    "erase", [lambda one: erase_visitor(visitor=one), lambda one: erase_expired_visitors(today=one.erase_on)]
)
def test_erasing_a_visitor_leaves_the_ticket_without_a_name(erase):
    ticket = TicketFactory(visitor=VisitorFactory())

    erase(ticket.visitor)

    ticket.refresh_from_db()
    assert ticket.visitor is None


def test_forgetting_the_visitor_of_an_appointment_forgets_what_was_left_on_its_ticket():
    appointment = AppointmentFactory(visitor=VisitorFactory())
    ticket = TicketFactory(appointment=appointment, visitor=VisitorFactory())

    forget_visitor(appointment=appointment)

    ticket.refresh_from_db()
    assert ticket.visitor is None
    assert not Visitor.objects.exists()


def test_days_are_closed_by_the_clock(settings):
    ticket = TicketFactory(id=uuid.uuid4(), taken_at=dt.datetime(2020, 3, 2, 9, tzinfo=dt.UTC))

    tasks.close_queue_days(something="new")

    assert not Ticket.objects.filter(pk=ticket.pk).exists()
    assert tasks.close_queue_days.name in {line["task"] for line in settings.CELERY_BEAT_SCHEDULE.values()}
