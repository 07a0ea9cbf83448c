import datetime as dt
from unittest.mock import patch

import pytest
from django.utils import timezone

from appointments import tasks
from appointments.enums import Answer, MessageKind, State
from appointments.models import Appointment, BookingPolicy, Duty, FreedSlot, Message, Offer, Shift
from appointments.rules import SlotTaken
from appointments.services import (
    cancel_appointment,
    find_free_slots,
    move_appointment,
    start_wait_for,
    tend_freed_slots,
)
from appointments.services.booking.freed import keep_back
from tests.appointments.waits import LATER, MINUTE, booked, freed, waiting
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)


def free_times(site, theme, now=NOW):
    return [slot.starts_at for slot in find_free_slots(theme=theme, sites=[site], language="fr", now=now)]


@pytest.mark.parametrize("drawn", [0, 8 * 60])
def test_cancelled_moment_comes_back_after_some_random_minutes(drawn):
    _service, site, theme = offer()
    appointment = booked(site, theme)

    with patch("secrets.randbelow", side_effect=lambda most: min(drawn, most - 1)):
        cancel_appointment(appointment=appointment, now=NOW)

    returns_at = NOW + 2 * MINUTE + dt.timedelta(seconds=drawn)
    assert FreedSlot.objects.get().returns_at == returns_at
    assert TUESDAY_AT_9 not in free_times(site, theme, now=returns_at)
    tend_freed_slots(now=returns_at - MINUTE)
    assert FreedSlot.objects.exists()
    tend_freed_slots(now=returns_at)
    assert TUESDAY_AT_9 in free_times(site, theme, now=returns_at)


def test_nobody_but_whom_it_is_offered_to_is_booked_in_a_kept_moment():
    _service, site, theme = offer()
    cancel_appointment(appointment=booked(site, theme), now=NOW)

    with pytest.raises(SlotTaken):
        booked(site, theme)


def test_moved_appointment_gives_its_old_moment_back():
    _service, site, theme = offer()
    appointment = booked(site, theme)

    move_appointment(appointment=appointment, starts_at=TUESDAY_AT_9 + LENGTH, now=NOW)

    assert FreedSlot.objects.get().starts_at == TUESDAY_AT_9


@pytest.mark.parametrize(
    ("before", "is_kept"), [(dt.timedelta(hours=3), True), (dt.timedelta(hours=2, minutes=11), False)]
)
def test_moment_that_starts_too_soon_is_free_at_once(before, is_kept):
    service, site, _theme = offer(notice_hours=2)
    advisor = Shift.objects.get().advisor

    kept = keep_back(
        advisor_id=advisor.pk,
        site=site,
        service=service,
        starts_at=TUESDAY_AT_9,
        free_again_at=TUESDAY_AT_9 + LENGTH,
        now=TUESDAY_AT_9 - before,
    )

    assert (kept is not None) is FreedSlot.objects.exists() is is_kept


def test_moment_given_back_again_is_kept_once(django_assert_num_queries):
    slot = freed(*offer())
    asked = {"advisor_id": slot.advisor_id, "site": slot.site, "service": slot.service, "now": LATER}

    with django_assert_num_queries(1):
        keep_back(**asked, starts_at=slot.starts_at, free_again_at=slot.free_again_at)

    assert FreedSlot.objects.get().returns_at > LATER


def test_moment_is_offered_to_whoever_asked_first():
    service, site, theme = offer()
    second = waiting(site, theme, now=NOW + MINUTE, email="second@example.org")
    first = waiting(site, theme, now=NOW, email="first@example.org")
    freed(service, site, theme)

    made = tend_freed_slots(now=LATER)

    made_to = Offer.objects.get()
    assert (made, made_to.wait, made_to.expires_at) == (1, first, LATER + 120 * MINUTE)
    assert not second.offers.exists()
    assert FreedSlot.objects.get().returns_at == made_to.expires_at
    assert Message.objects.get(offer=made_to).kind == MessageKind.FREED


