import base64
import datetime as dt
import json

import pytest

from citemetiers.kernel.proof import LASTS, new_challenge, read_proof, solve

KEY, OTHER_KEY = b"a key of thirty-two characters..", b"another key of as many letters.."
NOW = dt.datetime.now(dt.UTC)


def challenge(tries=2, key=KEY, now=NOW):
    return new_challenge(key=key, tries=tries, now=now)


def changed(proof, change):
    told = json.loads(base64.b64decode(proof))
    change(told)
    return base64.b64encode(json.dumps(told).encode()).decode()


def test_solved_challenge_is_accepted_until_its_end():
    done = read_proof(solve(challenge()), key=KEY, now=NOW)

    assert done is not None
    assert 0 <= (NOW + LASTS - done.expires_at).total_seconds() < 1


def test_each_challenge_has_a_number_of_its_own():
    numbers = {read_proof(solve(challenge()), key=KEY, now=NOW).nonce for _time in range(3)}

    assert len(numbers) == 3


@pytest.mark.parametrize(("tries", "least"), [(2, 1), (40, 20)])
def test_work_is_bounded_on_both_sides(tries, least):
    counters = [json.loads(base64.b64decode(solve(challenge(tries))))["solution"]["counter"] for _time in range(10)]

    assert all(least <= counter < tries for counter in counters)


def test_expired_proof_is_refused():
    old = solve(challenge(now=NOW - LASTS - dt.timedelta(seconds=2)))
    timely = solve(challenge())

    assert read_proof(old, key=KEY, now=NOW) is None
    assert read_proof(timely, key=KEY, now=NOW + LASTS) is None


def test_proof_of_another_key_is_refused():
    foreign = solve(challenge(key=OTHER_KEY))

    assert read_proof(foreign, key=KEY, now=NOW) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["challenge"]["parameters"].update(cost=1),
        lambda told: told["challenge"]["parameters"].update(keyPrefix="00"),
        lambda told: told["challenge"]["parameters"].update(expiresAt=4102444800),
        lambda told: told["challenge"].update(signature=""),
        lambda told: told["challenge"].pop("signature"),
        lambda told: told["solution"].update(counter=told["solution"]["counter"] + 1),
        lambda told: told["solution"].update(derivedKey="00" * 32),
        lambda told: told["solution"].update(counter="1"),
        lambda told: told.update(solution=json.loads(base64.b64decode(solve(challenge())))["solution"]),
    ],
)
def test_tampered_proof_is_refused(change):
    proof = changed(solve(challenge()), change)

    assert read_proof(proof, key=KEY, now=NOW) is None


@pytest.mark.parametrize(
    "text", ["", "x", "é" * 40, "bnVsbA==", "W10=", "eyJjaGFsbGVuZ2UiOiAieCIsICJzb2x1dGlvbiI6IFtdfQ==", "A" * 100_000]
)
def test_what_is_no_proof_is_refused(text):
    assert read_proof(text, key=KEY, now=NOW) is None
