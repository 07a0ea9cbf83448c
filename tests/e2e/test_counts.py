"""Reception catches up a morning, counts a class and writes down what the doors showed."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session as DjangoSession
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from citemetiers import demo
from sites.models import Site, User
from tests.factories.counts import DoorCounterFactory
from visitors.enums import TallyKind
from visitors.models import DoorReading, Tally


@pytest.fixture
def namur(demo_data: None, sign_in: Callable[[str], User]) -> Site:
    sign_in("reception")
    User.objects.update(language="en")
    Tally.objects.all().delete()
    return Site.objects.get(slug="namur")


def test_batch_adds_up_while_it_is_typed_and_is_saved(namur: Site, watched: Page, live_server: Any) -> None:
    watched.goto(live_server.url + reverse("visitors:batch"))
    cells = watched.locator(".batch-grid tbody input[type=number]")

    cells.nth(0).fill("14")
    cells.nth(1).fill("3")
    expect(watched.locator("[data-sum-all]")).to_have_text("17")
    watched.keyboard.press("Enter")

    expect(watched.get_by_text("2 numbers are saved.")).to_be_visible()
    batch = Tally.objects.filter(site=namur, kind=TallyKind.BATCH)
    assert sorted(batch.values_list("number", flat=True)) == [3, 14]


def test_numbers_outlive_a_change_of_language_and_a_sign_in_that_had_ended(
    namur: Site, page: Page, live_server: Any
) -> None:
    page.goto(f"{live_server.url}{reverse('visitors:batch')}?way=PHONE")
    cells = page.locator(".batch-grid tbody input[type=number]")
    cells.nth(0).fill("14")
    page.locator("button[name=language][value=fr]").click()
    expect(page.locator("html[lang=fr]")).to_be_attached()
    expect(page.locator("[data-kept-back]")).to_be_visible()
    expect(cells.nth(0)).to_have_value("14")
    expect(page.locator("[data-sum-all]")).to_have_text("14")

    page.locator("button[name=language][value=en]").click()
    expect(page.locator("html[lang=en]")).to_be_attached()
    DjangoSession.objects.all().delete()
    page.get_by_role("button", name="Save the numbers").click()
    page.get_by_label("E-mail").fill("reception@demo.example")
    page.get_by_label("Password").fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("[data-kept-back]")).to_be_visible()
    expect(cells.nth(0)).to_have_value("14")
    page.get_by_role("button", name="Save the numbers").click()

    expect(page.get_by_text("1 number is saved.")).to_be_visible()
    expect(page.locator("[data-kept-back]")).to_be_hidden()
    saved = Tally.objects.get(site=namur, kind=TallyKind.BATCH)
    assert (saved.number, saved.way) == (14, "PHONE")


def test_group_that_was_counted_does_not_come_back(namur: Site, page: Page, live_server: Any) -> None:
    page.goto(live_server.url + reverse("visitors:group-list"))
    page.get_by_role("link", name="Pupils in their school").click()
    page.get_by_label("People in all").fill("24")
    page.get_by_role("button", name="Count this group").click()
    expect(page.locator(".count-list__one")).to_be_visible()

    page.goto(live_server.url + reverse("account-home"))
    page.goto(live_server.url + reverse("visitors:group-add"))

    expect(page.get_by_label("People in all")).to_have_value("")
    expect(page.locator("[data-kept-back]")).to_be_hidden()


def test_class_is_counted_with_its_parts(namur: Site, page: Page, live_server: Any) -> None:
    page.goto(live_server.url + reverse("visitors:group-list"))
    page.get_by_role("link", name="Pupils in their school").click()

    page.get_by_label("People in all").fill("24")
    page.get_by_text("How many of them were what").click()
    page.get_by_label("Women").fill("25")
    page.get_by_role("button", name="Count this group").click()
    expect(page.get_by_role("alert")).to_contain_text("More than the whole group: it is 24 people.")
    page.get_by_label("Women").fill("15")
    page.get_by_role("button", name="Count this group").click()

    expect(page.locator(".count-list__one")).to_contain_text("15 women")
    tally = Tally.objects.get(site=namur)
    assert (tally.kind, tally.number) == (TallyKind.SCHOOL, 24)


def test_doors_are_typed_and_imported(namur: Site, watched: Page, live_server: Any, tmp_path: Path) -> None:
    DoorReading.objects.filter(site=namur).delete()
    today = timezone.localdate(timezone=namur.tz)
    file = tmp_path / "portes.csv"
    rows = [f"Porte du jardin;{today - dt.timedelta(days=back):%d/%m/%Y};{12000 - 100 * back}" for back in (2, 1)]
    file.write_bytes("\r\n".join(["counter;day;in", *rows]).encode("cp1252"))
    counter = DoorCounterFactory(site=namur, name="Porte du jardin")

    watched.goto(live_server.url + reverse("visitors:door-import"))
    watched.get_by_label("File", exact=True).set_input_files(file)
    watched.get_by_role("button", name="Check the file").click()
    watched.get_by_role("button", name="Import these readings").click()
    expect(watched.get_by_text("2 readings were imported.")).to_be_visible()
    watched.get_by_label("Porte du jardin", exact=True).fill("12100")
    watched.get_by_role("button", name="Save this day").click()

    expect(watched.get_by_text("The readings of this day are saved.")).to_be_visible()
    assert DoorReading.objects.get(counter=counter, day=today).reading_in == 12_100
