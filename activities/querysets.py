import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import OuterRef, Subquery

if TYPE_CHECKING:
    from activities.models import OpenDay, Release, Session  # noqa: F401  named in the annotations below


class OpenDayQuerySet(models.QuerySet["OpenDay"]):
    def upcoming(self, *, today: dt.date) -> Self:
        """Open days of today or later, the next one first."""
        return self.filter(day__gte=today).order_by("day", "pk")

    def past(self, *, today: dt.date) -> Self:
        """Open days before today, the last one first."""
        return self.filter(day__lt=today).order_by("-day", "pk")


class SessionQuerySet(models.QuerySet["Session"]):
    def in_order(self) -> Self:
        """By site, then by time, then by room, as a programme is read."""
        return self.order_by("programme__site__slug", "starts_at", "room__name", "pk")

    def with_details(self) -> Self:
        """With everything that a page or a release shows of a session."""
        return self.select_related("room", "programme__site", "programme__open_day").prefetch_related(
            "themes", "audiences", "partners"
        )

    def overlapping(self, starts_at: dt.datetime, ends_at: dt.datetime) -> Self:
        """Sessions that share an instant with the half-open period."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


class ReleaseQuerySet(models.QuerySet["Release"]):
    def latest_of_each(self) -> Self:
        """The last release of each programme: what the public sees."""
        newest: Any = self.model.objects.filter(programme=OuterRef("programme")).order_by("-number")
        return self.filter(pk=Subquery(newest.values("pk")[:1]))
