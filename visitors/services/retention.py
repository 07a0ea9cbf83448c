"""What is still kept of the log, until when, and whether the nightly work was done."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Max

from visitors.counting import next_month
from visitors.enums import Job, JobState
from visitors.models import ClosedMonth, JobRun
from visitors.services.jobs import CUT_OFF_AFTER, last_runs
from visitors.services.months import months_to_close, rows_go_on

# A job that runs every night is late after two.
LATE_AFTER = dt.timedelta(hours=50)


@dataclass(frozen=True)
class JobReport:
    """A job of the night: its last run, and the last one that ended well."""

    job: Job
    last: JobRun | None
    last_good: JobRun | None
    is_cut_off: bool
    is_late: bool

    @property
    def is_good(self) -> bool:
        """Whether nobody has to look after it."""
        return self.last is not None and self.last.state == JobState.DONE and not self.is_late


@dataclass(frozen=True)
class OpenMonth:
    """A month that is still counted from its rows, the day from which it can be closed, and that on which they go."""

    month: dt.date
    closes_on: dt.date
    rows_go_on: dt.date


@dataclass(frozen=True)
class KeptMonth:
    """A closed month whose rows are still there, and the day on which they go."""

    month: dt.date
    closed_on: dt.date
    rows: int
    rows_go_on: dt.date


@dataclass(frozen=True)
class Retention:
    """The state of the log: jobs, months still open, closed months with rows, and those of which sums alone remain."""

    jobs: list[JobReport]
    open_months: list[OpenMonth]
    kept_months: list[KeptMonth]
    months_deleted: int
    last_deleted: dt.date | None


def retention_on(*, now: dt.datetime) -> Retention:
    """What is kept of the log at this moment; the latest months come first."""
    kept = ClosedMonth.objects.filter(deleted_on__isnull=True).order_by("-month")
    gone = ClosedMonth.objects.filter(deleted_on__isnull=False).aggregate(months=Count("pk"), last=Max("month"))
    return Retention(
        jobs=[_report(job, last, good, now=now) for job, last, good in last_runs()],
        open_months=[
            OpenMonth(month, _closes_on(month), rows_go_on(month)) for month in reversed(months_to_close(now=now))
        ],
        kept_months=[KeptMonth(one.month, one.closed_on, one.rows, rows_go_on(one.month)) for one in kept],
        months_deleted=gone["months"],
        last_deleted=gone["last"],
    )


def _closes_on(month: dt.date) -> dt.date:
    return next_month(month) + dt.timedelta(days=settings.PORTAL_CORRECTION_DAYS)


def _report(job: Job, last: JobRun | None, good: JobRun | None, *, now: dt.datetime) -> JobReport:
    return JobReport(
        job=job,
        last=last,
        last_good=good,
        is_cut_off=last is not None and last.state == JobState.RUNNING and last.started_at < now - CUT_OFF_AFTER,
        is_late=good is None or good.started_at < now - LATE_AFTER,
    )
