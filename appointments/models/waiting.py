import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments.enums import Answer, Channel
from appointments.querysets import FreedSlotQuerySet, WaitQuerySet
from sites.enums import Language


class Wait(models.Model):
    """Somebody wants to be told when a moment frees up; first come, first told.

    With an appointment: a moment earlier than it. The visitor may be nobody: the page of the secret link tells, too.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_fingerprint = models.CharField(
        _("fingerprint of the secret link"), max_length=64, unique=True, null=True, blank=True
    )
    theme = models.ForeignKey("sites.Theme", on_delete=models.PROTECT, related_name="waits", verbose_name=_("theme"))
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="waits", verbose_name=_("site"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.ON_SITE)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    appointment = models.ForeignKey(
        "appointments.Appointment",
        on_delete=models.CASCADE,
        related_name="waits",
        null=True,
        blank=True,
        verbose_name=_("appointment"),
    )
    visitor = models.ForeignKey(
        "visitors.Visitor",
        on_delete=models.SET_NULL,
        related_name="waits",
        null=True,
        blank=True,
        verbose_name=_("visitor"),
    )
    asked_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = WaitQuerySet.as_manager()

    class Privacy:
        personal: ClassVar[dict[str, object]] = {"visitor": None, "secret_fingerprint": None}
        neutral = frozenset(
            {
                "id",
                "theme",
                "site",
                "language",
                "channel",
                "first_on",
                "last_on",
                "appointment",
                "asked_at",
                "ended_at",
            }
        )

    class Meta:
        verbose_name = pgettext_lazy("for a free moment", "wait")
        verbose_name_plural = pgettext_lazy("for a free moment", "waits")
        indexes = [
            models.Index(fields=["site", "asked_at"], name="wait_in_order", condition=Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="wait_last_day_not_before_first",
                condition=Q(last_on__gte=F("first_on")),
                violation_error_message=_("The last day cannot be before the first day."),
            ),
            models.UniqueConstraint(
                name="wait_once_an_appointment",
                fields=["appointment"],
                condition=Q(ended_at__isnull=True),
                violation_error_message=_("This appointment already waits for an earlier moment."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class FreedSlot(models.Model):
    """A moment that somebody gave back: kept from the public until ``returns_at``, then offered to those who wait.

    As long as it stands, nobody is booked in [starts_at, free_again_at) with this advisor but whom it is offered to.
    """

    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="freed_slots", verbose_name=_("advisor")
    )
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="freed_slots", verbose_name=_("site"))
    service = models.ForeignKey(
        "appointments.Service", on_delete=models.PROTECT, related_name="freed_slots", verbose_name=_("service")
    )
    starts_at = models.DateTimeField(pgettext_lazy("period", "from"))
    free_again_at = models.DateTimeField(_("advisor free again"))
    returns_at = models.DateTimeField(_("comes back"))

    objects = FreedSlotQuerySet.as_manager()

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset({"id", "site", "service", "starts_at", "free_again_at", "returns_at"})

    class Meta:
        verbose_name = _("moment given back")
        verbose_name_plural = _("moments given back")
        indexes = [models.Index(fields=["advisor", "starts_at"], name="freed_slot_of_advisor")]
        constraints = [
            models.CheckConstraint(
                name="freed_slot_ends_after_it_starts",
                condition=Q(free_again_at__gt=F("starts_at")),
                violation_error_message=_("A moment given back ends later than it starts."),
            ),
            models.UniqueConstraint(
                name="freed_slot_once",
                fields=["advisor", "starts_at"],
                violation_error_message=_("This moment is already given back."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.starts_at:%Y-%m-%d %H:%M}"


class Offer(models.Model):
    """A moment given back, kept for one who waits until ``expires_at``; then the next one is asked."""

    wait = models.ForeignKey(
        Wait, on_delete=models.CASCADE, related_name="offers", verbose_name=pgettext_lazy("for a free moment", "wait")
    )
    slot = models.ForeignKey(
        FreedSlot,
        on_delete=models.SET_NULL,
        related_name="offers",
        null=True,
        blank=True,
        verbose_name=_("moment given back"),
    )
    starts_at = models.DateTimeField(_("moment"))
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("stands until"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices, blank=True)

    class Privacy:
        neutral = frozenset({"id", "wait", "slot", "starts_at", "made_at", "expires_at", "answer"})

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(
                name="offer_of_a_slot_to_one_at_a_time",
                fields=["slot"],
                condition=Q(answer=""),
                violation_error_message=_("This moment is already offered to somebody."),
            ),
            models.CheckConstraint(
                name="offer_expires_after_it_is_made",
                condition=Q(expires_at__gt=F("made_at")),
                violation_error_message=_("An offer stands for some time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wait_id} · {self.starts_at:%Y-%m-%d %H:%M}"
