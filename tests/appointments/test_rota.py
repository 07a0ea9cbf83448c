import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.models import Absence, Duty, DutyChange, Shift
from appointments.services import expand_duty, extend_rota, find_free_slots
from appointments.services.rota.duties import Expansion
from citemetiers.kernel.dates import at_local
from sites.enums import Weekday
from sites.holiday_calendar import public_holidays
from sites.models import Closure, SpecialHours
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, DutyFactory, ServiceFactory
from tests.factories.sites import DeskFactory, RoomFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db

TUESDAY = TUESDAY_AT_9.date()
WEEK = dt.timedelta(days=7)


def local_days(duty):
    return [shift.starts_at.astimezone(duty.site.tz).date() for shift in duty.shifts.order_by("starts_at")]


def expand(duty, now=NOW):
    return expand_duty(duty=duty, now=now)


def test_duty_becomes_one_shift_a_week_up_to_the_horizon():
    duty = DutyFactory()

    done = expand(duty)

    shifts = list(duty.shifts.order_by("starts_at"))
    # 60 days from 23 November hold nine Tuesdays, until 19 January.
    assert done == Expansion(created=9)
    assert {(shift.starts_at.hour, shift.ends_at.hour) for shift in shifts} == {(8, 11)}
    assert local_days(duty)[0] == dt.date(2026, 11, 24)
    assert local_days(duty)[-1] == dt.date(2027, 1, 19)
    assert {(shift.advisor, shift.site) for shift in shifts} == {(duty.advisor, duty.site)}


def test_duty_expanded_twice_is_expanded_once():
    duty = DutyFactory()
    expand(duty)
    before = set(duty.shifts.values_list("pk", flat=True))

    done = expand(duty)

    assert done == Expansion()
    assert set(duty.shifts.values_list("pk", flat=True)) == before


def test_duty_respects_its_first_and_last_day():
    duty = DutyFactory(first_on=dt.date(2026, 12, 1), last_on=dt.date(2026, 12, 15))

    expand(duty)

    assert local_days(duty) == [dt.date(2026, 12, day) for day in (1, 8, 15)]


def test_duty_skips_a_public_holiday():
    duty = DutyFactory(weekday=Weekday.FRIDAY)

    expand(duty)

    # 25 December 2026 and 1 January 2027 are Fridays.
    assert dt.date(2026, 12, 18) in local_days(duty)
    assert dt.date(2027, 1, 8) in local_days(duty)
    assert {dt.date(2026, 12, 25), dt.date(2027, 1, 1)}.isdisjoint(local_days(duty))


def test_duty_in_another_country_keeps_belgian_holidays():
    site = SiteFactory(network__country="CH", timezone="Europe/Zurich")
    now = dt.datetime(2027, 7, 12, 7, 0, tzinfo=dt.UTC)

    belgian, swiss = DutyFactory(weekday=Weekday.WEDNESDAY), DutyFactory(weekday=Weekday.WEDNESDAY, site=site)
    for duty in (belgian, swiss):
        expand(duty, now=now)

    assert dt.date(2027, 7, 21) not in local_days(belgian)
    assert dt.date(2027, 7, 21) in local_days(swiss)


def test_belgium_has_ten_legal_holidays_without_the_two_sundays():
    days = public_holidays("BE", 2027)

    assert len(days) == 10
    assert {dt.date(2027, 3, 28), dt.date(2027, 5, 16)}.isdisjoint(days)


def test_unknown_country_has_no_holidays():
    assert public_holidays("ZZ", 2027) == frozenset()


@pytest.mark.parametrize("is_of_network", [True, False])
def test_duty_skips_closures_of_the_site_and_of_the_network(is_of_network):
    duty = DutyFactory()
    Closure.objects.create(
        network=duty.site.network,
        site=None if is_of_network else duty.site,
        first_on=dt.date(2026, 12, 1),
        last_on=dt.date(2026, 12, 8),
        reason="Works",
    )

    expand(duty)

    assert local_days(duty)[:2] == [dt.date(2026, 11, 24), dt.date(2026, 12, 15)]


@pytest.mark.parametrize(("closed_by", "is_open"), [("holiday", True), ("network", True), ("site", False)])
def test_special_hours_open_a_holiday_and_a_closure_of_the_network_alone(closed_by, is_open):
    day = dt.date(2026, 12, 25)
    duty = DutyFactory(weekday=Weekday.FRIDAY)
    SpecialHours.objects.create(site=duty.site, day=day, opens_at=dt.time(9), closes_at=dt.time(12))
    if closed_by != "holiday":
        place = duty.site if closed_by == "site" else None
        Closure.objects.create(network=duty.site.network, site=place, first_on=day, last_on=day, reason="Works")

    expand(duty)

    assert (day in local_days(duty)) == is_open


