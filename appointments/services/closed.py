"""Days on which a site receives nobody: its closures, those of its network, and legal holidays."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple, Self

from django.db.models import Q

from citemetiers.kernel.dates import local_day, zone
from sites.models import Closure, Site
from sites.services import holidays_among


class Place(NamedTuple):
    """What decides whether a site is closed."""

    site_id: int
    network_id: int
    country: str
    timezone: str

    @classmethod
    def of(cls, site: Site) -> Self:
        """The place of a site."""
        return cls(site.pk, site.network_id, site.network.country, site.timezone)


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Closures as they stand now: site, or none for the whole network; network; first and last day."""

    rows: tuple[tuple[int | None, int, dt.date, dt.date], ...]

    def include(self, day: dt.date, *, place: Place) -> bool:
        """Whether the place is closed on this day."""
        return any(
            first_on <= day <= last_on
            for site_id, network_id, first_on, last_on in self.rows
            if site_id == place.site_id or (site_id is None and network_id == place.network_id)
        ) or bool(holidays_among([day], country=place.country))

    def include_moment(self, moment: dt.datetime, *, place: Place) -> bool:
        """Whether the place is closed on the local day of this moment."""
        return self.include(local_day(moment, tz=zone(place.timezone)), place=place)


def closed_days(network_ids: Collection[int], *, first_on: dt.date, last_on: dt.date) -> ClosedDays:
    """The closures of some networks and their sites that touch a period, both days included; one query."""
    of_networks = Q(network__in=network_ids) | Q(site__network__in=network_ids)
    rows = Closure.objects.covering(first_on, last_on).filter(of_networks).order_by("pk")
    return ClosedDays(tuple(rows.values_list("site_id", "network_id", "first_on", "last_on")))


def is_closed(site: Site, *, at: dt.datetime) -> bool:
    """Whether the site is closed on the local day of a moment."""
    day = local_day(at, tz=site.tz)
    return closed_days([site.network_id], first_on=day, last_on=day).include(day, place=Place.of(site))
