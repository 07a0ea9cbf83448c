from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SessionKind(models.TextChoices):
    INFO_SESSION = "INFO_SESSION", _("information session")
    WORKSHOP = "WORKSHOP", _("workshop")
    ANIMATION = "ANIMATION", pgettext_lazy("kind of session", "activity")
    TALK = "TALK", pgettext_lazy("kind of session", "talk")
    VISIT = "VISIT", _("guided visit")


class Booking(models.TextChoices):
    """Whether a place must be booked."""

    NONE = "NONE", _("no booking")
    ADVISED = "ADVISED", _("booking advised")
    REQUIRED = "REQUIRED", _("booking required")


class Access(models.TextChoices):
    """What makes a session accessible."""

    WHEELCHAIR = "wheelchair", _("wheelchair access")
    LOOP = "loop", _("hearing loop")
    SIGNS = "signs", _("sign language")
    INTERPRETER = "interpreter", _("interpreter")


class Change(models.TextChoices):
    """How an item of a programme differs from the one before."""

    ADDED = "ADDED", pgettext_lazy("change", "added")
    CHANGED = "CHANGED", pgettext_lazy("change", "changed")
    REMOVED = "REMOVED", pgettext_lazy("change", "removed")
