"""The answers about a moment, compared with a slow reading of the clock on the wall, minute by minute."""

import datetime as dt
from functools import lru_cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from citemetiers.kernel.dates import zone
from sites.opening import (
    ClosedDays,
    DayPeriod,
    Pause,
    Season,
    SpecialHours,
    Timetable,
    WeeklyHours,
    hours_on,
    opening_at,
)
from tests.sites.test_holiday_calendar import BELGIAN_HOLIDAYS

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
LOOKED_AT = 5
# Zones, and days on which their clock is moved or a holiday falls.
PLACES = [
    ("Europe/Brussels", "2026-03-29"),
    ("Europe/Brussels", "2027-03-28"),
    ("Europe/Brussels", "2028-10-29"),
    ("Europe/Brussels", "2026-12-24"),
    ("Europe/Lisbon", "2026-10-25"),
    ("America/Toronto", "2027-03-14"),
    ("America/Toronto", "2028-11-05"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-29"),
    ("Atlantic/Azores", "2027-10-31"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2027-04-04"),
]
EVERY_DAY = range(1, 8)

times = st.one_of(
    st.builds(dt.time, st.integers(0, 3), st.sampled_from([0, 15, 30, 45])),
    st.sampled_from([dt.time(hour) for hour in (0, 9, 12, 17, 23)] + [dt.time(23, 30), dt.time(23, 59)]),
)
kinds = st.booleans()
keys = st.sampled_from([None, None, None, "dated", "school", "nowhere"])


@st.composite
def cases(draw):
    """A timetable that has something to say around one day, and a moment on it or beside it."""
    name, middle = draw(st.sampled_from(PLACES))
    tz, day = zone(name), dt.date.fromisoformat(middle)
    days = st.integers(-2, 3).map(lambda offset: day + offset * DAY)
    periods = st.builds(lambda first, length: DayPeriod(first, first + length * DAY), days, st.integers(-1, 4))
    weekdays = st.one_of(st.just(EVERY_DAY), st.sets(st.integers(0, 8), min_size=1))
    weekly = draw(st.lists(st.tuples(weekdays, times, times, kinds, keys), max_size=4))
    edges = st.sampled_from([edge for row in weekly for edge in row[1:3]] or [dt.time(9)])
    moments = st.builds(
        lambda date, time, fold, minutes: (
            dt.datetime.combine(date, time, tzinfo=tz).replace(fold=fold).astimezone(dt.UTC) + minutes * MINUTE
        ),
        st.one_of(st.just(day), days),
        st.one_of(edges, edges, times),
        st.integers(0, 1),
        st.sampled_from([0, 0, -1, 1, 20]),
    )
    seasons = st.one_of(st.builds(Season, st.just("dated"), st.just("D"), periods), st.just(Season("school", "S")))
    table = Timetable(
        tz=tz,
        country=draw(st.sampled_from(["BE", "ZZ"])),
        weekly=tuple(WeeklyHours(number, *row) for numbers, *row in weekly for number in numbers),
        seasons=tuple(draw(st.lists(seasons, max_size=2, unique_by=lambda season: season.key))),
        school_holidays=tuple(draw(st.lists(periods, max_size=1))),
        special=tuple(draw(st.lists(st.builds(SpecialHours, days, times, times, kinds), max_size=2))),
        closures=tuple(draw(st.lists(st.builds(ClosedDays, periods, st.just("C"), kinds), max_size=1))),
        pauses=tuple(draw(st.lists(st.builds(Pause, moments, st.none() | moments, st.just("P")), max_size=2))),
    )
    return table, draw(moments)


@lru_cache(maxsize=512)
def minutes_of(day, tz):
    """Each minute during which the wall shows this day, with what the clock on it shows."""
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    around = (midnight + number * MINUTE for number in range(-15 * 60, 39 * 60))
    walls = ((minute, minute.astimezone(tz)) for minute in around)
    return [(minute, wall.time()) for minute, wall in walls if wall.date() == day]


def rows_that_count(table, day):
    own = [closure for closure in table.closures if closure.days.first_on <= day <= closure.days.last_on]
    if any(not closure.is_of_network for closure in own):
        return []
    of_date = [row for row in table.special if row.day == day]
    if of_date or own or (table.country == "BE" and day in BELGIAN_HOLIDAYS):
        return of_date
    key = None
    if any(first.first_on <= day <= first.last_on for first in table.school_holidays):
        key = "school" if "school" in [season.key for season in table.seasons] else None
    for season in table.seasons:
        if season.days and season.days.first_on <= day <= season.days.last_on:
            key = "dated"
    return [row for row in table.weekly if (row.weekday, row.season) == (day.isoweekday(), key)]


def kinds_of(table, day):
    """What the site is at each minute of a day: “D” drop-in, “A” by appointment only, “” closed."""
    minutes = minutes_of(day, table.tz)
    found = dict.fromkeys((minute for minute, _ in minutes), "")
    for row in rows_that_count(table, day):
        begun = [minute for minute, wall in minutes if wall >= row.opens_at]
        before_the_end = [minute for minute, wall in minutes if wall < row.closes_at]
        if row.opens_at >= row.closes_at or not begun or not before_the_end:
            continue
        for minute in found:
            if begun[0] <= minute <= before_the_end[-1]:
                paused = any(
                    pause.starts_at <= minute and (not pause.ends_at or minute < pause.ends_at)
                    for pause in table.pauses
                )
                kind = "A" if row.is_by_appointment or paused else "D"
                found[minute] = max(found[minute], kind)
    return found


def read_slowly(table, now):
    """Kind, until, closes_at, next opening with its kind, next drop-in: None where not within the days looked at."""
    first = now.astimezone(table.tz).date()
    known = {}
    for number in range(LOOKED_AT):
        known |= kinds_of(table, first + number * DAY)
    kind = known[now.replace(second=0)]
    changes = [(minute, known[minute], known[before]) for before, minute in pairwise(known) if minute > now]
    until = next((minute for minute, new, _ in changes if new != kind), None) if kind else None
    closes_at = next((minute for minute, new, _ in changes if not new), None) if kind else None
    opening = next(((minute, new) for minute, new, old in changes if new and not old), None)
    drop_in = next((minute for minute, new, old in changes if new == "D" and old != "D"), None)
    return kind, until, closes_at, opening, drop_in, max(known)


@given(case=cases(), seconds=st.integers(0, 59))
@settings(max_examples=100)
def test_opening_at_agrees_with_the_clock_on_the_wall(case, seconds):
    table, now = case[0], case[1].replace(second=seconds)

    opening = opening_at(table, now=now)

    kind, until, closes_at, following, drop_in, last = read_slowly(table, now)
    found = opening.next_opening
    assert (opening.is_open, opening.is_drop_in) == (kind != "", kind == "D")
    assert (opening.until, opening.closes_at) == (until, closes_at)
    if found is None or found.starts_at > last:
        assert following is None
    else:
        assert (found.starts_at, "D" if found.is_drop_in else "A") == following
    if opening.next_drop_in is None or opening.next_drop_in.starts_at > last:
        assert drop_in is None
    else:
        assert opening.next_drop_in.starts_at == drop_in


any_days = st.dates(dt.date(2025, 12, 1), dt.date(2029, 2, 1))
any_moments = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2028, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001
any_periods = st.builds(DayPeriod, any_days, any_days)
anything = st.builds(
    Timetable,
    tz=st.timezones(),
    country=st.sampled_from(["BE", "CH", "FR", "CA", "ZZ", ""]),
    weekly=st.lists(st.builds(WeeklyHours, st.integers(), st.times(), st.times(), kinds, keys), max_size=6).map(tuple),
    seasons=st.lists(st.builds(Season, keys, st.text(), st.none() | any_periods), max_size=4).map(tuple),
    school_holidays=st.lists(any_periods, max_size=3).map(tuple),
    special=st.lists(st.builds(SpecialHours, any_days, st.times(), st.times(), kinds), max_size=4).map(tuple),
    closures=st.lists(st.builds(ClosedDays, any_periods, st.text(), kinds), max_size=3).map(tuple),
    pauses=st.lists(st.builds(Pause, any_moments, st.none() | any_moments, st.text()), max_size=3).map(tuple),
)


@given(table=anything, now=any_moments)
@settings(max_examples=80)
def test_opening_at_answers_for_any_timetable(table, now):
    opening = opening_at(table, now=now)
    today = hours_on(table, now.astimezone(table.tz).date())

    assert opening.is_known or not opening.is_open
    assert opening.is_open or not opening.is_drop_in
    assert (opening.until is not None) == (opening.closes_at is not None) == opening.is_open
    if opening.until and opening.closes_at:
        assert now < opening.until <= opening.closes_at
    if opening.next_opening:
        assert opening.next_opening.starts_at > (opening.closes_at or now)
    if opening.next_drop_in:
        assert opening.next_drop_in.starts_at > now
        assert opening.next_drop_in.is_drop_in
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(today.periods))
    assert all(one.starts_at < one.ends_at for one in today.periods)
