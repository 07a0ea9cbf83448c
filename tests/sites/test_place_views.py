import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.enums import Role, SeasonKind, Weekday
from sites.models import Address, Closure, Convention, DropInPause, Locality, OpeningHours, Presence, Season, Site
from sites.services import state_of_week
from tests.factories.sites import (
    DeskFactory,
    MembershipFactory,
    PartnerFactory,
    PresenceFactory,
    RoomFactory,
    SiteFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_stands")]

TODAY = timezone.localdate()
DAY = dt.timedelta(days=1)
SOON, LATER = TODAY + 30 * DAY, TODAY + 37 * DAY
NINE, NOON, ONE, FIVE = dt.time(9), dt.time(12), dt.time(13), dt.time(17)


@pytest.fixture
def site() -> Site:
    return SiteFactory(slug="namur", name="Cité des métiers de Namur", address__street="Boulevard Mélot 1")


@pytest.fixture
def staff(client: Client, site: Site) -> Client:
    client.force_login(MembershipFactory(site=site, role=Role.COORDINATOR).user)
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"places:{name}", args=["namur", *args])


def week(site: Site, *, season: Season | None = None, **times: str) -> dict[str, str]:
    return {"seen": state_of_week(site, season), **times}


def hours_of(site: Site, season: Season | None = None) -> list[tuple[int, str, str, bool]]:
    rows = OpeningHours.objects.filter(site=site, season=season).order_by("weekday", "opens_at")
    return [(row.weekday, f"{row.opens_at:%H:%M}", f"{row.closes_at:%H:%M}", row.is_by_appointment) for row in rows]


def text(answer: Any) -> str:
    return str(answer.content.decode())


# --- The pages -----------------------------------------------------------------------------------


def test_coordinator_of_one_site_is_led_to_it(staff: Client) -> None:
    answer = staff.get(reverse("places:place-list"))

    assert answer["Location"] == url("place-detail")


@pytest.mark.usefixtures("no_holidays")
def test_place_list_names_own_sites_and_what_visitors_read(client: Client, site: Site) -> None:
    other = SiteFactory(network=site.network, name="Carrefour des métiers de Huy", label_until_on=TODAY)
    stranger = SiteFactory(name="Elsewhere")
    client.force_login(MembershipFactory(site=None, network=site.network, role=Role.NETWORK_MANAGER).user)

    page = text(client.get(reverse("places:place-list")))

    assert site.name in page
    assert other.name in page
    assert "to be renewed" in page
    assert "Opening hours to be confirmed" in page
    assert stranger.name not in page


