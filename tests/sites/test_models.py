import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sites.enums import HolidayCalendar, Role, Weekday
from sites.models import Closure, Locality, Membership, OpeningHours, SchoolHoliday, User
from tests.factories.sites import (
    AddressFactory,
    MembershipFactory,
    NetworkFactory,
    RoomFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def _refused(row: Any, sentence: str) -> None:
    """The form says the sentence; the database refuses the row by itself."""
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert sentence in refused.value.messages
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_address_refuses_half_a_position() -> None:
    address = AddressFactory.build(site=SiteFactory(address=None), latitude=50.0, longitude=None)

    _refused(address, "Give latitude and longitude together, in degrees, or neither.")


def test_address_refuses_a_position_off_the_globe() -> None:
    address = AddressFactory.build(site=SiteFactory(address=None), latitude=95.0, longitude=4.0)

    _refused(address, "Give latitude and longitude together, in degrees, or neither.")


def test_room_name_is_refused_twice_at_a_site() -> None:
    room = RoomFactory()

    _refused(RoomFactory.build(site=room.site, name=room.name), "This site already has a room with this name.")


def test_opening_hours_refuse_to_end_before_they_start() -> None:
    hours = OpeningHours(
        site=SiteFactory(), weekday=Weekday.MONDAY, opens_at=dt.time(17), closes_at=dt.time(9), is_by_appointment=False
    )

    _refused(hours, "Closing time must be later than opening time.")


def test_opening_hours_refuse_the_same_start_twice() -> None:
    kept = OpeningHours.objects.create(
        site=SiteFactory(), weekday=Weekday.MONDAY, opens_at=dt.time(9), closes_at=dt.time(12)
    )
    again = OpeningHours(site=kept.site, weekday=kept.weekday, opens_at=kept.opens_at, closes_at=dt.time(17))

    _refused(again, "This site already opens at this time on this day.")


def test_closure_refuses_to_end_before_it_starts() -> None:
    closure = Closure(
        network=NetworkFactory(),
        first_on=dt.date(2026, 12, 24),
        last_on=dt.date(2026, 12, 23),
        reason_fr="Fermeture",
    )

    _refused(closure, "The last day cannot be before the first day.")


def test_school_holiday_refuses_half_a_period() -> None:
    holiday = SchoolHoliday(calendar=HolidayCalendar.FWB, name="carnival 2027", first_on=dt.date(2027, 2, 22))

    _refused(holiday, "Give both days, the last not before the first, or neither.")


def test_school_holiday_is_refused_twice_in_a_calendar() -> None:
    kept = SchoolHoliday.objects.create(calendar=HolidayCalendar.FWB, name="winter")

    _refused(
        SchoolHoliday(calendar=kept.calendar, name=kept.name), "This calendar already has a holiday with this name."
    )


def test_user_email_is_refused_in_upper_case() -> None:
    user = UserFactory.build(email="Person@example.org")

    _refused(user, "Write the e-mail address in lower case.")


@pytest.mark.parametrize("has_both", [True, False])
def test_membership_refuses_two_places_or_none(has_both: bool) -> None:
    place = {"site": SiteFactory(), "network": NetworkFactory()} if has_both else {"site": None, "network": None}
    membership = Membership(user=UserFactory(), role=Role.ADVISOR, **place)

    _refused(
        membership,
        "Choose one site or one network; a network for a network manager, a partner alone for a partner manager.",
    )


@pytest.mark.parametrize("place", ["site", "network"])
def test_membership_is_refused_twice_at_a_place(place: str) -> None:
    kept = MembershipFactory(
        site=SiteFactory() if place == "site" else None, network=NetworkFactory() if place == "network" else None
    )
    again = Membership(user=kept.user, role=kept.role, site=kept.site, network=kept.network)

    _refused(again, "This person already has this role here.")


def test_create_user_keeps_the_address_in_lower_case() -> None:
    user = User.objects.create_user(" Person@Example.ORG ", None, display_name="Person")

    assert user.email == "person@example.org"
    assert not user.has_usable_password()


def test_create_superuser_may_do_everything() -> None:
    user = User.objects.create_superuser("first@example.org", "a long password", display_name="First")

    assert user.is_staff
    assert user.is_superuser


def test_locality_is_refused_twice_under_a_postcode() -> None:
    kept = Locality.objects.create(country="BE", postcode="5000", name="Namur", latitude=50.5, longitude=4.9)
    again = Locality(country="BE", postcode="5000", name=kept.name, latitude=50.5, longitude=4.9)

    _refused(again, "This postcode already has a place with this name.")


def test_site_refuses_a_time_zone_that_is_none() -> None:
    site = SiteFactory.build(network=NetworkFactory(), timezone="Europe/Brusels")

    with pytest.raises(ValidationError) as refused:
        site.full_clean()

    assert refused.value.messages == ["This is no time zone. Write it such as Europe/Brussels."]


@pytest.mark.parametrize("country", ["be", "XX", "B"])
def test_network_refuses_a_country_that_it_does_not_know(country: str) -> None:
    network = NetworkFactory.build(country=country)

    with pytest.raises(ValidationError) as refused:
        network.full_clean()

    assert refused.value.messages == ["This is no country code that we know. Write two capitals, such as BE."]
