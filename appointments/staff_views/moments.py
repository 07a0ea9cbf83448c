"""Free moments as reception reads them: by day, each with its place and where it leads."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from appointments.slots import Slot
from citemetiers.kernel.dates import first_and_last_at
from sites.models import Site

DAYS_LOOKED_AT = dt.timedelta(days=14)
YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class Moment:
    """One free moment on the walls of its site."""

    site: Site
    starts_at: dt.datetime
    url: str

    @property
    def value(self) -> str:
        """The moment as a form sends it."""
        return self.starts_at.isoformat()


@dataclass(frozen=True, slots=True)
class MomentsOfDay:
    """The free moments of one day."""

    on: dt.date
    moments: tuple[Moment, ...]


def window(first_on: dt.date, *, site: Site) -> tuple[dt.datetime, dt.datetime]:
    """The two weeks that begin on a day, on the walls of a site."""
    since = first_and_last_at(first_on, dt.time(), tz=site.tz)[0]
    return since, since + DAYS_LOOKED_AT


def by_day(
    slots: Iterable[Slot], *, sites: Mapping[int, Site], url_of: Callable[[Slot, Site], str] = lambda _slot, _site: ""
) -> list[MomentsOfDay]:
    """The moments of each day, the first one first; a link to each where there is a page for it."""
    listed = [
        Moment(site, slot.starts_at.astimezone(site.tz), url_of(slot, site))
        for slot in slots
        if (site := sites.get(slot.site_id)) is not None
    ]
    days = groupby(listed, key=lambda moment: moment.starts_at.date())
    return [MomentsOfDay(day, tuple(moments)) for day, moments in days]


def day_asked(text: str, *, otherwise: dt.date) -> dt.date:
    """The day in an address, or another one when it names none that has a calendar."""
    try:
        asked = dt.date.fromisoformat(text)
    except ValueError:
        return otherwise
    return asked if asked.year in YEARS else otherwise
