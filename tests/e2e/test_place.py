"""A coordinator corrects a whole site without the manual; how long it takes a person is reckoned, not felt.

The keystroke-level model (Card, Moran and Newell, 1980): a key 0.28 s (average typist), pointing 1.1 s, a button
0.1 s, the hand between mouse and keyboard 0.4 s, and 1.35 s of thought before each new thing on the page.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from sites.models import OpeningHours, Site, User

KEY, POINT, PRESS, HAND, THINK = 0.28, 1.1, 0.1, 0.4, 1.35
MOVES_ON = timezone.localdate() + dt.timedelta(days=30)
CLOSES_ON = timezone.localdate() + dt.timedelta(days=40)


class Person:
    """Somebody at a desktop, whose time is added up by the model."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seconds = 0.0

    def click(self, name: str, *, role: Any = "link") -> None:
        """Find something, point at it, press."""
        self.seconds += THINK + POINT + PRESS
        self.page.get_by_role(role, name=name, exact=True).first.click()

    def type(self, field: Locator, keys: str, *, value: str = "") -> None:
        """Point into a field, take the keyboard, type. ``keys`` is what is struck, ``value`` what it comes to."""
        self.seconds += THINK + POINT + PRESS + 2 * HAND + KEY * len(keys)
        field.fill(value or keys)

    def fill(self, label: str, keys: str, *, value: str = "") -> None:
        """Type into the field with this label."""
        self.type(self.page.get_by_label(label).first, keys, value=value)


def correct_hours(person: Person) -> None:
    person.click("Change Opening hours")
    for number, (opens, closes) in enumerate((("09:00", "12:00"), ("13:00", "17:00")), start=1):
        person.fill(f"Monday, period {number}: opens at", opens.replace(":", ""), value=opens)
        person.fill(f"Monday, period {number}: closes at", closes.replace(":", ""), value=closes)
    person.click("Tuesday to Friday as on Monday", role="checkbox")
    person.click("Save the hours", role="button")
    expect(person.page.get_by_text("The opening hours are saved.")).to_be_visible()


def move(person: Person) -> None:
    person.click("The place moves")
    person.fill("First day", f"{MOVES_ON:%d%m%Y}", value=MOVES_ON.isoformat())
    person.fill("Street and number", "Rue Rogier 12")
    person.fill("Postcode", "5000")
    person.fill("Town", "Namur")
    person.click("Save", role="button")
    expect(person.page.get_by_text("The move is written down.")).to_be_visible()


def close(person: Person) -> None:
    person.click("Add closing days")
    person.fill("First day", f"{CLOSES_ON:%d%m%Y}", value=CLOSES_ON.isoformat())
    person.fill("Last day", f"{CLOSES_ON:%d%m%Y}", value=CLOSES_ON.isoformat())
    person.fill("Reason", "Formation")
    person.click("Save", role="button")
    expect(person.page.get_by_text("The closing days are saved.")).to_be_visible()


def correct_phone(person: Person) -> None:
    person.click("Change Contact and languages")
    person.fill("Telephone", "081 00 00 00")
    person.click("Save", role="button")
    expect(person.page.get_by_text("The contact details are saved.")).to_be_visible()


def test_coordinator_corrects_a_whole_site_in_under_two_minutes(
    demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    person = Person(watched)
    User.objects.filter(pk=sign_in("coordinator").pk).update(language="en")
    watched.goto(f"{live_server.url}/places/")

    person.click("Cité des métiers de Namur")
    for correct in (correct_hours, move, close, correct_phone):
        correct(person)

    site = Site.objects.get(slug="namur")
    assert OpeningHours.objects.filter(site=site).count() == 10
    assert str(site.address_on(MOVES_ON)) == "Rue Rogier 12, 5000 Namur"
    assert site.closures.get().first_on == CLOSES_ON
    assert site.phone == "081 00 00 00"
    assert person.seconds < 120
