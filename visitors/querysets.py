import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from visitors.models import Contact, ContactAuthor, Visitor  # noqa: F401  named in the annotations below


class VisitorQuerySet(models.QuerySet["Visitor"]):
    def due_for_erasure(self, *, today: dt.date) -> Self:
        """Visitors whose last day has come."""
        return self.filter(erase_on__lte=today)


class ContactQuerySet(models.QuerySet["Contact"]):
    def at(self, site: Any) -> Self:
        """Contacts of one site."""
        return self.filter(site=site)

    def within(self, first: dt.date, until: dt.date) -> Self:
        """Contacts of the half-open period [first, until)."""
        return self.filter(day__gte=first, day__lt=until)

    def on(self, day: dt.date) -> Self:
        """Contacts of one day."""
        return self.filter(day=day)

    def in_order_of(self, keys: Sequence[UUID]) -> list["Contact"]:
        """The contacts with these keys, in the order of the keys, with their site and themes at hand."""
        found = self.select_related("site").prefetch_related("themes").in_bulk(keys)
        return [found[key] for key in keys if key in found]


class ContactAuthorQuerySet(models.QuerySet["ContactAuthor"]):
    def written_before(self, moment: dt.datetime) -> Self:
        """Authors kept for too long: their correction window closed at this moment."""
        return self.filter(written_at__lt=moment)

    def newest_of(self, person: Any, *, since: dt.datetime) -> Self:
        """What a person wrote since a moment, the newest first."""
        return self.filter(author=person, written_at__gte=since).order_by("-written_at", "contact_key")
