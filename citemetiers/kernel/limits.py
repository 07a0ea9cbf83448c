"""Limits against hoarding without an identity: work for each form, and counters that forget within the hour.

Only the shared cache knows them. A counter is named by a keyed hash of the address; the key is drawn anew each day
and stands nowhere else, so that no address can be recognised later.
"""

import datetime as dt
import hmac
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from citemetiers.kernel import proof
from citemetiers.kernel.errors import DomainError

WINDOW_SECONDS = 3600
DAY_SECONDS = 24 * WINDOW_SECONDS
HOUSEHOLD_PREFIX = 64
# Each so many acts from one place within the hour, the work grows by as much as it began with.
STEP = 5
# A button is pressed twice, and sometimes once more; whoever goes to and fro between two acts pays again.
MOST_AGAIN = 2
# One place gets this part of what a network gives without proof: the rest is for others.
SHARES = 3


@dataclass(frozen=True)
class Limits:
    """How much of one kind of act passes within an hour, and the sentences for whoever sends more.

    Each kind counts for itself: whoever answered a survey can book as before.
    """

    kind: str
    a_place: int
    without_proof: int
    proof_failed: Callable[[], DomainError]
    too_many_here: Callable[[], DomainError]
    too_many_unproven: Callable[[], DomainError]


def challenge_for(address: str, *, limits: Limits, now: dt.datetime) -> str:
    """A challenge for a visitor at this address: harder, not refused, where many acted within the hour."""
    done = cache.get(_place_key(address, limits=limits, now=now), 0)
    steps = min(done, limits.a_place) // STEP
    return proof.new_challenge(key=_signing_key(), tries=settings.PORTAL_PROOF_TRIES * (1 + steps), now=now)


def check_act(*, text: str, act: str, address: str, network_id: int, limits: Limits, now: dt.datetime) -> None:  # noqa: PLR0913  all of it is asked
    """Let one act pass for one proof, or for one of the few that a network gives without.

    The same act with the same proof passes again, MOST_AGAIN times: somebody pressed the button twice. Raises an
    error of the limits.
    """
    done = proof.read_proof(text, key=_signing_key(), now=now) if text else None
    if text and done is None:
        raise limits.proof_failed()
    if done is not None and not _is_new(done, act=act, limits=limits, now=now):
        return
    if _count(_place_key(address, limits=limits, now=now)) > limits.a_place:
        raise limits.too_many_here()
    if done is None:
        _check_unproven(address=address, network_id=network_id, limits=limits, now=now)


def client_address(request: HttpRequest) -> str:
    """Where the request came from, as our own proxies say it; never stored."""
    count = settings.TRUSTED_PROXY_COUNT
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if 0 < count <= len(forwarded):
        return forwarded[-count]
    return str(request.META.get("REMOTE_ADDR", ""))


def _check_unproven(*, address: str, network_id: int, limits: Limits, now: dt.datetime) -> None:
    """Hold back whoever acts without proof, once the network has given enough, or this place has had its share."""
    most = limits.without_proof
    share = max(1, most // SHARES)
    if _count(f"unproven-{_place_key(address, limits=limits, now=now)}") > share:
        raise limits.too_many_unproven()
    if _count(f"unproven:{limits.kind}:{network_id}:{_hour(now)}") > most:
        raise limits.too_many_unproven()


def _is_new(done: proof.Proof, *, act: str, limits: Limits, now: dt.datetime) -> bool:
    """Whether this proof is used for the first time. Raises when it paid for something else before."""
    key, seconds = f"proof:{done.nonce}", int((done.expires_at - now).total_seconds()) + 1
    mark = _keyed(act)
    if cache.add(key, mark, timeout=seconds):
        return True
    if cache.get(key) != mark or _count(f"{key}:again") > MOST_AGAIN:
        raise limits.proof_failed()
    return False


def _count(key: str) -> int:
    cache.add(key, 0, timeout=WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # the hour ended between the two
        return 1


def _place_key(address: str, *, limits: Limits, now: dt.datetime) -> str:
    return f"place:{limits.kind}:{_keyed(_place_of(address))}:{_hour(now)}"


def _place_of(address: str) -> str:
    """A household has one IPv4 address or one IPv6 network; what is no address is one place."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, HOUSEHOLD_PREFIX), strict=False))
    return str(found)


def _keyed(text: str) -> str:
    salt = cache.get_or_set("place-salt", secrets.token_hex, timeout=DAY_SECONDS)
    return hmac.digest(str(salt).encode(), text.encode(), "sha256").hex()


def _signing_key() -> bytes:
    return salted_hmac("kernel.limits", "challenge", algorithm="sha256").digest()


def _hour(now: dt.datetime) -> int:
    return int(now.timestamp()) // WINDOW_SECONDS
