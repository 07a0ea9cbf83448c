import datetime as dt

import pytest

from appointments.enums import Origin, TicketState
from appointments.models import Service, Ticket
from appointments.queue_rules import DeskError, NobodyWaits
from appointments.services.queue import (
    begin_session,
    call_again,
    call_next,
    call_this,
    close_desk,
    open_desks,
    park,
    pause_desk,
    resume_desk,
    transfer,
    waiting_at,
    whose_turn,
)
from tests.appointments.queue.lines import MINUTE, open_site, sit_down, wait
from tests.factories.appointments import NOW, AppointmentFactory, ServiceFactory
from tests.factories.sites import NetworkFactory, SiteFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme():
    return ThemeFactory()


@pytest.fixture
def site():
    return open_site()


@pytest.fixture
def seating(site, theme):
    return sit_down(site, theme)


def arrived(site, theme, *, due, minutes=0, advisor=None):
    """A booked visitor who has come."""
    service = Service.objects.filter(theme=theme).first() or ServiceFactory(network=site.network, theme=theme)
    booked = AppointmentFactory(site=site, service=service, starts_at=due, advisor=advisor or UserFactory())
    return wait(site, theme, minutes=minutes, due_at=due, appointment=booked, origin=Origin.APPOINTMENT)


def order_of(seating, *, now):
    desks = open_desks(site=seating.site, now=now)
    return [one.pk for one in whose_turn(waiting_at(site=seating.site, now=now), seating=seating, now=now, desks=desks)]


def test_turn_is_priority_then_due_then_arrival(site, theme, seating):
    first, second = wait(site, theme), wait(site, theme, minutes=1)
    booked_late = arrived(site, theme, due=NOW + 20 * MINUTE, minutes=2)
    booked = arrived(site, theme, due=NOW + 15 * MINUTE, minutes=3)
    priority = wait(site, theme, minutes=4, is_priority=True)

    found = order_of(seating, now=NOW + 30 * MINUTE)

    assert found == [one.pk for one in (priority, booked, booked_late, first, second)]


def test_booked_visitor_who_is_early_waits_in_the_order_of_arrival(site, theme, seating):
    early = arrived(site, theme, due=NOW + 30 * MINUTE, minutes=1)
    first, last = wait(site, theme), wait(site, theme, minutes=2)

    assert order_of(seating, now=NOW + 29 * MINUTE) == [first.pk, early.pk, last.pk]
    assert order_of(seating, now=NOW + 30 * MINUTE) == [early.pk, first.pk, last.pk]


@pytest.mark.parametrize(("minutes", "is_kept"), [(0, True), (9, True), (10, False)])
def test_due_visitor_is_kept_ten_minutes_for_their_own_advisor(site, theme, seating, minutes, is_kept):
    own = sit_down(site, theme)
    booked = arrived(site, theme, due=NOW + 5 * MINUTE, advisor=own.advisor)

    now = NOW + (5 + minutes) * MINUTE

    assert (order_of(seating, now=now) == []) is is_kept
    assert order_of(own, now=now) == [booked.pk]


def away(own, _theme):
    close_desk(seating=own, by=own.advisor, now=NOW)


def paused(own, _theme):
    pause_desk(seating=own, by=own.advisor, now=NOW)


def with_another_theme(own, _theme):
    own.themes.set([ThemeFactory()])


@pytest.mark.parametrize("make", [away, paused, with_another_theme])
def test_due_visitor_is_not_kept_for_an_advisor_who_does_not_receive(site, theme, seating, make):
    own = sit_down(site, theme)
    booked = arrived(site, theme, due=NOW, advisor=own.advisor)

    make(own, theme)

    assert order_of(seating, now=NOW) == [booked.pk]


def test_desk_calls_for_its_themes_and_languages_only(site, theme, seating):
    wait(site, ThemeFactory())
    wait(site, theme, language="nl")
    wait(open_site(), theme)

    with pytest.raises(NobodyWaits, match="Nobody is waiting"):
        call_next(seating=seating, by=seating.advisor, now=NOW)


def test_theme_of_a_network_matches_the_common_one(site, theme, seating):
    own_word = ThemeFactory(network=site.network, common=theme)
    waiting = wait(site, own_word)

    assert call_next(seating=seating, by=seating.advisor, now=NOW).pk == waiting.pk


def test_call_names_the_desk_and_the_moment(site, theme, seating):
    wait(site, theme)

    called = call_next(seating=seating, by=seating.advisor, now=NOW)

    kept = Ticket.objects.get(pk=called.pk)
    assert (kept.state, kept.seating, kept.called_at, kept.times_called) == (TicketState.CALLED, seating, NOW, 1)


