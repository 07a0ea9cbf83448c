"""One visitor with one advisor. The database refuses to give an advisor two visitors at once."""

import datetime as dt
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments.enums import ACTIVE_STATES, Channel, MessageKind, State
from appointments.querysets import AppointmentQuerySet, MessageQuerySet, ShiftQuerySet
from citemetiers.kernel.codes import REFERENCE_LENGTH
from citemetiers.kernel.constraints import Period, PgExclusionConstraint
from citemetiers.kernel.fields import CodesField
from sites.enums import Language, Weekday


class Service(models.Model):
    """What one can come for: a theme, how long, on which channels, with what notice."""

    network = models.ForeignKey(
        "sites.Network", on_delete=models.PROTECT, related_name="services", verbose_name=_("network")
    )
    theme = models.ForeignKey("sites.Theme", on_delete=models.PROTECT, related_name="services", verbose_name=_("theme"))
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), default=45)
    channels = CodesField(_("channels"), codes=Channel.choices, blank=False)
    notice_hours = models.PositiveSmallIntegerField(_("shortest notice, in hours"), default=2)
    horizon_days = models.PositiveSmallIntegerField(_("bookable this many days ahead"), default=42)

    class Privacy:
        neutral = frozenset({"id", "network", "theme", "minutes", "channels", "notice_hours", "horizon_days"})

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [
            models.UniqueConstraint(
                name="service_once_a_theme",
                fields=["network", "theme"],
                violation_error_message=_("This network already has a service for this theme."),
            ),
            models.CheckConstraint(
                name="service_length_is_sensible",
                condition=Q(minutes__range=(5, 240)),
                violation_error_message=_("A session lasts 5 to 240 minutes."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} · {self.theme}"

    @property
    def duration(self) -> dt.timedelta:
        """How long one session lasts."""
        return dt.timedelta(minutes=self.minutes)


class Duty(models.Model):
    """A rule: this advisor receives here on this weekday, between these local times."""

    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="duties", verbose_name=_("advisor")
    )
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="duties", verbose_name=_("site"))
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(pgettext_lazy("time", "to"))
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"), null=True, blank=True)
    themes = models.ManyToManyField("sites.Theme", related_name="duties", verbose_name=_("themes"))
    languages = CodesField(_("languages"), codes=Language.choices, blank=False)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset(
            {
                "id",
                "site",
                "weekday",
                "starts_at",
                "ends_at",
                "first_on",
                "last_on",
                "themes",
                "languages",
                "is_illustrative",
            }
        )

    class Meta:
        verbose_name = pgettext_lazy("rota", "duty")
        verbose_name_plural = pgettext_lazy("rota", "duties")
        constraints = [
            models.CheckConstraint(
                name="duty_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A duty ends later than it starts."),
            ),
            models.CheckConstraint(
                name="duty_last_day_not_before_first",
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("first_on")),
                violation_error_message=_("The last day cannot be before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.get_weekday_display()} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class Shift(models.Model):
    """A duty on one date: the period [starts_at, ends_at) in which an advisor can be booked."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="shifts", verbose_name=_("duty"))
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts", verbose_name=_("advisor")
    )
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="shifts", verbose_name=_("site"))
    starts_at = models.DateTimeField(pgettext_lazy("period", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("period", "to"))

    objects = ShiftQuerySet.as_manager()

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset({"id", "duty", "site", "starts_at", "ends_at"})

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        indexes = [models.Index(fields=["site", "starts_at"], name="shift_by_site_and_start")]
        constraints = [
            models.CheckConstraint(
                name="shift_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A shift ends later than it starts."),
            ),
            models.UniqueConstraint(
                name="shift_once_a_duty_and_day",
                fields=["duty", "starts_at"],
                violation_error_message=_("This duty already has a shift at this time."),
            ),
            PgExclusionConstraint(
                name="shift_one_at_a_time",
                expressions=[("advisor", "="), (Period(), "&&")],
                violation_error_message=_("This advisor already has a shift at this time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.starts_at:%Y-%m-%d %H:%M}"


class Appointment(models.Model):
    """One record from the request to the end of a one-to-one session.

    The visitor may be nobody at all: the code, and the secret link whose fingerprint is kept,
    are enough. The secret itself is recomputed from the id when a message needs it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Empty once the appointment is long over: nothing leads from a code or a link to it any more.
    code = models.CharField(_("reference code"), max_length=REFERENCE_LENGTH, unique=True, null=True, blank=True)
    secret_fingerprint = models.CharField(
        _("fingerprint of the secret link"), max_length=64, unique=True, null=True, blank=True
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("service")
    )
    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="appointments", verbose_name=_("site")
    )
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("advisor")
    )
    visitor = models.ForeignKey(
        "visitors.Visitor",
        on_delete=models.SET_NULL,
        related_name="appointments",
        null=True,
        blank=True,
        verbose_name=_("visitor"),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.ON_SITE)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    starts_at = models.DateTimeField(pgettext_lazy("period", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("period", "to"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.BOOKED)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    is_overbooked = models.BooleanField(
        _("overbooked on purpose"), default=False, help_text=_("Staff gave this time although it was taken.")
    )
    revision = models.PositiveSmallIntegerField(_("revision"), default=0, help_text=_("Counts the moves."))

    objects = AppointmentQuerySet.as_manager()

    class Privacy:
        personal: ClassVar[dict[str, object]] = {"visitor": None, "code": None, "secret_fingerprint": None}
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset(
            {
                "id",
                "service",
                "site",
                "channel",
                "language",
                "starts_at",
                "ends_at",
                "state",
                "cancelled_at",
                "is_overbooked",
                "revision",
            }
        )

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        indexes = [models.Index(fields=["site", "starts_at"], name="appointment_by_site_and_start")]
        constraints = [
            models.CheckConstraint(
                name="appointment_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("An appointment ends later than it starts."),
            ),
            models.CheckConstraint(
                name="appointment_cancelled_with_its_moment",
                condition=Q(state=State.CANCELLED, cancelled_at__isnull=False)
                | (~Q(state=State.CANCELLED) & Q(cancelled_at__isnull=True)),
                violation_error_message=_("A cancelled appointment says when, another does not."),
            ),
            PgExclusionConstraint(
                name="appointment_one_at_a_time",
                expressions=[("advisor", "="), (Period(), "&&")],
                condition=Q(state__in=ACTIVE_STATES, is_overbooked=False),
                violation_error_message=_("This time was just taken."),
            ),
        ]

    def __str__(self) -> str:
        return self.code or "–"


class Message(models.Model):
    """A message owed to a visitor: a row first, sent once by the next tick after it is due."""

    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="messages", verbose_name=_("appointment")
    )
    kind = models.CharField(_("kind"), max_length=15, choices=MessageKind.choices)
    key = models.CharField(_("key"), max_length=80, unique=True, help_text=_("Makes a message unique."))
    due_at = models.DateTimeField(_("due"))
    claimed_at = models.DateTimeField(_("taken by a worker"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    refusals = models.PositiveSmallIntegerField(_("refused for good"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "appointment",
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
        ]

    def __str__(self) -> str:
        return self.key
