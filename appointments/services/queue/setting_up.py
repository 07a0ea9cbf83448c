"""Whether a site gives numbers, and what they begin with."""

from appointments.models import SiteQueue
from sites.models import User


def set_up_queue(*, queue: SiteQueue, is_used: bool, letter: str, by: User) -> SiteQueue:  # noqa: ARG001  every act of staff names its actor
    """Say whether visitors take a number, and with which letter it begins; tickets of today change their letter too."""
    queue.is_used, queue.letter = is_used, letter
    queue.full_clean(exclude=["screen_key"])
    queue.save(update_fields=["is_used", "letter"])
    return queue