def test_offer_without_an_answer_expires_and_the_next_one_is_asked():
    service, site, theme = offer()
    first, second = waiting(site, theme), waiting(site, theme, now=NOW + MINUTE)
    freed(service, site, theme)
    tend_freed_slots(now=LATER)

    tend_freed_slots(now=LATER + 119 * MINUTE)
    assert first.offers.get().answer == ""
    tend_freed_slots(now=LATER + 120 * MINUTE)

    assert (first.offers.get().answer, second.offers.get().answer) == (Answer.EXPIRED, "")
    tend_freed_slots(now=LATER + 240 * MINUTE)
    assert Offer.objects.filter(answer=Answer.EXPIRED).count() == 2
    assert not FreedSlot.objects.exists()


def test_nobody_has_two_offers_at_once_nor_the_same_moment_twice():
    service, site, theme = offer()
    only = waiting(site, theme)
    freed(service, site, theme)
    freed(service, site, theme, starts_at=TUESDAY_AT_9 + LENGTH)

    tend_freed_slots(now=LATER)

    assert only.offers.count() == FreedSlot.objects.count() == 1
    tend_freed_slots(now=LATER + 120 * MINUTE)
    assert only.offers.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"language": "nl"},
        {"channel": "PHONE", "phone": "+32470123456"},
        {"first_on": dt.date(2026, 11, 25)},
        {"last_on": dt.date(2026, 11, 23)},
    ],
)
def test_moment_that_does_not_fit_is_not_offered(other):
    service, site, theme = offer(channels=("ON_SITE", "PHONE"))
    Duty.objects.update(channels=("ON_SITE",))
    waiting(site, theme, **other)
    freed(service, site, theme)

    assert tend_freed_slots(now=LATER) == 0
    assert not FreedSlot.objects.exists()


def test_moment_of_another_theme_or_place_is_not_offered():
    service, site, theme = offer()
    _other_service, other_site, other_theme = offer()
    waiting(other_site, other_theme)
    freed(service, site, theme)

    assert tend_freed_slots(now=LATER) == 0


def test_who_stopped_waiting_is_not_asked():
    service, site, theme = offer()
    wait = waiting(site, theme)
    wait.ended_at = NOW
    wait.save()
    freed(service, site, theme)

    assert tend_freed_slots(now=LATER) == 0


@pytest.mark.parametrize(("minutes", "stands"), [(10, 10), (9, None), (121, 120), (60, 60)])
def test_offer_stands_until_the_notice_and_not_for_less_than_ten_minutes(minutes, stands):
    service, site, theme = offer(notice_hours=2)
    wait = waiting(site, theme)
    slot = freed(service, site, theme)
    now = TUESDAY_AT_9 - dt.timedelta(hours=2) - minutes * MINUTE
    slot.returns_at = now
    slot.save()

    tend_freed_slots(now=now)

    assert [made.expires_at for made in wait.offers.all()] == ([now + stands * MINUTE] if stands else [])


def test_offer_stands_as_long_as_the_network_says():
    service, site, theme = offer()
    BookingPolicy.objects.create(network=site.network, offer_minutes=30)
    wait = waiting(site, theme)
    freed(service, site, theme)

    tend_freed_slots(now=LATER)

    assert wait.offers.get().expires_at == LATER + 30 * MINUTE


def test_moment_is_not_offered_when_its_advisor_is_away_by_then():
    service, site, theme = offer()
    waiting(site, theme)
    freed(service, site, theme)
    Shift.objects.all().delete()

    assert tend_freed_slots(now=LATER) == 0
    assert not FreedSlot.objects.exists()


def test_moment_that_is_taken_by_then_is_not_offered():
    service, site, theme = offer()
    waiting(site, theme)
    slot = freed(service, site, theme)
    AppointmentFactory(site=site, service=service, advisor=slot.advisor)

    assert tend_freed_slots(now=LATER) == 0


def test_who_has_an_earlier_appointment_is_not_asked():
    service, site, theme = offer()
    appointment = booked(site, theme)
    start_wait_for(appointment=appointment, now=NOW)
    freed(service, site, theme, starts_at=TUESDAY_AT_9 + LENGTH)

    assert tend_freed_slots(now=LATER) == 0


