"""Legal public holidays of a country. Pure: what a site closes by itself is a Closure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

import holidays

# The package also lists these two Sundays; Belgian law names ten days, and they are not among them.
NOT_LEGAL = {"BE": frozenset({"Easter Sunday", "Pentecost"})}
# The language of the names above.
ENGLISH = "en_US"


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> frozenset[dt.date]:
    """The legal holidays of one year; none for a country that the package does not know."""
    if country not in holidays.list_supported_countries():
        return frozenset()
    left_out = NOT_LEGAL.get(country, frozenset())
    named = holidays.country_holidays(country, years=year, language=ENGLISH if left_out else None)
    return frozenset(day for day, name in named.items() if name not in left_out)


def holidays_among(days: Iterable[dt.date], *, country: str) -> set[dt.date]:
    """Those of the days that are legal holidays."""
    return {day for day in days if day in public_holidays(country, day.year)}


def holiday_name(day: dt.date, *, country: str, language: str) -> str:
    """What a legal holiday is called in a language; empty for another day or a language the package lacks."""
    return _names(country, day.year, language.partition("-")[0]).get(day, "")


@lru_cache(maxsize=256)
def _names(country: str, year: int, language: str) -> Mapping[dt.date, str]:
    legal = public_holidays(country, year)
    spoken = _spoken(country, language) if legal else None
    if spoken is None:
        return MappingProxyType({})
    named = holidays.country_holidays(country, years=year, language=spoken)
    return MappingProxyType({day: named[day] for day in legal})


def _spoken(country: str, language: str) -> str | None:
    """How the package calls a language for a country: “en” may be “en_CA” there."""
    codes = sorted(holidays.country_holidays(country).supported_languages)
    return next((code for code in codes if code.partition("_")[0] == language), None)
