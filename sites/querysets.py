from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from sites.models import Site  # noqa: F401  named in the annotation below


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

    def by_name(self) -> Self:
        """In the order of their town, for lists; never an order of merit."""
        return self.order_by("city", "slug")
