"""When a day can be corrected nowhere any more."""

import datetime as dt

from django.utils import timezone

from citemetiers.kernel import dates
from sites.models import Site
from visitors import rules

# Whoever began to save a correction before midnight has saved it, or failed, by then.
PATIENCE = dt.timedelta(hours=1)


def corrected_until(*, now: dt.datetime) -> dt.date:
    """The day before which no site accepts an entry or a correction any more, wherever it lies."""
    moment = now - PATIENCE
    zones = Site.objects.order_by("timezone").values_list("timezone", flat=True).distinct()
    days = [dates.local_day(moment, tz=dates.zone(name)) for name in zones]
    return rules.window_opens_on(today=min(days, default=timezone.localdate(moment)))
