import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from visitors.models import (  # noqa: F401  named in the annotations below
        Contact,
        DoorReading,
        EntryAuthor,
        MonthCube,
        Tally,
        Visitor,
    )


class VisitorQuerySet(models.QuerySet["Visitor"]):
    def due_for_erasure(self, *, today: dt.date) -> Self:
        """Visitors whose last day has come."""
        return self.filter(erase_on__lte=today)


class CountedQuerySet(models.QuerySet[Any]):
    """Rows of a site and a day."""

    def at(self, site: Any) -> Self:
        """What was done at one site."""
        return self.filter(site=site)

    def within(self, first: dt.date, until: dt.date) -> Self:
        """What was done in the half-open period [first, until)."""
        return self.filter(day__gte=first, day__lt=until)

    def on(self, day: dt.date) -> Self:
        """What was done on one day."""
        return self.filter(day=day)


class ContactQuerySet(CountedQuerySet):
    def in_order_of(self, keys: Sequence[UUID]) -> list["Contact"]:
        """The contacts with these keys, in the order of the keys, with their site, themes and details at hand."""
        details = ("audience", "status", "education", "territory", "how_heard", "referred_to")
        found = self.select_related("site", *details).prefetch_related("themes").in_bulk(keys)
        return [found[key] for key in keys if key in found]


class TallyQuerySet(CountedQuerySet):
    def of_kind(self, *kinds: str) -> Self:
        """Counts of these kinds."""
        return self.filter(kind__in=kinds)


class DoorReadingQuerySet(CountedQuerySet):
    pass


class MonthCubeQuerySet(models.QuerySet["MonthCube"]):
    def within(self, first: dt.date, until: dt.date) -> Self:
        """Cells of the months that begin in the half-open period [first, until)."""
        return self.filter(month__gte=first, month__lt=until)


class EntryAuthorQuerySet(models.QuerySet["EntryAuthor"]):
    def of_days_before(self, day: dt.date) -> Self:
        """Authors of entries whose correction window is closed: their day lies before this one."""
        return self.filter(day__lt=day)

    def about(self, keys: Collection[UUID], *, by: Any) -> Self:
        """What is known of these entries, and beside it the newest entry of a person: the next one comes after it."""
        newest = self.model._default_manager.filter(author=by).order_by("-position", "entry_key").values("pk")[:1]
        # Equal to one, not among some: both sides of the “or” are then found by an index.
        return self.filter(models.Q(pk__in=keys) | models.Q(pk=models.Subquery(newest))).order_by("entry_key")

    def newest_of(self, person: Any, *, since: dt.date) -> Self:
        """What a person entered for the days since one, the newest first; what was undone is left out."""
        return self.filter(author=person, day__gte=since, is_undone=False).order_by("-position", "entry_key")
