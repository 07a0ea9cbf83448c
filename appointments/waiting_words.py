"""How long a wait is, in words: the same for the kiosk, the phone, the desk, the display and the live board."""

from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

STEP = 5
LONGEST = 120


class Range(Protocol):
    """What an estimate promises: between so many minutes and so many."""

    @property
    def low(self) -> int: ...

    @property
    def high(self) -> int: ...


def words_of(estimate: Range | None) -> str:
    """Say a wait the way people do, to five minutes: never more exact than it can be."""
    if estimate is None:
        return pgettext("wait", "not known")
    return words_between(estimate.low, estimate.high)


def words_between(low: int, high: int) -> str:
    """Say a wait from its two ends in minutes; the lower end is rounded down and the upper end up."""
    first, last = low // STEP * STEP, -(-high // STEP) * STEP
    if high <= 0:
        return pgettext("wait", "no wait")
    if low >= LONGEST:
        return _("more than 2 h")
    if not first:
        return _("up to %(minutes)d min") % {"minutes": last}
    if first == last:
        return _("about %(minutes)d min") % {"minutes": first}
    return _("about %(first)d–%(last)d min") % {"first": first, "last": last}
