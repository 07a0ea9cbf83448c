import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from sites.rules import in_neutral_order


@given(rows=st.lists(st.integers(), unique=True, min_size=1, max_size=20), day=st.dates())
def test_in_neutral_order_loses_nobody_and_starts_one_further_each_day(rows: list[int], day: dt.date) -> None:
    tomorrow = dt.date.fromordinal(min(day.toordinal() + 1, dt.date.max.toordinal()))

    order = in_neutral_order(rows, today=day)

    assert sorted(order) == sorted(rows)
    if tomorrow != day:
        assert in_neutral_order(rows, today=tomorrow) == [*order[1:], order[0]]


def test_in_neutral_order_puts_each_row_first_equally_often() -> None:
    start = dt.date(2026, 1, 1)

    firsts = [in_neutral_order("abc", today=start + dt.timedelta(days=n))[0] for n in range(30)]

    assert {firsts.count(letter) for letter in "abc"} == {10}


def test_in_neutral_order_takes_an_empty_list() -> None:
    assert in_neutral_order([], today=dt.date(2026, 1, 1)) == []
