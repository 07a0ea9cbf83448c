"""What readings of a counter say of the days: pure, without a database."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitors.doors import (
    LONGEST_GAP,
    MOST_A_DAY,
    DayEntries,
    Device,
    Flag,
    ReadingError,
    Shown,
    check_can_show,
    entries_between,
    entries_of_days,
    passages,
    people_in,
)

MONDAY = dt.date(2026, 11, 16)
DAY = dt.timedelta(days=1)
ONE_WAY, TWO_WAY = Device(key=1), Device(key=2, is_two_way=True)


def _day(number: int) -> dt.date:
    return MONDAY + number * DAY


def _is_weekday(day: dt.date) -> bool:
    return day.isoweekday() <= 5


def _known(days: list[DayEntries]) -> list[tuple[int | None, Flag]]:
    return [(one.entries, one.flag) for one in days]


@pytest.mark.parametrize(
    ("device", "counted", "people"),
    [
        (ONE_WAY, 200, 100),
        (TWO_WAY, 200, 200),
        (Device(key=1, calibration=95), 190, 100),
        (Device(key=1, calibration=95, is_two_way=True), 190, 200),
        (Device(key=1, staff_entries=12), 200, 88),
        (Device(key=1, staff_entries=12), 20, 0),
        (ONE_WAY, 0, 0),
        (ONE_WAY, 5, 2),
        (ONE_WAY, 7, 4),
    ],
)
def test_people_are_passages_corrected_halved_and_without_the_staff(device: Device, counted: int, people: int) -> None:
    assert people_in(device, counted) == people


@pytest.mark.parametrize(
    ("digits", "before", "after", "counted"),
    [(6, 1000, 1240, 240), (6, 999_900, 140, 240), (4, 9_990, 10, 20), (6, 500, 500, 0)],
)
def test_passages_go_on_over_the_highest_number(digits: int, before: int, after: int, counted: int) -> None:
    assert passages(Device(key=1, digits=digits), before, after, days=1) == counted


@pytest.mark.parametrize(
    ("digits", "before", "after"),
    [(6, 120_000, 119_000), (4, 5_000, 4_000), (6, 999_000, 30_000), (1, 5, 4)],
)
def test_lower_reading_without_roll_over_is_refused(digits: int, before: int, after: int) -> None:
    with pytest.raises(ReadingError, match="lower than the reading before"):
        passages(Device(key=1, digits=digits), before, after, days=1)


def test_leap_that_no_door_can_see_is_refused_and_more_days_allow_more() -> None:
    with pytest.raises(ReadingError, match="From 1,000 to 31,000 is more than a door can see: at most 20,000"):
        passages(ONE_WAY, 1_000, 31_000, days=1)

    assert passages(ONE_WAY, 1_000, 31_000, days=2) == 30_000


@pytest.mark.parametrize(("digits", "sentence"), [(4, "4 digits: it shows 9,999"), (1, "1 digit: it shows 9")])
def test_number_with_more_digits_than_the_counter_is_refused(digits: int, sentence: str) -> None:
    device = Device(key=1, digits=digits)

    with pytest.raises(ReadingError, match=sentence):
        check_can_show(device, 10**digits)
    check_can_show(device, 10**digits - 1)


def test_weekend_without_reading_takes_nothing_from_monday() -> None:
    friday, monday = Shown(_day(4), 1_000), Shown(_day(7), 1_240)

    found = entries_between(ONE_WAY, friday, monday, is_open=_is_weekday)

    assert found == {_day(5): (0, Flag.COUNTED), _day(6): (0, Flag.COUNTED), _day(7): (120, Flag.COUNTED)}


def test_days_without_reading_share_what_was_counted_and_say_so() -> None:
    device = Device(key=1, staff_entries=5)

    found = entries_between(device, Shown(_day(0), 1_000), Shown(_day(3), 1_232), is_open=_is_weekday)

    assert found == {_day(1): (34, Flag.SPREAD), _day(2): (34, Flag.SPREAD), _day(3): (33, Flag.SPREAD)}


def test_what_was_counted_while_closed_belongs_to_the_day_of_the_reading() -> None:
    found = entries_between(ONE_WAY, Shown(_day(4), 1_000), Shown(_day(5), 1_020), is_open=_is_weekday)

    assert found == {_day(5): (10, Flag.COUNTED)}


def test_day_without_any_reading_is_unknown_and_never_zero() -> None:
    readings = {ONE_WAY: [Shown(_day(0), 1_000), Shown(_day(1), 1_100)]}

    found = entries_of_days(readings, {}, first=_day(0), until=_day(3))

    assert _known(found) == [(None, Flag.UNKNOWN), (50, Flag.COUNTED), (None, Flag.UNKNOWN)]


def test_estimate_stands_in_where_counters_did_not_count_and_only_there() -> None:
    readings = {ONE_WAY: [Shown(_day(0), 1_000), Shown(_day(1), 1_100)]}
    estimates = {_day(1): 999, _day(2): 40}

    found = entries_of_days(readings, estimates, first=_day(1), until=_day(3))

    assert _known(found) == [(50, Flag.COUNTED), (40, Flag.ESTIMATED)]
    assert [one.is_estimate for one in found] == [False, True]


def test_doors_are_added_and_a_missing_one_makes_a_part() -> None:
    readings = {
        ONE_WAY: [Shown(_day(0), 1_000), Shown(_day(1), 1_100), Shown(_day(2), 1_200), Shown(_day(3), 1_300)],
        TWO_WAY: [Shown(_day(0), 10, 10), Shown(_day(1), 20, 19)],
    }

    found = entries_of_days(readings, {_day(3): 75}, first=_day(1), until=_day(4))

    assert _known(found) == [(60, Flag.COUNTED), (50, Flag.PARTIAL), (75, Flag.ESTIMATED)]


def test_counter_that_no_longer_hangs_there_is_not_missed() -> None:
    gone = Device(key=3, last_on=_day(0))
    readings = {gone: [Shown(_day(0), 10)], ONE_WAY: [Shown(_day(0), 1_000), Shown(_day(1), 1_100)]}

    found = entries_of_days(readings, {}, first=_day(1), until=_day(2))

    assert _known(found) == [(50, Flag.COUNTED)]


def test_readings_that_contradict_each_other_or_lie_too_far_apart_say_nothing() -> None:
    contradictory = {ONE_WAY: [Shown(_day(0), 5_000), Shown(_day(1), 4_000)]}
    far = {ONE_WAY: [Shown(MONDAY, 1_000), Shown(MONDAY + LONGEST_GAP + DAY, 2_000)]}

    assert _known(entries_of_days(contradictory, {}, first=_day(1), until=_day(2))) == [(None, Flag.UNKNOWN)]
    assert _known(entries_of_days(far, {}, first=_day(1), until=_day(2))) == [(None, Flag.UNKNOWN)]


@given(
    counts=st.lists(st.integers(0, MOST_A_DAY), min_size=1, max_size=20),
    start=st.integers(0, 999_999),
    read=st.lists(st.booleans(), min_size=20, max_size=20),
)
def test_a_door_without_staff_loses_nobody_over_roll_overs_and_gaps(
    counts: list[int], start: int, read: list[bool]
) -> None:
    value, shown = start, [Shown(MONDAY, start)]
    for number, counted in enumerate(counts, start=1):
        value = (value + counted) % TWO_WAY.wraps_at
        if read[number - 1] or number == len(counts):
            shown.append(Shown(_day(number), value))

    found = entries_of_days({TWO_WAY: shown}, {}, first=_day(1), until=_day(len(counts) + 1))

    assert sum(one.entries or 0 for one in found) == sum(counts)
    assert all(one.entries is not None and one.entries >= 0 for one in found)


@given(
    values=st.lists(st.integers(0, 9_999), min_size=2, max_size=15),
    staff=st.integers(0, 500),
    calibration=st.integers(10, 1000),
)
def test_entries_are_never_negative_whatever_the_readings(values: list[int], staff: int, calibration: int) -> None:
    device = Device(key=1, digits=4, staff_entries=staff, calibration=calibration)
    shown = [Shown(_day(number), value) for number, value in enumerate(values)]

    found = entries_of_days({device: shown}, {}, first=_day(1), until=_day(len(values)), is_open=_is_weekday)

    assert len(found) == len(list(pairwise(shown)))
    assert all(one.entries is None or one.entries >= 0 for one in found)
