"""The label of a site is renewed each year (charter, rule 6): whoever answers for it is reminded in time."""

import datetime as dt
from typing import Any

from django.core import mail
from django.db import transaction
from django.db.models import Q

from citemetiers.kernel import dates
from sites.emails.labels import label_reminders
from sites.enums import Role
from sites.models import LabelReminder, Site, User
from sites.rules import label_reminder_due

ANSWERABLE_AT_SITE = (Role.COORDINATOR, Role.SITE_MANAGER)


def send_label_reminders(*, now: dt.datetime) -> int:
    """Remind those who answer for a site whose label runs out, once a step. Returns how many messages were sent.

    A message that could not be sent leaves no trace, so that the next run tries again.
    """
    dated = Site.objects.filter(label_until_on__isnull=False).order_by("pk")
    return sum(_remind(site, now=now) for site in dated)


def _remind(site: Site, *, now: dt.datetime) -> int:
    today = dates.local_day(now, tz=site.tz)
    days_before = label_reminder_due(site, today=today)
    if days_before is None:
        return 0
    with transaction.atomic():
        step: dict[str, Any] = {"site": site, "until_on": site.label_until_on, "days_before": days_before}
        LabelReminder.objects.get_or_create(**step)
        row = LabelReminder.objects.select_for_update(of=("self",)).get(**step)
        if row.sent_at is not None:
            return 0
        messages = label_reminders(site, readers=_answerable(site), today=today)
        with mail.get_connection() as connection:
            connection.send_messages(messages)
        row.sent_at = now
        row.save(update_fields=["sent_at"])
    return len(messages)


def _answerable(site: Site) -> list[User]:
    here = Q(memberships__site=site, memberships__role__in=ANSWERABLE_AT_SITE)
    above = Q(memberships__network=site.network_id, memberships__role__in=(*ANSWERABLE_AT_SITE, Role.NETWORK_MANAGER))
    return list(User.objects.filter(here | above, is_active=True).distinct().order_by("pk"))