def test_duty_keeps_days_on_which_another_site_is_closed():
    duty = DutyFactory()
    other = SiteFactory(network=duty.site.network)
    day = dt.date(2026, 11, 24)
    Closure.objects.create(network=other.network, site=other, first_on=day, last_on=day, reason="Works")

    expand(duty)

    assert day in local_days(duty)


def test_closure_added_later_takes_shifts_away():
    duty = DutyFactory()
    expand(duty)
    day = dt.date(2026, 12, 1)
    Closure.objects.create(network=duty.site.network, first_on=day, last_on=day, reason="Works")

    done = expand(duty)

    assert done == Expansion(removed=1)
    assert day not in local_days(duty)


@pytest.mark.parametrize(
    ("change", "hour_before", "hour_after"),
    [(dt.date(2027, 3, 28), 8, 7), (dt.date(2027, 10, 31), 7, 8)],
    ids=["spring", "autumn"],
)
def test_duty_keeps_its_wall_time_across_the_clock_change(change, hour_before, hour_after):
    duty = DutyFactory(weekday=Weekday.SATURDAY)
    now = dt.datetime.combine(change - dt.timedelta(days=7), dt.time(7), tzinfo=dt.UTC)

    expand(duty, now=now)

    by_day = dict(zip(local_days(duty), [s.starts_at.hour for s in duty.shifts.order_by("starts_at")], strict=True))
    assert by_day[change - dt.timedelta(days=1)] == hour_before
    assert by_day[change + dt.timedelta(days=6)] == hour_after


@pytest.mark.parametrize("change", [dt.date(2027, 3, 28), dt.date(2027, 10, 31)], ids=["spring", "autumn"])
def test_duty_skips_a_time_that_the_clock_change_skips_or_repeats(change):
    duty = DutyFactory(weekday=Weekday.SUNDAY, starts_at=dt.time(2, 30), ends_at=dt.time(5))
    now = dt.datetime.combine(change - dt.timedelta(days=8), dt.time(7), tzinfo=dt.UTC)

    expand(duty, now=now)

    assert change not in local_days(duty)
    assert change - dt.timedelta(days=7) in local_days(duty)
    assert change + dt.timedelta(days=7) in local_days(duty)


def test_shortened_duty_loses_its_free_future_shifts():
    duty = DutyFactory()
    expand(duty)
    duty.last_on = dt.date(2026, 12, 1)
    duty.save()

    done = expand(duty)

    assert done == Expansion(removed=7)
    assert local_days(duty) == [dt.date(2026, 11, 24), dt.date(2026, 12, 1)]


def test_expanding_a_changed_duty_leaves_whoever_is_booked_with_advisor_and_time():
    duty = DutyFactory()
    expand(duty)
    first = duty.shifts.order_by("starts_at").first()
    appointment = AppointmentFactory(advisor=duty.advisor, site=duty.site, starts_at=first.starts_at)
    duty.starts_at = dt.time(10)
    duty.save()

    done = expand(duty)

    appointment.refresh_from_db()
    assert done == Expansion(created=9, removed=9)
    assert not Shift.objects.filter(pk=first.pk).exists()
    assert (appointment.state, appointment.advisor, appointment.starts_at) == ("BOOKED", duty.advisor, TUESDAY_AT_9)


def test_ended_duty_sells_nothing_more_although_somebody_is_booked():
    service = ServiceFactory()
    duty = DutyFactory(site=SiteFactory(network=service.network), themes=[service.theme])
    expand(duty)
    AppointmentFactory(service=service, advisor=duty.advisor, site=duty.site)
    duty.last_on = TUESDAY_AT_9.date() - dt.timedelta(days=1)
    duty.save()

    expand(duty)

    assert find_free_slots(theme=service.theme, sites=[duty.site], language=None, now=NOW) == []


def test_shift_that_has_begun_goes_with_its_duty():
    duty = DutyFactory()
    expand(duty)
    duty.last_on = TUESDAY_AT_9.date() - dt.timedelta(days=1)
    duty.save()

    expand(duty, now=TUESDAY_AT_9 + dt.timedelta(hours=1))

    assert duty.shifts.count() == 0


def test_duty_given_to_another_advisor_locks_the_former_one_too(monkeypatch):
    duty, other = DutyFactory(), DutyFactory(weekday=Weekday.MONDAY)
    expand(duty)
    former = duty.advisor_id
    duty.advisor = other.advisor
    duty.save()
    locked = []
    monkeypatch.setattr("appointments.services.rota.duties.lock_advisors", locked.append)

    expand(duty)

    assert locked == [{former, other.advisor_id}]


