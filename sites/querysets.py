import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from sites.models import Audience, Closure, Site, Theme  # noqa: F401  named in the annotations below


class SiteQuerySet(models.QuerySet["Site"]):
    def for_public(self) -> Self:
        """Sites that visitors see."""
        return self.filter(is_open_to_public=True).select_related("network")

    def for_user(self, user: Any) -> Self:
        """Sites where this person holds any role, by site or by network."""
        if not user.is_authenticated:
            return self.none()
        held = Q(memberships__user=user) | Q(network__memberships__user=user)
        return self.filter(held).distinct()

    def by_town(self) -> Self:
        """In the alphabetical order of their town, for lists; never an order of merit."""
        return self.order_by("city", "slug")


class ClosureQuerySet(models.QuerySet["Closure"]):
    def at(self, site: "Site") -> Self:
        """Closures of this site, those of its whole network included."""
        return self.filter(Q(site=site) | Q(site__isnull=True, network=site.network_id))

    def covering(self, first_on: dt.date, last_on: dt.date) -> Self:
        """Closures that touch a period; both days included."""
        return self.filter(first_on__lte=last_on, last_on__gte=first_on)


class ThemeQuerySet(models.QuerySet["Theme"]):
    def on_offer(self) -> Self:
        """Themes that one can come for today, in the order of their key."""
        return self.filter(is_retired=False).order_by("position")


class AudienceQuerySet(models.QuerySet["Audience"]):
    def on_offer(self) -> Self:
        """Publics that one may choose today, in their order."""
        return self.filter(is_retired=False).order_by("position")
