from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Metric(models.TextChoices):
    """What a figure counts. Different units are never added nor drawn as one series."""

    CONTACTS = "contacts", _("contacts")
    INTERVIEWS = "interviews", _("individual interviews")
    PARTICIPANTS = "participants", _("participants in group activities")
    PUPILS = "pupils", _("pupils reached")
    OUTREACH = "outreach", _("people met on outings")
    SELF_SERVICE = "self_service", _("people using documentation or multimedia")
    VISITORS_PUBLISHED = "visitors_published", _("visitors, as published")
    CONTACTS_TARGET = "contacts_target", _("target for contacts")


class Precision(models.TextChoices):
    EXACT = "EXACT", pgettext_lazy("precision", "exact")
    ROUNDED = "ROUNDED", pgettext_lazy("precision", "rounded")
    TARGET = "TARGET", pgettext_lazy("precision", "target")
