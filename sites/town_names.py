"""What a town is called by those who read French and by those who read Dutch."""

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from citemetiers.kernel.words import fold

if TYPE_CHECKING:
    from sites.models import Site

TABLE = Path(__file__).parent / "seed" / "municipalities_be.csv"
COUNTRY_ZONE = "Europe/Brussels"  # a Mons in France stays one: it lies in another time zone
LANGUAGES = ("fr", "nl")
NAME = re.compile(r"[^()]+(?<! )")  # “Saint-Josse-ten-Noode (Bruxelles)” holds two


def town_in(town: str, language: str | None, *, zone: str) -> str:
    """The town as readers of a language call it; as it is written where the table of Belgian municipalities is silent.

    The table (Statbel) knows French and Dutch names. A name that two municipalities share is left as it is.
    """
    if zone != COUNTRY_ZONE or language not in LANGUAGES:
        return town
    return NAME.sub(lambda found: _names().get(found[0], {}).get(language, found[0]), town)


def by_town(site: "Site") -> tuple[str, str]:
    """Sorts sites by the alphabet of the reader; never an order of merit."""
    return fold(site.town), site.slug


def unshared(rows: Iterable[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Each name with those of its municipality in both languages; without the names that stand for two of them."""
    known: dict[str, dict[str, str]] = {}
    shared = set()
    for row in rows:
        names = {language: row[language] for language in LANGUAGES}
        for name in names.values():
            if known.setdefault(name, names) != names:
                shared.add(name)
    return {name: names for name, names in known.items() if name not in shared}


@cache
def _names() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return unshared(csv.DictReader(table))
