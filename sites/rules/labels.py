"""When the renewal of a label is called to mind."""

import datetime as dt

from sites.models import Site

# Two months to gather the figures of the year, two weeks as a last call, and once when it has run out.
LABEL_STEPS = (60, 14, 0)


def label_reminder_due(site: Site, *, today: dt.date) -> int | None:
    """The step (days before the end) that is due today; None where there is nothing to say yet."""
    if site.label_until_on is None:
        return None
    left = (site.label_until_on - today).days
    return min((step for step in LABEL_STEPS if left <= step), default=None)
