import datetime as dt
import uuid

import pytest
from django.core.cache import cache

from appointments.enums import Channel, Origin, State, TicketState
from appointments.models import Appointment, SiteQueue, Ticket
from appointments.models.queue import LONGEST_NUMBER
from appointments.queue_rules import (
    DoorCodeError,
    ExpiredTicketError,
    QueueClosedError,
    UnknownCodeError,
    UnknownTicketError,
)
from appointments.services.queue import (
    check_in,
    check_in_by_code,
    door_code,
    find_ticket,
    label_of,
    mark_left,
    offered_at,
    queue_of,
    swap_for_appointment,
    take_ticket,
    ticket_secret,
)
from appointments.services.terms.links import secret_of
from citemetiers.kernel.codes import fingerprint
from sites.models import Closure, DropInPause, OpeningHours
from tests.appointments.queue.lines import MINUTE, open_site, sit_down, wait
from tests.factories.appointments import NOW, AppointmentFactory, DutyFactory, ShiftFactory
from tests.factories.sites import SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def _no_code_was_used():
    cache.clear()


@pytest.fixture
def theme():
    return ThemeFactory()


@pytest.fixture
def site(theme):
    site = open_site()
    sit_down(site, theme)
    return site


def take(site, theme, *, now=NOW, language="fr", **more):
    return take_ticket(site=site, theme=theme, language=language, origin=Origin.KIOSK, now=now, **more)


def booked(site, **columns):
    """An appointment at nine on the day of the tests."""
    return AppointmentFactory(site=site, **{"starts_at": NOW + 60 * MINUTE} | columns)


def test_ticket_holds_a_theme_a_language_and_a_number(site, theme):
    taken = take(site, theme)

    assert (taken.number, taken.theme, taken.language, taken.state) == (1, theme, "fr", TicketState.WAITING)
    assert (taken.day, taken.taken_at, taken.queued_at, taken.due_at) == (NOW.date(), NOW, NOW, None)
    assert (taken.visitor, taken.appointment, taken.is_priority) == (None, None, False)


def test_number_counts_on_by_site_and_begins_anew_each_day(site, theme):
    other = open_site()
    sit_down(other, theme)
    day_after = NOW + WEEK
    numbers = [take(site, theme).number, take(other, theme).number, take(site, theme).number]

    for place in (site, other):
        sit_down(place, theme, now=day_after)
    numbers += [take(site, theme, now=day_after).number, take(other, theme, now=day_after).number]

    assert numbers == [1, 1, 2, 1, 1]


def test_numbers_end_where_a_ticket_has_no_room(site, theme):
    SiteQueue.objects.filter(site=site).update(day=NOW.date(), last_number=LONGEST_NUMBER)

    with pytest.raises(QueueClosedError, match="9999"):
        take(site, theme)


def test_same_token_is_one_ticket_a_day(site, theme):
    token = uuid.uuid4()

    found = [take(site, theme, token=token).pk for _time in range(2)]
    sit_down(site, theme, now=NOW + WEEK)
    later = take(site, theme, token=token, now=NOW + WEEK)

    assert found[0] == found[1] != later.pk
    assert Ticket.objects.count() == 2


def test_ticket_keeps_what_was_estimated(site, theme):
    taken = take(site, theme)

    assert taken.estimated_from <= taken.estimated <= taken.estimated_to


def unused(site):
    SiteQueue.objects.filter(site=site).update(is_used=False)


def suspended(site):
    DropInPause.objects.create(site=site, starts_at=NOW - DAY, message="The lift is being mended.")


def by_appointment(site):
    OpeningHours.objects.filter(site=site).update(is_by_appointment=True)


def closed_today(site):
    Closure.objects.create(network=site.network, first_on=NOW.date(), last_on=NOW.date(), reason="Team day")


def closed_by_the_week(site):
    OpeningHours.objects.filter(site=site).update(weekday=2)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (unused, "take no number"),
        (suspended, "The lift is being mended"),
        (by_appointment, "By appointment only"),
        (closed_today, "Closed, opens"),
        (closed_by_the_week, "Closed, opens tomorrow at 08:00"),
    ],
)
def test_ticket_is_refused_where_nobody_may_walk_in(site, theme, make, sentence):
    make(site)

    with pytest.raises(QueueClosedError, match=sentence):
        take(site, theme)
    with pytest.raises(QueueClosedError, match=sentence):
        offered_at(site=site, now=NOW)
    assert Ticket.objects.count() == 0


def test_hours_that_nobody_knows_are_open_while_a_desk_is(theme):
    site = SiteFactory()
    with pytest.raises(QueueClosedError, match="Nobody receives here"):
        take(site, theme)

    sit_down(site, theme)

    assert take(site, theme).number == 1


def test_theme_and_language_that_nobody_serves_are_refused(site, theme):
    with pytest.raises(QueueClosedError, match="for this theme"):
        take(site, ThemeFactory())
    with pytest.raises(QueueClosedError, match="in this language"):
        take(site, theme, language="nl")


