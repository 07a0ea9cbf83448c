"""Free moments: at one site, or at all of them, the first one first."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from appointments.models import Appointment, Service, Shift
from appointments.rules import bookable_period
from appointments.slots import OnDuty, Period, Slot, free_slots
from sites.models import Site, Theme

OFFERED_INSTEAD = 3


def find_free_slots(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    theme: Theme,
    site: Site | None,
    language: str | None,
    now: dt.datetime,
    first_at: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> list[Slot]:
    """Free slots of a theme in [first_at, until), the first one first across sites.

    No site means every public site; no language means any. Three queries, however many sites.
    """
    slots: list[Slot] = []
    services = _services(theme, site)
    periods = {service.pk: _narrowed(service, now=now, first_at=first_at, until=until) for service in services}
    taken: dict[int, list[Period]] | None = None
    shifts = _shifts(theme, site, language, periods.values())
    for service in services:
        on_duty = [shift for network_id, shift in shifts if network_id == service.network_id]
        if on_duty and taken is None:
            taken = taken_periods({shift.advisor_id for _network_id, shift in shifts}, within=_hull(periods.values()))
        earliest, latest = periods[service.pk]
        slots += free_slots(on_duty, taken=taken or {}, length=service.duration, earliest=earliest, latest=latest)
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.site_id))


def find_next_slots(*, theme: Theme, site: Site, language: str, after: dt.datetime, now: dt.datetime) -> list[Slot]:
    """The next free slots from a moment on at this site, else its earliest ones, else those of other sites."""
    here = find_free_slots(theme=theme, site=site, language=language, now=now)
    later = [slot for slot in here if slot.starts_at >= after]
    offered = later or here
    if len(offered) < OFFERED_INSTEAD:
        known = {(slot.site_id, slot.starts_at) for slot in offered}
        anywhere = find_free_slots(theme=theme, site=None, language=language, now=now)
        offered += [slot for slot in anywhere if (slot.site_id, slot.starts_at) not in known]
    return offered[:OFFERED_INSTEAD]


def shifts_at(*, service: Service, site: Site, language: str, period: Period) -> QuerySet[Shift]:
    """Shifts at a site that serve the service in this language and contain the whole period."""
    return (
        Shift.objects.for_service(service)
        .speaking(language)
        .filter(site=site, starts_at__lte=period[0], ends_at__gte=period[1])
    )


def taken_periods(
    advisor_ids: Iterable[int], *, within: Period, but: Appointment | None = None
) -> dict[int, list[Period]]:
    """The periods of each advisor that active appointments hold; overbooked ones hold none."""
    taken: dict[int, list[Period]] = defaultdict(list)
    held = Appointment.objects.active().within(*within).filter(advisor__in=set(advisor_ids), is_overbooked=False)
    if but is not None:
        held = held.exclude(pk=but.pk)
    for advisor_id, starts_at, ends_at in held.values_list("advisor_id", "starts_at", "ends_at"):
        taken[advisor_id].append((starts_at, ends_at))
    return taken


def _services(theme: Theme, site: Site | None) -> list[Service]:
    services = Service.objects.filter(theme=theme).order_by("pk")
    return list(services.filter(network=site.network_id) if site else services)


def _narrowed(service: Service, *, now: dt.datetime, first_at: dt.datetime | None, until: dt.datetime | None) -> Period:
    earliest, latest = bookable_period(service, now=now)
    return max(earliest, first_at or earliest), min(latest, until or latest)


def _hull(periods: Iterable[Period]) -> Period:
    # A session starts before the last moment and may end after it.
    listed = list(periods)
    return min(first for first, _last in listed), max(last for _first, last in listed) + dt.timedelta(days=1)


def _shifts(
    theme: Theme, site: Site | None, language: str | None, periods: Iterable[Period]
) -> list[tuple[int, OnDuty]]:
    listed = list(periods)
    if not listed:
        return []
    shifts = Shift.objects.within(*_hull(listed)).filter(duty__themes=theme, site__is_open_to_public=True)
    if site is not None:
        shifts = shifts.filter(site=site)
    if language is not None:
        shifts = shifts.speaking(language)
    rows = shifts.order_by("starts_at", "pk").values_list(
        "site__network_id", "site_id", "advisor_id", "starts_at", "ends_at", "duty__languages", "duty__is_illustrative"
    )
    return [(row[0], OnDuty(*row[1:])) for row in rows]
