"""The recorded facts, as they come with the portal."""

import csv
import datetime as dt
from typing import Any

from auditlog.context import disable_auditlog
from django.db import models, transaction

from sites.enums import HolidayCalendar
from sites.models import (
    Address,
    Locality,
    Network,
    Partner,
    PartnerName,
    Presence,
    SchoolHoliday,
    Site,
)
from sites.services.vocabularies import SEED, load_vocabularies, read_seed

CALENDARS = {"fwb": HolidayCalendar.FWB, "vlaanderen": HolidayCalendar.VLAANDEREN}


@disable_auditlog()  # type: ignore[untyped-decorator]  # nobody changes anything: these facts come with the portal
@transaction.atomic
def load_reference() -> None:
    """Carry the recorded facts into the database; a second call changes nothing that staff have edited."""
    words = read_seed("words.json")
    for row in words["networks"]:
        _ensure(Network, {"slug": row["slug"]}, name=row["name"], country=row["country"])
    load_vocabularies()
    for row in read_seed("partners.json")["partners"]:
        _load_partner(row)
    for row in read_seed("sites.json")["sites"]:
        _load_site(row)
    _load_calendars(read_seed("calendars.json"))
    _load_localities()


def _load_site(row: dict[str, Any]) -> None:
    # An empty column is a fact that was not found: the pages say “to be confirmed”.
    site = _ensure(
        Site,
        {"slug": row["slug"]},
        network=Network.objects.get(slug=row["network"]),
        name=row["name"],
        kind=row["kind"],
        city=row["city"],
        school_calendar=row.get("school_calendar", HolidayCalendar.FWB),
        phone=row["phone"] or "",
        email=row["email"] or "",
        url=row["url"] or "",
        languages=row["languages"],
    )
    if not site.addresses.exists():
        Address.objects.create(
            site=site,
            street=row["street"] or "",
            is_street_partial=row["street_is_partial"],
            **{name: row[name] for name in ("postcode", "city", "nis_code", "latitude", "longitude")},
        )
    for named in row["presences"]:
        partner = Partner.objects.get(slug=named["slug"])
        keys = {"partner": partner, "site": site}
        _ensure(Presence, keys, is_confirmed=named["confirmed"], scope=named["scope"])


def _load_partner(row: dict[str, Any]) -> None:
    partner = _ensure(Partner, {"slug": row["slug"]}, note=row["note"])
    if not partner.names.exists():
        PartnerName.objects.create(partner=partner, name_fr=row["name"])


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
    # One key may stand in several rows, one after the other: a partner that left a site and came back.
    found = model._default_manager.filter(**keys).order_by("pk").first()
    return found or model._default_manager.create(**keys, **values)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
