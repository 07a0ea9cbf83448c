import datetime as dt
from types import SimpleNamespace

import pytest

from appointments.waiting_time import (
    CALLED_IN_VAIN,
    TURNOVER,
    Estimate,
    Experience,
    InLine,
    Need,
    OpenDesk,
    look_ahead,
    place_in_line,
)

FR, NL = Need("work", "fr"), Need("work", "nl")
TEN = Experience(lengths={"work": [10.0]}, others=[10.0], come=1.0)
TURN = 10 + TURNOVER


def _desk(advisor="ann", **more):
    return OpenDesk(advisor, frozenset({"work"}), frozenset({"fr"}), **more)


def _line(number, need=FR):
    return [InLine(key, need, queued_at=key - number, number=key) for key in range(number)]


def _middles(line, desks, experience=TEN, **more):
    outlook = look_ahead(line=line, desks=desks, experience=experience, **more)
    return {key: estimate and estimate.middle for key, estimate in outlook.waits.items()}


def _newcomer(line, desks, need=FR, experience=TEN):
    return look_ahead(line=line, desks=desks, asked=[need], experience=experience).newcomers[need]


def test_line_is_called_one_after_the_other_at_one_desk():
    assert _middles(_line(3), [_desk()]) == {0: 0, 1: TURN, 2: 2 * TURN}


def test_two_desks_halve_the_wait():
    assert _middles(_line(4), [_desk(), _desk("bob")]) == {0: 0, 1: 0, 2: TURN, 3: TURN}


def test_newcomer_waits_until_all_before_are_called():
    assert _newcomer(_line(3), [_desk()]) == Estimate(3 * TURN, 3 * TURN, 3 * TURN)
    assert _newcomer([], [_desk()]) == Estimate(0, 0, 0)


def test_asking_for_newcomers_changes_nothing_for_those_in_line():
    desks = [_desk(), _desk("bob", opens_at=7.0)]
    experience = Experience({"work": [5.0, 20.0, 40.0]}, others=[1.0])

    alone = look_ahead(line=_line(6), desks=desks, experience=experience).waits

    assert look_ahead(line=_line(6), desks=desks, asked=[FR], experience=experience).waits == alone


def test_session_that_goes_on_is_as_long_as_those_that_lasted_longer():
    experience = Experience({"work": [5.0, 30.0]}, others=[1.0])

    estimate = _newcomer([], [_desk(busy_with="work", busy_for=10.0)], experience=experience)

    assert estimate == Estimate(22, 22, 22)


def test_session_longer_than_all_known_ones_ends_soon():
    estimate = _newcomer([], [_desk(busy_with="work", busy_for=90.0)])

    assert TURNOVER <= estimate.low <= estimate.high <= 13


@pytest.mark.parametrize("need", [NL, Need("train", "fr")])
def test_nobody_serves_the_theme_or_the_language_and_so_there_is_no_estimate(need):
    assert _newcomer([], [_desk()], need) is None
    assert _middles(_line(1, need), [_desk()]) == {0: None}


def test_those_whom_the_desk_does_not_serve_keep_nobody_waiting():
    assert _newcomer(_line(9, NL), [_desk()]) == Estimate(0, 0, 0)


def test_desk_to_come_counts_from_its_opening():
    assert _newcomer([], [_desk(opens_at=40.0)]) == Estimate(40, 40, 40)


def test_desk_calls_nobody_from_its_closing_on():
    line, desks = _line(4), [_desk(closes_at=20.0)]

    waits = look_ahead(line=line, desks=desks, experience=TEN).waits

    assert [waits[key].is_past_closing for key in range(4)] == [False, False, True, True]
    assert waits[3] == Estimate(20, 20, 20, is_past_closing=True)
    assert _newcomer(line, desks).is_past_closing


def test_wait_goes_on_where_another_desk_opens_after_lunch():
    desks = [_desk(closes_at=20.0), _desk(opens_at=60.0, closes_at=200.0)]

    assert _middles(_line(4), desks) == {0: 0, 1: TURN, 2: 60, 3: 60 + TURN}