def test_wait_ends_with_the_appointment_it_hangs_on():
    _service, site, theme = offer()
    appointment = booked(site, theme)
    wait = start_wait_for(appointment=appointment, now=NOW)
    cancel_appointment(appointment=appointment, now=NOW)

    tend_freed_slots(now=LATER)

    wait.refresh_from_db()
    assert wait.ended_at == LATER
    assert not wait.offers.exists()
    assert Appointment.objects.get().state == State.CANCELLED


def test_kept_moments_come_back_by_themselves_when_no_worker_tends_them():
    service, site, theme = offer()
    slot = freed(service, site, theme)

    assert TUESDAY_AT_9 not in free_times(site, theme, now=slot.returns_at + 9 * MINUTE)
    assert TUESDAY_AT_9 in free_times(site, theme, now=slot.returns_at + 10 * MINUTE)


@pytest.mark.parametrize("number", [1, 3])
def test_queries_of_an_offer_do_not_grow_with_those_who_wait(number, django_assert_num_queries):
    service, site, theme = offer()
    for one in range(number):
        waiting(site, theme, now=NOW + one * MINUTE)
    freed(service, site, theme)

    with django_assert_num_queries(16):
        assert tend_freed_slots(now=LATER) == 1


def test_beat_tends_each_minute_and_forgets_old_links_each_night(settings):
    planned = {line["task"]: line["schedule"] for line in settings.CELERY_BEAT_SCHEDULE.values()}
    service, site, theme = offer()
    FreedSlot.objects.filter(pk=freed(service, site, theme).pk).update(returns_at=timezone.now() - MINUTE)

    tasks.tend_freed_slots()
    tasks.scrub_past_waits()

    assert planned["appointments.tasks.tend_freed_slots"] == 60
    assert "appointments.tasks.scrub_past_waits" in planned
    assert not FreedSlot.objects.exists()


NIGHT = dt.datetime(2026, 11, 23, 20, 30, tzinfo=dt.UTC)  # 21:30 on the wall
MORNING = dt.datetime(2026, 11, 24, 7, tzinfo=dt.UTC)


@pytest.fixture
def nights(settings):
    settings.PORTAL_DAY_HOURS = (8, 21)


@pytest.mark.parametrize(
    ("hours_later", "minutes", "notice_hours", "is_kept"),
    [(3, 0, 0, True), (2, 45, 0, False), (6, 0, 10, False), (24, 0, 2, True)],
)
def test_moment_freed_at_night_is_offered_in_the_morning_or_free_for_all(
    nights, hours_later, minutes, notice_hours, is_kept
):
    starts_at = TUESDAY_AT_9 + dt.timedelta(hours=hours_later, minutes=minutes)
    service, site, theme = offer(starts_at=starts_at, notice_hours=notice_hours)
    waiting(site, theme, email="robin@example.org")
    slot = freed(service, site, theme, starts_at=starts_at)

    at_night = tend_freed_slots(now=NIGHT)
    kept_until = list(FreedSlot.objects.values_list("returns_at", flat=True))
    in_the_morning = tend_freed_slots(now=MORNING)

    assert (at_night, in_the_morning) == (0, int(is_kept))
    assert kept_until == [MORNING] * is_kept
    assert FreedSlot.objects.filter(pk=slot.pk).exists() is is_kept


def test_moment_freed_at_night_for_which_nobody_waits_is_free_for_all(nights):
    slot = freed(*offer())

    tend_freed_slots(now=NIGHT)

    assert not FreedSlot.objects.filter(pk=slot.pk).exists()


def test_offer_made_by_day_stands_into_the_night_and_nobody_else_is_woken(nights):
    starts_at = TUESDAY_AT_9 + 2 * dt.timedelta(days=1)
    service, site, theme = offer(starts_at=starts_at)
    waiting(site, theme, email="first@example.org")
    waiting(site, theme, now=NOW + MINUTE, email="second@example.org")
    freed(service, site, theme, starts_at=starts_at)
    made_at = NIGHT - 60 * MINUTE

    assert tend_freed_slots(now=made_at) == 1
    assert tend_freed_slots(now=NIGHT) == 0
    assert FreedSlot.objects.get().returns_at == made_at + 120 * MINUTE
    assert tend_freed_slots(now=made_at + 120 * MINUTE) == 0
    assert FreedSlot.objects.get().returns_at == MORNING
    assert tend_freed_slots(now=MORNING) == 1
