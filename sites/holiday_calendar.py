"""Legal public holidays of a country. Pure: what a site closes by itself is a Closure."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

import holidays

# The package also lists these two Sundays; Belgian law names ten days, and they are not among them.
NOT_LEGAL = {"BE": frozenset({"Easter Sunday", "Pentecost"})}


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> frozenset[dt.date]:
    """The legal holidays of one year; none for a country that the package does not know."""
    if country not in holidays.list_supported_countries():
        return frozenset()
    named = holidays.country_holidays(country, years=year, language="en_US" if country == "BE" else None)
    left_out = NOT_LEGAL.get(country, frozenset())
    return frozenset(day for day, name in named.items() if name not in left_out)


def holidays_among(days: Iterable[dt.date], *, country: str) -> set[dt.date]:
    """Those of the days that are legal holidays."""
    return {day for day in days if day in public_holidays(country, day.year)}
