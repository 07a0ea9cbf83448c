"""What cannot be of a place is refused with a sentence, at the field that mends it."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.enums import Role, SeasonKind
from sites.forms.facts import FIELD_OF_CONSTRAINT
from sites.models import Address, Season, Site
from sites.staff_views.place_rows import KINDS
from tests.factories.sites import (
    DeskFactory,
    MembershipFactory,
    PartnerFactory,
    PresenceFactory,
    RoomFactory,
    SiteFactory,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
SOON, LATER = TODAY + dt.timedelta(days=30), TODAY + dt.timedelta(days=37)
# Constraints whose fields no form of a place shows, or that the form refuses before the model is asked.
SHOWN_NOWHERE = {"address_ends_after_it_starts", "address_position_is_whole", "room_has_a_seat"}


@pytest.fixture
def site() -> Site:
    return SiteFactory(slug="namur", name="Cité des métiers de Namur")


@pytest.fixture
def staff(client: Client, site: Site) -> Client:
    client.force_login(MembershipFactory(site=site, role=Role.COORDINATOR).user)
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"places:{name}", args=["namur", *args])


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return dict(answer.context["form"].errors)


@pytest.mark.parametrize(
    ("kind", "data", "field", "sentence"),
    [
        (
            "closures",
            {"first_on": f"{LATER}", "last_on": f"{SOON}", "reason_fr": "x"},
            "last_on",
            "The last day cannot be before the first day.",
        ),
        (
            "special-hours",
            {"day": f"{SOON}", "opens_at": "12:00", "closes_at": "09:00"},
            "closes_at",
            "Closing time must be later than opening time.",
        ),
        (
            "special-hours",
            {"day": f"{SOON}", "opens_at": "11:00", "closes_at": "13:00"},
            "opens_at",
            "These hours overlap others of the same day.",
        ),
        (
            "pauses",
            {"starts_at": f"{SOON}T12:00", "ends_at": f"{SOON}T11:00", "message_fr": "x"},
            "ends_at",
            "A pause ends after it starts.",
        ),
        (
            "seasons",
            {"kind": "DATED", "name_fr": "Été", "first_on": f"{LATER}", "last_on": f"{SOON}"},
            "last_on",
            "Give both days, the last not before the first; school holidays have none.",
        ),
        (
            "seasons",
            {"kind": "DATED", "name_fr": "Été", "first_on": f"{LATER}", "last_on": f"{LATER}"},
            "first_on",
            "This site already has a season on some of these days.",
        ),
        (
            "seasons",
            {"kind": "SCHOOL_HOLIDAYS", "name_fr": "Congés"},
            "kind",
            "This site already has hours for the school holidays.",
        ),
        ("rooms", {"name": "Salle 1", "seats": "10"}, "name", "This site already has a room with this name."),
        ("rooms", {"name": "Salle 2", "seats": "0"}, "seats", "Ensure this value is greater than or equal to 1."),
        ("desks", {"name": "Desk 1"}, "name", "This site already has a desk with this name."),
        ("desks", {"name": ""}, "name", "This field is required."),
    ],
)
def test_row_is_refused_at_its_field(
    staff: Client, site: Site, kind: str, data: dict[str, str], field: str, sentence: str
) -> None:
    RoomFactory(site=site, name="Salle 1")
    DeskFactory(site=site, name="Desk 1")
    site.special_hours.create(day=SOON, opens_at=dt.time(9), closes_at=dt.time(12))
    site.seasons.create(kind=SeasonKind.DATED, name_fr="Printemps", first_on=LATER, last_on=LATER)
    site.seasons.create(kind=SeasonKind.SCHOOL_HOLIDAYS, name_fr="Vacances")

    answer = staff.post(url("row-add", kind), data)

    assert errors_of(answer) == {field: [sentence]}
    assert f'id="id_{field}_error"' in answer.content.decode()


@pytest.mark.parametrize("phone", ["abc", "081 ab", "ask reception: 5", "-", "+", "081 12 34 56, 57"])
def test_telephone_that_cannot_be_dialled_is_refused(staff: Client, phone: str) -> None:
    data = {"phone": phone, "languages": ["fr"], "school_calendar": "FWB"}

    errors = errors_of(staff.post(url("place-contact"), data))

    assert errors == {"phone": ["This is no telephone number. Write it in digits, such as +32 81 12 34 56."]}


@pytest.mark.parametrize(
    ("phone", "link"),
    [
        ("081 12 34 56", "tel:081123456"),
        ("+32 (0)81 12.34/56", "tel:+3281123456"),
        ("(081) 12-34-56", "tel:081123456"),
        ("0800\N{NO-BREAK SPACE}12 345", "tel:080012345"),
    ],
)
def test_telephone_is_shown_as_written_and_dialled_in_digits(staff: Client, site: Site, phone: str, link: str) -> None:
    saved = staff.post(url("place-contact"), {"phone": phone, "languages": ["fr"], "school_calendar": "FWB"})

    assert saved.status_code == 302
    assert f'<a href="{link}">{phone}</a>' in staff.get(site.get_absolute_url()).content.decode()


def test_label_refuses_at_its_field_to_end_before_it_starts(staff: Client) -> None:
    data = {"label_status": "IN_OPERATION", "label_since_on": "2026-05-01", "label_until_on": "2026-01-01"}

    answer = staff.post(url("place-label"), data)

    assert errors_of(answer) == {"label_until_on": ["The label cannot end before it starts."]}


def test_move_before_the_last_day_of_the_present_address_is_refused_at_its_day(staff: Client, site: Site) -> None:
    site.addresses.update(last_on=LATER)
    data = {"first_on": f"{SOON}", "street": "Rue Rogier 1", "postcode": "5000", "city": "Namur"}

    answer = staff.post(url("place-move"), data)

    assert errors_of(answer) == {"first_on": ["This site already has an address on some of these days."]}
    assert site.addresses.count() == 1


def test_presence_refuses_at_the_partner_days_that_are_taken(staff: Client, site: Site) -> None:
    presence = PresenceFactory(site=site)

    answer = staff.post(url("row-add", "partners"), {"partner": str(presence.partner.pk)})

    assert errors_of(answer) == {"partner": ["This partner is already named for this site."]}


def test_presence_refuses_at_its_field_to_end_before_it_starts(staff: Client) -> None:
    data = {"partner": str(PartnerFactory().pk), "first_on": f"{LATER}", "last_on": f"{SOON}"}

    answer = staff.post(url("row-add", "partners"), data)

    assert errors_of(answer) == {"last_on": ["The last day cannot be before the first day."]}


def test_days_of_a_season_stay_refused_at_the_field_when_it_is_changed(staff: Client, site: Site) -> None:
    site.seasons.create(kind=SeasonKind.DATED, name_fr="Printemps", first_on=LATER, last_on=LATER)
    season = Season.objects.create(site=site, kind=SeasonKind.DATED, name_fr="Été", first_on=SOON, last_on=SOON)

    data = {"kind": "DATED", "name_fr": "Été", "first_on": f"{SOON}", "last_on": f"{LATER}"}
    answer = staff.post(url("row-edit", "seasons", season.pk), data)

    assert errors_of(answer) == {"first_on": ["This site already has a season on some of these days."]}


def test_every_constraint_of_a_place_has_its_field() -> None:
    models = [Site, Address, *(kind.form._meta.model for kind in KINDS.values())]

    names = {constraint.name for model in models for constraint in model._meta.constraints}

    assert names - SHOWN_NOWHERE == FIELD_OF_CONSTRAINT.keys()