def test_duty_reaches_as_far_as_the_furthest_service_of_the_network():
    service = ServiceFactory(horizon_days=120)
    ServiceFactory(network=service.network, horizon_days=7)
    ServiceFactory(horizon_days=300)
    duty = DutyFactory(site=SiteFactory(network=service.network), themes=[service.theme])

    expand(duty)

    # 120 days from Monday 23 November is Tuesday 23 March; the session at 9 lies beyond 8 o'clock.
    assert local_days(duty)[-1] == dt.date(2027, 3, 23)
    slots = find_free_slots(theme=service.theme, sites=[duty.site], language=None, now=NOW)
    assert slots[-1].starts_at.date() == dt.date(2027, 3, 16)


def test_duty_given_to_another_advisor_moves_its_free_shifts():
    duty, other = DutyFactory(), DutyFactory(weekday=Weekday.MONDAY)
    expand(duty)
    duty.advisor = other.advisor
    duty.save()

    expand(duty)

    assert set(duty.shifts.values_list("advisor", flat=True)) == {other.advisor_id}


def test_past_shifts_stay_when_a_duty_changes():
    duty = DutyFactory()
    expand(duty)
    duty.weekday = Weekday.MONDAY
    duty.save()

    expand(duty, now=NOW + dt.timedelta(days=8))

    assert local_days(duty)[0] == dt.date(2026, 11, 24)


def test_duty_leaves_days_alone_on_which_the_advisor_already_receives():
    duty = DutyFactory()
    expand(duty)
    overlapping = DutyFactory(advisor=duty.advisor, site=SiteFactory(), starts_at=dt.time(11), ends_at=dt.time(15))

    done = expand(overlapping)

    assert (done.created, done.left_alone) == (0, tuple(local_days(duty)))
    assert overlapping.shifts.count() == 0


def test_rota_is_extended_for_every_duty():
    duties = [DutyFactory(), DutyFactory(weekday=Weekday.MONDAY)]
    for duty in duties:
        expand(duty)

    done = extend_rota(now=NOW + dt.timedelta(days=7))

    assert done == Expansion(created=2)
    assert [duty.shifts.count() for duty in duties] == [10, 10]


def change(duty, day, **instead):
    as_ruled = {"on": day, "starts_at": duty.starts_at, "ends_at": duty.ends_at, "advisor": duty.advisor}
    return DutyChange.objects.create(duty=duty, day=day, **({} if instead.get("is_off") else as_ruled) | instead)


def test_day_that_is_off_has_no_shift():
    duty = DutyFactory()
    change(duty, TUESDAY, is_off=True)

    expand(duty)

    assert local_days(duty)[0] == TUESDAY + WEEK
    assert duty.shifts.count() == 8


def test_changed_day_moves_one_shift_and_keeps_the_day_it_stands_for():
    duty, colleague = DutyFactory(), UserFactory()
    room = RoomFactory(site=duty.site)
    thursday = TUESDAY + dt.timedelta(days=2)
    change(duty, TUESDAY, on=thursday, starts_at=dt.time(14), ends_at=dt.time(15), advisor=colleague, room=room)

    expand(duty)

    first, second = duty.shifts.order_by("starts_at")[:2]
    assert (first.advisor, first.room, first.desk) == (colleague, room, None)
    assert (first.stands_for_on, first.starts_at) == (TUESDAY, dt.datetime(2026, 11, 26, 13, tzinfo=dt.UTC))
    assert (second.advisor, second.stands_for_on) == (duty.advisor, TUESDAY + WEEK)


def test_day_moved_out_of_a_past_week_still_stands():
    duty = DutyFactory()
    change(duty, TUESDAY - WEEK, on=TUESDAY + dt.timedelta(days=1))

    expand(duty)

    assert local_days(duty)[:2] == [TUESDAY, TUESDAY + dt.timedelta(days=1)]


def test_change_of_a_day_that_is_none_of_the_duty_is_void():
    duty = DutyFactory()
    change(duty, TUESDAY + dt.timedelta(days=1))

    expand(duty)

    assert local_days(duty)[:2] == [TUESDAY, TUESDAY + WEEK]


def test_duty_by_recurrence_falls_on_its_days():
    duty = DutyFactory(weekday=None, recurrence="FREQ=MONTHLY;BYDAY=1TU", first_on=dt.date(2026, 11, 1))

    expand(duty)

    assert local_days(duty) == [dt.date(2026, 12, 1), dt.date(2027, 1, 5)]


