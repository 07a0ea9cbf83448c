"""What is done at night for the log, and the record of it."""

import datetime as dt
from functools import partial

from visitors.enums import Job
from visitors.models import JobRun
from visitors.services.jobs import run_job
from visitors.services.months import close_months, delete_old_rows
from visitors.services.sealing import seal_entries

# In this order: what is sealed is folded, and what was folded long ago is deleted.
WORK = {Job.SEAL: seal_entries, Job.CLOSE: close_months, Job.DELETE: delete_old_rows}


def do_job(job: Job, *, now: dt.datetime) -> JobRun:
    """Do one job of the night, and record how it went."""
    return run_job(job, partial(WORK[job], now=now), now=now)


def tend_log(*, now: dt.datetime) -> None:
    """Do all that is due for the log, as the night would."""
    for job in WORK:
        do_job(job, now=now)
