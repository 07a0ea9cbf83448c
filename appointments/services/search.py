"""Free moments: at one site, or at all of them, the first one first."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from appointments.models import Appointment, Service, Shift
from appointments.rules import bookable_period
from appointments.services.closed import Place, closed_days, is_closed
from appointments.slots import OnDuty, Period, Slot, free_slots, moments_of
from sites.models import Site, Theme

OFFERED_INSTEAD = 3
PLACE = ("site_id", "site__network_id", "site__network__country", "site__timezone")
ON_DUTY = ("site_id", "advisor_id", "starts_at", "ends_at", "duty__languages", "duty__is_illustrative")


def find_free_slots(*, theme: Theme, site: Site | None, language: str | None, now: dt.datetime) -> list[Slot]:
    """Free slots of a theme, the first one first across sites; none on a day closed by now.

    No site means every public site; no language means any. Four queries, however many sites.
    """
    services = _services(theme, site)
    periods = {service.pk: bookable_period(service, now=now) for service in services}
    shifts = _open_shifts(theme, site, language, periods.values())
    if not shifts:
        return []
    taken = taken_periods({shift.advisor_id for _network_id, shift in shifts}, within=_hull(periods.values()))
    slots: list[Slot] = []
    for service in services:
        on_duty = [shift for network_id, shift in shifts if network_id == service.network_id]
        earliest, latest = periods[service.pk]
        slots += free_slots(on_duty, taken=taken, length=service.duration, earliest=earliest, latest=latest)
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


def on_duty_at(*, service: Service, site: Site, language: str, period: Period) -> list[OnDuty]:
    """Who receives for the service in this language and offers exactly this period; nobody on a closed day."""
    if is_closed(site, at=period[0]):
        return []
    shifts = Shift.objects.for_service(service).speaking(language).covering(*period).filter(site=site)
    rows = [OnDuty(*row) for row in shifts.order_by("pk").values_list(*ON_DUTY)]
    return [shift for shift in rows if period in moments_of(shift, length=service.duration)]


def is_illustrative(
    *, service: Service, site: Site, language: str, period: Period, advisor_id: int | None = None
) -> bool:
    """Whether every duty that offers this period, or that of one advisor, is invented for show."""
    shifts = Shift.objects.for_service(service).speaking(language).covering(*period).filter(site=site)
    if advisor_id is not None:
        shifts = shifts.filter(advisor=advisor_id)
    invented = list(shifts.order_by("pk").values_list("duty__is_illustrative", flat=True))
    return bool(invented) and all(invented)


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


def _hull(periods: Iterable[Period]) -> Period:
    # A session starts before the last moment and may end after it.
    listed = list(periods)
    return min(first for first, _last in listed), max(last for _first, last in listed) + dt.timedelta(days=1)


def _open_shifts(
    theme: Theme, site: Site | None, language: str | None, periods: Collection[Period]
) -> list[tuple[int, OnDuty]]:
    """Shifts on days that are not closed, each with its network."""
    if not periods:
        return []
    first, until = _hull(periods)
    shifts = Shift.objects.within(first, until).filter(duty__themes=theme, site__is_open_to_public=True)
    if site is not None:
        shifts = shifts.filter(site=site)
    if language is not None:
        shifts = shifts.speaking(language)
    rows = shifts.order_by("starts_at", "pk").values_list(*PLACE, *ON_DUTY)
    found = [(Place(*row[: len(PLACE)]), OnDuty(*row[len(PLACE) :])) for row in rows]
    if not found:
        return []
    networks = {place.network_id for place, _shift in found}
    day = dt.timedelta(days=1)
    closed = closed_days(networks, first_on=first.date() - day, last_on=until.date() + day)
    return [
        (place.network_id, shift) for place, shift in found if not closed.include_moment(shift.starts_at, place=place)
    ]
