import datetime as dt

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from appointments.models import Absence, Shift
from appointments.recurrence import left_of
from appointments.services import expand_duty, extend_rota
from citemetiers.kernel.dates import at_local, days_between, local_day, overlaps, zone
from sites.holiday_calendar import public_holidays
from sites.models import Closure
from tests.factories.appointments import DutyFactory
from tests.factories.sites import SiteFactory, UserFactory

pytestmark = pytest.mark.django_db

BRUSSELS = zone("Europe/Brussels")
# Clocks change in all of these weeks but the second.
MONDAYS = [
    dt.date(2026, 3, 23),
    dt.date(2026, 9, 21),
    dt.date(2026, 10, 19),
    dt.date(2027, 3, 22),
    dt.date(2027, 10, 25),
]
DAYS_AHEAD = 60


def halves(first, last):
    return st.integers(first * 2, last * 2).map(lambda number: dt.time(number // 2, 30 * (number % 2)))


# At night, too: there the clock changes.
DUTIES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 7), halves(0, 12), halves(13, 22)), min_size=1, max_size=4
)
ABSENCES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 14 * 24), st.integers(1, 72), st.sampled_from((0, 10, 20))), max_size=4
)
CLOSURES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=2)


@settings(max_examples=20)
@given(st.sampled_from(MONDAYS), DUTIES, ABSENCES, CLOSURES)
def test_shifts_are_all_that_duties_say_and_never_two_at_once_nor_while_closed_or_away(monday, duties, away, closed):
    with transaction.atomic():
        site, advisors = SiteFactory(), [UserFactory(), UserFactory()]
        now = at_local(monday, dt.time(6), tz=BRUSSELS)
        made = [
            DutyFactory(site=site, advisor=advisors[who], weekday=weekday, starts_at=starts_at, ends_at=ends_at)
            for who, weekday, starts_at, ends_at in duties
        ]
        for who, hour, hours, minutes in away:
            starts_at = now + dt.timedelta(hours=hour, minutes=minutes)
            Absence.objects.create(
                advisor=advisors[who], starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=hours)
            )
        for number, (first, more) in enumerate(closed):
            first_on = monday + dt.timedelta(days=first)
            last_on = first_on + dt.timedelta(days=more)
            place = site if number else None
            Closure.objects.create(network=site.network, site=place, first_on=first_on, last_on=last_on, reason="Works")

        for duty in made:
            expand_duty(duty=duty, now=now)
        again = extend_rota(now=now)

        shifts = list(Shift.objects.select_related("duty").order_by("pk"))
        assert (again.created, again.removed) == (0, 0)
        check_apart(shifts)
        check_present(shifts)
        check_none_lost(made, shifts, now=now)
        transaction.set_rollback(True)


def check_apart(shifts):
    for shift in shifts:
        others = (other for other in shifts if other.pk != shift.pk and other.advisor_id == shift.advisor_id)
        assert not any(overlaps(period_of(shift), period_of(other)) for other in others)


def check_present(shifts):
    absences = list(Absence.objects.order_by("pk"))
    for shift in shifts:
        mine = (period_of(absence) for absence in absences if absence.advisor_id == shift.advisor_id)
        assert not any(overlaps(period_of(shift), absence) for absence in mine)
        day = local_day(shift.starts_at, tz=BRUSSELS)
        assert day == shift.stands_for_on
        assert not is_closed(day)


def check_none_lost(duties, shifts, *, now):
    written = {(shift.duty_id, *period_of(shift)) for shift in shifts}
    wanted = {(duty.pk, *rest) for duty in duties for rest in rests_of(duty, now=now)}
    assert written <= wanted
    for duty in duties:
        others = [period_of(shift) for shift in shifts if shift.advisor_id == duty.advisor_id]
        for rest in rests_of(duty, now=now):
            assert (duty.pk, *rest) in written or any(overlaps(rest, other) for other in others)


def rests_of(duty, *, now):
    today = local_day(now, tz=BRUSSELS)
    absences = [period_of(absence) for absence in Absence.objects.filter(advisor=duty.advisor).order_by("pk")]
    for day in days_between(today, today + dt.timedelta(days=DAYS_AHEAD)):
        if day.isoweekday() != duty.weekday or is_closed(day):
            continue
        try:
            period = at_local(day, duty.starts_at, tz=BRUSSELS), at_local(day, duty.ends_at, tz=BRUSSELS)
        except ValueError:
            continue
        # What is over already is not written any more.
        yield from (rest for rest in left_of(period, absences=absences) if rest[1] > now)


def is_closed(day):
    is_holiday = day in public_holidays("BE", day.year)
    return is_holiday or Closure.objects.filter(first_on__lte=day, last_on__gte=day).exists()


def period_of(row):
    return row.starts_at, row.ends_at
