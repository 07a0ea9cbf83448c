import datetime as dt
from typing import Any

from celery import shared_task
from django.utils import timezone

from visitors.enums import Job


@shared_task
def seal_entries(**_more: Any) -> None:
    """Forget, each night, who made the entries that can no longer be corrected, and in which order."""
    from visitors.services import do_job

    do_job(Job.SEAL, now=timezone.now())


@shared_task
def close_months(**_more: Any) -> None:
    """Fold, each night, the months that can no longer be corrected into their cubes."""
    from visitors.services import do_job

    do_job(Job.CLOSE, now=timezone.now())


@shared_task
def delete_old_rows(**_more: Any) -> None:
    """Delete, each night, the rows of closed months whose time has come."""
    from visitors.services import do_job

    do_job(Job.DELETE, now=timezone.now())


@shared_task
def erase_expired_visitors(**_more: Any) -> None:
    """Delete, each night, the visitors whose last day has come."""
    from visitors.services import erase_expired_visitors as erase

    erase(today=timezone.localdate())


@shared_task
def shuffle_survey_answers(**_more: Any) -> None:
    """Forget, each night, in which order and under which keys the exit surveys of this month came."""
    from visitors.services import shuffle_survey

    yesterday = timezone.localdate() - dt.timedelta(days=1)
    shuffle_survey(since=yesterday.replace(day=1))
