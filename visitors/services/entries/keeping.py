"""Entries are kept under their random key, in the state of their highest edition, each whole or not at all.

The same operation again, one that comes late, and answers that were lost change nothing (docs/adr/0025).
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from sites.models import User
from visitors import rules
from visitors.models import Contact, ContactTheme, EntryAuthor, Tally
from visitors.services.entries.drafts import Draft, draft, site_of
from visitors.services.entries.operations import Answer, Operation
from visitors.services.entries.words import Words, day_of

logger = logging.getLogger(__name__)
Task = tuple[Operation, "Draft | rules.VisitorsError"]
TRIES = 3


class NotCorrectableError(rules.VisitorsError):
    """Somebody else logged the entry, or its author is no longer known."""


class UnkeptError(rules.VisitorsError):
    """The database refused a row that no rule had refused."""


def keep_entries(*, operations: Sequence[Operation], by: User, now: dt.datetime) -> list[Answer]:
    """Keep what was sent, and answer each operation in its order; one that is refused harms no other.

    An entry belongs to whoever sends it first. Only that person corrects it or takes it back, while its window is open.
    """
    words = Words.of(operations, by=by, now=now)
    tasks = [(operation, _prepared(operation, words=words, now=now)) for operation in operations]
    for _try in range(TRIES - 1):
        try:
            return _keep(tasks, words=words, by=by)
        except IntegrityError:
            continue  # the same entry was sent twice at once, and the other one was faster: look again
    return [_keep_alone(task, words=words, by=by) for task in tasks]


def keep_entry(*, operation: Operation, by: User, now: dt.datetime) -> None:
    """Keep one operation. Raises VisitorsError where it is refused; nothing was written then."""
    (answer,) = keep_entries(operations=[operation], by=by, now=now)
    if answer.refusal is not None:
        raise answer.refusal


def _prepared(operation: Operation, *, words: Words, now: dt.datetime) -> "Draft | rules.VisitorsError":
    try:
        return _undoing(operation, words=words) if operation.is_undone else draft(operation, words=words, now=now)
    except rules.VisitorsError as error:
        return error


def _undoing(operation: Operation, *, words: Words) -> Draft:
    """An entry that leaves nothing but the number of its edition, for as long as a copy of it could still arrive."""
    today = words.today_at(site_of(operation, words=words).slug)
    return Draft(min(day_of(operation.day) or today, today))


def _keep_alone(task: Task, *, words: Words, by: User) -> Answer:
    for _try in range(TRIES):
        try:
            return _keep([task], words=words, by=by)[0]
        except IntegrityError:
            continue
    logger.error("The database refused an entry that every rule allows")
    return Answer(UnkeptError(_("This could not be kept. Look at each answer, then log it again.")))


def _keep(tasks: Sequence[Task], *, words: Words, by: User) -> list[Answer]:
    keys = {operation.key for operation, _prepared in tasks}
    # Copies of an entry that arrive at once wait here for one another; on SQLite they waited at the beginning.
    with transaction.atomic():
        known = {row.pk: row for row in EntryAuthor.objects.about(keys, by=by).select_for_update(of=("self",))}
        page = _Page(by=by, words=words, known=known, tasks=tasks)
        answers = [page.take(operation, prepared) for operation, prepared in tasks]
        page.write()
    return answers


@dataclass
class _Page:
    """What is known of the entries of one request, and what it changes."""

    by: User
    words: Words
    known: dict[UUID, EntryAuthor]
    tasks: Iterable[Task]
    fresh: dict[UUID, EntryAuthor] = field(default_factory=dict)
    drafts: dict[UUID, Draft] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = [row.position for row in self.known.values() if row.author_id == self.by.pk]
        self.position = max(own, default=0)
        to_change = [
            operation.key
            for operation, _prepared in self.tasks
            if operation.key in self.known and operation.edition > self.known[operation.key].edition
        ]
        self.there = _there(to_change) if to_change else set()

    def take(self, operation: Operation, prepared: "Draft | rules.VisitorsError") -> Answer:
        """Decide on one operation as if those before it were written."""
        state = self.known.get(operation.key)
        if state is not None and operation.edition <= state.edition:
            return Answer()
        if state is not None and (refusal := self._refusal_to_change(operation, state)):
            return Answer(refusal)
        if isinstance(prepared, rules.VisitorsError):
            if not (operation.is_undone and state is not None):
                return Answer(prepared)
            prepared = Draft(state.day)  # its author may take it back, wherever they work by now
        if state is None and operation.is_undone and prepared.day < self._opens_on(operation):
            return Answer()  # no copy of it would be counted any more
        self._change(operation, prepared, state)
        return Answer()

    def _opens_on(self, operation: Operation) -> dt.date:
        return rules.window_opens_on(today=self.words.today_at(operation.site))

    def _refusal_to_change(self, operation: Operation, state: EntryAuthor) -> "rules.VisitorsError | None":
        is_mine = state.author_id == self.by.pk and state.day >= self._opens_on(operation)
        # An entry whose key was drawn anew is nobody's any more.
        is_there = state.is_undone or state.pk in self.there or state.pk in self.drafts
        if is_mine and is_there:
            return None
        return NotCorrectableError(
            _("Only the person who logged a contact can correct or undo it, and only for a few days.")
        )

    def _change(self, operation: Operation, prepared: Draft, state: "EntryAuthor | None") -> None:
        if state is None:
            self.position += 1
            state = EntryAuthor(entry_key=operation.key, author=self.by, day=prepared.day, position=self.position)
            self.known[state.pk] = self.fresh[state.pk] = state
        state.edition, state.is_undone = operation.edition, operation.is_undone
        # Remembered for as long as any edition could still arrive late.
        state.day = max(state.day, prepared.day)
        self.drafts[state.pk] = prepared

    def write(self) -> None:
        """Write what was decided, a statement a table, in the order of the keys: two requests never wait in a ring."""
        keys = sorted(self.drafts)
        changed = [self.known[key] for key in keys if key not in self.fresh]
        EntryAuthor.objects.bulk_create(self.fresh[key] for key in keys if key in self.fresh)
        if changed:
            EntryAuthor.objects.bulk_update(changed, ["edition", "is_undone", "day"])
            replaced = [row.pk for row in changed if row.pk in self.there]
            Contact.objects.filter(pk__in=replaced).delete()
            Tally.objects.filter(pk__in=replaced).delete()
        drafts = [self.drafts[key] for key in keys]
        Contact.objects.bulk_create(one.contact for one in drafts if one.contact)
        ContactTheme.objects.bulk_create(theme for one in drafts for theme in one.themes)
        Tally.objects.bulk_create(one.tally for one in drafts if one.tally)


def _there(keys: Sequence[UUID]) -> set[UUID]:
    tables: tuple[Callable[..., models.QuerySet[Any]], ...] = (Contact.objects.filter, Tally.objects.filter)
    return {key for table in tables for key in table(pk__in=keys).values_list("pk", flat=True)}
