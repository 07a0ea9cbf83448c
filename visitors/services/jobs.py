"""The nightly work on the log leaves a trace that can be looked at: when, how it ended, how many rows."""

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from visitors.enums import Job, JobState
from visitors.models import JobRun

# No job of the log takes so long: what began earlier and did not end was cut off.
CUT_OFF_AFTER = dt.timedelta(hours=6)
KEPT = dt.timedelta(days=400)
CUT_OFF = "CutOff"


def run_job(job: Job, work: Callable[[], int], *, now: dt.datetime) -> JobRun:
    """Do a job and record how it went; what goes wrong is recorded by its kind, and raised.

    A run that was cut off before is told as failed; runs of long ago are forgotten.
    """
    JobRun.objects.filter(job=job, state=JobState.RUNNING, started_at__lt=now - CUT_OFF_AFTER).update(
        state=JobState.FAILED, error=CUT_OFF
    )
    JobRun.objects.filter(started_at__lt=now - KEPT).delete()
    run = JobRun.objects.create(job=job, started_at=now)
    try:
        run.rows = work()
    except Exception as error:
        # The kind alone: a message may hold what a row held.
        run.state, run.error = JobState.FAILED, type(error).__name__[:60]
        raise
    else:
        run.state = JobState.DONE
    finally:
        run.ended_at = timezone.now()
        run.save(update_fields=["state", "ended_at", "rows", "error"])
    return run


def last_runs() -> list[tuple[Job, JobRun | None, JobRun | None]]:
    """Each job with its last run, and with the last one that ended well."""
    found = []
    for job in Job:
        runs = JobRun.objects.filter(job=job).order_by("-started_at", "-pk")
        found.append((job, runs.first(), runs.filter(state=JobState.DONE).first()))
    return found
