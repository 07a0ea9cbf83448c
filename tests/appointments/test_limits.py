import base64
import datetime as dt
import json
import logging

import pytest
from django.core.cache import cache

from appointments.rules import ProofError
from appointments.services.terms.limits import challenge_for, check_act
from citemetiers.kernel.limits import MOST_AGAIN, STEP, WINDOW_SECONDS
from citemetiers.kernel.proof import solve

NOW = dt.datetime.now(dt.UTC).replace(minute=0, second=1)
HOME, SCHOOL = "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def _limits(settings):
    cache.clear()
    settings.PORTAL_BOOKINGS_A_PLACE, settings.PORTAL_BOOKINGS_WITHOUT_PROOF = 12, 3
    yield
    cache.clear()


def act(name="one", *, text=None, address=HOME, network_id=1, now=NOW):
    given = solve(challenge_for(address, now=dt.datetime.now(dt.UTC))) if text is None else text
    check_act(text=given, act=name, address=address, network_id=network_id, now=now)


def work_at(address, *, now=NOW, times=8):
    """The hardest of some challenges: how many tries at most."""
    found = [solve(challenge_for(address, now=now)) for _time in range(times)]
    return max(json.loads(base64.b64decode(proof))["solution"]["counter"] for proof in found)


def test_one_proof_pays_for_one_act():
    proof = solve(challenge_for(HOME, now=dt.datetime.now(dt.UTC)))
    act("one", text=proof)

    with pytest.raises(ProofError):
        act("another", text=proof)


def test_button_pressed_twice_passes_with_the_same_proof_and_counts_once(settings):
    settings.PORTAL_BOOKINGS_A_PLACE = 1
    proof = solve(challenge_for(HOME, now=dt.datetime.now(dt.UTC)))

    act("one", text=proof)
    act("one", text=proof)

    with pytest.raises(ProofError, match="from this place"):
        act("two")


def test_two_acts_in_turn_are_not_paid_for_ever_by_their_two_proofs():
    proofs = [solve(challenge_for(HOME, now=dt.datetime.now(dt.UTC))) for _act in range(2)]
    for _time in range(1 + MOST_AGAIN):
        for name, proof in zip(("there", "back"), proofs, strict=True):
            act(name, text=proof)

    for name, proof in zip(("there", "back"), proofs, strict=True):
        with pytest.raises(ProofError, match="nothing is lost"):
            act(name, text=proof)


def test_wrong_proof_is_refused_with_a_sentence():
    with pytest.raises(ProofError, match="nothing is lost"):
        act(text="wrong")


def test_work_grows_with_the_bookings_of_a_place_only(settings):
    settings.PORTAL_PROOF_TRIES = 10
    for number in range(2 * STEP):
        act(f"{number}", address=SCHOOL)

    assert 15 <= work_at(SCHOOL) < 30
    assert 5 <= work_at(HOME) < 10
    assert work_at(SCHOOL, now=NOW + dt.timedelta(seconds=WINDOW_SECONDS)) < 10


def test_too_many_from_one_place_are_refused_until_the_hour_ends(settings):
    for number in range(12):
        act(f"{number}")

    with pytest.raises(ProofError, match="from this place"):
        act("thirteenth")
    act("elsewhere", address=SCHOOL)
    act("later", text="", now=NOW + dt.timedelta(seconds=WINDOW_SECONDS))


def test_those_without_a_script_share_the_budget_of_a_network():
    for number in range(3):
        act(f"{number}", text="", address=f"192.0.2.{number}")

    with pytest.raises(ProofError, match="without JavaScript"):
        act("fourth", text="", address="192.0.2.9")
    act("elsewhere", text="", network_id=2)
    act("with a script")


def test_one_place_gets_a_third_of_what_a_network_gives_without_a_script(settings):
    settings.PORTAL_BOOKINGS_WITHOUT_PROOF = 6
    for number in range(2):
        act(f"{number}", text="", address=SCHOOL)

    with pytest.raises(ProofError, match="without JavaScript"):
        act("third", text="", address=SCHOOL)
    for number in range(4):
        act(f"elsewhere {number}", text="", address=f"192.0.2.{number}")
    act("later", text="", address=SCHOOL, now=NOW + dt.timedelta(seconds=WINDOW_SECONDS))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.8", False),
        ("", "not an address", True),
    ],
)
def test_household_is_one_place(settings, one, other, is_same):
    settings.PORTAL_BOOKINGS_A_PLACE = 1
    act("one", address=one)

    if is_same:
        with pytest.raises(ProofError):
            act("two", address=other)
    else:
        act("two", address=other)


def test_no_key_of_the_cache_holds_an_address_or_what_was_booked(caplog):
    with caplog.at_level(logging.DEBUG):
        act("a certain act")
        act("another", text="")

    keys = list(cache._cache)
    kept = " ".join([*keys, *(str(cache.get(key.split(":", 2)[2])) for key in keys)])
    assert len(keys) == 5
    assert HOME not in kept + caplog.text
    assert "certain act" not in kept


def test_counter_is_forgotten_within_the_hour_and_its_salt_within_a_day():
    act(text="")

    rest = [expires - dt.datetime.now(dt.UTC).timestamp() for key, expires in cache._expire_info.items()]
    assert max(rest) <= 24 * WINDOW_SECONDS
    assert sum(seconds > WINDOW_SECONDS + 1 for seconds in rest) == 1


def test_address_counts_under_another_name_when_the_salt_is_drawn_anew():
    act()
    before = set(cache._cache)
    cache.delete("place-salt")

    act("two", text="")

    assert len([key for key in set(cache._cache) - before if ":place:" in key]) == 1


def test_challenge_asks_the_database_nothing(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        act()
