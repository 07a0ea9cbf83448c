"""Readings from a file: any encoding that people have, every bad row named, all of it or nothing."""

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from sites.models import Site, User
from tests.factories.counts import DoorCounterFactory, DoorReadingFactory
from tests.factories.sites import SiteFactory
from visitors.models import DoorCounter, DoorReading
from visitors.services.door_files import headings

pytestmark = pytest.mark.django_db
IMPORT, CONFIRM, EXAMPLE = (reverse(f"visitors:door-{name}") for name in ("import", "import-confirm", "example"))
ONE = dt.timedelta(days=1)


@pytest.fixture
def door(site: Site) -> DoorCounter:
    return DoorCounterFactory(site=site, name="Entrée côté jardin")


@pytest.fixture
def door_client(client: Client, colleague: User, site: Site) -> Client:
    client.force_login(colleague)
    return client


def _day(back: int) -> dt.date:
    return timezone.localdate() - back * ONE


def _send(client: Client, site: Site, content: bytes | str) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(IMPORT, {"site": site.slug, "file": SimpleUploadedFile("doors.csv", data)})


def _confirm(client: Client, site: Site, preview: Any) -> Any:
    draft = preview.context["confirm"]["draft"].value()
    return client.post(CONFIRM, {"site": site.slug, "draft": draft})


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def _problems(response: Any) -> list[tuple[int, str]]:
    return [(problem.row, problem.part) for problem in response.context["problems"]]


def test_file_is_shown_and_then_written(door_client: Client, site: Site, door: DoorCounter) -> None:
    content = (
        f"counter,day,in,out,estimate\n{door.name},{_day(2)},1000,,\n{door.name},{_day(1)},1 240,,\n,{_day(0)},,,40\n"
    )

    preview = _send(door_client, site, content)
    assert preview.context["counts"] == {"new": 3, "changed": 0, "unchanged": 0}
    assert DoorReading.objects.count() == 0
    response = _confirm(door_client, site, preview)

    assert response.url == reverse("visitors:door-list")
    rows = DoorReading.objects.order_by("day").values_list("reading_in", "estimated_entries")
    assert list(rows) == [(1000, None), (1240, None), (None, 40)]


def test_preview_shows_what_each_row_changes(door_client: Client, site: Site, door: DoorCounter) -> None:
    for back, value in ((3, 1000), (2, 1100)):
        DoorReadingFactory(counter=door, day=_day(back), reading_in=value)

    rows = f"{_day(3)},1000\n{_day(2)},1150\n{_day(1)},1240\n"
    preview = _send(door_client, site, f"day,in\n{rows}")

    assert [row.state for row in preview.context["rows"]] == ["unchanged", "changed", "new"]
    assert "1,100 → 1,150" in _text(preview)
    assert preview.context["counts"] == {"new": 1, "changed": 1, "unchanged": 1}


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_headings_of_every_language_are_understood(
    door_client: Client, site: Site, door: DoorCounter, language: str
) -> None:
    with translation.override(language):
        labels = [label for _column, label in headings()]

    preview = _send(door_client, site, ";".join(labels).upper() + f"\n{door.name};{_day(1)};1000;;\n")

    assert preview.context["counts"]["new"] == 1


@pytest.mark.parametrize("columns", ["Compteur;Entrée", "Porte;Stand"])
def test_missing_column_is_named_whatever_the_other_headings_are(
    door_client: Client, site: Site, door: DoorCounter, columns: str
) -> None:
    text = _text(_send(door_client, site, f"{columns}\nPorte;1000\n"))

    assert "This column is missing: day." in text


def test_windows_1252_with_semicolons_and_days_as_written_here(
    door_client: Client, site: Site, door: DoorCounter
) -> None:
    rows = (
        "counter;day;in",
        f"Entrée côté jardin;{_day(2):%d/%m/%Y};1000",
        f"entree cote jardin;{_day(1):%d.%m.%Y};1\u00a0240",
    )
    content = "\r\n".join(rows)

    response = _confirm(door_client, site, _send(door_client, site, content.encode("cp1252")))

    assert response.status_code == 302
    assert list(DoorReading.objects.order_by("day").values_list("reading_in", flat=True)) == [1000, 1240]


def test_workbook_of_a_spreadsheet_is_read(door_client: Client, site: Site, door: DoorCounter) -> None:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (["day", "in"], [dt.datetime.combine(_day(1), dt.time()), 1000.0]):
        book.active.append(row)
    book.save(content)

    response = _confirm(door_client, site, _send(door_client, site, content.getvalue()))

    assert response.status_code == 302
    assert DoorReading.objects.get().counter == door


