from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sites.enums import HolidayCalendar, Weekday
from sites.querysets import ClosureQuerySet


class OpeningHours(models.Model):
    """A weekly period during which a site receives people, in local time."""

    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="opening_hours", verbose_name=_("site")
    )
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))
    is_by_appointment = models.BooleanField(_("by appointment only"), default=False)

    class Privacy:
        neutral = frozenset({"id", "site", "weekday", "opens_at", "closes_at", "is_by_appointment"})

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.CheckConstraint(
                name="opening_ends_after_it_starts",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("Closing time must be later than opening time."),
            ),
            models.UniqueConstraint(
                name="opening_once_a_moment",
                fields=["site", "weekday", "opens_at"],
                violation_error_message=_("This site already opens at this time on this day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class Closure(models.Model):
    """Days on which a site, or every site of a network, is closed; both days included."""

    network = models.ForeignKey(
        "sites.Network", on_delete=models.PROTECT, related_name="closures", verbose_name=_("network")
    )
    site = models.ForeignKey(
        "sites.Site",
        on_delete=models.PROTECT,
        related_name="closures",
        null=True,
        blank=True,
        verbose_name=_("site"),
        help_text=_("Empty: every site of the network."),
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=200)

    objects = ClosureQuerySet.as_manager()

    class Privacy:
        neutral = frozenset({"id", "network", "site", "first_on", "last_on", "reason"})

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        constraints = [
            models.CheckConstraint(
                name="closure_ends_after_it_starts",
                condition=Q(last_on__gte=F("first_on")),
                violation_error_message=_("The last day cannot be before the first day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_on}–{self.last_on}: {self.reason}"


class SchoolHoliday(models.Model):
    """A school holiday of one calendar, both days included; without days it is announced, not dated."""

    calendar = models.CharField(_("calendar"), max_length=20, choices=HolidayCalendar.choices)
    name = models.CharField(_("name"), max_length=100)
    first_on = models.DateField(_("first day"), null=True, blank=True)
    last_on = models.DateField(_("last day"), null=True, blank=True)

    class Privacy:
        neutral = frozenset({"id", "calendar", "name", "first_on", "last_on"})

    class Meta:
        verbose_name = _("school holiday")
        verbose_name_plural = _("school holidays")
        constraints = [
            models.CheckConstraint(
                name="school_holiday_is_dated_whole",
                condition=Q(first_on__isnull=True, last_on__isnull=True)
                | Q(first_on__isnull=False, last_on__isnull=False, last_on__gte=F("first_on")),
                violation_error_message=_("Give both days, the last not before the first, or neither."),
            ),
            models.UniqueConstraint(
                name="school_holiday_once_a_calendar",
                fields=["calendar", "name"],
                violation_error_message=_("This calendar already has a holiday with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
