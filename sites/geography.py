"""How far it is, over the ground as the crow flies."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from sites.models import Site

EARTH_RADIUS_KM = 6371.0


class Start(NamedTuple):
    """Where a visitor sets out from, in degrees."""

    postcode: str
    latitude: float
    longitude: float


class Nearby(NamedTuple):
    """A site and its distance in km; None where the site has no position."""

    site: Site
    km: float | None


def distance_km(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The great-circle distance between two positions (latitude, longitude) in degrees."""
    lat1, lon1, lat2, lon2 = map(radians, (*first, *second))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))


def nearest_first(sites: Iterable[Site], start: Start) -> list[Nearby]:
    """All the sites, the nearest to the start first; those without a position last."""
    found = [Nearby(site, _km(site, start)) for site in sites]
    return sorted(found, key=lambda one: (one.km is None, one.km or 0, one.site.slug))


def _km(site: Site, start: Start) -> float | None:
    if site.latitude is None or site.longitude is None:
        return None
    return distance_km((start.latitude, start.longitude), (site.latitude, site.longitude))
