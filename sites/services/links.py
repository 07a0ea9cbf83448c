"""Whether the links of the catalogue still lead somewhere."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sites.enums import LinkState
from sites.link_checks import Outcome, look_at
from sites.models import Resource

BATCH = 200
# Below the time limit of a task: what is left waits for the next turn.
LONGEST_TURN = 180
PAUSE = 2.0
# A page that is said to be gone is gone. Silence, a crash or a name that is not found may be over tomorrow.
FAILURES_UNTIL_BROKEN = 2


@dataclass
class Manners:
    """Asks one page at a time, and the same host not twice within a pause."""

    look: Callable[[str], Outcome] = look_at
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    asked_at: dict[str, float] = field(default_factory=dict)

    def ask(self, url: str) -> Outcome:
        """Look at a link once its host has had a rest."""
        host = urlsplit(url).netloc
        wait = self.asked_at.get(host, self.clock() - PAUSE) + PAUSE - self.clock()
        if wait > 0:
            self.sleep(wait)
        outcome = self.look(url)
        self.asked_at[host] = self.clock()
        return outcome


def check_links(*, now: dt.datetime, manners: Manners) -> int:
    """Look at the links that are due and keep what was found; tells how many were looked at.

    A link is taken before it is looked at: one that hangs or kills the worker does not come first again tonight.
    """
    ends_at = manners.clock() + LONGEST_TURN
    looked_at = 0
    for resource in Resource.objects.due_for_look(now=now)[:BATCH]:
        if manners.clock() >= ends_at:
            break
        # Between two turns at once, or when staff have given another link meanwhile, nothing is taken or written.
        mine = Resource.objects.filter(pk=resource.pk, url=resource.url)
        if mine.filter(link_checked_at=resource.link_checked_at).update(link_checked_at=now):
            outcome = manners.ask(resource.url)
            state, failures = _after(outcome, resource)
            mine.update(link_state=state, link_failures=failures)
            looked_at += 1
    return looked_at


def _after(outcome: Outcome, resource: Resource) -> tuple[str, int]:
    if outcome is Outcome.WORKS:
        return LinkState.WORKS, 0
    # As far as the count is kept: its only use is to know one failure from several.
    failures = min(resource.link_failures + 1, FAILURES_UNTIL_BROKEN)
    is_broken = outcome is Outcome.GONE or failures >= FAILURES_UNTIL_BROKEN
    return (LinkState.BROKEN if is_broken else resource.link_state), failures