def at(day, hour, minute=0):
    return at_local(day, dt.time(hour, minute), tz=ZoneInfo("Europe/Brussels"))


@pytest.mark.parametrize(
    ("away", "left"),
    [
        (((8, 0), (13, 0)), []),
        (((8, 0), (10, 0)), [((10, 0), (12, 0))]),
        (((10, 0), (11, 0)), [((9, 0), (10, 0)), ((11, 0), (12, 0))]),
        (((9, 10), (11, 50)), []),
        (((9, 15), (11, 50)), [((9, 0), (9, 15))]),
        (((12, 0), (13, 0)), [((9, 0), (12, 0))]),
    ],
    ids=["all", "start", "middle", "rests too short", "shortest rest", "after it"],
)
def test_absence_leaves_of_a_shift_what_is_long_enough(away, left):
    duty = DutyFactory()
    starts_at, ends_at = (at(TUESDAY, *edge) for edge in away)
    Absence.objects.create(advisor=duty.advisor, starts_at=starts_at, ends_at=ends_at)

    expand(duty)

    kept = duty.shifts.filter(stands_for_on=TUESDAY).order_by("starts_at").values_list("starts_at", "ends_at")
    assert list(kept) == [(at(TUESDAY, *first), at(TUESDAY, *last)) for first, last in left]
    assert duty.shifts.exclude(stands_for_on=TUESDAY).count() == 8


def test_absence_concerns_whoever_receives_that_day():
    duty, colleague = DutyFactory(), UserFactory()
    change(duty, TUESDAY, advisor=colleague)
    for advisor, day in [(duty.advisor, TUESDAY), (colleague, TUESDAY + WEEK)]:
        Absence.objects.create(advisor=advisor, starts_at=at(day, 0), ends_at=at(day, 23))

    expand(duty)

    assert local_days(duty)[:2] == [TUESDAY, TUESDAY + WEEK]


def test_shifts_have_the_room_or_desk_of_their_duty():
    site = SiteFactory()
    in_room, at_desk = DutyFactory(site=site, room=RoomFactory(site=site)), DutyFactory(site=site, desk=DeskFactory())

    expand(in_room), expand(at_desk)

    assert set(in_room.shifts.values_list("room", "desk")) == {(in_room.room_id, None)}
    assert set(at_desk.shifts.values_list("room", "desk")) == {(None, at_desk.desk_id)}


def test_room_in_use_is_left_to_whoever_has_it_and_given_once_it_is_free():
    site = SiteFactory()
    room = RoomFactory(site=site)
    there, later = DutyFactory(site=site, room=room), DutyFactory(site=site, room=room, starts_at=dt.time(11))
    expand(there)

    expand(later)
    again = expand(later)

    assert set(later.shifts.values_list("room", flat=True)) == {None}
    assert again == Expansion()
    Duty.objects.filter(pk=there.pk).delete()
    expand(later)
    assert set(later.shifts.values_list("room", flat=True)) == {room.pk}


def test_duty_put_into_another_room_keeps_its_shifts():
    duty = DutyFactory()
    expand(duty)
    before = set(duty.shifts.values_list("pk", flat=True))
    duty.room = RoomFactory(site=duty.site)
    duty.save()

    done = expand(duty)

    assert done == Expansion()
    assert set(duty.shifts.values_list("pk", "room")) == {(pk, duty.room_id) for pk in before}


def test_changed_day_never_starts_together_with_another_of_its_duty():
    duty = DutyFactory()
    change(duty, TUESDAY, on=TUESDAY + WEEK, advisor=UserFactory())

    done = expand(duty)

    assert done.left_alone == (TUESDAY + WEEK,)
    assert duty.shifts.filter(starts_at=at(TUESDAY + WEEK, 9)).count() == 1


def test_duty_that_is_over_costs_the_nightly_extension_nothing(django_assert_num_queries):
    for _number in range(3):
        DutyFactory(last_on=dt.date(2026, 10, 1))

    with django_assert_num_queries(1):
        extend_rota(now=NOW)


def test_nightly_extension_asks_as_much_for_one_duty_as_for_many_of_a_site(django_assert_max_num_queries):
    site = SiteFactory()
    DutyFactory(site=site)
    with CaptureQueriesContext(connection) as one:
        extend_rota(now=NOW)
    for weekday in (1, 3, 4, 5):
        DutyFactory(site=site, weekday=weekday)

    with django_assert_max_num_queries(len(one)):
        extend_rota(now=NOW)
