import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appointments.recurrence import SHORTEST_REST, RecurrenceError, Rule, check_recurrence, days_of, left_of
from citemetiers.kernel.dates import days_between

JANUARY = dt.date(2027, 1, 1)
NINE = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def days(recurrence, *, first_on=JANUARY, last_on=None, since=JANUARY, until=dt.date(2027, 12, 31)):
    found = days_of(Rule(None, recurrence, first_on, last_on), since=since, until=until)
    return [f"{day:%m-%d}" for day in found]


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=1TU;COUNT=3", ["01-05", "02-02", "03-02"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270201", ["01-11", "01-14", "01-25", "01-28"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20270301T120000Z", ["01-29", "02-26"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2", ["01-31", "03-31"]),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR", ["01-01"]),
        ("FREQ=YEARLY;BYYEARDAY=-1", ["12-31"]),
        ("FREQ=YEARLY;BYMONTH=6", ["06-01"]),
        ("FREQ=DAILY;INTERVAL=100", ["01-01", "04-11", "07-20", "10-28"]),
        ("FREQ=WEEKLY;WKST=SU;INTERVAL=2;BYDAY=SU;COUNT=2", ["01-10", "01-24"]),
    ],
)
def test_recurrence_falls_on_its_days(recurrence, expected):
    check_recurrence(recurrence)

    found = days(recurrence)

    assert found == expected


def test_number_of_times_counts_from_the_first_day():
    found = days("FREQ=WEEKLY;BYDAY=MO;COUNT=3", since=dt.date(2027, 1, 12))

    assert found == ["01-18"]


def test_last_day_of_the_duty_ends_a_recurrence():
    found = days("FREQ=WEEKLY;BYDAY=MO", last_on=dt.date(2027, 1, 11))

    assert found == ["01-04", "01-11"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "Write the rule"),
        ("every Tuesday", "not understood"),
        ("FREQ=FORTNIGHTLY", "not understood"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;COUNT=-1", "COUNT=-1"),
        ("FREQ=WEEKLY;BYDAY=MO;BYDAY=TU", "BYDAY=TU"),
        ("FREQ=WEEKLY;BYDAY=LU", "BYDAY=LU"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY=32"),
        ("FREQ=YEARLY;BYEASTER=1", "BYEASTER"),
        ("FREQ=WEEKLY;BYDAY=MO\nFREQ=WEEKLY;BYDAY=TU", "not understood"),
        ("INTERVAL=2", "how often"),
        ("FREQ=HOURLY", "once a day"),
        ("FREQ=MINUTELY", "once a day"),
        ("FREQ=SECONDLY", "once a day"),
        ("FREQ=DAILY;BYHOUR=9,14", "once a day"),
        ("DTSTART=20270101;FREQ=DAILY", "DTSTART"),
        ("DTSTART:20270101T090000\nRRULE:FREQ=DAILY", "DTSTART"),
        ("RRULE:FREQ=DAILY", "RRULE"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20271231", "not both"),
        ("FREQ=DAILY;UNTIL=20270230", "does not exist"),
        ("FREQ=WEEKLY;BYDAY=1MO", "numbered day"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no day at all"),
        ("FREQ=DAILY;BYDAY=MO;BYSETPOS=5", "no day at all"),
    ],
)
def test_text_that_is_no_recurrence_of_days_is_refused_with_a_sentence(text, word):
    with pytest.raises(RecurrenceError) as refused:
        check_recurrence(text)

    assert word in str(refused.value)


@pytest.mark.parametrize("text", ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU"])
def test_recurrence_that_is_rare_is_one_all_the_same(text):
    check_recurrence(text)

    assert days(text, until=dt.date(2060, 1, 1))


def test_recurrence_that_never_comes_ends_at_once():
    found = days("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", first_on=dt.date(1990, 1, 1))
    never_on_its_day = days("FREQ=DAILY;INTERVAL=7;BYDAY=MO")

    assert (found, never_on_its_day) == ([], [])


DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31))


@settings(max_examples=60)
@given(st.integers(1, 7), DAYS, DAYS, DAYS, st.none() | DAYS)
def test_weekly_rule_and_its_recurrence_have_the_same_days(weekday, first_on, since, until, last_on):
    name = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[weekday - 1]

    weekly = days_of(Rule(weekday, "", first_on, last_on), since=since, until=until)
    recurring = days_of(Rule(None, f"FREQ=WEEKLY;BYDAY={name}", first_on, last_on), since=since, until=until)

    last = min(until, last_on or until)
    assert weekly == recurring
    assert weekly == [day for day in days_between(max(first_on, since), last + DAY) if day.isoweekday() == weekday]


MINUTES = st.integers(-60, 240)


@settings(max_examples=80)
@given(st.lists(st.tuples(MINUTES, st.integers(1, 120)), max_size=4))
def test_what_is_left_of_a_shift_lies_in_it_and_outside_every_absence(absences):
    period = NINE, NINE + 180 * MINUTE
    away = [(NINE + start * MINUTE, NINE + (start + length) * MINUTE) for start, length in absences]

    left = left_of(period, absences=away)

    minutes = {n for first, last in left for n in range((first - NINE) // MINUTE, (last - NINE) // MINUTE)}
    present = {n for n in range(180) if not any(start <= n < start + length for start, length in absences)}
    assert minutes <= present
    # What is lost besides are rests too short for anybody.
    lost = sorted(present - minutes)
    assert all(not set(range(n, n + SHORTEST_REST // MINUTE)) <= present for n in lost if n - 1 not in present)
    assert left == sorted(left)