@pytest.mark.parametrize("count", [1, 3])
def test_place_detail_asks_the_same_queries_for_one_and_for_three(
    staff: Client, site: Site, count: int, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(count):
        PresenceFactory(site=site)
        DeskFactory(site=site, room=RoomFactory(site=site))
        Closure.objects.create(
            network=site.network, site=site, first_on=TODAY, last_on=TODAY + DAY * number, reason_fr="Fermé"
        )

    with django_assert_max_num_queries(21):
        page = text(staff.get(url("place-detail")))

    assert page.count("Fermé") == count


def test_place_detail_says_what_is_not_known(staff: Client) -> None:
    page = text(staff.get(url("place-detail")))

    assert "to be confirmed" in page
    assert "None to come. Public holidays are closed without your doing." in page


# --- Contact, label, address, move ---------------------------------------------------------------


def test_contact_is_corrected(staff: Client, site: Site) -> None:
    data = {"phone": "+32 81 00 00 00", "email": "", "url": "cite.example.org", "languages": ["fr", "nl"]}

    answer = staff.post(url("place-contact"), data | {"school_calendar": "FWB"})

    site.refresh_from_db()
    assert answer["Location"] == url("place-detail")
    assert (site.phone, site.url, site.languages) == ("+32 81 00 00 00", "https://cite.example.org", ("fr", "nl"))


def test_contact_refuses_at_the_field_and_keeps_what_was_typed(staff: Client, site: Site) -> None:
    answer = staff.post(url("place-contact"), {"phone": "081 12", "email": "no address", "school_calendar": "FWB"})

    assert answer.status_code == 422
    assert 'value="081 12"' in text(answer)
    assert "Enter a valid email address." in text(answer)
    assert answer.context["form"].errors.keys() == {"email", "languages"}
    site.refresh_from_db()
    assert site.phone == ""


def test_address_is_corrected_and_found_by_its_postcode(staff: Client, site: Site) -> None:
    Locality.objects.create(country="BE", postcode="5100", name="Jambes", latitude=50.45, longitude=4.87)
    data = {"street": "Rue Neuve 2", "postcode": "5100", "city": "Namur", "has_lift": "true", "is_step_free": ""}

    staff.post(url("place-address"), data | {"note_fr": "Entrée par la cour"})

    address = site.addresses.get()
    assert (address.street, address.has_lift, address.is_step_free) == ("Rue Neuve 2", True, None)
    assert address.position == (50.45, 4.87)
    assert address.note_fr == "Entrée par la cour"


def test_move_ends_the_present_address_the_day_before(staff: Client, site: Site) -> None:
    moves_on = TODAY + 30 * DAY
    data = {"first_on": moves_on.isoformat(), "street": "Rue Rogier 1", "postcode": "5000", "city": "Namur"}

    answer = staff.post(url("place-move"), data)

    assert answer.status_code == 302
    assert [(one.street, one.first_on, one.last_on) for one in site.addresses.order_by("pk")] == [
        ("Boulevard Mélot 1", None, moves_on - DAY),
        ("Rue Rogier 1", moves_on, None),
    ]
    assert site.address_on(TODAY).street == "Boulevard Mélot 1"  # type: ignore[union-attr]
    page = text(staff.get(url("place-detail")))
    assert "Rue Rogier 1" in page


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("", "This field is required."), ("tomorrow", "Enter a valid date."), ("2020-01-01", "is already written down")],
)
def test_move_refuses_a_day_that_cannot_be(staff: Client, site: Site, day: str, sentence: str) -> None:
    site.addresses.update(first_on=TODAY)
    data = {"first_on": day, "street": "Rue Rogier 1", "postcode": "5000", "city": "Namur"}

    answer = staff.post(url("place-move"), data)

    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Rue Rogier 1" in text(answer)
    assert Address.objects.count() == 1
    assert site.addresses.get().last_on is None


@pytest.fixture
def move(staff: Client, site: Site) -> Address:
    data = {"first_on": f"{SOON}", "street": "Rue Rogier 1", "postcode": "5000", "city": "Namur"}
    staff.post(url("place-move"), data)
    return site.addresses.get(first_on=SOON)


def test_move_to_come_is_corrected(staff: Client, site: Site, move: Address) -> None:
    assert url("move-edit", move.pk) in text(staff.get(url("place-detail")))

    staff.post(url("move-edit", move.pk), {"street": "Rue Rogier 12", "postcode": "5000", "city": "Namur"})

    move.refresh_from_db()
    assert (move.street, move.first_on) == ("Rue Rogier 12", SOON)


def test_move_to_come_is_withdrawn_and_the_address_before_goes_on(staff: Client, site: Site, move: Address) -> None:
    assert "Rue Rogier 1" in text(staff.get(url("move-withdraw", move.pk)))

    staff.post(url("move-withdraw", move.pk))

    assert [(one.street, one.last_on) for one in site.addresses.all()] == [("Boulevard Mélot 1", None)]


def test_move_that_took_place_is_not_withdrawn(staff: Client, site: Site, move: Address) -> None:
    site.addresses.filter(first_on__isnull=True).update(last_on=TODAY - 2 * DAY)
    site.addresses.filter(pk=move.pk).update(first_on=TODAY - DAY)

    assert staff.post(url("move-withdraw", move.pk)).status_code == 404


def test_corrected_postcode_brings_its_position(staff: Client, site: Site) -> None:
    for postcode, latitude in (("5000", 50.46), ("7000", 50.45)):
        Locality.objects.create(country="BE", postcode=postcode, name="x", latitude=latitude, longitude=4.0)
    site.addresses.update(latitude=50.46, longitude=4.0)

    staff.post(url("place-address"), {"postcode": "7000", "city": "Mons"})
    refused = staff.post(url("place-address"), {"postcode": "99999999", "city": "Mons"})

    assert site.addresses.get().position == (50.45, 4.0)
    assert "We do not know this postcode." in text(refused)