def test_what_is_offered_is_served_at_a_desk_or_later_today(site, theme):
    later, past, by_phone = (ThemeFactory() for _number in range(3))
    for one, starts_at, channels in (
        (later, NOW + 120 * MINUTE, ()),
        (past, NOW - 240 * MINUTE, ()),
        (by_phone, NOW, (Channel.PHONE,)),
    ):
        duty = DutyFactory(site=site, themes=[one], languages=("fr", "nl"), channels=channels)
        ShiftFactory(duty=duty, starts_at=starts_at, ends_at=starts_at + 60 * MINUTE)

    assert offered_at(site=site, now=NOW) == ((theme, ("fr",)), (later, ("fr", "nl")))
    assert take(site, later, language="nl")


def test_code_at_the_door_gives_three_tickets(site, theme):
    code = door_code(queue_of(site), now=NOW)
    token = uuid.uuid4()
    for _time in range(3):
        take(site, theme, door_code=code, token=token)
    for _time in range(2):
        take(site, theme, door_code=code)

    with pytest.raises(DoorCodeError, match="Scan the new one"):
        take(site, theme, door_code=code)

    assert take(site, theme, door_code=door_code(queue_of(site), now=NOW + MINUTE)).number == 4


def test_booked_visitor_is_checked_in_once(site):
    appointment = booked(site)

    found = [check_in(appointment=appointment, now=NOW) for _time in range(2)]

    assert found[0] == found[1]
    assert (found[0].due_at, found[0].origin, found[0].number) == (appointment.starts_at, Origin.APPOINTMENT, 1)
    assert Appointment.objects.get().state == State.ARRIVED


def test_code_and_link_of_an_appointment_check_in(site):
    by_code, by_link = booked(site), booked(site)

    first = check_in_by_code(site=site, code=f" {by_code.code[:3].lower()} {by_code.code[3:]}", now=NOW)
    second = check_in_by_code(site=site, code=secret_of(by_link), now=NOW)

    assert (first.appointment, second.appointment) == (by_code, by_link)


def test_code_of_another_place_or_of_none_is_unknown(site):
    elsewhere = booked(open_site())

    for code in (elsewhere.code, secret_of(elsewhere), "", "nothing of ours"):
        with pytest.raises(UnknownCodeError, match="has this code"):
            check_in_by_code(site=site, code=code, now=NOW)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"starts_at": NOW + DAY}, "another day"),
        ({"starts_at": NOW - DAY}, "another day"),
        ({"channel": Channel.VIDEO}, "cannot be checked in"),
        ({"state": State.CANCELLED, "cancelled_at": NOW}, "cannot be checked in"),
        ({"state": State.DONE}, "cannot be checked in"),
    ],
)
def test_appointment_that_is_not_on_site_today_is_not_checked_in(site, columns, sentence):
    with pytest.raises(QueueClosedError, match=sentence):
        check_in(appointment=booked(site, **columns), now=NOW)


def test_visitor_who_swapped_for_a_time_today_is_checked_in_then(site, theme):
    appointment = booked(site)
    swap_for_appointment(ticket=wait(site, theme, number=50), appointment=appointment, now=NOW)

    arrived = check_in(appointment=appointment, now=NOW + 50 * MINUTE)

    assert (arrived.state, arrived.appointment) == (TicketState.WAITING, appointment)
    assert Ticket.objects.get(number=50).appointment is None


def test_booked_visitor_who_had_left_and_comes_back_waits_anew(site):
    appointment = booked(site)
    first = check_in(appointment=appointment, now=NOW)
    mark_left(ticket=first, by=None, now=NOW)

    again = check_in(appointment=appointment, now=NOW + MINUTE)

    assert (again.number, again.state, again.due_at) == (2, TicketState.WAITING, appointment.starts_at)


def test_ticket_is_found_by_its_secret_which_is_not_kept(site, theme, django_assert_num_queries):
    taken = take(site, theme)
    secret = ticket_secret(taken)

    with django_assert_num_queries(1):
        found = find_ticket(secret=secret, now=NOW)
        assert label_of(found, found.site.queue) == "N-001"

    assert found.secret_fingerprint == fingerprint(secret) != secret
    with pytest.raises(UnknownTicketError):
        find_ticket(secret="another", now=NOW)
    with pytest.raises(ExpiredTicketError):
        find_ticket(secret=secret, now=NOW + DAY)


@pytest.mark.parametrize(
    ("city", "letter"), [("Namur", "N"), ("Écaussinnes", "E"), ("’s Gravenbrakel", "S"), ("", "A")]
)
def test_queue_is_made_with_the_letter_of_its_town_and_a_key(city, letter):
    site = SiteFactory(city=city)

    queue = queue_of(site)

    assert queue.letter == letter
    assert len(queue.screen_key) >= 32
    assert queue_of(site) == queue
