"""Actions on places, people and words."""

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction

from sites.enums import HolidayCalendar
from sites.holiday_calendar import holidays_among
from sites.models import Audience, Locality, Network, Partner, Presence, SchoolHoliday, Site, Theme

__all__ = ["holidays_among", "load_reference"]

SEED = Path(__file__).parent / "seed"
CALENDARS = {"fwb": HolidayCalendar.FWB, "vlaanderen": HolidayCalendar.VLAANDEREN}


@transaction.atomic
def load_reference() -> None:
    """Carry the recorded facts into the database; a second call changes nothing that staff have edited."""
    words = _read("words.json")
    for row in words["networks"]:
        _ensure(Network, {"slug": row["slug"]}, name=row["name"], country=row["country"])
    for row in words["themes"]:
        texts = _translated("name", row["name"]) | _translated("question", row["question"])
        _ensure(Theme, {"code": row["code"]}, position=row["position"], **texts)
    for row in words["audiences"]:
        _ensure(Audience, {"code": row["code"]}, position=row["position"], **_translated("name", row["name"]))
    for row in _read("partners.json")["partners"]:
        _ensure(Partner, {"slug": row["slug"]}, name=row["name"], note=row["note"])
    for row in _read("sites.json")["sites"]:
        _load_site(row)
    _load_calendars(_read("calendars.json"))
    _load_localities()


def _load_site(row: dict[str, Any]) -> None:
    # An empty column is a fact that was not found: the pages say “to be confirmed”.
    site = _ensure(
        Site,
        {"slug": row["slug"]},
        network=Network.objects.get(slug=row["network"]),
        name=row["name"],
        kind=row["kind"],
        street=row["street"] or "",
        is_street_partial=row["street_is_partial"],
        postcode=row["postcode"],
        city=row["city"],
        nis_code=row["nis_code"],
        phone=row["phone"] or "",
        email=row["email"] or "",
        url=row["url"] or "",
        latitude=row["latitude"],
        longitude=row["longitude"],
        languages=row["languages"],
    )
    for named in row["presences"]:
        partner = Partner.objects.get(slug=named["slug"])
        keys = {"partner": partner, "site": site}
        _ensure(Presence, keys, is_confirmed=named["confirmed"], scope=named["scope"])


def _load_calendars(calendars: dict[str, Any]) -> None:
    for code, calendar in calendars["school_holidays"].items():
        for period in calendar["periods"]:
            keys = {"calendar": CALENDARS[code], "name": period["name"]}
            _ensure(SchoolHoliday, keys, first_on=_day(period["from"]), last_on=_day(period["to"]))


def _load_localities() -> None:
    if Locality.objects.exists():
        return
    with (SEED / "postcodes_be.csv").open(encoding="utf-8", newline="") as table:
        rows = [
            Locality(
                country="BE",
                postcode=row["postcode"],
                name=row["locality"],
                latitude=float(row["lat"]),
                longitude=float(row["lon"]),
            )
            for row in csv.DictReader(table)
        ]
    Locality.objects.bulk_create(rows, ignore_conflicts=True)


def _ensure(model: type[models.Model], keys: dict[str, Any], **values: Any) -> Any:
    return model._default_manager.get_or_create(**keys, defaults=values)[0]


def _translated(field: str, texts: dict[str, str]) -> dict[str, str]:
    return {f"{field}_{code}": texts[code] for code, _name in settings.LANGUAGES}


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _read(name: str) -> Any:
    return json.loads((SEED / name).read_text(encoding="utf-8"))
