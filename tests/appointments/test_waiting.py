import datetime as dt
import uuid
from unittest.mock import patch

import pytest
from django.core import mail

from appointments.enums import Answer, Channel, State, WhoBooks
from appointments.models import Appointment, BookingPolicy, FreedSlot, Message, Offer, Shift, Wait
from appointments.rules import (
    AskerError,
    ChannelError,
    MomentError,
    OfferError,
    TooLateError,
    UpcomingError,
    WaitError,
)
from appointments.services import (
    ExpiredLinkError,
    UnknownLinkError,
    cancel_appointment,
    decline_offer,
    end_wait,
    find_wait,
    forget_visitor,
    open_offer_of,
    scrub_past_waits,
    start_wait_for,
    take_offer,
    tend_freed_slots,
    wait_secret_of,
)
from appointments.services.messages.outbox import send_due_messages
from appointments.services.terms.links import offer_url
from tests.appointments.waits import LATER, MINUTE, booked, freed, waiting
from tests.factories.appointments import NOW, TUESDAY_AT_9, offer
from visitors.models import Visitor
from visitors.services import erase_expired_visitors

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)


def offered(wait):
    return open_offer_of(wait=wait, now=LATER)


def test_wait_is_found_by_its_secret_of_which_only_the_fingerprint_is_kept():
    _service, site, theme = offer()
    wait = waiting(site, theme)

    assert find_wait(secret=wait_secret_of(wait), now=NOW) == wait
    assert wait_secret_of(wait) not in [str(value) for value in Wait.objects.values().get().values()]
    with pytest.raises(UnknownLinkError):
        find_wait(secret="x" * 32, now=NOW)
    with pytest.raises(ExpiredLinkError):
        find_wait(secret=wait_secret_of(wait), now=NOW + dt.timedelta(days=8))


def test_who_leaves_nothing_is_nobody():
    _service, site, theme = offer()

    assert waiting(site, theme).visitor is None
    assert not Visitor.objects.exists()


def test_button_pressed_twice_is_one_wait():
    _service, site, theme = offer()
    token = uuid.uuid4()

    first, second = (waiting(site, theme, token=token, email="robin@example.org") for _time in range(2))

    assert first.pk == second.pk
    assert Wait.objects.count() == Visitor.objects.count() == 1


@pytest.mark.parametrize(
    "days",
    [
        {"first_on": dt.date(2026, 11, 25), "last_on": dt.date(2026, 11, 24)},
        {"first_on": dt.date(2026, 11, 1), "last_on": dt.date(2026, 11, 22)},
        {"last_on": dt.date(2027, 2, 22)},
    ],
)
def test_days_past_turned_round_or_too_far_are_refused(days):
    _service, site, theme = offer()

    with pytest.raises(WaitError):
        waiting(site, theme, **days)


def test_ninety_days_may_be_waited():
    _service, site, theme = offer()

    assert waiting(site, theme, last_on=dt.date(2027, 2, 21))


@pytest.mark.parametrize(
    ("service", "asked", "error"),
    [
        ({"who_books": WhoBooks.RECEPTION}, {}, AskerError),
        ({"is_offered": False}, {}, WaitError),
        ({}, {"channel": Channel.VIDEO}, ChannelError),
        ({"channels": ("PHONE",)}, {"channel": Channel.PHONE}, ChannelError),
    ],
)
def test_nobody_waits_for_what_cannot_be_booked(service, asked, error):
    _service, site, theme = offer(**service)

    with pytest.raises(error):
        waiting(site, theme, **asked)


def test_nobody_waits_for_a_language_that_the_service_has_not():
    service, site, theme = offer()
    service.languages = ("nl",)
    service.save()

    with pytest.raises(WaitError):
        waiting(site, theme)
    assert waiting(site, theme, language="nl")


def test_one_address_waits_for_so_many_moments_and_who_leaves_none_is_not_counted():
    _service, site, theme = offer()
    BookingPolicy.objects.create(network=site.network, most_upcoming=2)
    for _time in range(2):
        waiting(site, theme, email="robin@example.org", phone="+32470123456")

    with pytest.raises(WaitError, match="waits for 2 moments"):
        waiting(site, theme, email="ROBIN@example.org")
    with pytest.raises(WaitError):
        waiting(site, theme, phone="+32470123456")
    assert waiting(site, theme)
    end_wait(wait=Wait.objects.filter(visitor__isnull=False).order_by("pk").first(), now=NOW)
    assert waiting(site, theme, email="robin@example.org")


