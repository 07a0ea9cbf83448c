import datetime as dt

import pytest
from django.core import mail

from appointments.enums import Channel, Failure, Medium, MessageKind, State, WhoBooks
from appointments.models import Appointment, BookingPolicy, Message, Offer, Wait
from appointments.rules import ChannelError, TooLateError, UpcomingError, WaitError
from appointments.services import (
    Correction,
    ask_to_move,
    cancel_appointment,
    correct_details,
    correct_wait,
    end_wait,
    forget_visitor,
    send_due_messages,
    shown_of,
    start_wait_for,
    take_bounce,
    take_offer,
    tend_freed_slots,
)
from appointments.services.messages.marks import mark_of
from appointments.services.terms.details import erase_on
from tests.appointments.mailing import LANDLINE, MOBILE, NEXT_WEEK, book, owed
from tests.appointments.test_bounces import report
from tests.appointments.waits import LATER, freed, waiting
from tests.factories.appointments import NOW, AppointmentFactory, offer
from tests.factories.visitors import VisitorFactory
from visitors.models import Visitor

pytestmark = pytest.mark.django_db

SOON = NOW + dt.timedelta(minutes=5)
REMINDERS = [
    (MessageKind.REMINDER, NEXT_WEEK - dt.timedelta(hours=48)),
    (MessageKind.REMINDER, NEXT_WEEK - dt.timedelta(hours=3)),
]


def correct(appointment, *, now=SOON, who=WhoBooks.ANYONE, **wanted):
    return correct_details(appointment=appointment, correction=Correction(**wanted), language="nl", now=now, who=who)


def left(appointment):
    visitor = Appointment.objects.get(pk=appointment.pk).visitor
    return visitor and (visitor.alias, visitor.email, str(visitor.phone or ""))


def test_address_added_later_is_owed_the_confirmation_and_reminders():
    appointment = book(email="", phone="")

    correct(appointment, email="late@example.org")

    assert left(appointment) == ("Robin", "late@example.org", "")
    assert owed(appointment) == [(MessageKind.CONFIRMATION, SOON), *REMINDERS]


def test_pressing_twice_is_pressing_once():
    appointment = book(email="", phone="")

    correct(appointment, email="late@example.org")
    send_due_messages(now=SOON)
    correct(appointment, email="late@example.org", now=SOON + dt.timedelta(seconds=1))
    send_due_messages(now=SOON)

    assert [message.to for message in mail.outbox] == [["late@example.org"]]
    assert owed(appointment) == REMINDERS


def test_visitor_who_had_left_nothing_gets_a_row_of_their_own_that_goes_on_its_day():
    appointment = AppointmentFactory(starts_at=NEXT_WEEK)

    correct(appointment, phone=MOBILE)

    visitor = Visitor.objects.get()
    assert (visitor.language, visitor.erase_on) == ("nl", erase_on(appointment))
    assert set(appointment.messages.values_list("medium", flat=True)) == {Medium.SMS}


def test_visitor_who_was_forgotten_may_leave_an_address_again():
    appointment = book()
    forget_visitor(appointment=appointment)

    correct(appointment, email="again@example.org")

    assert left(appointment) == ("", "again@example.org", "")


def test_corrected_address_is_told_and_the_old_one_is_owed_nothing():
    appointment = book()
    send_due_messages(now=NOW)

    correct(appointment, email="right@example.org")
    send_due_messages(now=SOON)
    send_due_messages(now=NEXT_WEEK - dt.timedelta(hours=3))

    assert [message.to[0] for message in mail.outbox] == ["robin@example.org"] + 3 * ["right@example.org"]
    assert mail.outbox[1].subject == "Your appointment is booked"


def test_address_switched_off_by_a_bounce_is_used_again_once_corrected():
    appointment = book()
    Visitor.objects.update(email_failed_at=NOW)
    Message.objects.update(given_up_at=NOW, failure=Failure.BOUNCED)

    correct(appointment, email="robin@example.org")

    assert Visitor.objects.get().email_failed_at is None
    assert owed(appointment) == [(MessageKind.CONFIRMATION, SOON), *REMINDERS]


def test_mail_that_comes_back_late_does_not_switch_the_new_address_off():
    appointment = book()
    send_due_messages(now=NOW)
    old = appointment.messages.get(kind=MessageKind.CONFIRMATION)

    correct(appointment, email="right@example.org")
    is_taken = take_bounce(mail=report(headers=f"X-Portal-Message: {mark_of(old.pk)}"), now=SOON)

    assert not is_taken
    assert Visitor.objects.get().email_failed_at is None


@pytest.mark.parametrize("wanted", [{"alias": "Kim"}, {"phone": MOBILE}, {"phone": ""}])
def test_what_does_not_change_the_address_in_use_sends_nothing(wanted):
    appointment = book()
    before = list(Message.objects.order_by("pk").values())

    correct(appointment, **wanted)

    assert list(Message.objects.order_by("pk").values()) == before


def test_removed_address_is_owed_nothing():
    appointment = book()

    correct(appointment, email="")

    assert left(appointment) == ("Robin", "", LANDLINE)
    assert owed(appointment) == []


def test_reminders_take_the_road_that_is_left():
    appointment = book(phone=MOBILE)
    send_due_messages(now=NOW)

    correct(appointment, email="")

    assert owed(appointment) == REMINDERS
    assert set(appointment.messages.values_list("medium", flat=True)) == {Medium.SMS}


def test_removing_all_forgets_the_visitor():
    appointment = book()
    start_wait_for(appointment=appointment, now=NOW)

    current = correct(appointment, alias="", email="", phone="")

    assert current.visitor is None
    assert left(appointment) is None
    assert not Visitor.objects.exists()
    assert owed(appointment) == []


