import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from visitors.models import Contact, Visitor  # noqa: F401  named in the annotations below


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
