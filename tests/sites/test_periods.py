"""What may not hold twice on one day: the form refuses it on both databases, PostgreSQL refuses the row itself."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from sites.enums import Role, SeasonKind, Weekday
from sites.models import (
    VOCABULARIES,
    Address,
    Convention,
    DropInPause,
    LabelReminder,
    Membership,
    OpeningHours,
    PartnerName,
    Presence,
    Season,
    Site,
    SpecialHours,
)
from tests.factories.sites import (
    AddressFactory,
    DeskFactory,
    MembershipFactory,
    NetworkFactory,
    PartnerFactory,
    ResourceFactory,
    RoomFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

JANUARY, MARCH, MAY = dt.date(2026, 1, 1), dt.date(2026, 3, 1), dt.date(2026, 5, 1)
NINE, TEN, NOON, FIVE = dt.time(9), dt.time(10), dt.time(12), dt.time(17)
DAY = dt.timedelta(days=1)


def refuse_in_form(row: Any, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert sentence in refused.value.messages


def refuse_in_database(row: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def refuse_overlap(row: Any, sentence: str) -> None:
    refuse_in_form(row, sentence)
    if connection.vendor == "postgresql":
        refuse_in_database(row)


def address(site: Site, first_on: dt.date | None, last_on: dt.date | None) -> Address:
    return AddressFactory.build(site=site, first_on=first_on, last_on=last_on)


@pytest.mark.parametrize(
    ("first_on", "last_on"),
    [(None, None), (None, JANUARY), (JANUARY, JANUARY), (MARCH - DAY, None), (JANUARY, MAY), (None, MAY)],
)
def test_address_refuses_a_day_that_has_one(first_on: dt.date | None, last_on: dt.date | None) -> None:
    site = SiteFactory(address__first_on=JANUARY, address__last_on=MARCH - DAY)

    refuse_overlap(address(site, first_on, last_on), "This site already has an address on some of these days.")


@pytest.mark.parametrize(("first_on", "last_on"), [(MARCH, None), (None, JANUARY - DAY), (MARCH, MARCH)])
def test_address_may_follow_another_on_the_next_day(first_on: dt.date | None, last_on: dt.date | None) -> None:
    site = SiteFactory(address__first_on=JANUARY, address__last_on=MARCH - DAY)
    moved = address(site, first_on, last_on)

    moved.full_clean()
    moved.save()

    assert site.addresses.count() == 2


def test_address_of_another_site_is_no_obstacle() -> None:
    SiteFactory()

    address(SiteFactory(address=None), None, None).full_clean()


def test_address_may_be_saved_again() -> None:
    kept = SiteFactory().addresses.get()

    kept.full_clean()


@pytest.mark.parametrize(
    "row",
    [
        lambda: address(SiteFactory(address=None), MARCH, JANUARY),
        lambda: PartnerName(partner=PartnerFactory(name="A"), name_fr="B", first_on=MARCH, last_on=JANUARY),
        lambda: Convention(partner=PartnerFactory(), network=NetworkFactory(), first_on=MARCH, last_on=JANUARY),
        lambda: Presence(partner=PartnerFactory(), site=SiteFactory(), first_on=MARCH, last_on=JANUARY),
    ],
    ids=["address", "name", "convention", "presence"],
)
def test_dated_row_refuses_to_end_before_it_starts(row: Any) -> None:
    made = row()

    refuse_in_form(made, "The last day cannot be before the first day.")
    refuse_in_database(made)


def test_partner_has_one_name_a_day() -> None:
    partner = PartnerFactory(name="Promotion sociale")

    refuse_overlap(
        PartnerName(partner=partner, name_fr="Enseignement pour adultes", first_on=JANUARY),
        "This partner already has a name on some of these days.",
    )


def test_name_of_a_partner_follows_its_day() -> None:
    partner = PartnerFactory(name="Promotion sociale")
    partner.names.update(last_on=MARCH - DAY)
    PartnerName.objects.create(partner=partner, name_fr="Enseignement pour adultes", first_on=MARCH)

    assert [partner.name_on(day) for day in (JANUARY, MARCH - DAY, MARCH, MAY)] == [
        "Promotion sociale",
        "Promotion sociale",
        "Enseignement pour adultes",
        "Enseignement pour adultes",
    ]


def test_convention_is_refused_twice_a_day() -> None:
    kept = Convention.objects.create(partner=PartnerFactory(), network=NetworkFactory(), first_on=JANUARY)

    refuse_overlap(
        Convention(partner=kept.partner, network=kept.network, first_on=MARCH),
        "This partner already has a convention on some of these days.",
    )


def test_presence_may_come_back_after_it_ended() -> None:
    kept = Presence.objects.create(partner=PartnerFactory(), site=SiteFactory(), last_on=JANUARY)
    again = Presence(partner=kept.partner, site=kept.site, first_on=MARCH)

    again.full_clean()
    again.save()

    refuse_overlap(
        Presence(partner=kept.partner, site=kept.site, first_on=MAY), "This partner is already named for this site."
    )


def hours(site: Site, opens_at: dt.time, closes_at: dt.time, season: Season | None = None) -> OpeningHours:
    return OpeningHours(site=site, weekday=Weekday.MONDAY, opens_at=opens_at, closes_at=closes_at, season=season)


@pytest.mark.parametrize(("opens_at", "closes_at"), [(TEN, FIVE), (dt.time(8), TEN), (TEN, dt.time(11)), (NINE, NOON)])
def test_opening_hours_of_a_day_stay_apart(opens_at: dt.time, closes_at: dt.time) -> None:
    site = SiteFactory()
    hours(site, NINE, NOON).save()

    refuse_overlap(hours(site, opens_at, closes_at), "These hours overlap others of the same day.")


def test_opening_hours_may_touch_and_repeat_in_a_season() -> None:
    site = SiteFactory()
    season = Season.objects.create(site=site, kind=SeasonKind.SCHOOL_HOLIDAYS, name_fr="Vacances")
    hours(site, NINE, NOON).save()

    for row in (hours(site, NOON, FIVE), hours(site, NINE, NOON, season)):
        row.full_clean()
        row.save()

    refuse_overlap(hours(site, TEN, FIVE, season), "These hours overlap others of the same day.")


def test_opening_hours_refuse_the_same_start_twice_in_a_season() -> None:
    season = Season.objects.create(site=SiteFactory(), kind=SeasonKind.SCHOOL_HOLIDAYS, name_fr="Vacances")
    hours(season.site, NINE, NOON, season).save()
    again = hours(season.site, NINE, FIVE, season)

    refuse_in_form(again, "This site already opens at this time on this day.")
    refuse_in_database(again)


def test_opening_hours_refuse_the_season_of_another_site() -> None:
    season = Season.objects.create(site=SiteFactory(), kind=SeasonKind.SCHOOL_HOLIDAYS, name_fr="Vacances")

    refuse_in_form(hours(SiteFactory(), NINE, NOON, season), "This season belongs to another site.")


def special(site: Site, opens_at: dt.time, closes_at: dt.time) -> SpecialHours:
    return SpecialHours(site=site, day=MARCH, opens_at=opens_at, closes_at=closes_at)


def test_special_hours_of_a_day_stay_apart_and_in_order() -> None:
    site = SiteFactory()
    special(site, NINE, NOON).save()

    refuse_overlap(special(site, TEN, FIVE), "These hours overlap others of the same day.")
    refuse_in_form(special(site, FIVE, NOON), "Closing time must be later than opening time.")
    refuse_in_database(special(site, FIVE, NOON))


@pytest.mark.parametrize(
    ("kind", "first_on", "last_on"),
    [
        (SeasonKind.DATED, None, None),
        (SeasonKind.DATED, JANUARY, None),
        (SeasonKind.DATED, MARCH, JANUARY),
        (SeasonKind.SCHOOL_HOLIDAYS, JANUARY, MARCH),
    ],
)
def test_season_has_the_days_of_its_kind(kind: str, first_on: dt.date | None, last_on: dt.date | None) -> None:
    season = Season(site=SiteFactory(), kind=kind, name_fr="Été", first_on=first_on, last_on=last_on)

    refuse_in_form(season, "Give both days, the last not before the first; school holidays have none.")
    refuse_in_database(season)


def test_season_is_one_a_day_and_one_for_school_holidays() -> None:
    site = SiteFactory()
    Season.objects.create(site=site, kind=SeasonKind.DATED, name_fr="Été", first_on=JANUARY, last_on=MARCH)
    Season.objects.create(site=site, kind=SeasonKind.SCHOOL_HOLIDAYS, name_fr="Vacances")
    twice = Season(site=site, kind=SeasonKind.SCHOOL_HOLIDAYS, name_fr="Congés")

    refuse_overlap(
        Season(site=site, kind=SeasonKind.DATED, name_fr="Hiver", first_on=MARCH, last_on=MAY),
        "This site already has a season on some of these days.",
    )
    refuse_in_form(twice, "This site already has hours for the school holidays.")
    refuse_in_database(twice)


def test_pause_of_drop_in_ends_after_it_starts() -> None:
    moment = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    pause = DropInPause(site=SiteFactory(), starts_at=moment, ends_at=moment, message_fr="Complet")

    refuse_in_form(pause, "A pause ends after it starts.")
    refuse_in_database(pause)


def test_label_cannot_end_before_it_starts() -> None:
    site = SiteFactory.build(network=NetworkFactory(), label_since_on=MARCH, label_until_on=JANUARY)

    refuse_in_form(site, "The label cannot end before it starts.")
    refuse_in_database(site)


def test_label_reminder_is_written_once() -> None:
    kept = LabelReminder.objects.create(site=SiteFactory(), until_on=MAY, days_before=60)
    again = LabelReminder(site=kept.site, until_on=MAY, days_before=60)

    refuse_in_form(again, "This reminder has already been sent.")
    refuse_in_database(again)


def test_room_has_a_seat_and_desk_a_name_of_its_own() -> None:
    room, desk = RoomFactory.build(site=SiteFactory(), seats=0), DeskFactory()
    again = DeskFactory.build(site=desk.site, name=desk.name)

    refuse_in_form(room, "A room has at least one seat; leave it empty where it is not known.")
    refuse_in_database(room)
    refuse_in_form(again, "This site already has a desk with this name.")
    refuse_in_database(again)


def test_resource_without_link_was_never_checked() -> None:
    resource = ResourceFactory.build(network=NetworkFactory(), link_state="WORKS")

    refuse_in_form(resource, "Only a link can have been checked.")
    refuse_in_database(resource)


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.PARTNER_MANAGER, "site"),
        (Role.PARTNER_MANAGER, "network"),
        (Role.PARTNER_MANAGER, "nothing"),
        (Role.NETWORK_MANAGER, "site"),
        (Role.NETWORK_MANAGER, "partner"),
        (Role.ADVISOR, "partner"),
    ],
)
def test_membership_is_held_where_the_role_makes_sense(role: str, place: str) -> None:
    places = {"site": SiteFactory, "network": NetworkFactory, "partner": PartnerFactory}
    scope = {place: places[place]()} if place in places else {}
    membership = Membership(user=UserFactory(), role=role, **scope)

    with pytest.raises(ValidationError):
        membership.full_clean()
    refuse_in_database(membership)


def test_partner_manager_is_refused_twice_and_covers_the_partner_alone() -> None:
    kept = MembershipFactory(role=Role.PARTNER_MANAGER, site=None, partner=PartnerFactory())
    again = Membership(user=kept.user, role=kept.role, partner=kept.partner)

    refuse_in_form(again, "This person already has this role here.")
    refuse_in_database(again)
    assert kept.user.roles_at(kept.partner) == {Role.PARTNER_MANAGER}
    assert kept.user.roles_at(SiteFactory()) == set()
    assert str(kept) == f"partner manager · {kept.partner}"


@pytest.mark.parametrize("model", VOCABULARIES, ids=lambda model: model.__name__)
def test_term_has_one_version_a_day(model: Any) -> None:
    network = NetworkFactory()
    common = model.objects.create(code="one", name_fr="Un", position=1)
    model.objects.create(code="one", name_fr="Un", position=1, network=network, common=common)

    refuse_overlap(
        model(code="one", name_fr="Une", position=2), "This code already has a version on some of these days."
    )
    refuse_overlap(
        model(code="one", name_fr="Une", position=2, network=network, common=common),
        "This code already has a version on some of these days.",
    )
    refuse_overlap(
        model(code="two", name_fr="Deux", position=1), "Another term stands at this position on some of these days."
    )


@pytest.mark.parametrize("model", VOCABULARIES, ids=lambda model: model.__name__)
def test_term_of_a_network_counts_as_a_common_one(model: Any) -> None:
    lost = model(code="one", name_fr="Un", position=1, network=NetworkFactory())
    ends = model(code="two", name_fr="Deux", position=2, first_on=MARCH, last_on=JANUARY)

    refuse_in_form(lost, "A term of a network counts as one of the common list.")
    refuse_in_database(lost)
    refuse_in_form(ends, "The last day cannot be before the first day.")
    refuse_in_database(ends)


def test_terms_on_offer_are_a_networks_own_or_the_common_ones() -> None:
    theme, network, other = VOCABULARIES[0], NetworkFactory(), NetworkFactory()
    common = theme.objects.create(code="work", name_fr="Emploi", position=1)
    theme.objects.create(code="old", name_fr="Ancien", position=2, last_on=JANUARY)
    own = theme.objects.create(code="jobs", name_fr="Jobs", position=1, network=network, common=common)

    assert list(theme.objects.on_offer(today=MARCH)) == [common]
    assert list(theme.objects.on_offer(today=MARCH, network=network)) == [own]
    assert list(theme.objects.on_offer(today=MARCH, network=other)) == [common]
    assert [term.code for term in theme.objects.on_offer(today=JANUARY)] == ["work", "old"]
