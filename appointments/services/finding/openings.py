"""When a site receives: its hours where they are known, else whatever the rota says, never on a closed day."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from appointments.slots import Period, joined, lies_within
from citemetiers.kernel.dates import local_day
from sites.models import Site
from sites.services import Timetable, Why, hours_on, timetables

CLOSING = frozenset({Why.SITE_CLOSED, Why.NETWORK_CLOSED, Why.HOLIDAY})


@dataclass(frozen=True, slots=True)
class Openings:
    """The openings of one site, worked out day by day as they are asked for."""

    timetable: Timetable
    _spans: dict[dt.date, list[Period] | None] = field(default_factory=dict)

    def include(self, period: Period) -> bool:
        """Whether the site is open from the start to the end of a period; a day of unknown hours includes all."""
        spans = self._on(local_day(period[0], tz=self.timetable.tz))
        return spans is None or lies_within(period, spans)

    def is_known_on(self, day: dt.date) -> bool:
        """Whether it is known when the site receives on a day, or that it does not."""
        return self._on(day) is not None

    def is_closed_on(self, day: dt.date) -> bool:
        """Whether a closure or a legal holiday keeps the site closed all day, and no special hours open it."""
        reason = hours_on(self.timetable, day).reason
        return reason is not None and reason.why in CLOSING

    def _on(self, day: dt.date) -> list[Period] | None:
        if day not in self._spans:
            hours = hours_on(self.timetable, day)
            # By appointment or not, paused or not: a session is an appointment.
            spans = joined((period.starts_at, period.ends_at) for period in hours.periods)
            self._spans[day] = spans if hours.is_known else None
        return self._spans[day]


def openings_of(sites: Iterable[Site], *, now: dt.datetime) -> dict[int, Openings]:
    """The openings of each site from now on, by its key; one query however many sites, their networks at hand."""
    return {site_id: Openings(timetable) for site_id, timetable in timetables(sites, now=now).items()}


def is_open_at(site: Site, *, period: Period) -> bool:
    """Whether a site receives during a whole period."""
    return openings_of([site], now=period[0])[site.pk].include(period)


def closed_days(site: Site, *, days: Collection[dt.date], now: dt.datetime) -> set[dt.date]:
    """Those of the days, from today on, on which a closure or a legal holiday keeps the site closed; one query."""
    openings = openings_of([site], now=now)[site.pk]
    return {day for day in days if openings.is_closed_on(day)}