def test_fact_that_changed_meanwhile_is_not_undone(staff: Client, site: Site) -> None:
    shown = staff.get(url("place-contact")).context["form"]
    Site.objects.filter(pk=site.pk).update(phone="+32 81 00 00 00")
    data = {"phone": "", "email": "namur@example.org", "languages": ["fr"], "school_calendar": "FWB"}

    refused = staff.post(url("place-contact"), data | {"seen": shown.seen})

    assert refused.status_code == 422
    assert "Somebody changed this meanwhile." in text(refused)
    assert "namur@example.org" in text(refused)
    site.refresh_from_db()
    assert site.phone == "+32 81 00 00 00"
    again = staff.post(url("place-contact"), data | {"seen": refused.context["form"].seen})
    assert again.status_code == 302


# --- Hours ---------------------------------------------------------------------------------------


def test_week_is_written_and_shown(staff: Client, site: Site) -> None:
    data = week(
        site,
        day1_0_from="09:00",
        day1_0_to="12:00",
        day1_1_from="13:00",
        day1_1_to="17:00",
        day1_1_appointment="on",
        day6_0_from="10:00",
        day6_0_to="12:00",
    )

    answer = staff.post(url("place-week"), data, follow=True)

    assert "The opening hours are saved." in text(answer)
    assert hours_of(site) == [
        (1, "09:00", "12:00", False),
        (1, "13:00", "17:00", True),
        (6, "10:00", "12:00", False),
    ]


def test_week_takes_monday_for_the_working_days(staff: Client, site: Site) -> None:
    data = week(site, day1_0_from="09:00", day1_0_to="17:00", day3_0_from="11:00", day3_0_to="", as_monday="on")

    staff.post(url("place-week"), data)

    assert hours_of(site) == [(day, "09:00", "17:00", False) for day in range(1, 6)]


def test_week_keeps_the_rows_that_stay_the_same(staff: Client, site: Site) -> None:
    kept = OpeningHours.objects.create(site=site, weekday=Weekday.MONDAY, opens_at=NINE, closes_at=NOON)
    OpeningHours.objects.create(site=site, weekday=Weekday.TUESDAY, opens_at=NINE, closes_at=NOON)

    staff.post(url("place-week"), week(site, day1_0_from="09:00", day1_0_to="12:00"))

    assert list(OpeningHours.objects.all()) == [kept]


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ({"day1_0_from": "09:00", "day1_0_to": "12:00", "day1_1_from": "11:00", "day1_1_to": "17:00"}, "overlaps"),
        ({"day1_0_from": "17:00", "day1_0_to": "09:00"}, "closing time must be later than opening time"),
        ({"day1_0_from": "09:00"}, "Say until when the place is open."),
        ({"day1_0_to": "09:00"}, "Say from when the place is open."),
        ({"day1_0_from": "25:00", "day1_0_to": "26:00"}, "Enter a valid time."),
    ],
)
def test_week_refuses_at_its_field_and_keeps_everything(
    staff: Client, site: Site, times: dict[str, str], sentence: str
) -> None:
    OpeningHours.objects.create(site=site, weekday=Weekday.FRIDAY, opens_at=ONE, closes_at=FIVE)
    before = hours_of(site)

    answer = staff.post(url("place-week"), week(site, **times))

    assert answer.status_code == 422
    assert sentence in text(answer)
    assert all(f'value="{value}"' in text(answer) for value in times.values())
    assert hours_of(site) == before


def test_week_that_changed_meanwhile_is_not_undone(staff: Client, site: Site) -> None:
    data = week(site, day1_0_from="09:00", day1_0_to="12:00")
    OpeningHours.objects.create(site=site, weekday=Weekday.FRIDAY, opens_at=ONE, closes_at=FIVE)

    refused = staff.post(url("place-week"), data)

    assert refused.status_code == 422
    assert "Somebody changed these hours meanwhile." in text(refused)
    assert hours_of(site) == [(5, "13:00", "17:00", False)]
    again = dict(refused.context["form"].data.items())
    assert staff.post(url("place-week"), again).status_code == 302
    assert hours_of(site) == [(1, "09:00", "12:00", False)]