def test_taken_offer_is_an_appointment_and_the_wait_is_over():
    service, site, theme = offer()
    wait = waiting(site, theme, email="robin@example.org")
    freed(service, site, theme)
    tend_freed_slots(now=LATER)

    appointment = take_offer(offer=offered(wait), now=LATER)

    wait.refresh_from_db()
    assert (appointment.starts_at, appointment.state) == (TUESDAY_AT_9, State.BOOKED)
    assert (wait.appointment, wait.ended_at, wait.visitor) == (appointment, LATER, None)
    assert wait.offers.get().answer == Answer.TAKEN
    assert not FreedSlot.objects.exists()
    assert appointment.visitor == Visitor.objects.get()
    assert appointment.visitor.email == "robin@example.org"


def test_offer_taken_twice_is_one_appointment():
    service, site, theme = offer()
    wait = waiting(site, theme)
    freed(service, site, theme)
    tend_freed_slots(now=LATER)
    made = offered(wait)

    assert take_offer(offer=made, now=LATER) == take_offer(offer=made, now=LATER + MINUTE)
    assert Appointment.objects.count() == 1


def test_appointment_moves_to_the_moment_offered_and_gives_its_own_back():
    service, site, theme = offer()
    appointment = booked(site, theme, starts_at=TUESDAY_AT_9 + LENGTH, email="robin@example.org")
    wait = start_wait_for(appointment=appointment, now=NOW)
    freed(service, site, theme)
    tend_freed_slots(now=LATER)

    moved = take_offer(offer=offered(wait), now=LATER)

    assert (moved.pk, moved.starts_at) == (appointment.pk, TUESDAY_AT_9)
    assert FreedSlot.objects.get().starts_at == TUESDAY_AT_9 + LENGTH
    assert Visitor.objects.count() == 1
    assert wait.offers.get().answer == Answer.TAKEN


def test_declined_offer_goes_to_the_next_one_within_the_minute():
    service, site, theme = offer()
    first, second = waiting(site, theme), waiting(site, theme, now=NOW + MINUTE)
    freed(service, site, theme)
    tend_freed_slots(now=LATER)

    decline_offer(offer=offered(first), now=LATER)
    tend_freed_slots(now=LATER + MINUTE)

    assert first.offers.get().answer == Answer.DECLINED
    assert second.offers.get().made_at == LATER + MINUTE


@pytest.mark.parametrize("answer", ["expired", "declined"])
def test_offer_that_does_not_stand_is_refused_with_a_sentence(answer):
    service, site, theme = offer()
    wait = waiting(site, theme)
    freed(service, site, theme)
    tend_freed_slots(now=LATER)
    made = offered(wait)
    if answer == "declined":
        decline_offer(offer=made, now=LATER)

    with pytest.raises(OfferError, match="does not stand"):
        take_offer(offer=made, now=LATER + 120 * MINUTE)
    assert not Appointment.objects.exists()


def test_offer_of_a_moment_that_is_gone_after_all_changes_nothing():
    service, site, theme = offer()
    wait = waiting(site, theme, email="robin@example.org")
    freed(service, site, theme)
    tend_freed_slots(now=LATER)
    Shift.objects.all().delete()

    with pytest.raises(MomentError):
        take_offer(offer=offered(wait), now=LATER)

    wait.refresh_from_db()
    assert (wait.ended_at, wait.offers.get().answer) == (None, "")
    assert wait.visitor is not None


def test_offer_does_not_lift_the_limit_of_upcoming_appointments():
    service, site, theme = offer()
    BookingPolicy.objects.create(network=site.network, most_upcoming=1)
    wait = waiting(site, theme, email="robin@example.org")
    booked(site, theme, starts_at=TUESDAY_AT_9 + LENGTH, email="robin@example.org")
    freed(service, site, theme)
    tend_freed_slots(now=LATER)

    with pytest.raises(UpcomingError):
        take_offer(offer=offered(wait), now=LATER)


def test_appointment_waits_once_and_not_after_its_time():
    _service, site, theme = offer()
    appointment = booked(site, theme)

    assert start_wait_for(appointment=appointment, now=NOW) == start_wait_for(appointment=appointment, now=NOW)
    with pytest.raises(TooLateError):
        start_wait_for(appointment=appointment, now=TUESDAY_AT_9)


