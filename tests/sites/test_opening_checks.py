import pytest
from django.utils import translation

from sites.opening import backwards, overlapping, problems
from tests.sites.test_opening import MONDAY, OFFICE, TUESDAY, hours, special


def test_sound_rows_have_no_problem():
    rows = [*OFFICE, hours(1, "10:00", "11:00", season="s"), hours(1, "12:00", "13:00")]

    assert overlapping(rows) == []
    assert backwards(rows) == []
    assert problems(rows) == []


@pytest.mark.parametrize(
    ("opens", "closes"), [("11:00", "14:00"), ("08:00", "09:01"), ("10:00", "11:00"), ("08:00", "18:00")]
)
def test_overlapping_names_the_pair(opens, closes):
    first, second = hours(1, "09:00", "12:00"), hours(1, opens, closes, is_by_appointment=True)

    assert overlapping([hours(2, "09:00", "12:00"), first, second]) == [(first, second)]


def test_overlapping_names_a_row_given_twice_and_each_pair_of_three():
    one, two, three = hours(1, "09:00", "12:00"), hours(1, "09:00", "12:00"), hours(1, "11:00", "13:00")

    assert overlapping([one, two, three]) == [(one, two), (one, three), (two, three)]


def test_overlapping_compares_rows_of_one_season_and_of_one_date():
    season = [hours(1, "09:00", "12:00", season="s"), hours(1, "11:00", "13:00", season="s")]
    dates = [special(MONDAY, "09:00", "12:00"), special(MONDAY, "11:00", "13:00"), special(TUESDAY, "09:00", "12:00")]

    assert overlapping([*season, hours(1, "09:00", "12:00", season="t")]) == [(season[0], season[1])]
    assert overlapping(dates) == [(dates[0], dates[1])]


@pytest.mark.parametrize(("opens", "closes"), [("14:00", "12:00"), ("09:00", "09:00"), ("18:00", "00:00")])
def test_backwards_names_what_ends_before_it_starts_or_at_midnight(opens, closes):
    wrong = hours(1, opens, closes)

    assert backwards([*OFFICE, wrong]) == [wrong]
    assert overlapping([*OFFICE, wrong]) == []


def test_problems_say_what_is_wrong_at_which_row():
    rows = [
        hours(1, "09:00", "12:00"),
        hours(2, "14:00", "12:00"),
        hours(1, "11:00", "14:00"),
        special(MONDAY, "10:00", "12:00"),
        special(MONDAY, "11:30", "13:00"),
    ]

    assert problems(rows) == [
        (1, "Tuesday 14:00–12:00: closing time must be later than opening time."),
        (2, "Monday 11:00–14:00 overlaps Monday 09:00–12:00."),
        (4, "23 November 2026 11:30–13:00 overlaps 23 November 2026 10:00–12:00."),
    ]


def test_problems_name_the_weekday_in_the_language_of_the_reader():
    with translation.override("fr"):
        [(_, sentence)] = problems([hours(1, "14:00", "12:00")])

    assert "lundi 14:00–12:00" in sentence


def test_problems_speak_of_a_weekday_that_does_not_exist_too():
    assert problems([hours(9, "14:00", "12:00")]) == [
        (0, "9 14:00–12:00: closing time must be later than opening time.")
    ]