def test_season_has_a_week_of_its_own(staff: Client, site: Site) -> None:
    staff.post(url("row-add", "seasons"), {"kind": "SCHOOL_HOLIDAYS", "name_fr": "Congés scolaires"})
    season = site.seasons.get()

    staff.post(url("place-season-week", season.pk), week(site, season=season, day2_0_from="09:00", day2_0_to="12:00"))

    assert hours_of(site) == []
    assert hours_of(site, season) == [(2, "09:00", "12:00", False)]
    assert "Congés scolaires" in text(staff.get(url("place-detail")))


def test_new_season_leads_to_its_hours_and_counts_once_they_are_saved(staff: Client, site: Site) -> None:
    OpeningHours.objects.create(site=site, weekday=Weekday.MONDAY, opens_at=NINE, closes_at=NOON)

    answer = staff.post(
        url("row-add", "seasons"), {"kind": "DATED", "name_fr": "Été", "first_on": f"{TODAY}", "last_on": f"{LATER}"}
    )

    season = site.seasons.get()
    assert answer["Location"] == url("place-season-week", season.pk)
    assert 'value="09:00"' in text(staff.get(answer["Location"]))
    assert "Été" not in text(staff.get(site.get_absolute_url()))


@pytest.mark.parametrize(
    ("first", "last"),
    [("", ""), (f"{TODAY}", ""), ("", f"{LATER}")],
    ids=["no day", "no last day", "no first day"],
)
def test_season_without_its_days_is_refused_at_the_field(staff: Client, site: Site, first: str, last: str) -> None:
    data = {"kind": "DATED", "name_fr": "Été", "first_on": first, "last_on": last}

    errors = staff.post(url("row-add", "seasons"), data).context["form"].errors

    assert errors.keys() == {name for name in ("first_on", "last_on") if not data[name]}


def test_season_of_another_site_has_no_page_here(staff: Client) -> None:
    season = Season.objects.create(site=SiteFactory(), kind=SeasonKind.SCHOOL_HOLIDAYS, name_fr="Congés")

    assert staff.get(url("place-season-week", season.pk)).status_code == 404


# --- Closing days, one day, drop-in, rooms, partners ---------------------------------------------


def test_closing_days_are_added_changed_and_removed(staff: Client, site: Site) -> None:
    data = {"first_on": f"{SOON}", "last_on": f"{LATER}", "reason_fr": "Fermeture annuelle"}

    staff.post(url("row-add", "closures"), data)
    closure = site.closures.get()
    staff.post(url("row-edit", "closures", closure.pk), data | {"last_on": f"{LATER + DAY}"})

    closure.refresh_from_db()
    assert (closure.last_on, closure.network, closure.reason) == (
        LATER + DAY,
        site.network,
        "Fermeture annuelle",
    )
    assert staff.get(url("row-remove", "closures", closure.pk)).status_code == 200
    staff.post(url("row-remove", "closures", closure.pk))
    assert not site.closures.exists()


def test_suspension_needs_words_in_one_language(staff: Client, site: Site) -> None:
    answer = staff.post(url("row-add", "pauses"), {"starts_at": f"{SOON}T09:00"})

    assert answer.context["form"].errors == {"message_fr": ["Write it in one language at least."]}
    assert f'value="{SOON}T09:00"' in text(answer)
    assert "One language at least." in text(answer)
    assert not DropInPause.objects.exists()


def test_closing_days_need_no_reason_and_are_written_once(staff: Client, site: Site) -> None:
    data = {"first_on": f"{SOON}", "last_on": f"{LATER}"}

    staff.post(url("row-add", "closures"), data)
    again = staff.post(url("row-add", "closures"), data)

    assert "These closing days are written down already." in text(again)
    assert site.closures.count() == 1


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("closures", {"first_on": "{}", "last_on": "{}"}),
        ("special-hours", {"day": "{}", "opens_at": "09:00", "closes_at": "12:00"}),
        ("pauses", {"starts_at": "2020-01-01T09:00", "ends_at": "{}T12:00", "message_fr": "x"}),
    ],
)
@pytest.mark.parametrize(
    ("day", "sentence"),
    [(TODAY - DAY, "This day is over. Check the year."), (dt.date(9999, 12, 31), "more than three years away")],
)
def test_day_of_a_wrong_year_is_refused(
    staff: Client, kind: str, data: dict[str, str], day: dt.date, sentence: str
) -> None:
    answer = staff.post(url("row-add", kind), {name: value.format(day) for name, value in data.items()})

    assert answer.status_code == 422
    assert sentence in text(answer)


