"""A small map without tiles: sites as numbered dots on the outline of their country, in whole numbers for an SVG."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations
from math import cos, hypot, pi, radians, sin
from pathlib import Path
from typing import NamedTuple

from sites.models import Site

SEED = Path(__file__).parent / "seed"
WIDTH = 1000
MARGIN = 64
# On a screen of 320 px the map is 288 px wide: dots of 24 px then keep a line of ground between them.
GAP = 90
ROUNDS = 300
SMALLEST_SPAN = 0.6  # degrees: a lone site is not shown as if the country were a street
FLATTEST, TALLEST = 0.55, 1.1  # height by width

Position = tuple[float, float]  # latitude, longitude in degrees, as everywhere
Ring = tuple[tuple[float, float], ...]  # longitude, latitude, as in GeoJSON


class Point(NamedTuple):
    """A place on the drawing, from its top left corner."""

    x: int
    y: int


class Dot(NamedTuple):
    """A site: where it lies, and where its numbered dot is drawn so that it touches no other."""

    site: Site
    number: int
    at: Point
    dot: Point


class Drawing(NamedTuple):
    """One country. Without a shipped outline the dots stand on plain ground."""

    country: str
    height: int
    outlines: tuple[str, ...]
    credit: str
    dots: list[Dot]
    start: Point | None

    @property
    def view_box(self) -> str:
        """What an SVG calls its window."""
        return f"0 0 {WIDTH} {self.height}"


class Frame(NamedTuple):
    """One projection for outlines and dots: equirectangular, true at the middle latitude."""

    north: float
    west: float
    shrink: float
    scale: float
    height: int

    def point(self, latitude: float, longitude: float) -> Point:
        """Where a position falls on the drawing."""
        x = MARGIN + (longitude - self.west) * self.shrink * self.scale
        return Point(round(x), round(MARGIN + (self.north - latitude) * self.scale))

    def holds(self, point: Point) -> bool:
        """Whether a point lies on the drawing."""
        return 0 <= point.x <= WIDTH and 0 <= point.y <= self.height


def draw_maps(places: Iterable[tuple[Site, Position | None]], *, start: Position | None = None) -> list[Drawing]:
    """A drawing for each country, its sites numbered in the order given; those without a position are left out."""
    by_country: dict[str, list[tuple[int, Site, Position]]] = {}
    for number, (site, position) in enumerate(places, 1):
        if position is not None:
            by_country.setdefault(site.network.country, []).append((number, site, position))
    return [_draw(country, rows, start) for country, rows in by_country.items()]


def _draw(country: str, rows: Sequence[tuple[int, Site, Position]], start: Position | None) -> Drawing:
    rings, credit = _outline(country)
    positions = [position for _number, _site, position in rows]
    frame = _frame((*positions, *((latitude, longitude) for ring in rings for longitude, latitude in ring)))
    marks = tuple(frame.point(*position) for position in positions)
    dots = [
        Dot(site, number, at, dot)
        for (number, site, _position), at, dot in zip(rows, marks, set_apart(marks, frame.height), strict=True)
    ]
    set_out = frame.point(*start) if start else None
    if set_out and not frame.holds(set_out):
        set_out = None
    return Drawing(country, frame.height, _paths(country, frame), credit, dots, set_out)


def _frame(positions: Sequence[Position]) -> Frame:
    latitudes, longitudes = zip(*positions, strict=True)
    middle = (max(latitudes) + min(latitudes)) / 2
    shrink = max(cos(radians(middle)), 0.05)
    wide = max((max(longitudes) - min(longitudes)) * shrink, SMALLEST_SPAN)
    high = max(max(latitudes) - min(latitudes), FLATTEST * wide)
    wide = max(wide, high / TALLEST)
    scale = (WIDTH - 2 * MARGIN) / wide
    west = (max(longitudes) + min(longitudes)) / 2 - wide / shrink / 2
    return Frame(middle + high / 2, west, shrink, scale, round(high * scale) + 2 * MARGIN)


@cache
def _outline(country: str) -> tuple[tuple[Ring, ...], str]:
    path = SEED / f"outlines_{country.lower()}.json"
    if not path.exists():
        return (), ""
    outline = json.loads(path.read_text(encoding="utf-8"))
    rings = tuple(tuple((x, y) for x, y in ring) for shape in outline["shapes"] for ring in shape["rings"])
    return rings, outline["credit"]


@lru_cache(maxsize=32)
def _paths(country: str, frame: Frame) -> tuple[str, ...]:
    return tuple(
        _path(frame.point(latitude, longitude) for longitude, latitude in ring) for ring in _outline(country)[0]
    )


def _path(points: Iterator[Point]) -> str:
    """A closed shape in steps from point to point, which take half the room of full positions."""
    before = first = next(points)
    steps = []
    for point in points:
        if point != before:
            steps.append(f"{point.x - before.x} {point.y - before.y}")
            before = point
    return f"M{first.x} {first.y}l{' '.join(steps)}z".replace(" -", "-")


@lru_cache(maxsize=256)
def set_apart(marks: tuple[Point, ...], height: int) -> tuple[Point, ...]:
    """The same points in the same order, moved as little as needed so that their dots do not touch."""
    # Points that coincide start out in different directions.
    spots = [[mark.x + cos(turn) / 9, mark.y + sin(turn) / 9] for turn, mark in zip(_turns(marks), marks, strict=True)]
    for _round in range(ROUNDS):
        if not _push(spots, height):
            break
    return tuple(Point(round(x), round(y)) for x, y in spots)


def _turns(marks: Sequence[Point]) -> list[float]:
    return [2 * pi * place / len(marks) for place in range(len(marks))]


def _push(spots: list[list[float]], height: int) -> bool:
    has_moved = False
    for one, other in combinations(spots, 2):
        if one == other:  # both were held back in the same corner
            other[0] += 1 if other[0] < WIDTH / 2 else -1
        away = hypot(other[0] - one[0], other[1] - one[1])
        if away < GAP:
            has_moved = True
            _part(one, other, away)
    for spot in spots:
        spot[0] = min(max(spot[0], GAP / 2), WIDTH - GAP / 2)
        spot[1] = min(max(spot[1], GAP / 2), height - GAP / 2)
    return has_moved


def _part(one: list[float], other: list[float], away: float) -> None:
    # A little more than half the overlap each, so that a few rounds settle a crowd.
    step = (GAP + 2 - away) / 2 / away
    for axis in (0, 1):
        push = (other[axis] - one[axis]) * step
        one[axis] -= push
        other[axis] += push
