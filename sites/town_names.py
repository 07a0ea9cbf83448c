"""What a town is called by those who read French, by those who read Dutch, and by itself."""

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

from citemetiers.kernel.words import fold

TABLE = Path(__file__).parent / "seed" / "municipalities_be.csv"
COUNTRY_ZONE = "Europe/Brussels"  # a Mons in France stays one: it lies in another time zone
LANGUAGES = ("fr", "nl")
OWN = "own"
NAME = re.compile(r"[^()]+(?<! )")  # “Saint-Josse-ten-Noode (Bruxelles)” holds two


def town_in(town: str, language: str | None, *, zone: str) -> str:
    """The town as readers of a language call it; as it is written where the table of Belgian municipalities is silent.

    The table (Statbel) knows French and Dutch names; whoever reads another language meets the town's own. A name that
    two municipalities share is left as it is.
    """
    if zone != COUNTRY_ZONE:
        return town
    wanted = language if language in LANGUAGES else OWN
    return NAME.sub(lambda found: _names().get(found[0], {}).get(wanted, found[0]), town)


def own_name(row: Mapping[str, str]) -> str:
    """What a municipality of the table calls itself: the table has its German name among the Dutch ones."""
    return row["fr"] if row["own"] == "fr" else row["nl"]


class InTown(Protocol):
    """A site, or what was released of one."""

    @property
    def town(self) -> str: ...
    @property
    def slug(self) -> str: ...


def by_town(place: InTown) -> tuple[str, str]:
    """Sorts by the alphabet of the reader; never an order of merit."""
    return fold(place.town), place.slug


def unshared(rows: Iterable[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Each name with all of its municipality, by language; without the names that stand for two of them."""
    known: dict[str, dict[str, str]] = {}
    shared = set()
    for row in rows:
        names = {"fr": row["fr"], "nl": row["nl"], OWN: own_name(row)}
        for name in names.values():
            if known.setdefault(name, names) != names:
                shared.add(name)
    return {name: names for name, names in known.items() if name not in shared}


@cache
def _names() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return unshared(csv.DictReader(table))