def test_special_hours_on_a_closing_day_of_the_place_are_refused(staff: Client, site: Site) -> None:
    Closure.objects.create(network=site.network, site=site, first_on=SOON, last_on=SOON)

    answer = staff.post(url("row-add", "special-hours"), {"day": f"{SOON}", "opens_at": "09:00", "closes_at": "12:00"})

    assert "The place is closed on this day by its own closing days." in text(answer)


def test_reason_in_one_language_serves_all_readers(staff: Client, site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(languages=("nl", "fr"))

    staff.post(
        url("row-add", "closures"), {"first_on": f"{SOON}", "last_on": f"{LATER}", "reason_nl": "Jaarlijks verlof"}
    )

    assert site.closures.get().reason == "Jaarlijks verlof"


def test_drop_in_is_suspended_in_local_time(staff: Client, site: Site) -> None:
    staff.post(url("row-add", "pauses"), {"starts_at": "2026-07-01T09:00", "message_fr": "Trop de monde"})

    pause = DropInPause.objects.get()
    assert pause.starts_at == dt.datetime(2026, 7, 1, 7, tzinfo=dt.UTC)
    assert pause.ends_at is None


def test_room_is_put_out_of_use_never_removed(staff: Client, site: Site) -> None:
    room = RoomFactory(site=site)

    staff.post(url("row-edit", "rooms", room.pk), {"name": room.name})

    room.refresh_from_db()
    assert not room.is_in_use
    assert staff.post(url("row-remove", "rooms", room.pk)).status_code == 404


def test_desk_stands_in_a_room_of_its_own_site(staff: Client, site: Site) -> None:
    elsewhere = RoomFactory()

    answer = staff.post(url("row-add", "desks"), {"name": "Desk 1", "room": str(elsewhere.pk), "is_in_use": "on"})

    assert answer.context["form"].errors.keys() == {"room"}


def test_partner_that_has_left_cannot_be_present(staff: Client, site: Site) -> None:
    partner = PartnerFactory(name="Azimut")
    Convention.objects.create(
        partner=partner, network=site.network, first_on=dt.date(2020, 1, 1), last_on=dt.date(2025, 12, 31)
    )

    answer = staff.post(url("row-add", "partners"), {"partner": str(partner.pk), "first_on": "2026-01-01"})

    assert answer.context["form"].errors == {
        "last_on": ["The convention of this partner ended on 31 December 2025: it cannot be present after that day."]
    }
    assert not Presence.objects.exists()


def test_presence_of_a_partner_is_ended(staff: Client, site: Site) -> None:
    presence = PresenceFactory(site=site)

    staff.post(url("row-edit", "partners", presence.pk), {"last_on": "2026-01-31", "is_confirmed": "on"})

    presence.refresh_from_db()
    assert presence.last_on == dt.date(2026, 1, 31)


@pytest.mark.parametrize("kind", ["unknown", "visitors"])
def test_unknown_kind_of_row_has_no_page(staff: Client, kind: str) -> None:
    assert staff.get(url("row-add", kind)).status_code == 404


def test_row_of_another_site_has_no_page_here(staff: Client) -> None:
    room = RoomFactory()

    assert staff.get(url("row-edit", "rooms", room.pk)).status_code == 404
    assert staff.post(url("row-edit", "rooms", room.pk), {"name": "Mine"}).status_code == 404


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
@pytest.mark.parametrize("part", ["contact", "label", "address", "move", "hours", "closures/add", "partners/add"])
def test_every_form_answers_in_every_language(staff: Client, site: Site, language: str, part: str) -> None:
    site.memberships.get().user.__class__.objects.update(language=language)

    answer = staff.get(f"{url('place-detail')}{part}/")

    assert answer.status_code == 200
    assert f'<html lang="{language}">' in text(answer)
