import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.geography import EARTH_RADIUS_KM, Start, distance_km, nearest_first
from tests.factories.sites import SiteFactory

NAMUR, LIEGE, BRUSSELS = (50.4669, 4.86746), (50.63373, 5.56749), (50.8538, 4.37282)
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
    far = SiteFactory(latitude=LIEGE[0], longitude=LIEGE[1])
    near = SiteFactory(latitude=NAMUR[0], longitude=NAMUR[1])

    found = nearest_first([nowhere, far, near], Start("5000", *NAMUR))

    assert [one.site for one in found] == [near, far, nowhere]
    assert found[0].km == 0
    assert found[2].km is None
