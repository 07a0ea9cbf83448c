from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments.enums import Channel
from appointments.querysets import ShiftQuerySet
from citemetiers.kernel.constraints import Period, PgExclusionConstraint
from citemetiers.kernel.fields import CodesField
from sites.enums import Language, Weekday


class Duty(models.Model):
    """A rule: this advisor receives here between these local times, each week or as a recurrence says."""

    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="duties", verbose_name=_("advisor")
    )
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="duties", verbose_name=_("site"))
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices, null=True, blank=True)
    recurrence = models.CharField(
        _("recurrence"),
        max_length=200,
        blank=True,
        help_text=_("Instead of a day each week: a rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=1TU."),
    )
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(pgettext_lazy("time", "to"))
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"), null=True, blank=True)
    themes = models.ManyToManyField("sites.Theme", related_name="duties", verbose_name=_("themes"))
    languages = CodesField(_("languages"), codes=Language.choices, blank=False)
    channels = CodesField(_("channels"), codes=Channel.choices, help_text=_("None: every channel of the service."))
    room = models.ForeignKey(
        "sites.Room", on_delete=models.PROTECT, related_name="duties", null=True, blank=True, verbose_name=_("room")
    )
    desk = models.ForeignKey(
        "sites.Desk", on_delete=models.PROTECT, related_name="duties", null=True, blank=True, verbose_name=_("desk")
    )
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset(
            {
                "id",
                "site",
                "weekday",
                "recurrence",
                "starts_at",
                "ends_at",
                "first_on",
                "last_on",
                "themes",
                "languages",
                "channels",
                "room",
                "desk",
                "is_illustrative",
            }
        )

    class Meta:
        verbose_name = pgettext_lazy("rota", "duty")
        verbose_name_plural = pgettext_lazy("rota", "duties")
        constraints = [
            models.CheckConstraint(
                name="duty_has_a_day_or_a_recurrence",
                condition=Q(weekday__isnull=False, recurrence="") | (Q(weekday__isnull=True) & ~Q(recurrence="")),
                violation_error_message=_("Choose a day of the week or write a recurrence, not both."),
            ),
            models.CheckConstraint(
                name="duty_in_a_room_or_at_a_desk",
                condition=Q(room__isnull=True) | Q(desk__isnull=True),
                violation_error_message=_("Choose a room or a desk, not both."),
            ),
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
        return (
            f"{self.site} · {self.get_weekday_display() or self.recurrence} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"
        )


class DutyChange(models.Model):
    """Only this one: what a duty does on one of its days instead, or that it is off."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="changes", verbose_name=_("duty"))
    day = models.DateField(_("day"), help_text=_("The day on which the duty would have been."))
    is_off = models.BooleanField(_("off"), default=False)
    on = models.DateField(_("on this day instead"), null=True, blank=True)
    starts_at = models.TimeField(_("from"), null=True, blank=True)
    ends_at = models.TimeField(pgettext_lazy("time", "to"), null=True, blank=True)
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="duty_changes",
        null=True,
        blank=True,
        verbose_name=_("advisor"),
    )
    room = models.ForeignKey(
        "sites.Room", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("room")
    )
    desk = models.ForeignKey(
        "sites.Desk", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("desk")
    )

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset({"id", "duty", "day", "is_off", "on", "starts_at", "ends_at", "room", "desk"})

    class Meta:
        verbose_name = _("change of one day")
        verbose_name_plural = _("changes of one day")
        constraints = [
            models.UniqueConstraint(
                name="duty_changed_once_a_day",
                fields=["duty", "day"],
                violation_error_message=_("This day of the duty is already changed."),
            ),
            models.CheckConstraint(
                name="duty_change_is_off_or_whole",
                condition=Q(
                    is_off=True,
                    on__isnull=True,
                    starts_at__isnull=True,
                    ends_at__isnull=True,
                    advisor__isnull=True,
                    room__isnull=True,
                    desk__isnull=True,
                )
                | Q(
                    is_off=False,
                    on__isnull=False,
                    starts_at__isnull=False,
                    ends_at__gt=F("starts_at"),
                    advisor__isnull=False,
                ),
                violation_error_message=_(
                    "Say that it is off, or give day, times and advisor; it ends after it starts."
                ),
            ),
            models.CheckConstraint(
                name="duty_change_in_a_room_or_at_a_desk",
                condition=Q(room__isnull=True) | Q(desk__isnull=True),
                violation_error_message=_("Choose a room or a desk, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty} · {self.day}"


class Absence(models.Model):
    """An advisor is away in the period [starts_at, ends_at), everywhere. Why is nobody's business, and not kept."""

    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences", verbose_name=_("advisor")
    )
    starts_at = models.DateTimeField(pgettext_lazy("period", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("period", "to"))

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset({"id", "starts_at", "ends_at"})

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        indexes = [models.Index(fields=["advisor", "starts_at"], name="absence_by_advisor_and_start")]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("An absence ends later than it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advisor} · {self.starts_at:%Y-%m-%d}"


class Shift(models.Model):
    """A duty on one date: the period [starts_at, ends_at) in which an advisor can be booked."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="shifts", verbose_name=_("duty"))
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts", verbose_name=_("advisor")
    )
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="shifts", verbose_name=_("site"))
    starts_at = models.DateTimeField(pgettext_lazy("period", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("period", "to"))
    stands_for_on = models.DateField(_("day of the duty"), help_text=_("The day for which the duty wrote it."))
    room = models.ForeignKey(
        "sites.Room", on_delete=models.PROTECT, related_name="shifts", null=True, blank=True, verbose_name=_("room")
    )
    desk = models.ForeignKey(
        "sites.Desk", on_delete=models.PROTECT, related_name="shifts", null=True, blank=True, verbose_name=_("desk")
    )

    objects = ShiftQuerySet.as_manager()

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset({"id", "duty", "site", "starts_at", "ends_at", "stands_for_on", "room", "desk"})

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        indexes = [
            models.Index(fields=["site", "starts_at"], name="shift_by_site_and_start"),
            models.Index(fields=["starts_at"], name="shift_by_start"),
        ]
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
            PgExclusionConstraint(
                name="shift_room_used_once_at_a_time",
                expressions=[("room", "="), (Period(), "&&")],
                condition=Q(room__isnull=False),
                violation_error_message=_("This room is already used at this time."),
            ),
            PgExclusionConstraint(
                name="shift_desk_used_once_at_a_time",
                expressions=[("desk", "="), (Period(), "&&")],
                condition=Q(desk__isnull=False),
                violation_error_message=_("This desk is already used at this time."),
            ),
            models.CheckConstraint(
                name="shift_in_a_room_or_at_a_desk",
                condition=Q(room__isnull=True) | Q(desk__isnull=True),
                violation_error_message=_("Choose a room or a desk, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.starts_at.astimezone(self.site.tz):%Y-%m-%d %H:%M}"
