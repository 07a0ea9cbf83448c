import datetime as dt
import uuid

import pytest

from appointments.enums import BookedBy, State, WhoBooks
from appointments.models import Appointment, BookingPolicy, FreedSlot, Offer, Wait
from appointments.rules import AdvisorError, AskerError, ChannelError, MomentError, SlotTaken, UpcomingError
from appointments.services import (
    VisitorDetails,
    ask_to_move,
    book_appointment,
    cancel_appointment,
    move_appointment,
    overbook_appointment,
)
from sites.enums import Role
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer
from tests.factories.sites import MembershipFactory, UserFactory
from visitors.models import Visitor

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
HOUR = dt.timedelta(hours=1)


def book(site, theme, *, number=0, now=NOW, **more):
    starts_at = TUESDAY_AT_9 + LENGTH * number
    return book_appointment(
        **{"site": site, "theme": theme, "language": "fr", "starts_at": starts_at, "now": now} | more
    )


def overbook(site, theme, advisor, **more):
    wanted = {"site": site, "theme": theme, "language": "fr", "starts_at": TUESDAY_AT_9, "now": NOW}
    return overbook_appointment(**wanted | {"advisor": advisor} | more)


@pytest.mark.parametrize(
    ("service", "who", "sentence"),
    [
        (WhoBooks.ANYONE, WhoBooks.ANYONE, None),
        (WhoBooks.PRESCRIBER, WhoBooks.ANYONE, "A school, a partner"),
        (WhoBooks.PRESCRIBER, WhoBooks.PRESCRIBER, None),
        (WhoBooks.PRESCRIBER, WhoBooks.RECEPTION, None),
        (WhoBooks.RECEPTION, WhoBooks.ANYONE, "Only reception"),
        (WhoBooks.RECEPTION, WhoBooks.PRESCRIBER, "Only reception"),
        (WhoBooks.RECEPTION, WhoBooks.RECEPTION, None),
    ],
)
def test_service_is_booked_by_those_it_is_meant_for(service, who, sentence):
    _service, site, theme = offer(who_books=service)

    if sentence is None:
        assert book(site, theme, who=who, booked_by=BookedBy.FAMILY).booked_by == BookedBy.FAMILY
        return
    with pytest.raises(AskerError, match=sentence):
        book(site, theme, who=who)
    assert not Appointment.objects.exists()


def test_visitor_moves_what_reception_booked_for_them():
    _service, site, theme = offer(who_books=WhoBooks.RECEPTION)
    appointment = book(site, theme, who=WhoBooks.RECEPTION)

    assert move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW).revision == 1


def test_reception_books_without_notice_but_not_in_the_past():
    _service, site, theme = offer(notice_hours=48)

    with pytest.raises(MomentError, match="too close"):
        book(site, theme)
    assert book(site, theme, who=WhoBooks.RECEPTION, now=TUESDAY_AT_9).state == State.BOOKED
    with pytest.raises(MomentError, match="already past"):
        book(site, theme, who=WhoBooks.RECEPTION, now=TUESDAY_AT_9 + dt.timedelta(minutes=1))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "robin@example.org"}, {"email": "Robin@Example.ORG"}),
        ({"phone": "+3281123456"}, {"phone": "+3281123456", "email": "other@example.org"}),
    ],
)
def test_one_address_holds_so_many_appointments_to_come(first, second):
    _service, site, theme = offer(advisors=2)
    BookingPolicy.objects.create(network=site.network, most_upcoming=2)
    for number in range(2):
        book(site, theme, number=number, details=VisitorDetails(**first))

    with pytest.raises(UpcomingError, match="already has 2 appointments"):
        book(site, theme, number=2, details=VisitorDetails(**second))

    assert Visitor.objects.count() == 2
    assert book(site, theme, number=2, details=VisitorDetails(alias="Robin")).visitor.alias == "Robin"
    assert book(site, theme, number=3, details=VisitorDetails(**second), who=WhoBooks.RECEPTION).pk


def test_only_what_is_to_come_in_the_network_counts():
    _service, site, theme = offer(advisors=2)
    _service, elsewhere, _theme = offer(theme=theme)
    BookingPolicy.objects.create(network=site.network, most_upcoming=1)
    details = VisitorDetails(email="robin@example.org")
    book(elsewhere, theme, details=details)
    past = book(site, theme, details=details)
    Appointment.objects.filter(pk=past.pk).update(starts_at=NOW - HOUR, ends_at=NOW, free_again_at=NOW)

    cancelled = book(site, theme, details=details)
    cancel_appointment(appointment=cancelled, now=NOW)
    asked_to_move = ask_to_move(appointment=book(site, theme, number=1, details=details), now=NOW)

    with pytest.raises(UpcomingError, match="already has 1 appointment "):
        book(site, theme, number=2, details=details)
    assert asked_to_move.state == State.TO_MOVE


def test_button_pressed_twice_is_no_second_appointment_of_the_address():
    _service, site, theme = offer()
    BookingPolicy.objects.create(network=site.network, most_upcoming=1)
    details, token = VisitorDetails(email="robin@example.org"), uuid.uuid4()

    booked = [book(site, theme, details=details, token=token) for _time in range(2)]

    assert booked[0] == booked[1]


