"""The promise of the estimate, on made-up days; `make bench ONLY=queue` plays many more of them."""

import pytest

from bench.queue_days import play_days


@pytest.fixture(scope="module")
def errors():
    return play_days(5, seed=7, every=4)


def test_estimate_is_within_a_fifth_of_the_wait(errors):
    assert len(errors.long_waits) > 50
    assert errors.median_error <= 0.2


def test_range_holds_the_wait_four_times_of_five(errors):
    assert errors.coverage >= 0.8


def test_constant_for_each_person_ahead_is_far_from_the_wait(errors):
    assert errors.constant_error >= 0.35


def test_same_days_are_the_same_again():
    assert play_days(1, seed=3, every=20) == play_days(1, seed=3, every=20)
