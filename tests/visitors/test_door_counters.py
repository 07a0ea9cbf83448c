"""Counters at doors over time: none is added, ended or removed so that days already counted change."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.models import Site, User
from tests.factories.counts import DoorCounterFactory, DoorReadingFactory
from visitors.doors import Flag
from visitors.models import DoorCounter, DoorReading
from visitors.services.counting_rules import CountError
from visitors.services.doors import entries_at, remove_counter, state_of_doors

pytestmark = pytest.mark.django_db
ONE = dt.timedelta(days=1)
DOORS, ADD, CHANGE = (reverse(f"visitors:{name}") for name in ("door-list", "counter-add", "counter-change"))


@pytest.fixture
def door(site: Site) -> DoorCounter:
    return DoorCounterFactory(site=site, name="Main door")


@pytest.fixture
def door_client(client: Client, colleague: User) -> Client:
    client.force_login(colleague)
    return client


@pytest.fixture
def today(site: Site) -> dt.date:
    return timezone.localdate(timezone=site.tz)


def _facts(site: Site, **changes: Any) -> dict[str, Any]:
    facts = {"site": site.slug, "name": "Garden", "digits": "6", "calibration": "100", "staff_entries": "0"}
    return facts | {"first_on": "", "last_on": ""} | changes


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def _save_day(client: Client, site: Site, day: dt.date, **numbers: Any) -> Any:
    seen = state_of_doors(site, first=day, last=day)
    return client.post(DOORS, {"site": site.slug, "day": day, "seen": seen, "estimate": "", **numbers}, follow=True)


def _count(counter: DoorCounter, *, until: dt.date) -> None:
    DoorReadingFactory(counter=counter, day=until - ONE, reading_in=1_000)
    DoorReadingFactory(counter=counter, day=until, reading_in=1_110)


def test_new_counter_begins_today_and_leaves_past_days_counted(
    door_client: Client, site: Site, door: DoorCounter, today: dt.date
) -> None:
    _count(door, until=today - ONE)
    proposed = door_client.get(ADD).context["form"]["first_on"].value()

    refused = door_client.post(ADD, _facts(site))
    added = door_client.post(ADD, _facts(site, first_on=proposed))

    assert proposed == today
    assert refused.status_code == 422
    assert "it is missing on every day counted so far" in " ".join(refused.context["form"].errors["first_on"])
    assert added.status_code == 302
    assert [one.flag for one in entries_at(site, first=today - ONE, until=today)] == [Flag.COUNTED]


def test_first_day_is_not_taken_away_where_others_counted(
    door_client: Client, site: Site, door: DoorCounter, today: dt.date
) -> None:
    _count(door, until=today)
    second = DoorCounterFactory(site=site, first_on=today)
    DoorReadingFactory(counter=second, day=today, reading_in=1)

    refused = door_client.post(CHANGE, _facts(site, counter=second.pk))
    renamed = door_client.post(CHANGE, _facts(site, counter=door.pk, name="Front"))

    assert "first_on" in refused.context["form"].errors
    assert renamed.status_code == 302


@pytest.mark.parametrize(
    ("days", "field", "words"),
    [({"last_on": -1}, "last_on", "has readings until"), ({"first_on": 1}, "first_on", "has readings from")],
)
def test_days_that_would_drop_a_reading_are_refused_with_its_day(
    door_client: Client, site: Site, door: DoorCounter, today: dt.date, days: dict[str, int], field: str, words: str
) -> None:
    _count(door, until=today)
    asked = {name: today + after * ONE for name, after in days.items()}

    refused = door_client.post(CHANGE, _facts(site, counter=door.pk, **asked))
    kept = door_client.post(CHANGE, _facts(site, counter=door.pk, first_on=today, last_on=today))

    sentence = " ".join(refused.context["form"].errors[field])
    assert words in sentence
    assert str((today if field == "last_on" else today - ONE).day) in sentence
    assert kept.status_code == 302


def test_counter_without_a_reading_is_removed_once_somebody_is_sure(
    door_client: Client, site: Site, door: DoorCounter
) -> None:
    asked = {"site": site.slug, "counter": door.pk, "remove": "1"}

    sure = door_client.post(CHANGE, asked)
    assert "Remove this counter?" in _text(sure)
    assert DoorCounter.objects.exists()
    door_client.post(CHANGE, asked | {"sure": "1"})

    assert not DoorCounter.objects.exists()


def test_counter_with_a_reading_stays(
    door_client: Client, site: Site, door: DoorCounter, stranger: User, colleague: User, today: dt.date
) -> None:
    DoorReadingFactory(counter=door, day=today)

    page = door_client.get(f"{CHANGE}?counter={door.pk}")
    answer = door_client.post(CHANGE, {"site": site.slug, "counter": door.pk, "remove": "1", "sure": "1"}, follow=True)

    assert "Remove the counter" not in _text(page)
    assert "Give it a last day instead of removing it." in _text(answer)
    with pytest.raises(CountError):
        remove_counter(door, by=colleague)
    assert DoorCounter.objects.get() == door


def test_both_directions_that_went_down_are_told_with_the_way_out(
    door_client: Client, site: Site, today: dt.date
) -> None:
    door = DoorCounterFactory(site=site, is_two_way=True)
    DoorReadingFactory(counter=door, day=today - ONE, reading_in=1_000, reading_out=900)

    response = _save_day(door_client, site, today, **{f"in-{door.pk}": "800", f"out-{door.pk}": "700"})

    errors = response.context["form"].errors
    assert "lower than the reading before (1,000)" in errors[f"in-{door.pk}"][0]
    assert "lower than the reading before (900)" in errors[f"out-{door.pk}"][0]
    assert "give it a last day and add a new counter" in errors[f"in-{door.pk}"][0]
    assert DoorReading.objects.count() == 1


def test_both_directions_that_are_too_long_are_told(door_client: Client, site: Site, today: dt.date) -> None:
    door = DoorCounterFactory(site=site, is_two_way=True, digits=4)

    response = _save_day(door_client, site, today, **{f"in-{door.pk}": "12345", f"out-{door.pk}": "23456"})

    assert set(response.context["form"].errors) == {f"in-{door.pk}", f"out-{door.pk}"}


def test_day_says_how_many_of_the_staff_were_taken_off(door_client: Client, site: Site, today: dt.date) -> None:
    _count(DoorCounterFactory(site=site, staff_entries=6), until=today)

    text = _text(door_client.get(DOORS))

    assert "55 − 6 staff" in text


def test_estimate_beside_a_counted_day_is_said_to_be_unused(
    door_client: Client, site: Site, door: DoorCounter, today: dt.date
) -> None:
    DoorReadingFactory(counter=door, day=today - ONE, reading_in=1_000)
    words = "so the estimate is not used"

    alone = _save_day(door_client, site, today, estimate="40")
    beside = _save_day(door_client, site, today, estimate="40", **{f"in-{door.pk}": "1110"})

    assert words not in _text(alone)
    assert words in _text(beside)


def test_first_reading_says_that_counting_starts_with_the_next(
    door_client: Client, site: Site, door: DoorCounter, today: dt.date
) -> None:
    other = DoorCounterFactory(site=site)
    _count(other, until=today)

    response = _save_day(door_client, site, today, **{f"in-{door.pk}": "5", f"in-{other.pk}": "1110"})

    row = _text(response).split('class="is-chosen"')[1].split("</tr>")[0]
    assert "first reading: counting starts with the next one" in row
