"""What is published of waiting: whole months of all sites together."""

import datetime as dt
from typing import Any, NamedTuple

from django.core.cache import cache

from appointments.services.queue import Accuracy, MonthOfWaits, accuracy_of, waits_by_month
from reporting.figures import today_at
from sites.models import Site

AN_HOUR = 3600


class QueueFigures(NamedTuple):
    """How right the estimates of some whole months were, and how long people waited in those of which it is told."""

    last_on: dt.date
    accuracy: Accuracy
    waits: list[MonthOfWaits]


def queue_figures(*, now: dt.datetime) -> QueueFigures:
    """The last twelve whole months of all sites of the public: of one site they would tell of its staff.

    Counted once an hour: months that are over change no more, and a year of them takes the database a second.
    """
    sites = list(Site.objects.for_public().order_by("pk"))
    until = today_at(sites, now=now).replace(day=1)
    key = f"queue-figures-{until}"
    kept: QueueFigures | None = cache.get(key)
    if kept is None:
        asked: Any = {"sites": sites, "since": until.replace(year=until.year - 1), "until": until}
        told = [month for month in waits_by_month(**asked) if month.median is not None]
        kept = QueueFigures(until - dt.timedelta(days=1), accuracy_of(**asked), told)
        cache.set(key, kept, AN_HOUR)
    return kept
