from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.constraints import PeriodsApart
from sites.enums import HolidayCalendar, SeasonKind, Weekday
from sites.querysets import ClosureQuerySet


class Season(models.Model):
    """A part of the year in which a site keeps other hours than its ordinary ones."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="seasons", verbose_name=_("site"))
    kind = models.CharField(_("when"), max_length=20, choices=SeasonKind.choices, default=SeasonKind.DATED)
    name = models.CharField(_("name"), max_length=100)
    first_on = models.DateField(_("first day"), null=True, blank=True)
    last_on = models.DateField(_("last day"), null=True, blank=True)

    class Privacy:
        neutral = frozenset({"id", "site", "kind", "name", "first_on", "last_on"})

    class Meta:
        verbose_name = _("season")
        verbose_name_plural = _("seasons")
        constraints = [
            models.CheckConstraint(
                name="season_has_the_days_of_its_kind",
                condition=Q(kind=SeasonKind.SCHOOL_HOLIDAYS, first_on__isnull=True, last_on__isnull=True)
                | Q(
                    kind=SeasonKind.DATED,
                    first_on__isnull=False,
                    last_on__isnull=False,
                    last_on__gte=F("first_on"),
                ),
                violation_error_message=_("Give both days, the last not before the first; school holidays have none."),
            ),
            models.UniqueConstraint(
                name="season_of_school_holidays_once_a_site",
                fields=["site"],
                condition=Q(kind=SeasonKind.SCHOOL_HOLIDAYS),
                violation_error_message=_("This site already has hours for the school holidays."),
            ),
            PeriodsApart(
                name="season_one_a_day",
                same=("site",),
                days=("first_on", "last_on"),
                condition=Q(kind=SeasonKind.DATED),
                violation_error_message=_("This site already has a season on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """A weekly period during which a site receives people, in local time: all year, or in one season."""

    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="opening_hours", verbose_name=_("site")
    )
    season = models.ForeignKey(
        Season,
        on_delete=models.CASCADE,
        related_name="opening_hours",
        null=True,
        blank=True,
        verbose_name=_("season"),
        help_text=_("Empty: the ordinary hours."),
    )
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))
    is_by_appointment = models.BooleanField(_("by appointment only"), default=False)

    class Privacy:
        neutral = frozenset({"id", "site", "season", "weekday", "opens_at", "closes_at", "is_by_appointment"})

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
                condition=Q(season__isnull=True),
                violation_error_message=_("This site already opens at this time on this day."),
            ),
            models.UniqueConstraint(
                name="opening_once_a_moment_of_a_season",
                fields=["season", "weekday", "opens_at"],
                condition=Q(season__isnull=False),
                violation_error_message=_("This site already opens at this time on this day."),
            ),
            PeriodsApart(
                name="opening_hours_apart",
                same=("site", "weekday"),
                optional=("season",),
                times=("opens_at", "closes_at"),
                violation_error_message=_("These hours overlap others of the same day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"

    def clean(self) -> None:
        """Refuse the season of another site."""
        if self.season is not None and self.season.site_id != self.site_id:
            raise ValidationError({"season": _("This season belongs to another site.")})


class SpecialHours(models.Model):
    """Hours of one date that replace what the week says; they also open a site on a legal holiday."""

    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="special_hours", verbose_name=_("site")
    )
    day = models.DateField(_("day"))
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))
    is_by_appointment = models.BooleanField(_("by appointment only"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Privacy:
        neutral = frozenset({"id", "site", "day", "opens_at", "closes_at", "is_by_appointment", "reason"})

    class Meta:
        verbose_name = _("special hours")
        verbose_name_plural = _("special hours")
        constraints = [
            models.CheckConstraint(
                name="special_hours_end_after_they_start",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("Closing time must be later than opening time."),
            ),
            PeriodsApart(
                name="special_hours_apart",
                same=("site", "day"),
                times=("opens_at", "closes_at"),
                violation_error_message=_("These hours overlap others of the same day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class DropInPause(models.Model):
    """A time during which a site receives by appointment only, and says why; an empty end is open."""

    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="drop_in_pauses", verbose_name=_("site")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True, help_text=_("Empty: until further notice."))
    message = models.CharField(_("what visitors read"), max_length=300)

    class Privacy:
        neutral = frozenset({"id", "site", "starts_at", "ends_at", "message"})

    class Meta:
        verbose_name = _("pause of drop-in")
        verbose_name_plural = _("pauses of drop-in")
        constraints = [
            models.CheckConstraint(
                name="drop_in_pause_ends_after_it_starts",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A pause ends after it starts."),
            )
        ]

    def __str__(self) -> str:
        return self.message


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
