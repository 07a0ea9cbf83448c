"""Every place with what is free there first, the nearest first when somebody says where they set out from."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from appointments.enums import Channel, WhoBooks
from appointments.models import Duty
from appointments.services import ways_of
from appointments.services.finding.search import Search
from appointments.slots import Slot
from appointments.views.filters import in_order, language_links, step_links, way_links
from appointments.views.offers import Offer, PlaceOfOffers, by_place, earliest_of, link_to, offers_of
from appointments.views.wish import ANY_LANGUAGE, Wish
from sites.forms import NearForm
from sites.models import Site, Theme
from sites.services import Place, Start, nearest_first, places_now
from sites.town_names import by_town

TIMES_A_SITE = 3


@dataclass(frozen=True, slots=True)
class Near:
    """Every public place in its order, the postcode asked for, and from where the distances are."""

    form: NearForm
    start: Start | None
    places: list[Place]

    @property
    def sites(self) -> dict[int, Site]:
        """The places by their key."""
        return {place.site.pk: place.site for place in self.places}


def all_places(wish: Wish, *, theme: Theme, reader: str, now: dt.datetime) -> dict[str, Any]:
    """The step of the place: each one, free or not, with its first free moment."""
    near = _places_near(wish, now=now)
    search, is_for_another = _search(theme, near, now=now)
    first = search.first(since=now, most=1)
    offers = _offers(first, wish=wish, near=near, reader=reader)
    places = by_place(near.places, offers=offers, wish=wish)
    return (
        step_links(wish)
        | _earliest(places, wish=wish)
        | {
            "near": near,
            "reader": reader,
            # Without a postcode in the order of the alphabet: a place is found by its name, not by what is free.
            "places": places if near.start else sorted(places, key=lambda place: by_town(place.site)),
            "is_for_another": is_for_another,
        }
    )


def anywhere_moments(wish: Wish, *, theme: Theme, reader: str, now: dt.datetime) -> dict[str, Any]:
    """The first free moments of every place, the nearest place first, or the one that is free first."""
    near = _places_near(wish, now=now)
    search, is_for_another = _search(theme, near, now=now)
    ways = in_order({code for key in search.periods for code in ways_of(search.services[key])})
    choice = wish.but(language=wish.language or reader, channel=wish.channel or next(iter(ways), Channel.ON_SITE))
    found = _first(search, choice, now=now)
    if not found and not wish.language:
        choice = choice.but(language=ANY_LANGUAGE)
        found = _first(search, choice, now=now)
    offers = _offers(found, wish=choice, near=near, reader=reader)
    places = [place for place in by_place(near.places, offers=offers, wish=wish) if place.offers]
    return (
        step_links(wish)
        | _earliest(places, wish=choice)
        | {
            "way": choice.channel,
            "near": near,
            "is_for_another": is_for_another,
            "places": places,
            "any_way_url": wish.but(channel="").url if ways and choice.channel not in ways else "",
            "spoken": language_links(wish, _spoken(theme), current=choice.language),
            "ways": way_links(wish, ways, current=choice.channel),
            "is_another_language": choice.language == ANY_LANGUAGE and not wish.language and bool(places),
            "is_mixed": choice.language == ANY_LANGUAGE,
            "is_illustrative": any(slot.is_illustrative for slots in found.values() for slot in slots),
            "any_language_url": "" if choice.language == ANY_LANGUAGE else wish.but(language=ANY_LANGUAGE).url,
        }
    )


def _places_near(wish: Wish, *, now: dt.datetime) -> Near:
    form = NearForm({"near": wish.near})
    start = form.cleaned_data["near"] if form.is_valid() else None
    sites = Site.objects.for_public()
    if start is None:
        return Near(form, None, [Place(site, None) for site in sorted(sites, key=by_town)])
    return Near(form, start, nearest_first(places_now(sites.with_addresses(), now=now), start.position))


def _search(theme: Theme, near: Near, *, now: dt.datetime) -> tuple[Search, bool]:
    """Where anybody may book; where nobody may for themselves, where one may book for another."""
    sites = list(near.sites.values())
    search = Search.of(theme=theme, sites=sites, now=now, language=None, channel=None, who=WhoBooks.PRESCRIBER)
    for_anyone = {
        key: period for key, period in search.periods.items() if search.services[key].who_books == WhoBooks.ANYONE
    }
    return (replace(search, periods=for_anyone), False) if for_anyone else (search, bool(search.periods))


def _first(search: Search, choice: Wish, *, now: dt.datetime) -> dict[int, list[Slot]]:
    language = None if choice.language == ANY_LANGUAGE else choice.language
    return replace(search, language=language, channel=choice.channel).first(since=now, most=TIMES_A_SITE)


def _offers(found: Mapping[int, Sequence[Slot]], *, wish: Wish, near: Near, reader: str) -> dict[int, list[Offer]]:
    sites = near.sites
    return {key: offers_of(slots, wish=wish, sites=sites, reader=reader) for key, slots in found.items()}


def _earliest(places: Sequence[PlaceOfOffers], *, wish: Wish) -> dict[str, Any]:
    earliest = earliest_of(offer for place in places for offer in place.offers)
    if earliest is None:
        return {"earliest": None}
    km = next(place.km for place in places if place.site == earliest.site)
    return {"earliest": earliest, "earliest_url": link_to(earliest, wish=wish), "earliest_km": km}


def _spoken(theme: Theme) -> set[str]:
    duties = Duty.objects.filter(themes__in=Theme.objects.counting_as(theme), site__is_open_to_public=True)
    return {code for codes in duties.order_by().values_list("languages", flat=True).distinct() for code in codes}
