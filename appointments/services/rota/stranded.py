"""Appointments that nobody receives any more, though nobody changed the rota: a day closed since, somebody who left."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import ngettext

from appointments.models import Absence, Appointment, Shift
from appointments.services.finding.openings import Openings, openings_of
from appointments.services.rota.duties import lock_rota
from appointments.services.rota.orphans import Orphan, Resolutions, as_orphans, resolve, to_come
from appointments.slots import Period
from citemetiers.kernel.dates import local_day, overlaps
from sites.models import Site


def count_orphans(*, site: Site, now: dt.datetime) -> int:
    """How many appointments to come have nobody to receive them; four queries at most, one where none is booked."""
    return len(_stranded(site, now=now))


def find_orphans(*, site: Site, now: dt.datetime) -> list[Orphan]:
    """Appointments to come that lie outside the openings or the shifts of their advisor, the first one first.

    One that was overbooked needs no shift: it counts when the site is closed all day or its advisor away. The number
    of queries grows with the different wishes among them, not with the appointments.
    """
    return list(as_orphans(_stranded(site, now=now), problems={}, now=now))


@transaction.atomic
def settle_orphans(*, site: Site, resolutions: Resolutions, now: dt.datetime) -> int:
    """Do with each of these orphans what was said, all of it or nothing; how many were settled.

    One without an answer stays; one that is an orphan no more is left in peace. Raises OrphanedAppointments
    about those answered when an answer is not possible.
    """
    there = Shift.objects.filter(site=site, ends_at__gt=now).order_by("advisor")
    booked = Appointment.objects.filter(pk__in=resolutions).order_by("advisor")
    advisor_ids = {pk for rows in (there, booked) for pk in rows.values_list("advisor_id", flat=True).distinct()}
    lock_rota(advisor_ids=advisor_ids, site_ids={site.pk})
    answered = [one for one in _stranded(site, now=now) if one.pk in resolutions]
    if answered:
        resolve(answered, resolutions=resolutions, now=now)
    return len(answered)


def tell_who_is_stranded(*, site: Site, now: dt.datetime, **_signal: Any) -> str:
    """Where to go about the appointments of a site that nobody receives; nothing where there are none."""
    count = count_orphans(site=site, now=now)
    if not count:
        return ""
    text = ngettext(
        "%(count)d appointment here has nobody to receive it now. What becomes of it is said under Planning.",
        "%(count)d appointments here have nobody to receive them now. What becomes of them is said under Planning.",
        count,
    )
    return text % {"count": count}


def _stranded(site: Site, *, now: dt.datetime) -> list[Appointment]:
    booked = to_come(Appointment.objects.filter(site=site), now=now)
    if not booked:
        return []
    openings = openings_of([booked[0].site], now=now)[site.pk]
    advisor_ids = {one.advisor_id for one in booked}
    shifts = Shift.objects.filter(site=site, advisor__in=advisor_ids, ends_at__gt=now).order_by("starts_at", "pk")
    periods: dict[int, list[Period]] = {pk: [] for pk in advisor_ids}
    for advisor_id, starts_at, ends_at in shifts.values_list("advisor_id", "starts_at", "ends_at"):
        periods[advisor_id].append((starts_at, ends_at))
    away = _absences([one for one in booked if one.is_overbooked])
    return [
        one for one in booked if not _is_received(one, openings, periods[one.advisor_id], away.get(one.advisor_id, []))
    ]


def _absences(overbooked: list[Appointment]) -> dict[int, list[Period]]:
    """When the advisors of these are away while they last; the others need a shift, which an absence takes."""
    found: dict[int, list[Period]] = {}
    if overbooked:
        first, last = min(one.starts_at for one in overbooked), max(one.ends_at for one in overbooked)
        advisor_ids = {one.advisor_id for one in overbooked}
        rows = Absence.objects.filter(advisor__in=advisor_ids, starts_at__lt=last, ends_at__gt=first).order_by("pk")
        for advisor_id, starts_at, ends_at in rows.values_list("advisor_id", "starts_at", "ends_at"):
            found.setdefault(advisor_id, []).append((starts_at, ends_at))
    return found


def _is_received(one: Appointment, openings: Openings, periods: list[Period], away: list[Period]) -> bool:
    if one.is_overbooked:
        is_away = any(overlaps((one.starts_at, one.ends_at), absence) for absence in away)
        return not is_away and not openings.is_closed_on(local_day(one.starts_at, tz=one.site.tz))
    is_there = any(start <= one.starts_at and one.ends_at <= end for start, end in periods)
    return is_there and openings.include((one.starts_at, one.ends_at))
