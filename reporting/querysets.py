import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from reporting.models import PublishedFigure  # noqa: F401  named in the annotation below


class PublishedFigureQuerySet(models.QuerySet["PublishedFigure"]):
    def within(self, first: dt.date, until: dt.date) -> Self:
        """Figures whose months touch the half-open period [first, until)."""
        return self.filter(first_month__lt=until, last_month__gte=first)

    def for_places(self, *, sites: Iterable[int], networks: Iterable[int]) -> Self:
        """Figures of these sites, and of these networks as a whole, by primary key."""
        return self.filter(Q(site__in=sites) | Q(network__in=networks))

    def for_reading(self) -> Self:
        """Networks, sites, former organisations; latest period first, each total after its lines."""
        # The two databases disagree on where an empty value sorts.
        scope = (F("network__slug").asc(nulls_last=True), F("site__slug").asc(nulls_last=True), "scope_note")
        return self.select_related("site", "network").order_by(*scope, "-first_month", "is_total", "pk")
