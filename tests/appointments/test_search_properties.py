import datetime as dt

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from appointments.models import Appointment, FreedSlot, Service, Shift
from appointments.services import find_first_slots, find_free_slots, on_duty_at
from sites.models import Closure, OpeningHours, SpecialHours
from tests.appointments import oracle
from tests.appointments.oracle import BRUSSELS, MINUTE, WEEKS, Week, sessions_of
from tests.factories.appointments import DutyFactory
from tests.factories.sites import SiteFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db

ADVISORS, DAYS, DAY, HOUR = 3, 7, dt.timedelta(days=1), dt.timedelta(hours=1)
HORIZON = 30

shares = st.sampled_from([0, 0, 0, 20, 33, 50, 100])
languages = st.sampled_from([("fr",), ("nl",), ("fr", "nl")])
channels = st.sampled_from([(), (), ("ON_SITE",), ("PHONE",)])
asked_languages, asked_channels = st.sampled_from([None, None, "fr"]), st.sampled_from([None, None, "PHONE"])
advisors = st.integers(0, ADVISORS - 1)
numbers_of_days = st.integers(0, DAYS - 1)


def midnight(day):
    return dt.datetime.combine(day, dt.time(), tzinfo=BRUSSELS).astimezone(dt.UTC)


@st.composite
def periods(draw, first_on):
    """Within one day on the wall: so are duties."""
    day = first_on + draw(numbers_of_days) * DAY
    starts_at = midnight(day) + draw(st.integers(0, 20 * 4)) * 15 * MINUTE
    ends_at = starts_at + draw(st.integers(3, 32)) * 15 * MINUTE
    return starts_at, min(ends_at, midnight(day + DAY))


@st.composite
def taken_in(draw, shifts):
    """Mostly within the shifts, of any length, beside the grid."""
    starts_at = draw(st.sampled_from(shifts)).period[0] + draw(st.integers(-6, 48)) * 5 * MINUTE
    return starts_at, starts_at + draw(st.integers(1, 18)) * 5 * MINUTE


