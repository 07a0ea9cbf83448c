"""How much is booked, and waited for, from one place within an hour."""

import datetime as dt

from django.conf import settings

from appointments.rules import proof_failed, too_many_here, too_many_unproven
from citemetiers.kernel import limits
from citemetiers.kernel.limits import Limits


def challenge_for(address: str, *, now: dt.datetime) -> str:
    """A challenge for a visitor at this address: harder, not refused, where many booked within the hour."""
    return limits.challenge_for(address, limits=_limits(), now=now)


def check_act(*, text: str, act: str, address: str, network_id: int, now: dt.datetime) -> None:
    """Let one act pass for one proof, or for one of the few that a network gives without.

    The same act with the same proof passes again a few times: somebody pressed the button twice. Raises ProofError.
    """
    limits.check_act(text=text, act=act, address=address, network_id=network_id, limits=_limits(), now=now)


def _limits() -> Limits:
    return Limits(
        kind="booking",
        a_place=settings.PORTAL_BOOKINGS_A_PLACE,
        without_proof=settings.PORTAL_BOOKINGS_WITHOUT_PROOF,
        proof_failed=proof_failed,
        too_many_here=too_many_here,
        too_many_unproven=too_many_unproven,
    )
