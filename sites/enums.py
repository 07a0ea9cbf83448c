"""Words fixed in code; the words that networks may change are rows (Theme, Audience)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Language(models.TextChoices):
    """Languages of service; their names are written in the language itself."""

    FRENCH = "fr", "Français"
    DUTCH = "nl", "Nederlands"
    GERMAN = "de", "Deutsch"
    ENGLISH = "en", "English"


class SiteKind(models.TextChoices):
    CITE = "CITE", pgettext_lazy("kind of site", "Cité des métiers")
    CARREFOUR = "CARREFOUR", pgettext_lazy("kind of site", "Carrefour des métiers")


class LabelStatus(models.TextChoices):
    """The label is a project first, then renewed each year (charter, rule 6)."""

    TO_BE_CONFIRMED = "TO_BE_CONFIRMED", _("to be confirmed")
    PROJECT = "PROJECT", pgettext_lazy("label", "project")
    IN_OPERATION = "IN_OPERATION", pgettext_lazy("label", "in operation")


class Role(models.TextChoices):
    """What a member of staff does at a place."""

    RECEPTION = "RECEPTION", pgettext_lazy("role", "reception")
    ADVISOR = "ADVISOR", pgettext_lazy("role", "advisor")
    COORDINATOR = "COORDINATOR", pgettext_lazy("role", "coordinator")
    SITE_MANAGER = "SITE_MANAGER", pgettext_lazy("role", "site manager")
    NETWORK_MANAGER = "NETWORK_MANAGER", pgettext_lazy("role", "network manager")


class Weekday(models.IntegerChoices):
    """ISO numbers: Monday is 1."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class HolidayCalendar(models.TextChoices):
    """School calendars that a site may follow."""

    FWB = "FWB", "Fédération Wallonie-Bruxelles"
    VLAANDEREN = "VLAANDEREN", "Vlaamse Gemeenschap"