def test_number_of_a_call_may_be_changed_and_not_removed():
    appointment = book()
    Appointment.objects.update(channel=Channel.PHONE)

    with pytest.raises(ChannelError):
        correct(appointment, phone="")
    correct(appointment, phone=MOBILE)

    assert left(appointment) == ("Robin", "robin@example.org", MOBILE)


@pytest.mark.parametrize("now", [NEXT_WEEK, NEXT_WEEK + dt.timedelta(hours=2)])
def test_details_of_what_has_begun_are_not_changed(now):
    appointment = book()

    with pytest.raises(TooLateError):
        correct(appointment, email="right@example.org", now=now)

    assert left(appointment)[1] == "robin@example.org"


def test_details_of_what_is_cancelled_are_not_changed():
    appointment = cancel_appointment(appointment=book(), now=NOW)

    with pytest.raises(TooLateError):
        correct(appointment, email="right@example.org")


def test_visitor_asked_to_move_is_asked_at_the_new_address():
    appointment = ask_to_move(appointment=book(), now=NOW)
    send_due_messages(now=NOW)

    correct(appointment, email="right@example.org", now=NEXT_WEEK + dt.timedelta(hours=2))

    assert Appointment.objects.get().state == State.TO_MOVE
    assert [kind for kind, _due_at in owed(appointment)] == [MessageKind.TO_MOVE]


def test_one_address_holds_no_more_appointments_than_the_network_lets_it():
    appointment = book(email="", phone="")
    BookingPolicy.objects.create(network=appointment.site.network, most_upcoming=1)
    other = AppointmentFactory(
        site=appointment.site, starts_at=NEXT_WEEK, visitor=VisitorFactory(email="a@example.org")
    )

    with pytest.raises(UpcomingError):
        correct(appointment, email="A@example.org")
    correct(other, phone=MOBILE)
    correct(appointment, email="A@example.org", who=WhoBooks.RECEPTION)

    assert left(other) == ("Robin", "a@example.org", MOBILE)
    assert left(appointment)[1] == "A@example.org"


def test_address_of_the_appointment_itself_does_not_count_twice():
    appointment = book()
    BookingPolicy.objects.create(network=appointment.site.network, most_upcoming=1)

    correct(appointment, email="ROBIN@example.org")

    assert left(appointment)[1] == "ROBIN@example.org"


def test_whoever_waits_for_an_earlier_moment_is_told_at_the_new_address():
    appointment = AppointmentFactory(starts_at=NEXT_WEEK)
    wait = start_wait_for(appointment=appointment, now=NOW)

    correct(appointment, email="late@example.org")

    wait.refresh_from_db()
    assert wait.visitor.email == "late@example.org"


@pytest.fixture
def offered():
    """Somebody who waits and left no address, and a moment that is offered to them."""
    service, site, theme = offer()
    wait = waiting(site, theme)
    freed(service, site, theme)
    tend_freed_slots(now=LATER)
    return wait


def correct_waiting(wait, *, now=LATER, **wanted):
    return correct_wait(wait=wait, correction=Correction(**wanted), language="en", now=now)


def test_address_left_with_a_wait_is_told_what_is_offered_just_now_once(offered):
    for _press in range(2):
        correct_waiting(offered, email="late@example.org")
    send_due_messages(now=LATER)
    correct_waiting(offered, email="late@example.org")

    assert [message.to for message in mail.outbox] == [["late@example.org"]]
    assert Message.objects.count() == 1
    assert Visitor.objects.get().erase_on == offered.last_on + dt.timedelta(days=14)


def test_removing_all_of_a_wait_forgets_the_visitor_and_the_wait_goes_on(offered):
    correct_waiting(offered, email="late@example.org")

    correct_waiting(offered, email="")

    offered.refresh_from_db()
    assert (offered.visitor, offered.ended_at) == (None, None)
    assert not Visitor.objects.exists()
    assert not Message.objects.exists()


def test_offer_is_taken_with_the_address_left_meanwhile(offered):
    correct_waiting(offered, email="late@example.org")

    appointment = take_offer(offer=Offer.objects.get(), now=LATER)

    assert left(appointment) == ("", "late@example.org", "")


def test_whoever_waits_no_more_changes_nothing(offered):
    end_wait(wait=Wait.objects.get(pk=offered.pk), now=LATER)

    with pytest.raises(WaitError):
        correct_waiting(offered, email="late@example.org")

    assert not Visitor.objects.exists()


def test_one_address_waits_for_no_more_than_the_network_lets_it(offered):
    BookingPolicy.objects.create(network=offered.site.network, most_upcoming=1)
    other = waiting(offered.site, offered.theme, email="taken@example.org")

    with pytest.raises(WaitError):
        correct_waiting(offered, email="taken@example.org")
    correct_waiting(other, phone=MOBILE)

    assert Visitor.objects.get().phone == MOBILE


def test_moment_of_a_call_waited_for_keeps_its_number():
    _service, site, theme = offer(channels=("PHONE",))
    wait = waiting(site, theme, phone=LANDLINE, channel=Channel.PHONE)

    with pytest.raises(ChannelError):
        correct_waiting(wait, phone="")


@pytest.mark.parametrize(
    ("email", "phone", "expected"),
    [
        ("robin@example.org", "+32470123456", ("r…@example.org", "+32 … 56")),
        ("r@example.org", "+352621123401", ("r…@example.org", "+352 … 01")),
        ("", "", ("", "")),
    ],
)
def test_page_shows_addresses_so_far_as_their_owner_recognises_them(email, phone, expected):
    visitor = VisitorFactory(email=email, phone=phone)
    visitor.refresh_from_db()

    shown = shown_of(visitor)

    assert (shown.alias, shown.email, shown.phone) == ("Robin", *expected)
