from zoneinfo import ZoneInfo, available_timezones

import holidays
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from citemetiers.kernel import dates
from citemetiers.kernel.fields import CodesField
from sites.enums import LabelStatus, Language, SiteKind
from sites.querysets import SiteQuerySet


def validate_time_zone(name: str) -> None:
    """Refuses a name that the time zone database does not hold: no page of the site could tell its time."""
    if name not in available_timezones():
        raise ValidationError(_("This is no time zone. Write it such as Europe/Brussels."))


def validate_country(code: str) -> None:
    """Refuses a code without known public holidays: every holiday would be offered as a working day."""
    if code not in holidays.list_supported_countries(include_aliases=False):
        raise ValidationError(_("This is no country code that we know. Write two capitals, such as BE."))


class Network(models.Model):
    """A group of sites under one coordination, with its own words and rules."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(
        _("country"),
        max_length=2,
        default="BE",
        validators=[validate_country],
        help_text=_("ISO 3166 code, such as BE."),
    )

    class Privacy:
        neutral = frozenset({"id", "slug", "name", "country"})

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A place where anyone may walk in. An empty fact was not found: it shows “to be confirmed”."""

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="sites", verbose_name=_("network"))
    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=SiteKind.choices)
    label_status = models.CharField(
        _("label"), max_length=20, choices=LabelStatus.choices, default=LabelStatus.TO_BE_CONFIRMED
    )
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    is_street_partial = models.BooleanField(
        _("street is incomplete"), default=False, help_text=_("A part of the address was not found.")
    )
    postcode = models.CharField(_("postcode"), max_length=12)
    city = models.CharField(pgettext_lazy("address", "town"), max_length=100)
    nis_code = models.CharField(_("municipality code"), max_length=5, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    url = models.URLField(_("website"), blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    timezone = models.CharField(
        _("time zone"), max_length=50, default="Europe/Brussels", validators=[validate_time_zone]
    )
    languages = CodesField(_("languages"), codes=Language.choices, blank=False)
    is_open_to_public = models.BooleanField(_("shown to the public"), default=True)

    objects = SiteQuerySet.as_manager()

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "network",
                "slug",
                "name",
                "kind",
                "label_status",
                "street",
                "is_street_partial",
                "postcode",
                "city",
                "nis_code",
                "phone",
                "email",
                "url",
                "latitude",
                "longitude",
                "timezone",
                "languages",
                "is_open_to_public",
            }
        )

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.CheckConstraint(
                name="site_position_is_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                violation_error_message=_("Give latitude and longitude together, in degrees, or neither."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("sites:site-detail", args=[self.slug])

    @property
    def tz(self) -> ZoneInfo:
        """The time zone on this site's walls."""
        return dates.zone(self.timezone)


class Locality(models.Model):
    """A postcode and one of the places it covers, with the middle of that place."""

    country = models.CharField(_("country"), max_length=2)
    postcode = models.CharField(_("postcode"), max_length=12)
    name = models.CharField(_("name"), max_length=100)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))

    class Privacy:
        neutral = frozenset({"id", "country", "postcode", "name", "latitude", "longitude"})

    class Meta:
        verbose_name = _("locality")
        verbose_name_plural = _("localities")
        constraints = [
            models.UniqueConstraint(
                name="locality_once_a_postcode",
                fields=["country", "postcode", "name"],
                violation_error_message=_("This postcode already has a place with this name."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.postcode} {self.name}"


class Room(models.Model):
    """A room of a site where something can take place."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=100)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    class Privacy:
        neutral = frozenset({"id", "site", "name", "is_illustrative"})

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.UniqueConstraint(
                name="room_name_once_a_site",
                fields=["site", "name"],
                violation_error_message=_("This site already has a room with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
