from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.enums import Failure, Medium, MessageKind
from appointments.querysets import MessageQuerySet


class Message(models.Model):
    """A message owed to a visitor: a row first, sent once by the next tick after it is due."""

    appointment = models.ForeignKey(
        "appointments.Appointment",
        on_delete=models.CASCADE,
        related_name="messages",
        null=True,
        blank=True,
        verbose_name=_("appointment"),
    )
    offer = models.ForeignKey(
        "appointments.Offer",
        on_delete=models.CASCADE,
        related_name="messages",
        null=True,
        blank=True,
        verbose_name=_("offer"),
    )
    medium = models.CharField(_("sent as"), max_length=10, choices=Medium.choices, default=Medium.EMAIL)
    kind = models.CharField(_("kind"), max_length=15, choices=MessageKind.choices)
    key = models.CharField(_("key"), max_length=80, unique=True, help_text=_("Makes a message unique."))
    due_at = models.DateTimeField(_("due"))
    claimed_at = models.DateTimeField(_("taken by a worker"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    refusals = models.PositiveSmallIntegerField(_("refused for good"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    failure = models.CharField(_("why it was given up"), max_length=15, choices=Failure.choices, blank=True)
    settled_at = models.DateTimeField(
        _("seen to by staff"), null=True, blank=True, help_text=_("Somebody reached the visitor in another way.")
    )
    provider_key = models.CharField(
        _("number at the provider"), max_length=100, blank=True, help_text=_("By which a report of delivery names it.")
    )

    objects = MessageQuerySet.as_manager()

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "appointment",
                "offer",
                "medium",
                "failure",
                "settled_at",
                "provider_key",
                "kind",
                "key",
                "due_at",
                "claimed_at",
                "attempts",
                "refusals",
                "sent_at",
                "given_up_at",
            }
        )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["due_at"], name="message_still_due", condition=Q(sent_at__isnull=True)),
            models.Index(fields=["provider_key"], name="message_by_provider_key", condition=~Q(provider_key="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_about_one_thing",
                condition=Q(appointment__isnull=False, offer__isnull=True)
                | Q(appointment__isnull=True, offer__isnull=False),
                violation_error_message=_("A message is about an appointment or an offer."),
            ),
            models.CheckConstraint(
                name="message_given_up_says_why",
                condition=Q(given_up_at__isnull=True, failure="") | (Q(given_up_at__isnull=False) & ~Q(failure="")),
                violation_error_message=_("A message that is given up says why."),
            ),
        ]

    def __str__(self) -> str:
        return self.key
