from django.db import models
from django.utils.translation import gettext_lazy as _


class LabelReminder(models.Model):
    """Written once for each reminder that a label runs out, so that none is sent twice."""

    site = models.ForeignKey(
        "sites.Site", on_delete=models.CASCADE, related_name="label_reminders", verbose_name=_("site")
    )
    until_on = models.DateField(_("label runs until"))
    days_before = models.PositiveSmallIntegerField(_("days before"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Privacy:
        neutral = frozenset({"id", "site", "until_on", "days_before", "sent_at"})

    class Meta:
        verbose_name = _("label reminder")
        verbose_name_plural = _("label reminders")
        constraints = [
            models.UniqueConstraint(
                name="label_reminder_once",
                fields=["site", "until_on", "days_before"],
                violation_error_message=_("This reminder has already been sent."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.until_on} · {self.days_before}"
