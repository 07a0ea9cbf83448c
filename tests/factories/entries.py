"""What a device sends, and what comes of it."""

import datetime as dt
import uuid
from typing import Any

from sites.models import Site, User
from tests.factories.contacts import DAY, NOW
from visitors.models import Contact, ContactTheme, EntryAuthor, Tally
from visitors.services.entries import Operation, keep_entry


def sent(site: Site, **changes: Any) -> dict[str, Any]:
    """A contact about training, as a device sends it; other answers by their name."""
    entry = {
        "key": str(uuid.uuid4()),
        "edition": 1,
        "kind": "contact",
        "site": site.slug,
        "day": DAY.isoformat(),
        "half_day": "MORNING",
        "way": "WALK_IN",
        "themes": ["train"],
        "language": "fr",
        "headcount": 1,
        "duration": "FROM_15",
    }
    return entry | changes


def operation(site: Site, **changes: Any) -> Operation:
    """The same, read."""
    return Operation.read(sent(site, **changes))


def log(site: Site, by: User, *, now: dt.datetime = NOW, **changes: Any) -> Contact:
    """Keep it, and give the contact that it became."""
    one = operation(site, **changes)
    keep_entry(operation=one, by=by, now=now)
    return Contact.objects.get(pk=one.key)


def rows() -> tuple[int, int, int, int]:
    """How many contacts, themes of contacts, counts and authors there are."""
    return Contact.objects.count(), ContactTheme.objects.count(), Tally.objects.count(), EntryAuthor.objects.count()
