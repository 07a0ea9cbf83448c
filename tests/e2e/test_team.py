"""Invited, accepted, signed in at one's own site alone; then gone again, at once."""

import re
from collections.abc import Callable
from typing import Any

from django.core import mail
from playwright.sync_api import Browser, Page, expect

from sites.models import User
from tests.factories.sites import PASSWORD

ROBIN = "robin@example.org"


def invite(page: Page, base: str) -> str:
    page.goto(f"{base}/team/sites/namur/")
    page.get_by_role("link", name="Invite a person").click()
    page.get_by_label("E-mail address").fill(ROBIN)
    page.get_by_label("Role").select_option(label="advisor")
    page.get_by_label("Language of the invitation").select_option("en")
    page.get_by_role("button", name="Send the invitation").click()
    row = page.get_by_role("listitem").filter(has_text=ROBIN)
    expect(row).to_contain_text("sent")
    (sent,) = [one for one in mail.outbox if one.to == [ROBIN]]
    (path,) = re.findall(r"(/invitation/\S+)", str(sent.body))
    return f"{base}{path}"


def test_person_is_invited_accepts_works_at_one_site_and_leaves(
    demo_data: None, watched: Page, browser: Browser, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    sign_in("network")
    User.objects.update(language="en")
    link = invite(watched, live_server.url)

    robin = browser.new_page()
    robin.goto(link)
    expect(robin.get_by_role("heading", level=1)).to_have_text("Your invitation")
    expect(robin.locator("main")).to_contain_text("Namur")
    robin.get_by_label("Your name").fill("Robin Quick")
    robin.get_by_role("button", name="Accept the invitation").click()
    robin.get_by_role("link", name="Choose a password").click()
    for field in robin.locator("input[type=password]").all():
        field.fill(PASSWORD)
    robin.locator("main form [type=submit]").first.click()
    robin.goto(f"{live_server.url}/desk/")
    expect(robin.locator("main")).to_contain_text("Namur")
    assert robin.goto(f"{live_server.url}/team/sites/namur/").status == 403  # type: ignore[union-attr]

    watched.reload()
    watched.get_by_role("listitem").filter(has_text="Robin Quick").get_by_role("link", name="End").click()
    watched.get_by_role("button", name="End it now").click()
    expect(watched.locator("main")).to_contain_text("The membership has ended")
    robin.goto(f"{live_server.url}/desk/")
    expect(robin).to_have_url(re.compile("/accounts/login/"))
    robin.close()
