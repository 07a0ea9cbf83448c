import pytest
from django.utils import translation

from appointments.waiting_words import words_between, words_of


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0, "no wait"),
        (0, 3, "up to 5 min"),
        (4, 10, "up to 10 min"),
        (15, 25, "about 15–25 min"),
        (17, 23, "about 15–25 min"),
        (20, 20, "about 20 min"),
        (60, 150, "about 60–150 min"),
        (120, 150, "more than 2 h"),
    ],
)
def test_wait_is_said_to_five_minutes(low, high, words):
    assert words_between(low, high) == words


def test_wait_that_nobody_knows_is_said_so():
    assert words_of(None) == "not known"


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_wait_is_never_narrower_than_its_estimate(language):
    with translation.override(language):
        for low, high in [(7, 11), (31, 44)]:
            said = words_between(low, high)
            assert str(low // 5 * 5) in said
            assert str(-(-high // 5) * 5) in said