def test_visitors_who_leave_no_address_are_not_counted():
    _service, site, theme = offer()
    BookingPolicy.objects.create(network=site.network, most_upcoming=1)

    assert [book(site, theme, number=number).visitor for number in range(4)] == [None] * 4


def test_time_after_a_session_stays_free():
    _service, site, theme = offer(minutes=45, buffer_minutes=15)

    first = book(site, theme)

    assert first.free_again_at == TUESDAY_AT_9 + HOUR
    with pytest.raises(MomentError, match="Nobody receives"):
        book(site, theme, number=1)
    assert book(site, theme, starts_at=TUESDAY_AT_9 + HOUR).starts_at == first.free_again_at


def test_time_after_the_session_of_another_service_stays_free():
    _service, site, theme = offer()
    other = AppointmentFactory(advisor=site.shifts.get().advisor, ends_at=TUESDAY_AT_9 + LENGTH)
    Appointment.objects.filter(pk=other.pk).update(free_again_at=TUESDAY_AT_9 + HOUR)

    with pytest.raises(SlotTaken) as refused:
        book(site, theme, number=1)

    assert refused.value.next_slots[0].starts_at == TUESDAY_AT_9 + LENGTH * 2


def given_back(site, theme):
    appointment = book(site, theme)
    cancel_appointment(appointment=appointment, now=NOW)
    return FreedSlot.objects.get(advisor=appointment.advisor_id)


def offered(slot):
    days = {"first_on": NOW.date(), "last_on": TUESDAY_AT_9.date()}
    wait = Wait.objects.create(theme=slot.service.theme, site=slot.site, language="fr", asked_at=NOW, **days)
    return Offer.objects.create(
        wait=wait, slot=slot, starts_at=slot.starts_at, made_at=NOW, expires_at=NOW + dt.timedelta(hours=2)
    )


def test_moment_given_back_is_taken_for_all_but_the_holder_of_its_offer():
    _service, site, theme = offer(advisors=2)
    slot = given_back(site, theme)
    other = book(site, theme)

    with pytest.raises(SlotTaken) as refused:
        book(site, theme)
    booked = book(site, theme, offer=offered(slot))

    assert refused.value.next_slots[0].starts_at == TUESDAY_AT_9 + LENGTH
    assert (booked.starts_at, booked.advisor_id) == (TUESDAY_AT_9, slot.advisor_id)
    assert other.advisor_id != slot.advisor_id


def test_holder_of_an_offer_gets_its_advisor_and_needs_no_notice():
    _service, site, theme = offer(advisors=3, notice_hours=2)
    slot = given_back(site, theme)

    booked = book(site, theme, offer=offered(slot), now=TUESDAY_AT_9 - HOUR)

    assert booked.advisor_id == slot.advisor_id


def test_overbooking_gives_a_taken_moment_marked_as_such():
    _service, site, theme = offer()
    advisor = book(site, theme).advisor
    details = VisitorDetails(alias="Robin", phone="+3281123456")

    given = [overbook(site, theme, advisor, details=details) for _time in range(2)]

    assert [(one.advisor, one.is_overbooked, one.booked_by) for one in given] == [(advisor, True, "RECEPTION")] * 2
    assert Appointment.objects.filter(starts_at=TUESDAY_AT_9, state=State.BOOKED).count() == 3


def test_overbooking_blocks_nobody_and_twice_the_same_press_is_once():
    _service, site, theme = offer()
    advisor, token = site.shifts.get().advisor, uuid.uuid4()

    between = TUESDAY_AT_9 + dt.timedelta(minutes=20)

    given = [overbook(site, theme, advisor, token=token, starts_at=between) for _time in range(2)]

    assert given[0] == given[1]
    assert book(site, theme).advisor == advisor


def test_overbooking_at_any_minute_is_possible_with_who_works_there():
    _service, site, theme = offer(who_books=WhoBooks.RECEPTION)
    member = MembershipFactory(site=site, role=Role.ADVISOR).user
    of_network = MembershipFactory(site=None, network=site.network, role=Role.NETWORK_MANAGER).user
    late = TUESDAY_AT_9 + 9 * HOUR

    assert overbook(site, theme, member, starts_at=late, is_sure=True).advisor == member
    assert overbook(site, theme, of_network, starts_at=late, is_sure=True).advisor == of_network
    with pytest.raises(AdvisorError, match="does not work at this place"):
        overbook(site, theme, UserFactory())


def test_overbooking_is_refused_in_the_past_and_without_what_the_channel_needs():
    _service, site, theme = offer(channels=("PHONE",))
    advisor = site.shifts.get().advisor

    with pytest.raises(MomentError, match="already past"):
        overbook(
            site, theme, advisor, channel="PHONE", details=VisitorDetails(phone="+3281123456"), now=TUESDAY_AT_9 + HOUR
        )
    with pytest.raises(ChannelError, match="telephone number"):
        overbook(site, theme, advisor, channel="PHONE")
