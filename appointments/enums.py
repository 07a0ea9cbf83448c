from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    """How visitor and advisor meet."""

    ON_SITE = "ON_SITE", _("on site")
    PHONE = "PHONE", _("by telephone")
    VIDEO = "VIDEO", _("by video")


class State(models.TextChoices):
    """Where an appointment stands. Active ones hold the advisor's time."""

    BOOKED = "BOOKED", pgettext_lazy("appointment", "booked")
    CANCELLED = "CANCELLED", pgettext_lazy("appointment", "cancelled")


ACTIVE_STATES = (State.BOOKED,)


class MessageKind(models.TextChoices):
    CONFIRMATION = "CONFIRMATION", _("confirmation")
    REMINDER = "REMINDER", _("reminder")
    MOVED = "MOVED", pgettext_lazy("message", "moved")
    CANCELLED = "CANCELLED", pgettext_lazy("message", "cancelled")
