import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.geography import EARTH_RADIUS_KM, Start, distance_km, nearest_first, places_now
from tests.factories.sites import AddressFactory, SiteFactory

NAMUR, LIEGE, BRUSSELS = (50.4669, 4.86746), (50.63373, 5.56749), (50.8538, 4.37282)
TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
POSITIONS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(("first", "second", "km"), [(NAMUR, LIEGE, 53), (NAMUR, BRUSSELS, 55), (NAMUR, NAMUR, 0)])
def test_distance_km_agrees_with_the_map(first: tuple[float, float], second: tuple[float, float], km: float) -> None:
    assert distance_km(first, second) == pytest.approx(km, abs=1)


@given(first=POSITIONS, second=POSITIONS)
def test_distance_km_is_the_same_both_ways_and_at_most_half_the_globe(
    first: tuple[float, float], second: tuple[float, float]
) -> None:
    km = distance_km(first, second)

    assert km == pytest.approx(distance_km(second, first), abs=1e-6)
    assert 0 <= km <= 3.1416 * EARTH_RADIUS_KM


@pytest.mark.django_db
def test_nearest_first_puts_a_site_without_a_position_last() -> None:
    nowhere = SiteFactory()
    far = SiteFactory(address__latitude=LIEGE[0], address__longitude=LIEGE[1])
    near = SiteFactory(address__latitude=NAMUR[0], address__longitude=NAMUR[1])

    found = nearest_first(places_now([nowhere, far, near], now=NOW), Start("5000", *NAMUR).position)

    assert [one.site for one in found] == [near, far, nowhere]
    assert found[0].km == 0
    assert found[2].km is None


@pytest.mark.django_db
def test_places_now_knows_the_address_of_today_and_those_around_it() -> None:
    site = SiteFactory(address__first_on=TODAY, address__last_on=TODAY + DAY)
    long_gone = AddressFactory(site=site, last_on=TODAY - 30 * DAY)
    left = AddressFactory(site=site, first_on=TODAY - 29 * DAY, last_on=TODAY - DAY)
    coming = AddressFactory(site=site, first_on=TODAY + 2 * DAY, last_on=TODAY + 9 * DAY)
    AddressFactory(site=site, first_on=TODAY + 10 * DAY)

    [place] = places_now([site], now=NOW)

    assert (place.before, place.after) == (left, coming)
    assert place.address not in {long_gone, left, coming, None}


@pytest.mark.django_db
def test_places_now_follows_the_calendar_on_each_sites_walls() -> None:
    late = dt.datetime(2026, 11, 23, 22, 30, tzinfo=dt.UTC)  # already the 24th on Mauritius
    sites = [SiteFactory(timezone=zone, address=None) for zone in ("Europe/Brussels", "Indian/Mauritius")]
    for site in sites:
        AddressFactory(site=site, street="Old", last_on=TODAY)
        AddressFactory(site=site, street="New", first_on=TODAY + DAY)

    places = places_now(sites, now=late)

    assert [place.address.street for place in places if place.address] == ["Old", "New"]