def test_three_bad_rows_among_many_are_named_and_none_is_written(
    door_client: Client, site: Site, door: DoorCounter
) -> None:
    rows = [f"{door.name},{_day(40 - number)},{1000 + 100 * number}" for number in range(40)]
    rows[4] = f"{door.name},{_day(36)},many"
    rows[19] = f"Back door,{_day(21)},3000"
    rows[30] = f"{door.name},{_day(10)},12"

    response = _send(door_client, site, "\n".join(["counter,day,in", *rows]))

    assert response.status_code == 422
    assert _problems(response) == [(6, "in"), (21, "counter"), (32, "in")]
    text = _text(response)
    assert "3 problems in the file" in text
    assert "“many” is no whole number. Write digits only." in text
    assert "This site has no counter named “Back door”." in text
    assert DoorReading.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "This is no list of readings."),
        (b"name,age\nAnna,40\n", "This is no list of readings."),
        (b"PK\x03\x04broken", "This is no list of readings."),
        (b"day,in\n", "The file has headings but no rows."),
        (b"day,colour\n2026-01-01,red\n", "This column is unknown: colour."),
        (b"counter,in\nx,1\n", "This column is missing: day."),
    ],
)
def test_file_that_is_no_list_is_refused_with_a_sentence(
    door_client: Client, site: Site, content: bytes, sentence: str
) -> None:
    response = _send(door_client, site, content)

    assert response.status_code == 422
    assert sentence.removeprefix("The submitted ") in _text(response)


@pytest.mark.parametrize(
    ("row", "part", "sentence"),
    [
        ("x,,1000", "day", "The day is missing."),
        ("x,yesterday,1000", "day", "“yesterday” is no day."),
        ("x,2020-01-01,1000", "day", "This day is too long ago"),
        ("x,2099-01-01,1000", "day", "A day to come"),
        ("x,{day},12.345", "in", "is no whole number"),
        ("x,{day},-3", "in", "is no whole number"),
        ("x,{day},12345678901", "in", "no counter has more than 9 digits"),
    ],
)
def test_bad_cell_is_told_in_its_column(door_client: Client, site: Site, row: str, part: str, sentence: str) -> None:
    DoorCounterFactory(site=site, name="x")

    response = _send(door_client, site, "counter,day,in\n" + row.format(day=_day(1)))

    assert _problems(response) == [(2, part)]
    assert sentence in _text(response)


def test_same_day_twice_is_told_at_the_second_row(door_client: Client, site: Site, door: DoorCounter) -> None:
    response = _send(door_client, site, f"day,in\n{_day(1)},1000\n{_day(1)},1001\n")

    assert _problems(response) == [(3, "day")]
    assert "already in row 2" in _text(response)


def test_row_left_empty_stays_as_it_is(door_client: Client, site: Site, door: DoorCounter) -> None:
    DoorReadingFactory(counter=door, day=_day(1), reading_in=1000)

    preview = _send(door_client, site, f"counter,day,in\n{door.name},{_day(1)},\n{door.name},{_day(0)},1200\n")
    _confirm(door_client, site, preview)
    empty = _send(door_client, site, f"counter,day,in\n{door.name},{_day(1)},\n")

    assert DoorReading.objects.count() == 2
    assert "No row of this file holds a number." in _text(empty)


def test_change_since_the_preview_is_told_and_kept(door_client: Client, site: Site, door: DoorCounter) -> None:
    preview = _send(door_client, site, f"day,in\n{_day(1)},1000\n")
    DoorReadingFactory(counter=door, day=_day(1), reading_in=999)

    response = _confirm(door_client, site, preview)
    again = _confirm(door_client, site, response)

    assert "Somebody changed this meanwhile" in _text(response)
    assert response.context["counts"]["changed"] == 1
    assert again.status_code == 302
    assert DoorReading.objects.get().reading_in == 1000


def test_preview_of_another_site_or_person_is_not_confirmed(
    door_client: Client, site: Site, door: DoorCounter, stranger: User
) -> None:
    preview = _send(door_client, site, f"day,in\n{_day(1)},1000\n")
    draft = preview.context["confirm"]["draft"].value()

    forged = door_client.post(CONFIRM, {"site": site.slug, "draft": f"{draft}x"})
    assert "This preview cannot be read." in _text(forged)
    assert door_client.post(CONFIRM, {"site": SiteFactory().slug, "draft": draft}).status_code == 404
    assert door_client.get(CONFIRM).url == IMPORT
    assert DoorReading.objects.count() == 0


def test_example_holds_the_counters_and_days_of_this_month_and_comes_back(
    door_client: Client, site: Site, door: DoorCounter
) -> None:
    content = door_client.get(EXAMPLE).content.decode("utf-8-sig").splitlines()

    filled = [content[0], content[1].replace(";;;", ";1000;;")]
    response = _confirm(door_client, site, _send(door_client, site, "\n".join(filled)))

    assert content[0] == "counter;day;in;out;estimate"
    assert len(content) == 1 + timezone.localdate(timezone=site.tz).day
    assert response.status_code == 302
    assert DoorReading.objects.get().counter == door
