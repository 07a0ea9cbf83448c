"""What a page shows of free slots: local days and times, and where each leads."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from appointments.slots import Slot
from appointments.views.wish import ANY_LANGUAGE, Wish, as_text
from sites.enums import Language
from sites.models import Site

DAYS_SHOWN = 6
TIMES_A_SITE = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """One free slot, as the visitor reads it. Who receives is not in it."""

    site: Site
    day: dt.date
    time: dt.time
    language: str
    value: str
    url: str

    @property
    def language_name(self) -> str:
        """The language in its own words."""
        return Language(self.language).label


@dataclass(frozen=True, slots=True)
class DayOfOffers:
    """The free slots of one day."""

    day: dt.date
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True)
class PageOfDays:
    """Some days in a row; where the next ones start, and whether these are the first."""

    days: Sequence[DayOfOffers]
    later_on: dt.date | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class PlaceOfOffers:
    """A site with its first free slots."""

    site: Site
    url: str
    offers: Sequence[Offer]


def offers_of(slots: Iterable[Slot], *, wish: Wish, sites: Mapping[int, Site], reader: str) -> list[Offer]:
    """The slots as offers, each in the chosen language, else the reader's, else one that is spoken there."""
    return [_offer(slot, wish=wish, site=sites[slot.site_id], reader=reader) for slot in slots if slot.site_id in sites]


def by_day(offers: Iterable[Offer]) -> list[DayOfOffers]:
    """The offers of each day, in order."""
    return [DayOfOffers(day, list(group)) for day, group in groupby(offers, key=lambda offer: offer.day)]


def page_of(days: Sequence[DayOfOffers], *, first_on: dt.date | None) -> PageOfDays:
    """The page that starts on a day; the first page again when there is nothing from that day on."""
    later = [day for day in days if first_on is None or day.day >= first_on] or days
    following = later[DAYS_SHOWN].day if len(later) > DAYS_SHOWN else None
    return PageOfDays(later[:DAYS_SHOWN], following, is_first=len(later) == len(days))


def by_place(offers: Iterable[Offer], *, wish: Wish) -> list[PlaceOfOffers]:
    """The first offers of each site, the site that is free first on top."""
    places: dict[int, list[Offer]] = {}
    for offer in offers:
        places.setdefault(offer.site.pk, []).append(offer)
    return [
        PlaceOfOffers(found[0].site, wish.but(site=found[0].site, is_anywhere=False).url, found[:TIMES_A_SITE])
        for found in places.values()
    ]


def in_language(slots: Iterable[Slot], *, language: str) -> list[Slot]:
    """Those held in one language; all of them when none is chosen."""
    return [slot for slot in slots if language in ("", ANY_LANGUAGE) or language in slot.languages]


def _offer(slot: Slot, *, wish: Wish, site: Site, reader: str) -> Offer:
    wanted = [code for code in (wish.language, reader, *slot.languages) if code in slot.languages]
    local = slot.starts_at.astimezone(site.tz)
    chosen = wish.but(site=site, is_anywhere=False, language=wanted[0], starts_at=slot.starts_at, first_on=None)
    return Offer(
        site=site,
        day=local.date(),
        time=local.time(),
        language=wanted[0],
        value=as_text(slot.starts_at),
        url=chosen.confirm_url,
    )
