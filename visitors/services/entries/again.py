"""One's own entries, as long as one may correct them: the last ten, and one as it was sent."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from sites.models import Site, Theme, User
from visitors import rules
from visitors.enums import NOT_ASKED, NOT_SAID, TALLY_OF_ENTRY, EntryKind
from visitors.models import Contact, EntryAuthor, Tally
from visitors.services.entries.keeping import NotCorrectableError, keep_entry
from visitors.services.entries.operations import Operation
from visitors.services.entries.words import VOCABULARIES

KINDS = {tally: entry for entry, tally in TALLY_OF_ENTRY.items()}


@dataclass(frozen=True)
class Logged:
    """An entry that its author sees again: a contact, or one more of a count."""

    edition: int
    row: "Contact | Tally"

    @property
    def key(self) -> UUID:
        """What the device knows it by."""
        return self.row.pk

    @property
    def kind(self) -> str:
        """In the words of the device."""
        return KINDS[self.row.kind] if isinstance(self.row, Tally) else EntryKind.CONTACT.value

    @property
    def contact(self) -> Contact | None:
        """The contact, if it is one."""
        return self.row if isinstance(self.row, Contact) else None

    @property
    def site(self) -> Site:
        """Where it was."""
        return self.row.site

    @property
    def day(self) -> dt.date:
        """When it was."""
        return self.row.day

    @property
    def half_day(self) -> str:
        """The finest time that is known of it."""
        return self.row.half_day

    @property
    def half_day_label(self) -> str:
        """The half-day in the reader's language."""
        return self.row.get_half_day_display()

    @property
    def people(self) -> int:
        """How many people it counts."""
        return self.row.number if isinstance(self.row, Tally) else self.row.headcount

    @property
    def themes(self) -> list[Theme]:
        """What it was about, in the order of the tiles."""
        if isinstance(self.row, Tally):
            return []
        return sorted(self.row.themes.all(), key=lambda theme: (theme.position, theme.pk))

    @property
    def way_label(self) -> str:
        """The way of service of a contact, or what was counted."""
        if isinstance(self.row, Tally):
            return str(EntryKind(self.kind).label)
        return self.row.get_way_display()

    @property
    def sent(self) -> dict[str, Any]:
        """The entry as a device would send it, in its present edition."""
        row = self.row
        found = {
            "key": str(row.pk),
            "edition": self.edition,
            "kind": self.kind,
            "site": row.site.slug,
            "day": row.day.isoformat(),
            "half_day": row.half_day,
        }
        if isinstance(row, Tally):
            return found
        return found | {
            "way": row.way,
            "themes": [theme.code for theme in self.themes],
            "language": row.language,
            "headcount": row.headcount,
            "duration": row.duration,
            "gender": row.gender,
            "age_band": row.age_band,
            "first_visit": row.first_visit,
            "referred_to": row.referred_to.slug if row.referred_to else NOT_ASKED,
            **{name: _code(row, name) for name in VOCABULARIES},
        }


def newest_entries(*, by: User, now: dt.datetime, number: int) -> list[Logged]:
    """What a person logged last and may still correct, the newest first. Nobody else is ever shown it."""
    rows = EntryAuthor.objects.newest_of(by, since=_since(now))
    return _with_rows(dict(rows.values_list("pk", "edition")[:number]))


def own_entry(*, key: UUID, by: User, now: dt.datetime) -> Logged:
    """One entry that its author may still correct. Raises NotCorrectableError for anybody else, and later."""
    rows = EntryAuthor.objects.newest_of(by, since=_since(now)).filter(pk=key)
    found = _with_rows(dict(rows.values_list("pk", "edition")))
    if not found:
        raise NotCorrectableError(
            _("Only the person who logged a contact can correct or undo it, and only for a few days.")
        )
    return found[0]


def _since(now: dt.datetime) -> dt.date:
    return rules.window_opens_on(today=timezone.localdate(now))


def _with_rows(editions: Mapping[UUID, int]) -> list[Logged]:
    keys = list(editions)
    contacts: Sequence[Contact] = Contact.objects.in_order_of(keys)
    tallies = Tally.objects.filter(pk__in=keys).select_related("site") if len(contacts) < len(keys) else ()
    found: dict[UUID, Contact | Tally] = {row.pk: row for row in (*contacts, *tallies)}
    return [Logged(edition, found[key]) for key, edition in editions.items() if key in found]


def _code(contact: Contact, name: str) -> str:
    if getattr(contact, f"is_{name}_unsaid"):
        return NOT_SAID
    word = getattr(contact, name)
    return word.code if word else NOT_ASKED


def undo_entry(*, key: UUID, by: User, now: dt.datetime) -> None:
    """Take one's own entry back, as if it had never been made. What is gone already changes nothing and is no error."""
    try:
        entry = own_entry(key=key, by=by, now=now)
    except NotCorrectableError:
        if Contact.objects.filter(pk=key).exists() or Tally.objects.filter(pk=key).exists():
            raise
        return
    undone = entry.sent | {"edition": entry.edition + 1, "undone": True}
    keep_entry(operation=Operation.read(undone), by=by, now=now)
