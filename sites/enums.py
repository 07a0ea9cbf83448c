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
    """What a member of staff does: at a site, for a partner, or in a whole network."""

    RECEPTION = "RECEPTION", pgettext_lazy("role", "reception")
    ADVISOR = "ADVISOR", pgettext_lazy("role", "advisor")
    COORDINATOR = "COORDINATOR", pgettext_lazy("role", "coordinator")
    SITE_MANAGER = "SITE_MANAGER", pgettext_lazy("role", "site manager")
    PARTNER_MANAGER = "PARTNER_MANAGER", pgettext_lazy("role", "partner manager")
    NETWORK_MANAGER = "NETWORK_MANAGER", pgettext_lazy("role", "network manager")


# Whoever holds one of these may change or read what belongs to many: a password alone is not enough.
SECOND_FACTOR_ROLES = frozenset({Role.COORDINATOR, Role.SITE_MANAGER, Role.PARTNER_MANAGER, Role.NETWORK_MANAGER})


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


class SeasonKind(models.TextChoices):
    """When a season's hours replace the ordinary ones."""

    DATED = "DATED", pgettext_lazy("season", "from one day to another")
    SCHOOL_HOLIDAYS = "SCHOOL_HOLIDAYS", pgettext_lazy("season", "during the school holidays")


class ResourceKind(models.TextChoices):
    """What a visitor takes in the hand, or opens."""

    GUIDE = "GUIDE", pgettext_lazy("kind of resource", "guide")
    LEAFLET = "LEAFLET", pgettext_lazy("kind of resource", "leaflet")
    BOOK = "BOOK", pgettext_lazy("kind of resource", "book")
    WEBSITE = "WEBSITE", pgettext_lazy("kind of resource", "website")
    TOOL = "TOOL", pgettext_lazy("kind of resource", "tool")
    TEST = "TEST", pgettext_lazy("kind of resource", "self-assessment")
    VIDEO = "VIDEO", pgettext_lazy("kind of resource", "film")
    GAME = "GAME", pgettext_lazy("kind of resource", "game")


class LinkState(models.TextChoices):
    """What the last look at a link found."""

    UNCHECKED = "UNCHECKED", pgettext_lazy("link", "not checked yet")
    WORKS = "WORKS", pgettext_lazy("link", "works")
    BROKEN = "BROKEN", pgettext_lazy("link", "broken")
