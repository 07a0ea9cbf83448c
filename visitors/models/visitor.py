"""What a visitor chose to leave with us. Nothing of the log leads here."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from sites.enums import Language
from visitors.querysets import VisitorQuerySet


class Visitor(models.Model):
    """The only row with a visitor's personal data; everything in it is optional but its end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alias = models.CharField(_("name or alias"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneNumberField(_("telephone"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    email_failed_at = models.DateTimeField(_("e-mail does not arrive since"), null=True, blank=True)
    phone_failed_at = models.DateTimeField(_("text messages do not arrive since"), null=True, blank=True)
    erase_on = models.DateField(_("erased on"))

    objects = VisitorQuerySet.as_manager()

    class Privacy:
        personal: ClassVar[dict[str, object]] = {"alias": "", "email": "", "phone": ""}
        neutral = frozenset({"id", "language", "email_failed_at", "phone_failed_at", "erase_on"})

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")

    def __str__(self) -> str:
        return str(self.id)
