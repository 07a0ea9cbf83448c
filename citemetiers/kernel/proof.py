"""Proof of work (ALTCHA 2): a browser computes a little before it sends a form, so nobody is asked who they are. Pure.

The work is bounded: the counter to find is drawn below ``tries``, so that it takes about as long on each visit.
"""

import datetime as dt
import json
import secrets
from typing import NamedTuple

from altcha import Challenge, Payload, create_challenge, solve_challenge, verify_solution

ALGORITHM = "PBKDF2/SHA-256"
# One try costs the server less than a third of a millisecond, a telephone one or two.
ROUNDS = 1000
LASTS = dt.timedelta(hours=1)
LONGEST = 4096


class Proof(NamedTuple):
    """Work that was done: the number of its challenge, and until when it may be handed in."""

    nonce: str
    expires_at: dt.datetime


def new_challenge(*, key: bytes, tries: int, now: dt.datetime) -> str:
    """A signed challenge as JSON: it takes half of ``tries`` to all of them."""
    least = tries // 2
    counter = least + secrets.randbelow(tries - least)
    made = create_challenge(ALGORITHM, ROUNDS, counter=counter, expires_at=now + LASTS, hmac_secret=key)
    return json.dumps(made.to_dict(), separators=(",", ":"))


def read_proof(text: str, *, key: bytes, now: dt.datetime) -> Proof | None:
    """The work that a browser handed in; none when it is wrong, of another key or too old."""
    if len(text) > LONGEST or not verify_solution(text, key).verified:
        return None
    asked = Payload.from_base64(text).challenge.parameters
    expires_at = dt.datetime.fromtimestamp(asked.expires_at or 0, tz=dt.UTC)
    return Proof(asked.nonce, expires_at) if now < expires_at else None


def solve(challenge: str) -> str:
    """What the browser does, for benchmarks and tests."""
    asked = Challenge.from_dict(json.loads(challenge))
    found = solve_challenge(asked)
    if found is None:
        raise ValueError("No solution in time")
    return Payload(asked, found).to_base64()