@st.composite
def clocks(draw):
    # Nobody opens or closes at a time that one night of the year has twice or not at all.
    quarters = [number for number in range(4 * 23) if not 8 < number < 12]
    edges = sorted(draw(st.sets(st.sampled_from(quarters), min_size=2, max_size=4)))
    times = [dt.time(number // 4, number % 4 * 15) for number in edges]
    return list(zip(times[::2], times[1::2], strict=False))


def period(shift):
    return shift.period


def apart(rows, period_of):
    """Those that share no moment with one before them: neither database keeps others."""
    found = []
    for row in rows:
        first, last = period_of(row)
        if all(last <= period_of(other)[0] or period_of(other)[1] <= first for other in found):
            found.append(row)
    return found


@st.composite
def weeks(draw):
    first_on = draw(st.sampled_from(WEEKS))
    day = numbers_of_days.map(lambda number: first_on + number * DAY)
    days = st.just(set()) | st.sets(day, max_size=2)
    hours = st.just([(dt.time(7), dt.time(23))]) | clocks()
    shift = st.builds(oracle.Shift, advisors, periods(first_on), languages, channels)
    rows = draw(st.lists(shift, min_size=2, max_size=8))
    shifts = [
        one for number in range(ADVISORS) for one in apart([row for row in rows if row.advisor == number], period)
    ]
    busy = st.lists(taken_in(shifts), max_size=4)
    return Week(
        first_on,
        minutes=draw(st.sampled_from([5, 20, 45, 60])),
        buffer=draw(st.sampled_from([0, 0, 5, 15])),
        drop_in_percent=draw(shares),
        languages=draw(st.sampled_from([(), (), (), ("fr",)])),
        channels=draw(st.sampled_from([("ON_SITE", "PHONE"), ("PHONE",)])),
        shifts=shifts,
        taken={number: apart(draw(busy), tuple) for number in range(ADVISORS)},
        weekly=draw(st.just({}) | st.fixed_dictionaries(dict.fromkeys(range(1, 8), hours))),
        special=draw(st.dictionaries(day, clocks(), max_size=2)),
        closed=draw(days),
        closed_in_network=draw(days),
    )


@pytest.fixture
def place(db):
    return SiteFactory(), ThemeFactory(), UserFactory.create_batch(ADVISORS)


def write(week, site, theme, people):
    """The week as rows; of what is taken, every second period is a moment given back and still kept."""
    service = Service.objects.create(
        network=site.network,
        theme=theme,
        minutes=week.minutes,
        buffer_minutes=week.buffer,
        drop_in_percent=week.drop_in_percent,
        languages=week.languages,
        channels=week.channels,
        horizon_days=HORIZON,
        notice_hours=0,
    )
    for row in week.shifts:
        write_shift(row, site, theme, people[row.advisor])
    for number, taken in week.taken.items():
        for place, (starts_at, free_again_at) in enumerate(taken):
            held = {"advisor": people[number], "site": site, "service": service, "starts_at": starts_at}
            if place % 2:
                FreedSlot.objects.create(**held, free_again_at=free_again_at, returns_at=midnight(week.first_on))
            else:
                Appointment.objects.create(
                    **held, ends_at=starts_at + MINUTE, free_again_at=free_again_at, language="fr"
                )
    write_openings(week, site)
    return service


def write_shift(row, site, theme, advisor):
    duty = DutyFactory(advisor=advisor, site=site, languages=row.languages, channels=row.channels, themes=[theme])
    starts_at, ends_at = row.period
    on = starts_at.astimezone(BRUSSELS).date()
    Shift.objects.create(duty=duty, advisor=advisor, site=site, starts_at=starts_at, ends_at=ends_at, stands_for_on=on)


def write_openings(week, site):
    for weekday, clocks_of_day in week.weekly.items():
        for opens, closes in clocks_of_day:
            OpeningHours.objects.create(site=site, weekday=weekday, opens_at=opens, closes_at=closes)
    for day, clocks_of_day in week.special.items():
        for opens, closes in clocks_of_day:
            SpecialHours.objects.create(site=site, day=day, opens_at=opens, closes_at=closes)
    for days, whose in ((week.closed, site), (week.closed_in_network, None)):
        for day in days:
            Closure.objects.create(network=site.network, site=whose, first_on=day, last_on=day, reason="Works")


def asked_of(week, since_day, language, channel):
    now = midnight(week.first_on)
    earliest, latest = now + since_day * DAY + 9 * HOUR, now + (since_day + 5) * DAY + 15 * HOUR
    return {"now": now, "language": language, "channel": channel}, earliest, latest


@settings(max_examples=60)
@given(weeks(), st.integers(-1, 2), asked_languages, asked_channels)
def test_free_slots_are_exactly_those_that_an_oracle_finds_minute_by_minute(place, week, since_day, language, channel):
    site, theme, people = place
    asked, earliest, latest = asked_of(week, since_day, language, channel)
    expected = {
        moment: {people[number].pk for number in numbers}
        for moment, numbers in sessions_of(
            week, earliest=earliest, latest=latest, language=language, channel=channel
        ).items()
    }
    with transaction.atomic():
        write(week, site, theme, people)

        slots = find_free_slots(theme=theme, sites=[site], since=earliest, until=latest, **asked)

        transaction.set_rollback(True)
    assert {slot.starts_at: set(slot.advisor_ids) for slot in slots} == expected
    assert [slot.starts_at for slot in slots] == sorted(expected)


@settings(max_examples=20)
@given(weeks(), st.integers(1, 9))
def test_first_slots_and_who_is_on_duty_agree_with_the_free_slots(place, week, a_site):
    site, theme, people = place
    asked, _earliest, _latest = asked_of(week, 0, None, None)
    with transaction.atomic():
        service = write(week, site, theme, people)

        slots = find_free_slots(theme=theme, sites=[site], **asked)
        first = find_first_slots(theme=theme, sites=[site], a_site=a_site, **asked)
        receiving = [
            {shift.advisor_id for language in slot.languages for shift in at(service, site, slot, language)}
            for slot in slots[:5]
        ]

        transaction.set_rollback(True)
    assert first.get(site.pk, []) == slots[:a_site]
    assert all(set(slot.advisor_ids) <= found for slot, found in zip(slots, receiving, strict=False))


def at(service, site, slot, language):
    return on_duty_at(service=service, site=site, language=language, period=(slot.starts_at, slot.ends_at))
