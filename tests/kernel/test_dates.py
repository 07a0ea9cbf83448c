import datetime as dt

import pytest

from citemetiers.kernel import dates

BRUSSELS = dates.zone("Europe/Brussels")


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        (dt.date(2026, 7, 1), 9, dt.datetime(2026, 7, 1, 7, tzinfo=dt.UTC)),
        (dt.date(2026, 12, 1), 9, dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)),
        (dt.date(2026, 3, 29), 9, dt.datetime(2026, 3, 29, 7, tzinfo=dt.UTC)),
        (dt.date(2026, 10, 25), 9, dt.datetime(2026, 10, 25, 8, tzinfo=dt.UTC)),
    ],
)
def test_at_local_follows_the_clock_on_the_wall(day: dt.date, hour: int, expected: dt.datetime) -> None:
    instant = dates.at_local(day, dt.time(hour), tz=BRUSSELS)

    assert instant == expected


@pytest.mark.parametrize(
    ("day", "time"),
    [(dt.date(2026, 3, 29), dt.time(2, 30)), (dt.date(2026, 10, 25), dt.time(2, 30))],
)
def test_at_local_refuses_an_hour_that_is_skipped_or_repeated(day: dt.date, time: dt.time) -> None:
    with pytest.raises(ValueError, match="not one single instant"):
        dates.at_local(day, time, tz=BRUSSELS)


def test_local_day_is_the_date_on_the_wall_after_midnight() -> None:
    late = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)

    assert dates.local_day(late, tz=BRUSSELS) == dt.date(2026, 11, 24)


def test_days_between_leaves_out_the_last_day() -> None:
    days = list(dates.days_between(dt.date(2026, 2, 27), dt.date(2026, 3, 2)))

    assert days == [dt.date(2026, 2, 27), dt.date(2026, 2, 28), dt.date(2026, 3, 1)]


def test_year_bounds_are_half_open() -> None:
    assert dates.year_bounds(2026) == (dt.date(2026, 1, 1), dt.date(2027, 1, 1))
