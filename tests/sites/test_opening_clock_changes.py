"""Opening hours on the two nights a year on which the clock is moved."""

import datetime as dt

import pytest

from citemetiers.kernel.dates import zone
from sites.opening import Timetable, hours_on, opening_at
from tests.sites.test_opening import SUNDAY, hours

FORWARD = {
    "Europe/Brussels": ["2026-03-29", "2027-03-28", "2028-03-26"],
    "Europe/Lisbon": ["2026-03-29", "2027-03-28", "2028-03-26"],
    "America/Toronto": ["2026-03-08", "2027-03-14", "2028-03-12"],
}
BACK = {
    "Europe/Brussels": ["2026-10-25", "2027-10-31", "2028-10-29"],
    "Europe/Lisbon": ["2026-10-25", "2027-10-31", "2028-10-29"],
    "America/Toronto": ["2026-11-01", "2027-11-07", "2028-11-05"],
}
# The hour that is skipped and repeated on the wall, and in UTC when the clock is moved in spring and in autumn.
MOVED = {"Europe/Brussels": ("02", 1, 1), "Europe/Lisbon": ("01", 1, 1), "America/Toronto": ("02", 7, 6)}
AUTUMN_HOUR = {"Europe/Brussels": "02", "Europe/Lisbon": "01", "America/Toronto": "01"}
SPRING_NIGHTS = [(name, dt.date.fromisoformat(day)) for name, days in FORWARD.items() for day in days]
AUTUMN_NIGHTS = [(name, dt.date.fromisoformat(day)) for name, days in BACK.items() for day in days]
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def sundays(name, *periods):
    """A site that opens on Sundays, in no country: its holidays do not matter here."""
    return Timetable(zone(name), "", weekly=tuple(hours(SUNDAY, *period) for period in periods))


def moved_at(name, day, *, is_spring):
    hour = MOVED[name][1 if is_spring else 2]
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC)


def spans(rows, day):
    return [(one.starts_at, one.ends_at) for one in hours_on(rows, day).periods]


@pytest.mark.parametrize(("name", "day"), SPRING_NIGHTS)
def test_opening_in_the_skipped_hour_starts_when_the_clock_has_moved_on(name, day):
    hour, moved = MOVED[name][0], moved_at(name, day, is_spring=True)
    rows = sundays(name, (f"{hour}:30", "05:00"))

    before, after = opening_at(rows, now=moved - MINUTE), opening_at(rows, now=moved)

    assert not before.is_open
    assert before.next_opening.starts_at == moved
    assert before.next_opening.opens_at == dt.time(int(hour) + 1)
    assert after.is_open
    assert after.closes_at == dt.datetime.combine(day, dt.time(5), tzinfo=zone(name)).astimezone(dt.UTC)


@pytest.mark.parametrize(("name", "day"), SPRING_NIGHTS)
def test_closing_in_the_skipped_hour_comes_when_the_clock_has_moved_on(name, day):
    hour, moved = MOVED[name][0], moved_at(name, day, is_spring=True)

    assert spans(sundays(name, ("00:30", f"{hour}:30")), day) == [(moved - (int(hour) * HOUR - 30 * MINUTE), moved)]


@pytest.mark.parametrize(("name", "day"), SPRING_NIGHTS)
def test_opening_wholly_in_the_skipped_hour_does_not_take_place(name, day):
    hour = MOVED[name][0]
    rows = sundays(name, (f"{hour}:15", f"{hour}:45"))

    assert spans(rows, day) == []
    assert hours_on(rows, day).is_closed
    assert len(spans(rows, day + dt.timedelta(days=7))) == 1


@pytest.mark.parametrize(("name", "day"), SPRING_NIGHTS)
def test_opening_across_the_skipped_hour_is_one_and_an_hour_shorter(name, day):
    rows = sundays(name, ("00:30", "04:30"))

    [(starts_at, ends_at)] = spans(rows, day)

    assert ends_at - starts_at == 3 * HOUR
    assert opening_at(rows, now=starts_at).closes_at == ends_at


@pytest.mark.parametrize(("name", "day"), AUTUMN_NIGHTS)
def test_opening_in_the_repeated_hour_opens_at_the_first_and_closes_at_the_second(name, day):
    hour, moved = AUTUMN_HOUR[name], moved_at(name, day, is_spring=False)
    rows = sundays(name, (f"{hour}:15", f"{hour}:45"))

    opening = opening_at(rows, now=moved + MINUTE)

    assert spans(rows, day) == [(moved - 45 * MINUTE, moved + 45 * MINUTE)]
    assert opening.is_open
    assert opening.closes_at == moved + 45 * MINUTE
    assert hours_on(rows, day).periods[0].closes_at == dt.time(int(hour), 45)


@pytest.mark.parametrize(("name", "day"), AUTUMN_NIGHTS)
def test_hours_that_meet_where_the_repeated_hour_begins_do_not_overlap(name, day):
    hour, moved = int(AUTUMN_HOUR[name]), moved_at(name, day, is_spring=False)
    before, after = sundays(name, ("00:15", f"0{hour}:00")), sundays(name, (f"0{hour}:00", f"0{hour + 1}:00"))

    assert spans(before, day) == [(moved - HOUR - hour * HOUR + 15 * MINUTE, moved - HOUR)]
    assert spans(after, day) == [(moved - HOUR, moved + HOUR)]


@pytest.mark.parametrize(("name", "day"), AUTUMN_NIGHTS)
def test_opening_across_the_repeated_hour_is_one_and_an_hour_longer(name, day):
    [(starts_at, ends_at)] = spans(sundays(name, ("00:30", "04:30")), day)

    assert ends_at - starts_at == 5 * HOUR


@pytest.mark.parametrize(("name", "day"), AUTUMN_NIGHTS)
def test_neighbours_that_meet_in_the_repeated_hour_are_one(name, day):
    hour = AUTUMN_HOUR[name]

    found = spans(sundays(name, ("00:30", f"{hour}:30"), (f"{hour}:30", "04:30")), day)

    assert [ends_at - starts_at for starts_at, ends_at in found] == [5 * HOUR]


@pytest.mark.parametrize(("name", "day"), [*SPRING_NIGHTS, *AUTUMN_NIGHTS])
def test_day_after_the_night_keeps_its_hours_on_the_wall(name, day):
    rows = sundays(name, ("09:00", "17:00"))
    opens, closes = (dt.datetime.combine(day, dt.time(hour), tzinfo=zone(name)).astimezone(dt.UTC) for hour in (9, 17))

    evening_before = opening_at(rows, now=opens - 13 * HOUR)

    assert evening_before.next_opening.starts_at == opens
    assert evening_before.next_opening.opens_at == dt.time(9)
    assert [opening_at(rows, now=now).is_open for now in (opens - MINUTE, opens, closes - MINUTE, closes)] == [
        False,
        True,
        True,
        False,
    ]


def test_easter_monday_2027_follows_the_night_of_the_clock_change():
    rows = Timetable(zone("Europe/Brussels"), "BE", weekly=tuple(hours(day, "09:00", "17:00") for day in range(1, 6)))

    opening = opening_at(rows, now=dt.datetime(2027, 3, 28, 0, 30, tzinfo=dt.UTC))

    assert opening.next_opening.starts_at == dt.datetime(2027, 3, 30, 7, 0, tzinfo=dt.UTC)