def test_call_pressed_twice_calls_one(site, theme, seating):
    wait(site, theme)
    wait(site, theme, minutes=1)

    found = [call_next(seating=seating, by=seating.advisor, now=NOW) for _time in range(2)]

    assert found[0] == found[1]
    assert Ticket.objects.waiting().count() == 1


def test_nobody_is_called_while_somebody_is_in_session(site, theme, seating):
    wait(site, theme, number=7)
    waiting = wait(site, theme, minutes=1)
    begin_session(ticket=call_next(seating=seating, by=seating.advisor, now=NOW), by=seating.advisor, now=NOW)

    with pytest.raises(DeskError, match="N-007 is still at this desk"):
        call_next(seating=seating, by=seating.advisor, now=NOW)
    with pytest.raises(DeskError, match="N-007 is still at this desk"):
        call_this(ticket=waiting, seating=seating, by=seating.advisor, now=NOW)


def test_paused_desk_calls_nobody_until_it_resumes(site, theme, seating):
    wait(site, theme)
    pause_desk(seating=seating, by=seating.advisor, now=NOW)

    with pytest.raises(DeskError, match="paused"):
        call_next(seating=seating, by=seating.advisor, now=NOW)

    resume_desk(seating=seating, by=seating.advisor, now=NOW)
    assert call_next(seating=seating, by=seating.advisor, now=NOW)


@pytest.mark.parametrize("days", [0, 1])
def test_desk_that_is_closed_or_of_yesterday_calls_nobody(site, theme, seating, days):
    wait(site, theme)
    if not days:
        close_desk(seating=seating, by=seating.advisor, now=NOW)

    with pytest.raises(DeskError, match="closed"):
        call_next(seating=seating, by=seating.advisor, now=NOW + dt.timedelta(days=days))


def test_nobody_calls_to_the_desk_of_somebody_else(site, theme, seating):
    wait(site, theme)

    with pytest.raises(DeskError, match="Somebody else"):
        call_next(seating=seating, by=UserFactory(), now=NOW)


def test_one_visitor_is_called_out_of_turn_once(site, theme, seating):
    wait(site, theme)
    other = wait(site, ThemeFactory(), minutes=1, language="nl")

    found = [call_this(ticket=other, seating=seating, by=seating.advisor, now=NOW) for _time in range(2)]

    assert [one.pk for one in found] == [other.pk] * 2
    assert Ticket.objects.get(pk=other.pk).times_called == 1


def test_visitor_called_elsewhere_meanwhile_is_not_called_here(site, theme, seating):
    waiting = wait(site, theme)
    elsewhere = sit_down(site, theme)
    call_next(seating=elsewhere, by=elsewhere.advisor, now=NOW)

    with pytest.raises(DeskError, match="somebody else’s desk"):
        call_this(ticket=waiting, seating=seating, by=seating.advisor, now=NOW)


def test_call_again_counts_once_within_seconds(site, theme, seating):
    wait(site, theme)
    called = call_next(seating=seating, by=seating.advisor, now=NOW)

    moments = [NOW + dt.timedelta(seconds=seconds) for seconds in (60, 65)]
    found = [call_again(ticket=called, by=seating.advisor, now=moment) for moment in moments]

    assert [(one.times_called, one.called_at) for one in found] == [(2, moments[0])] * 2


def test_visitor_passed_on_to_a_desk_waits_for_that_one(site, theme, seating):
    other = sit_down(site, ThemeFactory())
    waiting = wait(site, theme)
    transfer(ticket=waiting, seating=other, by=seating.advisor, now=NOW)

    assert order_of(seating, now=NOW) == []
    assert order_of(other, now=NOW) == [waiting.pk]

    close_desk(seating=other, by=other.advisor, now=NOW)
    assert order_of(seating, now=NOW) == [waiting.pk]


def test_ticket_that_changed_since_the_line_was_read_is_left_alone(site, theme, seating, monkeypatch):
    first, second = wait(site, theme), wait(site, theme, minutes=1)
    read = "appointments.services.queue.calling.waiting_at"
    line = waiting_at(site=site, now=NOW)
    monkeypatch.setattr(read, lambda **_asked: line)
    park(ticket=first, by=seating.advisor, now=NOW)

    assert call_next(seating=seating, by=seating.advisor, now=NOW).pk == second.pk


@pytest.mark.parametrize("number", [1, 9])
def test_call_asks_as_many_queries_for_one_as_for_many(site, theme, seating, number, django_assert_max_num_queries):
    for minutes in range(number):
        wait(site, theme, minutes=minutes)

    with django_assert_max_num_queries(9):
        call_next(seating=seating, by=seating.advisor, now=NOW)


def test_visitors_of_another_network_are_not_called(theme, seating):
    wait(SiteFactory(network=NetworkFactory()), theme)

    assert order_of(seating, now=NOW) == []
