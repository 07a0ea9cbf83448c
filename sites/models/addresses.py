from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.constraints import PeriodsApart
from citemetiers.kernel.periods import Dated, DatedQuerySet, days_in_order
from sites.town_names import town_in


class Address(Dated):
    """Where a site receives people from one day to another, and how one gets in. Empty: to be confirmed."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="addresses", verbose_name=_("site"))
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    is_street_partial = models.BooleanField(
        _("street is incomplete"), default=False, help_text=_("A part of the address was not found.")
    )
    postcode = models.CharField(_("postcode"), max_length=12)
    city = models.CharField(pgettext_lazy("address", "town"), max_length=100)
    nis_code = models.CharField(_("municipality code"), max_length=5, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    is_step_free = models.BooleanField(_("step-free entrance"), null=True, blank=True)
    has_lift = models.BooleanField(_("lift"), null=True, blank=True)
    has_hearing_loop = models.BooleanField(_("hearing loop"), null=True, blank=True)
    has_adapted_toilet = models.BooleanField(_("adapted toilet"), null=True, blank=True)
    parking = models.CharField(_("parking"), max_length=300, blank=True)
    transport = models.CharField(_("public transport"), max_length=300, blank=True)
    note = models.CharField(_("how to find the door"), max_length=300, blank=True)

    objects = DatedQuerySet.as_manager()

    class Privacy:
        neutral: ClassVar[frozenset[str]] = frozenset(
            {
                "id",
                "site",
                "first_on",
                "last_on",
                "street",
                "is_street_partial",
                "postcode",
                "city",
                "nis_code",
                "latitude",
                "longitude",
                "is_step_free",
                "has_lift",
                "has_hearing_loop",
                "has_adapted_toilet",
                "parking",
                "transport",
                "note",
            }
        )

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            days_in_order("address_ends_after_it_starts"),
            PeriodsApart(
                name="address_one_a_day",
                same=("site",),
                days=("first_on", "last_on"),
                violation_error_message=_("This site already has an address on some of these days."),
            ),
            models.CheckConstraint(
                name="address_position_is_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                violation_error_message=_("Give latitude and longitude together, in degrees, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.city}") if part)

    @property
    def town(self) -> str:
        """The town in the language of the page."""
        return town_in(self.city, get_language(), zone=self.site.timezone)

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees; None where they are not known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude
