"""What can be said of a contact. Each question may stay unasked or unanswered."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NOT_ASKED = "NOT_ASKED"
NOT_SAID = "NOT_SAID"


class HalfDay(models.TextChoices):
    """The finest time that the anonymous log knows."""

    MORNING = "MORNING", _("morning")
    AFTERNOON = "AFTERNOON", _("afternoon")


class Way(models.TextChoices):
    """The way in which a person was served."""

    BOOKED = "BOOKED", _("one-to-one, booked")
    WALK_IN = "WALK_IN", _("one-to-one, walk-in")
    PHONE = "PHONE", pgettext_lazy("way of service", "telephone")
    EMAIL = "EMAIL", pgettext_lazy("way of service", "e-mail")
    VIDEO = "VIDEO", pgettext_lazy("way of service", "chat or video")
    GROUP = "GROUP", pgettext_lazy("way of service", "group")
    SELF_SERVICE = "SELF_SERVICE", pgettext_lazy("way of service", "self-service")
    OUTREACH = "OUTREACH", pgettext_lazy("way of service", "outreach")


class DurationBand(models.TextChoices):
    UNDER_15 = "UNDER_15", _("under 15 min")
    FROM_15 = "FROM_15", _("15–30 min")
    FROM_30 = "FROM_30", _("30–60 min")
    OVER_60 = "OVER_60", _("over 60 min")


class Gender(models.TextChoices):
    NOT_ASKED = NOT_ASKED, _("not asked")
    WOMAN = "WOMAN", _("woman")
    MAN = "MAN", _("man")
    OTHER = "OTHER", pgettext_lazy("gender", "other")
    NOT_SAID = NOT_SAID, _("did not wish to say")


class AgeBand(models.TextChoices):
    NOT_ASKED = NOT_ASKED, _("not asked")
    UNDER_18 = "UNDER_18", _("under 18")
    FROM_18 = "FROM_18", _("18–24")
    FROM_25 = "FROM_25", _("25–44")
    FROM_45 = "FROM_45", _("45–64")
    FROM_65 = "FROM_65", _("65 or over")
    NOT_SAID = NOT_SAID, _("did not wish to say")


class Answer(models.TextChoices):
    NOT_ASKED = NOT_ASKED, _("not asked")
    YES = "YES", _("yes")
    NO = "NO", _("no")
    NOT_SAID = NOT_SAID, _("did not wish to say")
