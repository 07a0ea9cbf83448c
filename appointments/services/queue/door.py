"""What only those at the door have: the code on the display, and the key of the screens."""

import datetime as dt

from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from appointments.models import SiteQueue
from appointments.queue_rules import DoorCodeError
from appointments.services.queue.numbers import new_screen_key
from citemetiers.kernel.codes import REFERENCE_ALPHABET, REFERENCE_LENGTH
from sites.models import User

MINUTE = 60
# Whoever scans the code reads the page and chooses: the code just gone, and the one before, are still right.
MINUTES_BEFORE = 2
# A family takes as many at once. Who photographs the code and passes it on empties no queue of a whole town.
TICKETS_A_CODE = 3


def door_code(queue: SiteQueue, *, now: dt.datetime) -> str:
    """The code of this minute, which the display shows: six signs that are easy to say."""
    return _code_of(queue, _minute(now))


def is_door_code(queue: SiteQueue, code: str, *, now: dt.datetime) -> bool:
    """Whether a code was on the display this minute, or in one of the two before; a queue never used shows none."""
    if not queue.screen_key:
        return False
    given, minute = code.strip().upper(), _minute(now)
    found = [constant_time_compare(given, _code_of(queue, minute - ago)) for ago in range(MINUTES_BEFORE + 1)]
    return any(found)


def count_door_code(queue: SiteQueue, code: str) -> None:
    """Count a ticket taken with a code. Raises DoorCodeError for one more than a code gives."""
    key = f"door-{queue.pk}-{code.strip().upper()}"
    cache.add(key, 0, timeout=MINUTE * (MINUTES_BEFORE + 2))
    try:
        taken = cache.incr(key)
    except ValueError:  # its time ended between the two
        taken = 1
    if taken > TICKETS_A_CODE:
        raise DoorCodeError(_("Enough tickets were taken with this code. Scan the new one on the screen in a minute."))


def sign_screen(queue: SiteQueue) -> str:
    """What an enrolled screen keeps: proof that it was given the key, worth nothing once the key is renewed."""
    return salted_hmac("appointments.queue.screen", queue.screen_key, algorithm="sha256").hexdigest()


def is_screen(queue: SiteQueue, value: str) -> bool:
    """Whether a screen was enrolled with the key of today."""
    return constant_time_compare(value, sign_screen(queue))


def renew_screen_key(*, queue: SiteQueue, by: User) -> SiteQueue:  # noqa: ARG001  every act of staff names its actor
    """Give the site another key: every kiosk and display must be enrolled again, and the code at the door changes."""
    queue.screen_key = new_screen_key()
    queue.save(update_fields=["screen_key"])
    return queue


def _minute(now: dt.datetime) -> int:
    return int(now.timestamp()) // MINUTE


def _code_of(queue: SiteQueue, minute: int) -> str:
    digest = salted_hmac("appointments.queue.door", f"{queue.screen_key} {minute}", algorithm="sha256").digest()
    return "".join(REFERENCE_ALPHABET[byte % len(REFERENCE_ALPHABET)] for byte in digest[:REFERENCE_LENGTH])
