import re
from math import hypot
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sites.map_drawing import GAP, WIDTH, Drawing, Point, Position, draw_maps, set_apart
from sites.models import Network, Site

NAMUR, ARLON, BRUSSELS, LIEGE = (50.4669, 4.86746), (49.68333, 5.81667), (50.8538, 4.37282), (50.63373, 5.56749)
# A crowd as it could be in one region, with two sites in the same town.
CROWD = st.lists(
    st.tuples(st.floats(49.5, 51.4), st.floats(2.6, 6.3)), min_size=2, max_size=30, unique_by=lambda one: one[0]
)
SMALLEST_TARGET = 24  # CSS pixels, WCAG 2.2, 2.5.8
NARROWEST_MAP = 288  # CSS pixels: a screen of 320 px and its margins


def site(country: str = "BE", name: str = "") -> Site:
    return Site(network=Network(country=country), slug=name, city=name)


def draw(*positions: Position | None, country: str = "BE", start: Position | None = None) -> Drawing:
    maps = draw_maps([(site(country), position) for position in positions], start=start)
    assert len(maps) == 1
    return maps[0]


def corners(path: str) -> list[Point]:
    """The corners of a path that starts at a place and goes on in steps."""
    first, _, rest = path.removeprefix("M").partition("l")
    steps = iter([int(step) for step in re.findall(r"-?\d+", rest)])
    found = [Point(*map(int, first.split()))]
    for x, y in zip(steps, steps, strict=True):
        found.append(Point(found[-1].x + x, found[-1].y + y))
    return found


def test_draw_maps_keeps_the_compass() -> None:
    namur, arlon, brussels, liege = (dot.at for dot in draw(NAMUR, ARLON, BRUSSELS, LIEGE).dots)

    assert brussels.y < liege.y < namur.y < arlon.y
    assert brussels.x < namur.x < liege.x < arlon.x


def test_draw_maps_keeps_the_proportions_of_the_ground() -> None:
    namur, arlon, brussels, _liege = (dot.at for dot in draw(NAMUR, ARLON, BRUSSELS, LIEGE).dots)

    to_arlon, to_brussels = (hypot(other.x - namur.x, other.y - namur.y) for other in (arlon, brussels))

    # Great circles: Namur–Arlon 110.5 km, Namur–Brussels 55.3 km.
    assert to_arlon / to_brussels == pytest.approx(110.5 / 55.3, rel=0.02)


def test_draw_maps_numbers_as_the_list_does_and_leaves_out_who_has_no_position() -> None:
    drawing = draw(NAMUR, None, ARLON)

    assert [dot.number for dot in drawing.dots] == [1, 3]


def test_draw_maps_draws_the_outline_inside_its_window() -> None:
    drawing = draw(NAMUR)

    points = [point for path in drawing.outlines for point in corners(path)]
    assert len(drawing.outlines) >= 11
    assert "Statbel" in drawing.credit
    assert all(0 <= point.x <= WIDTH and 0 <= point.y <= drawing.height for point in points)


def test_draw_maps_writes_paths_of_one_closed_ring_each() -> None:
    paths = draw(NAMUR).outlines

    assert [path for path in paths if not re.fullmatch(r"M\d+ \d+l-?\d+(?:[ -]-?\d+)*z", path)] == []
    assert sum(map(len, paths)) < 8_000
    assert all(ET.fromstring(f'<path d="{path}"/>') is not None for path in paths)


def test_draw_maps_gives_each_country_a_map_of_its_own() -> None:
    rows = [(site("BE"), NAMUR), (site("MU"), (-20.16, 57.5)), (site("BE"), ARLON), (site("IT"), (45.46, 9.19))]

    maps = draw_maps(rows)

    assert [(one.country, [dot.number for dot in one.dots]) for one in maps] == [
        ("BE", [1, 3]),
        ("MU", [2]),
        ("IT", [4]),
    ]
    assert [bool(one.outlines) for one in maps] == [True, False, False]
    assert [one.credit for one in maps[1:]] == ["", ""]


@pytest.mark.parametrize(
    "positions",
    [
        [(-20.16, 57.5)],
        [(-33.4, -70.6), (-18.5, -70.3), (-53.1, -70.9)],
        [(0.0, -179.0), (0.0, 179.0)],
        [(90.0, 0.0), (89.0, 10.0)],
    ],
    ids=["alone", "long country", "wide apart", "at the pole"],
)
def test_draw_maps_needs_no_outline(positions: list[Position]) -> None:
    drawing = draw(*positions, country="XX")

    assert drawing.outlines == ()
    assert 0.4 * WIDTH < drawing.height < 1.2 * WIDTH
    assert all(0 <= dot.at.x <= WIDTH and 0 <= dot.at.y <= drawing.height for dot in drawing.dots)


def test_draw_maps_widens_for_a_site_beyond_the_outline() -> None:
    drawing = draw(NAMUR, (48.8566, 2.3522))

    namur, paris = (dot.at for dot in drawing.dots)
    assert 0 <= paris.x < namur.x
    assert namur.y < paris.y <= drawing.height


@pytest.mark.parametrize(("start", "is_shown"), [(LIEGE, True), ((45.46, 9.19), False), (None, False)])
def test_draw_maps_marks_the_start_where_it_lies_on_the_map(start: Position | None, is_shown: bool) -> None:
    assert (draw(NAMUR, start=start).start is not None) is is_shown


def test_draw_maps_of_nothing_is_nothing() -> None:
    assert draw_maps([]) == []
    assert draw_maps([(site(), None)]) == []


def test_gap_leaves_a_target_for_a_finger_on_the_narrowest_screen() -> None:
    assert GAP * NARROWEST_MAP / WIDTH > SMALLEST_TARGET


@given(crowd=CROWD)
@settings(max_examples=60)
def test_dots_never_touch_and_stay_on_the_map(crowd: list[Position]) -> None:
    drawing = draw(*crowd)

    dots = [dot.dot for dot in drawing.dots]
    apart = [hypot(a.x - b.x, a.y - b.y) for number, a in enumerate(dots) for b in dots[:number]]
    assert min(apart) >= GAP - 2
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= drawing.height for dot in dots)


def test_dots_of_one_town_part() -> None:
    first, second, third = set_apart((Point(5, 5),) * 3, 800)

    assert min(hypot(a.x - b.x, a.y - b.y) for a, b in ((first, second), (second, third), (first, third))) >= GAP - 2


def test_dot_with_room_around_it_stays_where_the_site_lies() -> None:
    assert [dot.at == dot.dot for dot in draw(NAMUR, ARLON).dots] == [True, True]
