"""What shifts duties should have: their days, with what one day does instead, without closed days and absences."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import attrgetter

from django.db.models import Max, Q

from appointments.models import Absence, Duty, DutyChange, Service, Shift
from appointments.recurrence import Rule, days_of, left_of
from appointments.services.finding.openings import closed_days
from appointments.slots import Period
from citemetiers.kernel.dates import at_local, local_day
from sites.models import Site

SHORTEST_HORIZON_DAYS = 60

Changes = Mapping[dt.date, DutyChange]


def rule_of(duty: Duty) -> Rule:
    """When a duty is."""
    return Rule(duty.weekday, duty.recurrence, duty.first_on, duty.last_on)


def as_ruled(duty: Duty, day: dt.date) -> DutyChange:
    """What a duty does on one of its days when nobody says otherwise, unsaved."""
    return DutyChange(
        duty=duty,
        day=day,
        on=day,
        starts_at=duty.starts_at,
        ends_at=duty.ends_at,
        advisor_id=duty.advisor_id,
        room_id=duty.room_id,
        desk_id=duty.desk_id,
    )


def find_horizon(*, site: Site, now: dt.datetime) -> dt.date:
    """The last day for which shifts are written: as far ahead as one can book in the network; one query."""
    return local_day(now, tz=site.tz) + dt.timedelta(days=_horizons({site.network_id})[site.network_id])


def wanted_shifts(duties: Collection[Duty], *, now: dt.datetime) -> list[Shift]:
    """The shifts, unsaved and in order, that duties should have and that are not over yet.

    Three queries however many duties, and two a site; their sites and networks at hand.
    """
    horizons = _horizons({duty.site.network_id for duty in duties})
    changes = _changes(duties, now=now)
    plans: list[DutyChange] = []
    for duty in duties:
        today = local_day(now, tz=duty.site.tz)
        until = today + dt.timedelta(days=horizons[duty.site.network_id])
        plans += _plans(duty, changes.get(duty.pk, {}), since=today, until=until)
    plans = _without_closed(plans, now=now)
    absences = _absences({plan.advisor_id for plan in plans if plan.advisor_id}, now=now)
    shifts = [shift for plan in plans for shift in _shifts(plan, absences) if shift.ends_at > now]
    return sorted(shifts, key=attrgetter("starts_at", "duty_id"))


def _horizons(network_ids: Collection[int]) -> dict[int, int]:
    """How many days ahead one can book in each network; the last of these days is bookable in part."""
    services = Service.objects.filter(network__in=network_ids).order_by("network")
    furthest = dict(services.values_list("network").annotate(days=Max("horizon_days")))
    return {network_id: max(SHORTEST_HORIZON_DAYS - 1, furthest.get(network_id, 0)) for network_id in network_ids}


def _changes(duties: Collection[Duty], *, now: dt.datetime) -> dict[int, dict[dt.date, DutyChange]]:
    # A day more than any site's today: the nights of two time zones differ.
    since = now.date() - dt.timedelta(days=1)
    rows = DutyChange.objects.filter(Q(day__gte=since) | Q(on__gte=since), duty__in=duties).order_by("pk")
    found: dict[int, dict[dt.date, DutyChange]] = defaultdict(dict)
    for change in rows:
        found[change.duty_id][change.day] = change
    return found


def _plans(duty: Duty, changes: Changes, *, since: dt.date, until: dt.date) -> Iterator[DutyChange]:
    """What the duty does from one day to another, both included; a change of a day that is none of its own is void."""
    for day in days_of(rule_of(duty), since=min(since, *changes, since), until=max(until, *changes, until)):
        plan = changes.get(day)
        if plan is None:
            plan = as_ruled(duty, day)
        plan.duty = duty
        if plan.on is not None and since <= plan.on <= until:
            yield plan


def _without_closed(plans: Sequence[DutyChange], *, now: dt.datetime) -> list[DutyChange]:
    sites = {plan.duty.site_id: plan.duty.site for plan in plans}
    days: dict[int, set[dt.date]] = defaultdict(set)
    for plan in plans:
        if plan.on is not None:
            days[plan.duty.site_id].add(plan.on)
    closed = {key: closed_days(site, days=days[key], now=now) for key, site in sites.items()}
    return [plan for plan in plans if plan.on not in closed[plan.duty.site_id]]


def _absences(advisor_ids: Collection[int], *, now: dt.datetime) -> dict[int, list[Period]]:
    rows = Absence.objects.filter(advisor__in=advisor_ids, ends_at__gt=now).order_by("starts_at", "pk")
    found: dict[int, list[Period]] = defaultdict(list)
    for advisor_id, *period in rows.values_list("advisor_id", "starts_at", "ends_at"):
        found[advisor_id].append((period[0], period[1]))
    return found


def _shifts(plan: DutyChange, absences: Mapping[int, Sequence[Period]]) -> Iterator[Shift]:
    period = period_of(plan)
    if period is None or plan.advisor_id is None:
        return
    for starts_at, ends_at in left_of(period, absences=absences.get(plan.advisor_id, ())):
        yield Shift(
            duty=plan.duty,
            advisor_id=plan.advisor_id,
            site_id=plan.duty.site_id,
            starts_at=starts_at,
            ends_at=ends_at,
            stands_for_on=plan.day,
            room_id=plan.room_id,
            desk_id=plan.desk_id,
        )


def period_of(plan: DutyChange) -> Period | None:
    """The instants of what a duty does on a day; none where it is off."""
    if plan.on is None or plan.starts_at is None or plan.ends_at is None:
        return None
    try:
        tz = plan.duty.site.tz
        return at_local(plan.on, plan.starts_at, tz=tz), at_local(plan.on, plan.ends_at, tz=tz)
    except ValueError:
        # The clock change skips or repeats this hour: nobody can be told when to come.
        return None
