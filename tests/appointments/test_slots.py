import datetime as dt

import pytest

from appointments.slots import OnDuty, Rhythm, Slot, free_slots, is_for_drop_in, joined, lies_within, moments_of

START = dt.datetime(2027, 3, 26, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
ON_SITE = ("ON_SITE",)


def at(minutes):
    return START + minutes * MINUTE


def on_duty(length, *, advisor=7, languages=("fr",), channels=ON_SITE, first=0, **more):
    return OnDuty(1, advisor, at(first), at(first + length), languages, channels, **more)


def find(*shifts, taken=None, rhythm=Rhythm(45 * MINUTE), earliest=0, latest=10_000, most=None, is_open=lambda _: True):  # noqa: B008  frozen
    return free_slots(
        shifts,
        rhythm=rhythm,
        taken=taken or {},
        is_open=is_open,
        earliest=at(earliest),
        latest=at(latest),
        most=most,
    )


def minutes_of(slots):
    return [(slot.starts_at - START) // MINUTE for slot in slots]


def test_free_slots_start_on_the_grid_of_the_shift():
    slots = find(on_duty(100))

    assert slots == [
        Slot(1, at(0), at(45), ("fr",), ON_SITE, (7,)),
        Slot(1, at(45), at(90), ("fr",), ON_SITE, (7,)),
    ]


def test_free_slots_of_two_advisors_at_one_moment_are_one():
    first = on_duty(45, advisor=8, languages=("nl",), channels=("PHONE",), is_illustrative=True)

    slots = find(first, on_duty(45))

    assert slots == [Slot(1, at(0), at(45), ("fr", "nl"), ("ON_SITE", "PHONE"), (7, 8))]


def test_free_slots_come_first_one_first_whatever_the_order_of_the_shifts():
    slots = find(on_duty(90, first=60), on_duty(90, advisor=8))

    assert minutes_of(slots) == [0, 45, 60, 105]


def test_free_slots_start_from_the_earliest_up_to_before_the_latest():
    assert minutes_of(find(on_duty(300), earliest=45, latest=135)) == [45, 90]


def test_free_slots_leave_the_buffer_free_and_its_end_may_lie_after_the_shift():
    slots = find(on_duty(105), rhythm=Rhythm(45 * MINUTE, 15 * MINUTE))

    assert minutes_of(slots) == [0, 60]


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ((0, 60), [60, 120]),
        ((60, 120), [0, 120]),
        ((59, 60), [60, 120]),
        ((105, 121), [0]),
        ((120, 180), [0, 60]),
        ((-60, 0), [0, 60, 120]),
        ((165, 179), [0, 60]),
        ((180, 240), [0, 60, 120]),
        ((-60, 400), []),
    ],
)
def test_free_slots_need_the_session_and_its_buffer_free(taken, free):
    held = {7: [(at(taken[0]), at(taken[1]))], 8: [(at(0), at(400))]}

    slots = find(on_duty(165), taken=held, rhythm=Rhythm(45 * MINUTE, 15 * MINUTE))

    assert minutes_of(slots) == free


def test_free_slots_lie_where_it_is_open():
    slots = find(on_duty(180), is_open=lambda period: period[0] != at(45))

    assert minutes_of(slots) == [0, 90, 135]


def test_free_slots_stop_at_as_many_as_are_wanted_and_know_everybody_who_could_receive():
    # The third one starts later and ends up as the second moment.
    slots = find(on_duty(180), on_duty(90, advisor=8), on_duty(90, advisor=9, first=20), most=2)

    assert [(moment, slot.advisor_ids) for moment, slot in zip(minutes_of(slots), slots, strict=True)] == [
        (0, (7, 8)),
        (20, (9,)),
    ]


@pytest.mark.parametrize(
    ("percent", "kept"),
    [
        (0, []),
        (100, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (50, [1, 3, 5, 7, 9]),
        (25, [3, 7]),
        (33, [3, 6, 9]),
        (10, [9]),
    ],
)
def test_drop_in_share_is_spread_over_the_shift(percent, kept):
    assert [number for number in range(10) if is_for_drop_in(number, percent=percent)] == kept


def test_moments_kept_for_drop_in_are_left_out_and_the_others_stay_where_they_are():
    moments = list(moments_of(on_duty(180), rhythm=Rhythm(45 * MINUTE, drop_in_percent=50)))

    assert moments == [(at(0), at(45)), (at(90), at(135))]


def test_joined_periods_are_in_order_and_apart():
    periods = [(at(60), at(90)), (at(0), at(30)), (at(30), at(40)), (at(5), at(10)), (at(80), at(100))]

    assert joined(periods) == [(at(0), at(40)), (at(60), at(100))]


@pytest.mark.parametrize(
    ("first", "last", "is_within"),
    [(0, 40, True), (10, 20, True), (40, 50, False), (30, 41, False), (-1, 5, False), (30, 70, False), (60, 100, True)],
)
def test_period_lies_within_one_span_or_in_none(first, last, is_within):
    assert lies_within((at(first), at(last)), [(at(0), at(40)), (at(60), at(100))]) is is_within
