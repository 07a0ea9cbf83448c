"""When an entry can no longer be corrected, its author is forgotten, and so is the order in which it was written.

Until then a key stands beside an author, and the place on the disk follows the order of writing. Sealing writes the
same rows anew, in an order drawn at random, under other keys: what an author table of the past may have told leads
nowhere any more.
"""

import datetime as dt
import random
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models, transaction

from visitors.models import Contact, ContactTheme, EntryAuthor, Tally, TallyMargin
from visitors.services.windows import corrected_until

# As many keys as any database takes in one statement.
MANY = 500
# An order that nobody can work out from the rows written before.
ANY_ORDER = random.SystemRandom()


@transaction.atomic
def seal_entries(*, now: dt.datetime) -> int:
    """Forget who made the entries that no site corrects any more, and write these anew in random order and keys.

    Nothing but their keys and places changes; what was undone is forgotten, too. Says how many entries were sealed.
    Whoever comes second waits, and finds nothing to do.
    """
    past = EntryAuthor.objects.of_days_before(corrected_until(now=now)).order_by("pk")
    # Their keys are taken once: an entry that comes meanwhile is none of them, and is not touched.
    keys = list(past.select_for_update(of=("self",)).values_list("pk", flat=True))
    sealed = _rewrite(Contact, ContactTheme, "contact", keys) + _rewrite(Tally, TallyMargin, "tally", keys)
    for some in _some_of(keys):
        EntryAuthor.objects.filter(pk__in=some).delete()
    return sealed


def _rewrite(model: type[models.Model], part: type[models.Model], link: str, keys: Sequence[uuid.UUID]) -> int:
    """Delete the rows with these keys and write them again, with their parts, as if in one moment."""
    rows = list(_found(model, "pk", keys))
    parts = list(_found(part, link, [row.pk for row in rows]))
    # Whoever corrects a row holds its author, and so do we: nothing changes between reading and writing.
    for some in _some_of([row.pk for row in rows]):
        part._default_manager.filter(**{f"{link}__in": some}).delete()
        model._default_manager.filter(pk__in=some).delete()
    fresh: dict[Any, uuid.UUID] = defaultdict(uuid.uuid4)
    for one in parts:
        one.pk = uuid.uuid4()
        setattr(one, f"{link}_id", fresh[getattr(one, f"{link}_id")])
    for row in rows:
        row.pk = fresh[row.pk]
    for written in (rows, parts):
        ANY_ORDER.shuffle(written)
    model._default_manager.bulk_create(rows)
    part._default_manager.bulk_create(parts)
    return len(rows)


def _found(model: type[models.Model], column: str, keys: Sequence[uuid.UUID]) -> Iterator[Any]:
    for some in _some_of(keys):
        yield from model._default_manager.filter(**{f"{column}__in": some}).order_by("pk")


def _some_of(keys: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(keys), MANY):
        yield keys[start : start + MANY]
