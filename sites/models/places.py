import datetime as dt
import re
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import holidays
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel import dates
from citemetiers.kernel.fields import CodesField
from sites.enums import HolidayCalendar, LabelStatus, Language, SiteKind
from sites.querysets import SiteQuerySet
from sites.town_names import town_in

if TYPE_CHECKING:
    from sites.models.addresses import Address


# Digits, and what people put between them.
DIALLED = re.compile(r"\(?\+?[0-9][0-9\s()./-]*")


@cache
def time_zones() -> frozenset[str]:
    """The names of the time zone database, read from its files once."""
    return frozenset(available_timezones())


def validate_time_zone(name: str) -> None:
    """Refuses a name that the time zone database does not hold: no page of the site could tell its time."""
    if name not in time_zones():
        raise ValidationError(_("This is no time zone. Write it such as Europe/Brussels."))


def validate_country(code: str) -> None:
    """Refuses a code without known public holidays: every holiday would be offered as a working day."""
    if code not in holidays.list_supported_countries(include_aliases=False):
        raise ValidationError(_("This is no country code that we know. Write two capitals, such as BE."))


def validate_phone(number: str) -> None:
    """Refuses what no telephone can dial: visitors tap on this number."""
    if not DIALLED.fullmatch(number):
        raise ValidationError(_("This is no telephone number. Write it in digits, such as +32 81 12 34 56."))


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
    label_since_on = models.DateField(_("label held since"), null=True, blank=True)
    label_until_on = models.DateField(
        _("label runs until"), null=True, blank=True, help_text=_("It is renewed each year; a reminder is sent before.")
    )
    city = models.CharField(
        pgettext_lazy("address", "town"),
        max_length=100,
        help_text=_("The town it serves, wherever it moves."),
    )
    phone = models.CharField(_("telephone"), max_length=40, blank=True, validators=[validate_phone])
    email = models.EmailField(_("e-mail"), blank=True)
    url = models.URLField(_("website"), blank=True)
    timezone = models.CharField(
        _("time zone"), max_length=50, default="Europe/Brussels", validators=[validate_time_zone]
    )
    school_calendar = models.CharField(
        _("school calendar"), max_length=20, choices=HolidayCalendar.choices, default=HolidayCalendar.FWB
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
                "label_since_on",
                "label_until_on",
                "city",
                "phone",
                "email",
                "url",
                "timezone",
                "school_calendar",
                "languages",
                "is_open_to_public",
            }
        )

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.CheckConstraint(
                name="site_label_ends_after_it_starts",
                condition=Q(label_since_on__isnull=True)
                | Q(label_until_on__isnull=True)
                | Q(label_until_on__gte=F("label_since_on")),
                violation_error_message=_("The label cannot end before it starts."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("sites:site-detail", args=[self.slug])

    @property
    def town(self) -> str:
        """The town in the language of the page."""
        return town_in(self.city, get_language(), zone=self.timezone)

    @property
    def phone_url(self) -> str:
        """The address that dials its number: digits alone, without the zero that is left out from abroad."""
        return "tel:" + re.sub(r"[^+0-9]", "", self.phone.replace("(0)", ""))

    @property
    def tz(self) -> ZoneInfo:
        """The time zone on this site's walls."""
        return dates.zone(self.timezone)

    def address_on(self, day: dt.date) -> "Address | None":
        """Where the site receives people on this day; None where nobody has told it."""
        return next((address for address in self.addresses.all() if address.covers_day(day)), None)

    def address_now(self, now: dt.datetime) -> "Address | None":
        """Where the site receives people today, by the calendar on its walls."""
        return self.address_on(dates.local_day(now, tz=self.tz))


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
