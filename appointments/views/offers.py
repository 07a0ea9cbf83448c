"""What a page shows of free slots: local days and times, ready to be ticked. Pure: no query, no clock."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from appointments.slots import Slot
from appointments.views.wish import ANY_LANGUAGE, Wish, choice_of
from sites.enums import Language
from sites.models import Site
from sites.services import Place
from sites.town_names import by_town

DAYS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Offer:
    """One free slot, as the visitor reads it. Who receives is not in it."""

    site: Site
    starts_at: dt.datetime
    day: dt.date
    time: str
    language: str
    value: str

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
class PlaceOfOffers:
    """A place with its first free slots, and how far it is."""

    site: Site
    km: float | None
    url: str
    offers: Sequence[Offer]


def offers_of(slots: Iterable[Slot], *, wish: Wish, sites: Mapping[int, Site], reader: str) -> list[Offer]:
    """The slots as offers, each in the chosen language, else the reader's, else one that is spoken there."""
    return [_offer(slot, wish=wish, site=sites[slot.site_id], reader=reader) for slot in slots if slot.site_id in sites]


def by_day(offers: Iterable[Offer]) -> list[DayOfOffers]:
    """The offers of each day, in order."""
    return [DayOfOffers(day, list(group)) for day, group in groupby(offers, key=lambda offer: offer.day)]


def days_without(days: Iterable[DayOfOffers], shown: Collection[Offer]) -> list[DayOfOffers]:
    """The days that still offer something besides what the page shows elsewhere."""
    left = [DayOfOffers(day.day, _without(day.offers, shown)) for day in days]
    return [day for day in left if day.offers]


def places_without(places: Iterable[PlaceOfOffers], shown: Collection[Offer]) -> list[PlaceOfOffers]:
    """The places with what the page does not show elsewhere; each keeps the way to all its moments."""
    return [replace(place, offers=_without(place.offers, shown)) for place in places]


def by_place(places: Iterable[Place], *, offers: Mapping[int, Sequence[Offer]], wish: Wish) -> list[PlaceOfOffers]:
    """The places in their order, each with its offers; those that are as far, the one that is free first before."""
    found = [
        PlaceOfOffers(
            place.site, place.km, wish.but(site=place.site, is_anywhere=False).url, offers.get(place.site.pk, ())
        )
        for place in places
    ]
    return sorted(found, key=_distance_then_start)


def earliest_of(offers: Iterable[Offer]) -> Offer | None:
    """The one that starts first; of several at the same time, the one named first."""
    return min(offers, key=lambda offer: offer.starts_at, default=None)


def link_to(offer: Offer, *, wish: Wish) -> str:
    """The page that books this one moment."""
    chosen = wish.but(site=offer.site, is_anywhere=False, language=offer.language, starts_at=offer.starts_at)
    return chosen.but(first_on=None, month=None).confirm_url


def held_in(slots: Iterable[Slot], *, language: str, channel: str) -> list[Slot]:
    """Those held in one language and one way; an empty choice, or any language, leaves all."""
    return [
        slot
        for slot in slots
        if (language in ("", ANY_LANGUAGE) or language in slot.languages) and (not channel or channel in slot.channels)
    ]


def is_mixed(slot: Slot) -> bool:
    """Whether one cannot tell from the slot which language goes with which way."""
    return len(slot.languages) > 1 and len(slot.channels) > 1


def _without(offers: Iterable[Offer], shown: Collection[Offer]) -> list[Offer]:
    known = {offer.value for offer in shown}
    return [offer for offer in offers if offer.value not in known]


def _distance_then_start(place: PlaceOfOffers) -> tuple[bool, float, bool, dt.datetime, tuple[str, str]]:
    first = place.offers[0].starts_at if place.offers else dt.datetime.max.replace(tzinfo=dt.UTC)
    return place.km is None, place.km or 0, not place.offers, first, by_town(place.site)


def _offer(slot: Slot, *, wish: Wish, site: Site, reader: str) -> Offer:
    spoken = slot.languages
    language = wish.language if wish.language in spoken else reader if reader in spoken else spoken[0]
    local = slot.starts_at.astimezone(site.tz)
    return Offer(
        site=site,
        starts_at=slot.starts_at,
        day=local.date(),
        time=f"{local:%H:%M}",
        language=language,
        value=choice_of(site.slug, slot.starts_at, language),
    )
