"""The anonymous log: one record an act of service, and its author kept apart for as long as it can be undone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sites.models import Audience, Site, Theme, User
from visitors import rules
from visitors.enums import AgeBand, Answer, DurationBand, Gender, HalfDay, Way
from visitors.models import Contact, ContactAuthor, ContactTheme


class NotUndoableError(rules.VisitorsError):
    """Somebody else logged the contact, or its author is no longer known."""


@dataclass(frozen=True)
class Details:
    """What came up by itself; each is “not asked” unless it did."""

    audience: Audience | None = None
    is_audience_unsaid: bool = False
    gender: str = Gender.NOT_ASKED
    age_band: str = AgeBand.NOT_ASKED
    first_visit: str = Answer.NOT_ASKED


NO_DETAILS = Details()


def log_contact(  # noqa: PLR0913  each is an answer of the record
    *,
    key: UUID,
    site: Site,
    day: dt.date,
    half_day: HalfDay,
    way: Way,
    themes: Sequence[Theme],
    language: str,
    headcount: int = 1,
    duration: DurationBand = DurationBand.FROM_15,
    details: Details = NO_DETAILS,
    by: User,
    now: dt.datetime,
) -> Contact:
    """Write one contact under its random key; the same key again is the same contact, counted once.

    The row holds no author and no moment: those lie apart until the correction window closes.
    """
    known = Contact.objects.filter(pk=key).first()
    if known is not None:
        return known
    rules.check_works_at(by=by, site=site)
    rules.check_day(day, site=site, now=now)
    rules.check_themes(themes)
    rules.check_party(headcount)
    contact = Contact(
        pk=key,
        site=site,
        day=day,
        half_day=half_day,
        way=way,
        language=language,
        headcount=headcount,
        duration=duration,
        **vars(details),
    )
    return _write(contact, themes=themes, by=by, now=now)


def undo_contact(*, key: UUID, by: User, now: dt.datetime) -> None:
    """Take a contact back, as if it had never been logged; only its author can, within the window.

    Undoing what is already gone changes nothing and is no error.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        mine = ContactAuthor.objects.newest_of(by, since=rules.window_opens_at(today=today)).filter(pk=key)
        author = mine.select_for_update(of=("self",)).first()
        if author is None and Contact.objects.filter(pk=key).exists():
            raise NotUndoableError(_("Only the person who logged a contact can undo it, and only for a few days."))
        if author is not None:
            author.delete()
            Contact.objects.filter(pk=key).delete()


def purge_contact_authors(*, today: dt.date) -> int:
    """Forget who logged the contacts that can no longer be corrected; says how many were forgotten."""
    closed = ContactAuthor.objects.written_before(rules.window_opens_at(today=today))
    forgotten, _by_model = closed.delete()
    return forgotten


def _write(contact: Contact, *, themes: Sequence[Theme], by: User, now: dt.datetime) -> Contact:
    try:
        with transaction.atomic():
            contact.save(force_insert=True)
            ContactTheme.objects.bulk_create(ContactTheme(contact=contact, theme=theme) for theme in set(themes))
            ContactAuthor.objects.create(contact_key=contact.pk, author=by, written_at=now)
    except IntegrityError:
        # The same key came twice at once and the other one wrote it. Any other refusal is ours to hear of.
        known = Contact.objects.filter(pk=contact.pk).first()
        if known is None:
            raise
        return known
    return contact