def test_appointment_that_has_a_wait_of_earlier_days_may_wait_again():
    _service, site, theme = offer()
    appointment = booked(site, theme)
    first = start_wait_for(appointment=appointment, now=NOW)
    end_wait(wait=first, now=NOW)

    assert start_wait_for(appointment=appointment, now=NOW) != first


def test_end_of_a_wait_erases_what_was_left_and_frees_what_is_offered():
    service, site, theme = offer()
    wait, second = waiting(site, theme, email="robin@example.org"), waiting(site, theme, now=NOW + MINUTE)
    freed(service, site, theme)
    tend_freed_slots(now=LATER)

    end_wait(wait=wait, now=LATER)
    tend_freed_slots(now=LATER + MINUTE)

    assert not Visitor.objects.exists()
    assert wait.offers.get().answer == Answer.DECLINED
    assert offered(second)


def test_end_of_a_wait_for_an_earlier_moment_leaves_the_appointment_its_visitor():
    _service, site, theme = offer()
    appointment = booked(site, theme, email="robin@example.org")

    end_wait(wait=start_wait_for(appointment=appointment, now=NOW), now=NOW)

    assert Visitor.objects.get().email == "robin@example.org"


def test_forgotten_visitor_still_waits_without_a_name():
    _service, site, theme = offer()
    appointment = booked(site, theme, email="robin@example.org")
    wait = start_wait_for(appointment=appointment, now=NOW)

    forget_visitor(appointment=appointment)

    wait.refresh_from_db()
    assert (wait.visitor, wait.ended_at) == (None, None)
    assert not Visitor.objects.exists()


def test_visitor_who_waits_is_erased_some_days_after_the_last_day(settings):
    settings.PORTAL_RETENTION_DAYS = 14
    _service, site, theme = offer()
    waiting(site, theme, email="robin@example.org")

    assert erase_expired_visitors(today=dt.date(2026, 12, 13)) == 0
    assert erase_expired_visitors(today=dt.date(2026, 12, 14)) == 1
    assert Wait.objects.get().visitor is None


@pytest.mark.parametrize(("is_ended", "day"), [(True, dt.timedelta(days=14)), (False, dt.timedelta(days=22))])
def test_link_of_a_wait_is_forgotten_some_days_after_its_end(settings, is_ended, day):
    settings.PORTAL_RETENTION_DAYS = 14
    _service, site, theme = offer()
    wait = waiting(site, theme)
    if is_ended:
        end_wait(wait=wait, now=NOW)

    assert scrub_past_waits(now=NOW + day - dt.timedelta(days=1)) == 0
    assert scrub_past_waits(now=NOW + day) == 1
    assert Wait.objects.get().secret_fingerprint is None


def test_message_of_an_offer_leads_to_its_page_and_names_no_theme():
    service, site, theme = offer()
    wait = waiting(site, theme, email="robin@example.org")
    freed(service, site, theme)
    with patch("appointments.tasks.send_due_messages.delay"):
        tend_freed_slots(now=LATER)

    send_due_messages(now=LATER)

    [sent] = mail.outbox
    assert sent.to == ["robin@example.org"]
    assert wait_secret_of(wait) in sent.body
    assert str(theme) not in sent.subject + sent.body
    assert "robin" not in sent.subject


def test_offer_of_an_earlier_moment_leads_to_the_appointment():
    service, site, theme = offer()
    appointment = booked(site, theme, starts_at=TUESDAY_AT_9 + LENGTH)
    start_wait_for(appointment=appointment, now=NOW)
    freed(service, site, theme)
    tend_freed_slots(now=LATER)

    assert "/nl/b/" in offer_url(Offer.objects.get(), language="nl")


def test_taken_offer_owes_no_word_of_itself_any_more():
    service, site, theme = offer()
    wait = waiting(site, theme, email="robin@example.org")
    freed(service, site, theme)
    with patch("appointments.tasks.send_due_messages.delay"):
        tend_freed_slots(now=LATER)
        take_offer(offer=offered(wait), now=LATER)

    send_due_messages(now=LATER)

    assert not Message.objects.filter(offer__isnull=False, sent_at__isnull=False).exists()
    cancel_appointment(appointment=Appointment.objects.get(), now=LATER)
