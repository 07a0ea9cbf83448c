"""Each user does the job once, in a browser, on the demo data."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
from django.urls import reverse
from playwright.sync_api import Page, expect

from activities.services import SEED_FILE
from sites.models import User
from tests.e2e.desks import expect_waiting
from visitors.models import Contact

DAY = "2024-02-21"


def test_advisor_logs_a_contact_with_the_keyboard_and_undoes_it(
    demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    page = watched
    sign_in("advisor")
    before = Contact.objects.count()
    page.goto(f"{live_server.url}/desk/")

    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]").first).to_contain_text(re.compile("emploi|work", re.IGNORECASE))
    expect_waiting(page, 0)
    assert Contact.objects.count() == before + 1

    page.keyboard.press("z")
    expect(page.locator("[data-desk-bar]")).to_contain_text(re.compile("annulé|undone", re.IGNORECASE))
    expect_waiting(page, 0)
    assert Contact.objects.count() == before


def test_coordinator_imports_edits_and_releases_the_programme_that_visitors_see(
    demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    page = watched
    sign_in("coordinator")
    User.objects.update(language="en")
    page.goto(f"{live_server.url}{reverse('programmes:programme-import')}")

    # The file of 2024 as a proposal for the open day to come.
    options = page.locator("select[name=open_day] option")
    page.locator("select[name=open_day]").select_option(value=options.nth(_upcoming(options)).get_attribute("value"))
    page.locator("input[type=file]").set_input_files(SEED_FILE)
    page.locator("main input[type=checkbox]").first.check()
    page.locator("main form [type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("183")
    page.locator("main form [type=submit]").last.click()

    page.goto(f"{live_server.url}{reverse('programmes:programme-list')}")
    page.locator("main a[href$='/namur/']").first.click()
    day = page.url.rstrip("/").split("/")[-2]
    page.locator("main a[href*='/sessions/']").first.click()
    page.locator("input[name=title_en]").fill("A title changed by hand")
    page.locator("main form [type=submit]").first.click()
    page.goto(f"{live_server.url}{reverse('programmes:programme-list')}")
    page.locator(f"main form[action*='/release/{day}/'] [type=submit]").click()

    page.goto(f"{live_server.url}/en/open-days/{day}/")
    assert page.locator(f"main a[href*='/en/open-days/{day}/']").count() >= 12
    page.goto(f"{live_server.url}/en/open-days/{day}/namur/")
    expect(page.locator("main")).to_contain_text("A title changed by hand")


def _upcoming(options: Any) -> int:
    texts = options.all_inner_texts()
    return next(n for n, text in enumerate(texts) if text.strip("- ") and "2024" not in text)


def test_manager_downloads_figures_that_add_up(
    demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    page = watched
    sign_in("manager")
    page.goto(f"{live_server.url}/reports/?year=2023")

    with page.expect_download() as waiting:
        page.locator("main a[href$='.xlsx'], main a[href*='figures.xlsx']").first.click()

    book = openpyxl.load_workbook(BytesIO(waiting.value.path().read_bytes()))
    values = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {28977, 9556, 18062, 9059, 65654} <= set(values)


def test_staff_sign_in_by_the_form(demo_data: None, watched: Page, live_server: Any) -> None:
    page = watched
    page.goto(f"{live_server.url}/accounts/login/")

    page.locator("input[name=login]").fill("advisor@demo.example")
    page.locator("input[name=password]").fill("open-to-everyone")
    page.keyboard.press("Enter")

    page.wait_for_url("**/desk/")