def test_priority_goes_first():
    first = InLine("urgent", FR, queued_at=0.0, number=9, is_priority=True)

    assert _middles([*_line(2), first], [_desk()]) == {"urgent": 0, 0: TURN, 1: 2 * TURN}


def test_due_visitor_goes_before_those_who_came_earlier_once_the_time_has_come():
    booked = InLine("booked", FR, queued_at=0.0, number=9, due_at=5.0)

    assert _middles([*_line(3), booked], [_desk()]) == {0: 0, "booked": TURN, 1: 2 * TURN, 2: 3 * TURN}


def test_due_visitor_is_kept_ten_minutes_for_the_own_advisor():
    booked = InLine("booked", FR, queued_at=-9.0, due_at=0.0, advisor="bob")
    ann, bob = _desk("ann"), _desk("bob", busy_with="work", busy_for=0.0)

    # Bob is with somebody for twelve minutes: after ten of them Ann may call.
    assert _middles([booked], [ann, bob]) == {"booked": 10}
    assert _middles([booked], [ann]) == {"booked": 0}
    assert _middles([booked], [ann, _desk("bob", opens_at=5.0)]) == {"booked": 0}


def test_booked_visitor_to_come_takes_the_time_of_the_advisor():
    expected = InLine("booked", FR, queued_at=5.0, due_at=5.0, advisor="ann", is_expected=True)

    waits = _middles([*_line(2), expected], [_desk()])

    assert waits == {0: 0, 1: 2 * TURN}


def test_booked_visitors_who_may_not_come_make_the_range_wider():
    expected = InLine("booked", FR, queued_at=5.0, due_at=5.0, advisor="ann", is_expected=True)
    half = Experience({"work": [10.0]}, others=[10.0], come=0.5)

    waits = look_ahead(line=[*_line(2), expected], desks=[_desk()], experience=half).waits

    assert (waits[1].low, waits[1].high) == (TURN, 2 * TURN)


def test_visitor_passed_on_to_a_desk_waits_for_it_whatever_it_serves():
    passed = InLine("passed", NL, queued_at=-9.0, wanted_by="bob")
    desks = [_desk("ann"), _desk("bob", busy_with="work", busy_for=4.0)]

    assert _middles([passed], desks) == {"passed": 6 + TURNOVER}


def test_those_who_are_gone_cost_a_call_only():
    gone = Experience({"work": [10.0]}, others=[10.0], gone=1.0)

    assert _middles(_line(3), [_desk()], gone) == {0: 0, 1: CALLED_IN_VAIN, 2: 2 * CALLED_IN_VAIN}


def test_theme_without_sessions_of_its_own_lasts_like_others():
    assert _newcomer(_line(1), [_desk()], experience=Experience({}, others=[50.0])).middle == 50 + TURNOVER


def test_same_question_has_the_same_answer():
    experience = Experience({"work": [5.0, 15.0, 25.0, 60.0]}, others=[1.0], gone=0.1)

    first, second = (look_ahead(line=_line(20), desks=[_desk()], experience=experience) for _time in range(2))

    assert first == second
    assert all(one.low <= one.middle <= one.high for one in first.waits.values())


@pytest.mark.parametrize("is_in_minutes", [True, False])
def test_place_in_line_is_by_priority_then_due_then_arrival(is_in_minutes):
    noon = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)

    def at(minutes):
        return minutes if is_in_minutes else noon + dt.timedelta(minutes=minutes)

    def one(name, queued, *, due=None, is_priority=False, number=1):
        due_at = None if due is None else at(due)
        return SimpleNamespace(name=name, queued_at=at(queued), due_at=due_at, is_priority=is_priority, number=number)

    line = [
        one("later", -5),
        one("to come", -3, due=1),
        one("same moment", -5, number=2),
        one("due", -1, due=0),
        one("due first", 0, due=-2),
        one("urgent", 0, is_priority=True),
    ]

    ordered = sorted(line, key=lambda ticket: place_in_line(ticket, now=at(0)))

    assert [ticket.name for ticket in ordered] == ["urgent", "due first", "due", "later", "same moment", "to come"]
