"""What is told beside the contacts, each in its own unit: never added to them, nor to one another."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from reporting.figures.periods import period_of
from sites.models import Site
from visitors.counting import Sums
from visitors.doors import DayEntries, Flag
from visitors.enums import Line
from visitors.models import DoorReading
from visitors.services.doors import entries_of_sites

ESTIMATES = frozenset({Flag.SPREAD, Flag.ESTIMATED})


@dataclass(frozen=True)
class Beside:
    """A line beside the contacts: people who asked something at reception, or pupils and their groups."""

    line: Line
    sums: Sums

    @property
    def is_pupils(self) -> bool:
        """Whether its people came, or were met, in groups."""
        return self.line == Line.PUPILS


@dataclass(frozen=True)
class Doors:
    """The people who came in at a site, as far as it is known: counted, estimated, or only seen by some counters.

    ``days`` of its ``open_days`` have a number; of the others nothing is known, which is not zero.
    """

    site: Site
    counted: int = 0
    estimated: int = 0
    in_part: int = 0
    days: int = 0
    open_days: int = 0
    is_illustrative: bool = False

    @property
    def is_known(self) -> bool:
        """Whether anything is known of any day."""
        return self.days > 0


def doors_of(year: int, *, sites: Sequence[Site], now: dt.datetime) -> list[Doors]:
    """What is known of the doors of each site in a calendar year, never past today; nothing where nobody looked.

    A site without any reading has no days at all, and comes last.
    """
    first, until = period_of(year, sites=sites, now=now)
    rows = DoorReading.objects.filter(site__in=[site.pk for site in sites]).within(first, until)
    invented: dict[int, bool] = {}
    for key, is_illustrative in rows.order_by("site_id").values_list("site_id", "is_illustrative").distinct():
        invented[key] = invented.get(key, False) or is_illustrative
    if not invented:
        return []
    known = entries_of_sites([site for site in sites if site.pk in invented], first=first, until=until)
    doors = [_doors(site, known.get(site.pk, []), is_illustrative=invented.get(site.pk, False)) for site in sites]
    return sorted(doors, key=lambda door: not door.is_known)


def _doors(site: Site, days: Sequence[DayEntries], *, is_illustrative: bool) -> Doors:
    def entries(*flags: Flag) -> int:
        return sum(day.entries or 0 for day in days if day.flag in flags)

    return Doors(
        site=site,
        counted=entries(Flag.COUNTED),
        estimated=entries(*ESTIMATES),
        in_part=entries(Flag.PARTIAL),
        days=sum(1 for day in days if day.is_open and day.entries is not None),
        open_days=sum(1 for day in days if day.is_open),
        is_illustrative=is_illustrative,
    )
