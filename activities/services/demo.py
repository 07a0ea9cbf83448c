"""The open day of 21 February 2024, as the portal ships it, and one to come for trying an import."""

import datetime as dt
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from activities.models import OpenDay
from activities.rules import ActivityError
from activities.services.importing import import_programme
from activities.services.releasing import release_changed
from activities.sheets import ProgrammeRow, Words, clean_rows, read_sheet
from sites.enums import Weekday
from sites.models import Network, Site

SEED_FILE = Path(__file__).parent.parent / "seed" / "open_day_2024-02-21.csv"
# Published: the date, the hours and the twelve sites. The items of the file are illustrative.
NETWORK = "wallonie"
DAY = dt.date(2024, 2, 21)
OPENS_AT = dt.time(9, 0)
CLOSES_AT = dt.time(18, 30)
DAYS_AHEAD = 90


def read_seed_programme(*, open_day: OpenDay) -> list[ProgrammeRow]:
    """The rows of the shipped file, checked as any other file."""
    sheet = read_sheet(SEED_FILE.read_bytes())
    rows, errors = clean_rows(sheet, words=Words.load(open_day=open_day, editable=None))
    if errors:
        raise ActivityError(f"{SEED_FILE.name}, {errors[0].number}, {errors[0].column}: {errors[0].message}")
    return rows


@transaction.atomic
def load_open_day(*, now: dt.datetime) -> OpenDay:
    """The open day of 2024 with its twelve programmes, each released once; a second call changes nothing."""
    network = Network.objects.get(slug=NETWORK)
    hours = {"opens_at": OPENS_AT, "closes_at": CLOSES_AT}
    open_day, is_new = OpenDay.objects.get_or_create(network=network, day=DAY, defaults=hours)
    if is_new:
        rows = read_seed_programme(open_day=open_day)
        import_programme(open_day=open_day, rows=rows, by=None, is_illustrative=True)
        sites = Site.objects.filter(programmes__open_day=open_day)
        release_changed(open_day=open_day, sites=sites, by=None, now=now)
    return open_day


def ensure_upcoming_open_day(*, now: dt.datetime) -> OpenDay:
    """The next open day of the network; an illustrative one on a Wednesday in three months when there is none."""
    network = Network.objects.get(slug=NETWORK)
    today = timezone.localdate(now)
    coming = OpenDay.objects.filter(network=network).upcoming(today=today).first()
    if coming is not None:
        return coming
    day = today + dt.timedelta(days=DAYS_AHEAD)
    day += dt.timedelta(days=(Weekday.WEDNESDAY - day.isoweekday()) % 7)
    return OpenDay.objects.create(
        network=network, day=day, opens_at=OPENS_AT, closes_at=CLOSES_AT, is_illustrative=True
    )
