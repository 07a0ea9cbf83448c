"""When somebody leaves a place: no new moment is offered in their name, booked appointments stand."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import ngettext

from appointments.models import Appointment, Duty
from appointments.services.rota.duties import advisors_of, expand_duty, lock_rota
from citemetiers.kernel.dates import local_day
from sites.enums import Role
from sites.models import Membership, Site


def tell_what_stands(*, membership: Membership, now: dt.datetime, **_signal: Any) -> str:
    """How many booked appointments stand in the name of a person who leaves; nothing where there are none."""
    booked = Appointment.objects.active().filter(
        advisor=membership.user_id, site__in=_sites_left(membership), ends_at__gt=now
    )
    count = booked.count()
    if not count:
        return ""
    text = ngettext(
        "%(count)d appointment is booked with this person here. It stands: see that somebody keeps it.",
        "%(count)d appointments are booked with this person here. They stand: see that somebody keeps them.",
        count,
    )
    return text % {"count": count}


def end_duties(*, membership: Membership, now: dt.datetime, **_signal: Any) -> None:
    """Offer no more moments, from now on, at the places where the person advises no longer."""
    sites = _sites_left(membership)
    own = list(_duties(Q(advisor=membership.user_id), sites=sites))
    stood_in = list(_duties(Q(changes__advisor=membership.user_id) & ~Q(advisor=membership.user_id), sites=sites))
    advisor_ids = {membership.user_id, *advisors_of([*own, *stood_in], now=now)}
    lock_rota(advisor_ids=advisor_ids, site_ids={duty.site_id for duty in (*own, *stood_in)})
    for duty in own:
        _end(duty, now=now)
    for duty in stood_in:
        _give_back(duty, advisor_id=membership.user_id, now=now)


def _duties(which: Q, *, sites: QuerySet[Site]) -> QuerySet[Duty]:
    return Duty.objects.filter(which, site__in=sites).select_related("site__network").distinct().order_by("pk")


def _end(duty: Duty, *, now: dt.datetime) -> None:
    yesterday = local_day(now, tz=duty.site.tz) - dt.timedelta(days=1)
    if duty.first_on > yesterday:
        duty.delete()
    elif duty.last_on is None or duty.last_on > yesterday:
        duty.last_on = yesterday
        duty.save(update_fields=["last_on"])
        expand_duty(duty=duty, now=now)


def _give_back(duty: Duty, *, advisor_id: int, now: dt.datetime) -> None:
    """The days of a colleague's duty on which the person would have stood in are as its rule says again."""
    today = local_day(now, tz=duty.site.tz)
    # One by one, so that the audit sees them.
    for change in duty.changes.filter(advisor=advisor_id, on__gte=today).order_by("pk"):
        change.delete()
    expand_duty(duty=duty, now=now)


def _sites_left(membership: Membership) -> QuerySet[Site]:
    """Sites that the membership reaches and no other does for the same work, the membership itself left out."""
    if membership.site_id is None and membership.network_id is None:
        return Site.objects.none()
    others = Membership.objects.filter(user=membership.user_id).exclude(pk=membership.pk)
    if membership.role == Role.ADVISOR:
        others = others.filter(role=Role.ADVISOR)
    still_there = others.filter(Q(site=OuterRef("pk")) | Q(network=OuterRef("network")))
    reached = Q(pk=membership.site_id) if membership.site_id else Q(network=membership.network_id)
    return Site.objects.filter(reached, ~Exists(still_there))
