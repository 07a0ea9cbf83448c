"""Each user does the job once, in a browser, on the demo data."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect

from activities.services import SEED_FILE
from appointments.models import Appointment
from sites.models import User
from visitors.models import Contact

PHONE = {"width": 360, "height": 740}
CODE = re.compile(r"^[A-HJ-NP-Z2-9]{6}$")
DAY = "2024-02-21"


def test_visitor_books_moves_and_cancels_with_nothing_typed(demo_data: None, watched: Page, live_server: Any) -> None:
    page = watched
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    # From the home page to the code: four taps, nothing typed.
    page.goto(f"{live_server.url}/en/")
    page.get_by_role("link", name="Find work").click()
    page.locator("main").get_by_role("link", name=re.compile("Namur")).first.click()
    page.locator("main a[href*='book/confirm']").first.click()
    page.get_by_role("button", name="Book this moment").click()

    appointment = Appointment.objects.get()
    assert CODE.match(appointment.code)
    assert appointment.visitor is None
    expect(page.get_by_text(appointment.code).first).to_be_visible()
    expect(page.locator("main svg[role=img], main svg.segno, main .ticket svg").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Add to my calendar").click()
    assert "BEGIN:VTIMEZONE" in Path(waiting.value.path()).read_text()

    page.get_by_role("link", name=re.compile("^Move")).click()
    page.locator("main form button").nth(3).click()
    moved = Appointment.objects.get()
    assert moved.starts_at != appointment.starts_at
    assert moved.code == appointment.code

    page.get_by_role("link", name="Cancel the appointment").click()
    page.locator("main form [type=submit]").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This appointment is cancelled")
    assert Appointment.objects.get().state == "CANCELLED"


def test_visitor_with_an_address_gets_a_confirmation_in_the_language_of_the_page(
    demo_data: None, watched: Page, live_server: Any
) -> None:
    page = watched
    page.goto(f"{live_server.url}/nl/book/?theme=train&site=bruxelles")
    page.locator("main a[href*='book/confirm']").first.click()
    page.locator("input[type=email]").fill("someone@example.org")
    page.locator("main form [type=submit]").last.click()

    expect(page.locator("main")).to_contain_text(Appointment.objects.get().code)
    assert [message.to for message in mail.outbox] == [["someone@example.org"]]
    assert f"{reverse('appointments:appointment', args=['x'])[:4]}" not in mail.outbox[0].subject
    assert "/nl/b/" in mail.outbox[0].body


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
    assert Contact.objects.count() == before + 1

    with page.expect_response("**/contacts/undo/**"):
        page.keyboard.press("z")
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
