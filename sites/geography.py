"""How far it is, over the ground as the crow flies. static/js/position.js measures in the same way."""

import datetime as dt
from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt
from typing import Any, NamedTuple

from django.db.models import Avg

from citemetiers.kernel.dates import local_day
from sites.models import Address, Locality, Site

EARTH_RADIUS_KM = 6371.0
# How long people who come to the old door still need to be told.
MOVED_LATELY = dt.timedelta(days=365)

Position = tuple[float, float]  # latitude, longitude in degrees


class Start(NamedTuple):
    """Where a visitor sets out from, in degrees."""

    postcode: str
    latitude: float
    longitude: float

    @property
    def position(self) -> Position:
        """Latitude and longitude."""
        return self.latitude, self.longitude


class Place(NamedTuple):
    """A site, where it receives today, where it did and will, and its distance in km; None where one is not known."""

    site: Site
    address: Address | None
    before: Address | None = None
    after: Address | None = None
    km: float | None = None

    @property
    def position(self) -> Position | None:
        """Where it is today, if that is known."""
        return self.address.position if self.address else None


def places_now(sites: Iterable[Site], *, now: dt.datetime) -> list[Place]:
    """The sites in their order, each where it receives on its own today."""
    return [_place(site, today=local_day(now, tz=site.tz)) for site in sites]


def _place(site: Site, *, today: dt.date) -> Place:
    """With the address it left not long ago and the one it moves to: both are worth a notice."""
    addresses = site.addresses.all()
    left = [one for one in addresses if one.last_on and today - MOVED_LATELY <= one.last_on < today]
    coming = [one for one in addresses if one.first_on and today < one.first_on]
    return Place(
        site,
        site.address_on(today),
        before=max(left, key=lambda one: one.last_on or today, default=None),
        after=min(coming, key=lambda one: one.first_on or today, default=None),
    )


def middle_of(postcode: str, *, countries: Any) -> Position | None:
    """The middle of the places that share a postcode in one of these countries; None where nobody knows it."""
    found = Locality.objects.filter(postcode=postcode, country__in=countries)
    middle = found.aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"))
    return None if middle["latitude"] is None else (middle["latitude"], middle["longitude"])


def distance_km(first: Position, second: Position) -> float:
    """The great-circle distance between two positions in degrees."""
    lat1, lon1, lat2, lon2 = map(radians, (*first, *second))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))


def nearest_first(places: Iterable[Place], start: Position) -> list[Place]:
    """All the places with their distance, the nearest to the start first; those without a position last."""
    found = [place._replace(km=distance_km(start, place.position) if place.position else None) for place in places]
    return sorted(found, key=lambda one: (one.km is None, one.km or 0, one.site.slug))
