"""What stays of a month when it is closed: sums without rows. And the work that closes, seals and forgets."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.periods import first_of_month
from visitors.enums import Dimension, Job, JobState, Line
from visitors.querysets import MonthCubeQuerySet


class MonthCube(models.Model):
    """One cell: what a site did in a month in one way of service, in all or under one word of one dimension.

    Under a dimension the words are codes of the common list, or the answers of the log in small letters. A contact
    about two themes counts under both; all other dimensions add up to their total. Parts of groups count people
    and no contacts.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    month = models.DateField(_("month"))
    line = models.CharField(_("way of service"), max_length=20, choices=Line.choices)
    dimension = models.CharField(_("by"), max_length=20, choices=Dimension.choices)
    code = models.SlugField(_("code"), max_length=60, blank=True)
    contacts = models.PositiveIntegerField(_("contacts"))
    people = models.PositiveIntegerField(_("people"))
    batched = models.PositiveIntegerField(_("of them logged in a batch"), default=0)
    illustrative = models.PositiveIntegerField(_("of them illustrative"), default=0)

    objects = MonthCubeQuerySet.as_manager()

    class Privacy:
        neutral = frozenset(
            {"id", "site", "month", "line", "dimension", "code", "contacts", "people", "batched", "illustrative"}
        )

    class Meta:
        verbose_name = _("figure of a closed month")
        verbose_name_plural = _("figures of closed months")
        constraints = [
            first_of_month("month", name="month_cube_is_a_first"),
            models.UniqueConstraint(
                name="month_cube_once",
                fields=["month", "site", "dimension", "line", "code"],
                violation_error_message=_("This cell is already there."),
            ),
            models.CheckConstraint(
                name="month_cube_is_listed",
                condition=Q(line__in=Line.values, dimension__in=Dimension.values),
                violation_error_message=_("Choose one of the listed answers."),
            ),
            models.CheckConstraint(
                name="month_cube_total_has_no_code",
                condition=Q(dimension=Dimension.TOTAL, code="") | (~Q(dimension=Dimension.TOTAL) & ~Q(code="")),
                violation_error_message=_("A total has no code, and everything else has one."),
            ),
            models.CheckConstraint(
                name="month_cube_parts_fit",
                condition=Q(batched__lte=F("contacts"), illustrative__lte=F("contacts")),
                violation_error_message=_("A part is no larger than the whole."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.month:%Y-%m} · {self.get_line_display()}"


class ClosedMonth(models.Model):
    """A month of which the sums are kept. Nothing is logged for it any more; one day its rows are deleted."""

    month = models.DateField(_("month"), unique=True)
    closed_on = models.DateField(_("closed on"))
    rows = models.PositiveIntegerField(_("rows"))
    deleted_on = models.DateField(_("rows deleted on"), null=True, blank=True)

    class Privacy:
        neutral = frozenset({"id", "month", "closed_on", "rows", "deleted_on"})

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        constraints = [
            first_of_month("month", name="closed_month_is_a_first"),
            models.CheckConstraint(
                name="closed_month_is_over",
                condition=Q(closed_on__gt=F("month"))
                & (Q(deleted_on__isnull=True) | Q(deleted_on__gte=F("closed_on"))),
                violation_error_message=_("A month is closed after it is over, and its rows are deleted after that."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class JobRun(models.Model):
    """One run of a nightly job of the log: when, how it ended, how many rows it touched."""

    job = models.CharField(_("job"), max_length=20, choices=Job.choices)
    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.RUNNING)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    error = models.CharField(_("kind of error"), max_length=60, blank=True)

    class Privacy:
        neutral = frozenset({"id", "job", "state", "started_at", "ended_at", "rows", "error"})

    class Meta:
        verbose_name = _("run of a job")
        verbose_name_plural = _("runs of jobs")
        indexes = [models.Index(fields=["job", "-started_at"], name="job_run_newest")]

    def __str__(self) -> str:
        return f"{self.get_job_display()} · {self.get_state_display()}"
