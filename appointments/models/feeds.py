from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarFeed(models.Model):
    """The secret address at which a calendar program reads an advisor's own agenda; deleted, it opens nothing."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed", verbose_name=_("advisor")
    )
    fingerprint = models.CharField(_("fingerprint of the secret address"), max_length=64, unique=True)
    made_on = models.DateField(_("made"))

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"user": None, "fingerprint": ""}
        neutral = frozenset({"id", "made_on"})

    class Meta:
        verbose_name = _("calendar subscription")
        verbose_name_plural = _("calendar subscriptions")

    def __str__(self) -> str:
        return str(self.user)
