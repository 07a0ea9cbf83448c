import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import pytest
from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from appointments.models import BookingPolicy, Service, SiteQueue
from citemetiers.audit.entries import entries_for, hide_address
from citemetiers.audit.watched import WATCHED, fields_of
from citemetiers.audit.words import read
from citemetiers.kernel.acting import acting
from citemetiers.kernel.privacy import declared
from citemetiers.tasks import forget_old_changes
from sites.enums import LabelStatus, Role
from sites.models import Closure, DropInPause, Holding, Membership, OpeningHours, Partner, SchoolHoliday, Site, User
from sites.services import invitation_url, load_reference
from tests.factories.queue import SiteQueueFactory
from tests.factories.sites import (
    InvitationFactory,
    MembershipFactory,
    PartnerFactory,
    PresenceFactory,
    ResourceFactory,
    SiteFactory,
    ThemeFactory,
    UserFactory,
)
from visitors.models import DoorCounter

pytestmark = pytest.mark.django_db
URL = "/audit/"


@pytest.fixture
def site() -> Site:
    with disable_auditlog():
        return SiteFactory(name="Cité de Namur", phone="081 00 00 00")


@pytest.fixture
def manager(site: Site) -> User:
    with disable_auditlog():
        return MembershipFactory(role=Role.SITE_MANAGER, site=site, user__display_name="Anne").user


@pytest.fixture
def network_manager(site: Site) -> User:
    with disable_auditlog():
        return MembershipFactory(role=Role.NETWORK_MANAGER, network=site.network).user


def last() -> LogEntry:
    entry = LogEntry.objects.order_by("pk").last()
    assert entry is not None
    return entry


def in_words(entry: LogEntry, language: str = "en") -> dict[str, tuple[str, str]]:
    with translation.override(language):
        (line,) = read([entry])
        return {change.label: (change.before, change.after) for change in line.changes}


# --- What is kept -------------------------------------------------------------------------------------


def test_change_keeps_from_what_to_what_by_whom_and_where(site: Site, manager: User) -> None:
    site.phone = "081 11 11 11"

    with acting(lambda: manager):
        site.save()

    entry = last()
    assert entry.changes == {"phone": ["081 00 00 00", "081 11 11 11"]}
    assert entry.actor == manager
    assert set(entry.additional_data["places"]) == {f"site-{site.pk}", f"network-{site.network_id}"}
    assert (entry.actor_email, entry.remote_addr) == (None, None)


def test_nothing_of_visitors_appointments_or_figures_is_watched() -> None:
    watched, others = set(auditlog.get_models()), {Service, BookingPolicy, SiteQueue, DoorCounter}
    assert watched == set(WATCHED)
    assert {model for model in watched if model._meta.app_label != "sites"} == others
    assert [model for model in apps.get_models() if declared(model)[0] and model in watched] == []


def test_every_model_of_places_and_people_is_watched_or_left_out_on_purpose() -> None:
    left_out = {"Locality", "LabelReminder"}  # the postcodes come with the portal, reminders are its own mail
    models = {model.__name__ for model in apps.get_app_config("sites").get_models() if not model._meta.auto_created}

    assert models - {model.__name__ for model in WATCHED} == left_out


def test_no_password_no_sign_in_and_no_link_is_kept(client: Client, manager: User) -> None:
    before = LogEntry.objects.count()

    client.force_login(manager)
    manager.set_password("another long password")
    manager.save()

    assert LogEntry.objects.count() == before
    assert {"password", "last_login", "fingerprint"}.isdisjoint(
        {*fields_of(User), *fields_of(type(InvitationFactory()))}
    )


def test_what_the_portal_finds_out_by_itself_is_no_change(site: Site) -> None:
    resource = ResourceFactory(network=site.network, url="https://example.org")
    before = LogEntry.objects.count()

    resource.link_state, resource.link_checked_at, resource.search_text = "WORKS", timezone.now(), "guide"
    resource.save()

    assert LogEntry.objects.count() == before


def test_numbers_and_key_of_a_queue_are_no_change_and_its_letter_is(site: Site) -> None:
    queue = SiteQueueFactory(site=site)
    before = LogEntry.objects.count()

    queue.last_number, queue.screen_key = 12, "another"
    queue.save()
    unseen = LogEntry.objects.count()
    queue.letter = "Q"
    queue.save()

    assert (unseen, LogEntry.objects.count()) == (before, before + 1)
    assert "another" not in str(list(LogEntry.objects.values("changes", "additional_data")))


def test_address_of_a_person_cannot_be_read(site: Site) -> None:
    InvitationFactory(email="anne.martin@example.org", site=site)
    UserFactory(email="jean@example.org", display_name="jean@example.org")

    kept = str(list(LogEntry.objects.values("object_repr", "changes", "additional_data", "actor_email")))

    assert "a…@example.org" in kept
    assert "anne.martin" not in kept
    assert "jean@" not in kept


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("anne@example.org", "a…@example.org"), ("None", ""), ("@x", "…@x"), ("no address", "no address")],
)
def test_hide_address_leaves_the_first_letter_and_the_house(text: str, hidden: str) -> None:
    assert hide_address(text) == hidden


def test_choice_of_several_is_kept_by_key_and_read_in_each_language(site: Site) -> None:
    resource = ResourceFactory(network=site.network)
    work, study = ThemeFactory(name_en="Work", name_nl="Werk"), ThemeFactory(name_en="Study", name_nl="Studie")

    resource.themes.set([work, study])
    added = last()
    resource.themes.set([study])
    removed = last()
    resource.themes.clear()

    assert in_words(added) == {"themes": ("", "Study, Work")}
    assert in_words(removed) == {"themes": ("Work", "")}
    with translation.override("nl"):
        assert [change.after for change in read([added])[0].changes] == ["Studie, Werk"]
    assert in_words(last()) == {"themes": ("Study", "")}


def test_facts_that_come_with_the_portal_are_nobodys_change() -> None:
    load_reference()

    assert LogEntry.objects.count() == 0


# --- Who did it ---------------------------------------------------------------------------------------


def test_author_is_the_person_of_the_page(client: Client, site: Site, network_manager: User) -> None:
    client.force_login(network_manager)
    data = {"name": site.network.name, "country": "FR"}

    client.post(reverse("admin:sites_network_change", args=[site.network_id]), data)

    entry = last()
    assert entry.changes == {"country": ["BE", "FR"]}
    assert entry.actor == network_manager


def test_author_is_asked_for_only_when_something_is_written(client: Client, site: Site) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(reverse("sites:site-detail", args=[site.slug]))

    assert answer.cookies == {}
    assert "Cookie" not in answer.get("Vary", "")
    assert not [query for query in queries if "django_session" in query["sql"] or "sites_user" in query["sql"]]


def test_authors_may_be_nested_and_end(site: Site, manager: User, network_manager: User) -> None:
    def change(phone: str) -> Any:
        site.phone = phone
        site.save()
        return last().actor

    with acting(lambda: manager):
        with acting(lambda: network_manager):
            inner = change("1")
        outer = change("2")
    after = change("3")

    assert (inner, outer, after) == (network_manager, manager, None)


def test_account_that_is_gone_leaves_no_name(site: Site, manager: User) -> None:
    site.phone = "1"
    with acting(lambda: manager):
        site.save()

    manager.delete()

    entry = LogEntry.objects.get(content_type=ContentType.objects.get_for_model(Site))
    assert read([entry])[0].person == "the portal itself, or an account that is gone"


# --- In words -----------------------------------------------------------------------------------------


def test_words_are_those_of_the_reader(site: Site) -> None:
    site.label_status, site.languages, site.is_open_to_public = LabelStatus.PROJECT, ("fr", "nl"), False
    site.label_until_on, site.email = dt.date(2027, 3, 1), "info@example.org"

    site.save()

    assert in_words(last()) == {
        "e-mail": ("empty", "info@example.org"),
        "shown to the public": ("yes", "no"),
        "label runs until": ("empty", "1 March 2027"),
        "label": ("to be confirmed", "project"),
        "languages": ("Français", "Français, Nederlands"),
    }


def test_words_of_a_new_row_tell_what_it_holds_and_of_a_removed_one_what_it_held(site: Site) -> None:
    hours = OpeningHours.objects.create(site=site, weekday=1, opens_at=dt.time(9), closes_at=dt.time(12, 30))
    added = in_words(last())
    hours.delete()

    assert added == {
        "site": ("", "Cité de Namur"),
        "day": ("", "Monday"),
        "opens at": ("", "09:00"),
        "closes at": ("", "12:30"),
        "by appointment only": ("", "no"),
    }
    assert in_words(last())["closes at"] == ("12:30", "")


def test_words_give_moments_at_the_local_hour_and_texts_by_language(site: Site) -> None:
    start = dt.datetime(2027, 1, 4, 8, tzinfo=dt.UTC)

    DropInPause.objects.create(site=site, starts_at=start, message_fr="Malade", message_nl="Ziek")

    told = in_words(last())
    assert told["what visitors read (FR)"] == ("", "Malade")
    assert told["what visitors read (NL)"] == ("", "Ziek")
    assert told["from"][1].endswith("09:00")


def test_name_of_a_row_is_told_in_the_readers_language_and_without_it(site: Site) -> None:
    Closure.objects.create(
        site=site,
        network=site.network,
        first_on="2027-01-04",
        last_on="2027-01-04",
        reason_fr="Travaux",
        reason_nl="Werken",
    ).delete()

    with translation.override("nl"):
        assert "Werken" in read([last()])[0].name


def test_row_that_is_gone_is_told_so(site: Site) -> None:
    resource = ResourceFactory(network=site.network)
    Holding.objects.create(resource=resource, site=site)
    entry = last()

    resource.delete()

    assert in_words(entry)["resource"] == ("", "a row that is gone")


def test_column_of_before_keeps_its_own_name(site: Site) -> None:
    entry = LogEntry.objects.log_create(site, action=LogEntry.Action.UPDATE, changes={"street": ["Rue A", "Rue B"]})

    assert in_words(entry) == {"street": ("Rue A", "Rue B")}


def test_accepted_invitation_names_whoever_accepted(client: Client, site: Site) -> None:
    invitation = InvitationFactory(site=site, email="robin@example.org")
    LogEntry.objects.all().delete()

    client.post(urlsplit(invitation_url(invitation)).path, {"display_name": "Robin"})

    robin = User.objects.get(email="robin@example.org")
    assert {line.person for line in read(list(LogEntry.objects.all()))} == {"Robin"}
    assert set(LogEntry.objects.values_list("content_type__model", "actor")) == {
        (kind, robin.pk) for kind in ("user", "membership", "invitation")
    }


# --- Who reads it -------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere() -> Site:
    return SiteFactory(name="Cité de Mons")


def test_manager_of_a_site_reads_of_it_alone(site: Site, elsewhere: Site, manager: User) -> None:
    for place in (site, elsewhere, SiteFactory(network=site.network), site.network):
        place.name = "Renamed"
        place.save()

    read_ones = entries_for(manager)

    assert {entry.object_id for entry in read_ones} == {site.pk}
    assert {entry.content_type.model for entry in read_ones} == {"site"}


def test_manager_of_a_network_reads_of_all_its_sites_and_of_what_is_everybodys(
    site: Site, elsewhere: Site, network_manager: User
) -> None:
    neighbour = SiteFactory(network=site.network)
    holiday = SchoolHoliday.objects.create(calendar="FWB", name="Carnaval")

    rows = {(entry.content_type.model, entry.object_id) for entry in entries_for(network_manager)}

    assert {("site", neighbour.pk), ("schoolholiday", holiday.pk)} <= rows
    assert ("site", elsewhere.pk) not in rows


def test_manager_of_a_partner_reads_of_it_and_of_its_people_alone(site: Site) -> None:
    partner, other = PartnerFactory(name="Forem"), PartnerFactory(name="Actiris")
    person = MembershipFactory(role=Role.PARTNER_MANAGER, partner=partner).user
    PresenceFactory(partner=partner, site=site)
    PresenceFactory(partner=other, site=site)
    MembershipFactory(site=site, partner=partner)
    MembershipFactory(site=site, partner=other)

    found = entries_for(person)

    assert {f"partner-{partner.pk}" in entry.additional_data["places"] for entry in found} == {True}
    assert {entry.content_type.model for entry in found} == {"partner", "partnername", "presence", "membership"}


def test_partner_concerns_the_networks_where_it_takes_part(site: Site, elsewhere: Site, network_manager: User) -> None:
    partner = PartnerFactory()
    nowhere_yet = last()
    PresenceFactory(partner=partner, site=elsewhere)
    partner.note = "Renamed in 2026"
    partner.save()

    readable = set(entries_for(network_manager))

    assert nowhere_yet in readable
    assert last() not in readable


def test_right_of_a_partner_manager_is_read_where_the_partner_is(site: Site, network_manager: User) -> None:
    partner = PresenceFactory(site=site).partner

    membership = MembershipFactory(role=Role.PARTNER_MANAGER, partner=partner)

    kinds = {(entry.content_type.model, entry.object_id) for entry in entries_for(network_manager)}
    assert ("membership", membership.pk) in kinds


def test_right_of_a_person_is_read_where_they_work(site: Site, manager: User, network_manager: User) -> None:
    colleague = MembershipFactory(site=site, role=Role.ADVISOR).user
    colleague.is_active = False
    colleague.save()

    entry = last()

    assert entry in entries_for(manager)
    assert entry in entries_for(network_manager)
    assert entry not in entries_for(MembershipFactory(role=Role.SITE_MANAGER).user)


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR])
def test_other_staff_read_nothing(site: Site, role: Role) -> None:
    person = MembershipFactory(role=role, site=site).user

    assert not entries_for(person).exists()


def test_administrator_reads_everything_while_active(site: Site) -> None:
    administrator = User.objects.create_superuser("first@example.org", "a long password", display_name="First")
    count = LogEntry.objects.count()

    assert entries_for(administrator).count() == count > 0
    administrator.is_active = False
    assert not entries_for(administrator).exists()


# --- The page -----------------------------------------------------------------------------------------


def rename(site: Site, count: int, *, by: User) -> None:
    with acting(lambda: by):
        for number in range(count):
            site.phone = str(number)
            site.save()


def test_page_tells_who_changed_what_from_what_to_what(client: Client, site: Site, manager: User) -> None:
    rename(site, 1, by=manager)
    client.force_login(manager)

    page = client.get(URL).content.decode()

    for told in ("Anne", "Cité de Namur", "Telephone", "081 00 00 00", ">0</ins>", "changed"):
        assert told in page
    assert page.count("<h1") == 1


def test_page_asks_the_database_as_often_for_many_entries(client: Client, site: Site, manager: User) -> None:
    client.force_login(manager)
    counts = []
    for entries in (1, 20):
        rename(site, entries, by=manager)
        OpeningHours.objects.create(site=site, weekday=entries % 7 + 1, opens_at=dt.time(9), closes_at=dt.time(12))
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


def test_page_is_cut_into_pages(client: Client, site: Site, manager: User) -> None:
    rename(site, 51, by=manager)
    client.force_login(manager)

    first, second = (client.get(URL, {"page": number, "person": manager.pk}) for number in (1, 2))

    assert len(first.context["lines"]) == 50
    assert len(second.context["lines"]) == 1
    assert f"person={manager.pk}&amp;page=2" in first.content.decode()
    assert f"person={manager.pk}&amp;page=1" in second.content.decode()


def test_page_puts_an_entry_under_the_day_of_the_place(client: Client, site: Site, manager: User) -> None:
    rename(site, 1, by=manager)
    late = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
    LogEntry.objects.update(timestamp=late)
    client.force_login(manager)

    page = client.get(URL).content.decode()

    assert 'id="day-2026-03-02"' in page
    assert "00:30" in page


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({}, 3),
        ({"place": "site"}, 2),
        ({"kind": "sites.openinghours"}, 1),
        ({"person": "manager"}, 1),
        ({"first_on": "2026-03-02"}, 2),
        ({"last_on": "2026-03-01"}, 1),
        ({"first_on": "2026-03-02", "last_on": "2026-03-02"}, 1),
    ],
)
def test_page_is_narrowed_by_place_kind_person_and_period(
    client: Client, site: Site, manager: User, network_manager: User, chosen: dict[str, str], count: int
) -> None:
    rename(site, 1, by=manager)
    OpeningHours.objects.create(site=site, weekday=1, opens_at=dt.time(9), closes_at=dt.time(12))
    with disable_auditlog():
        neighbour = SiteFactory(network=site.network)
    rename(neighbour, 1, by=network_manager)
    # Half past eleven in the evening in Brussels, and the days after.
    for hours, entry in enumerate(LogEntry.objects.order_by("pk")):
        at = dt.datetime(2026, 3, 1, 22, 30, tzinfo=dt.UTC) + dt.timedelta(days=hours)
        LogEntry.objects.filter(pk=entry.pk).update(timestamp=at)
    client.force_login(network_manager)
    named = {"site": f"site-{site.pk}", "manager": str(manager.pk)}

    answer = client.get(URL, {name: named.get(value, value) for name, value in chosen.items()})

    assert answer.context["page"].paginator.count == count


def test_page_says_so_when_nothing_fits_and_when_nothing_is_there(client: Client, manager: User) -> None:
    client.force_login(manager)

    assert b"Nothing has been changed yet" in client.get(URL).content
    assert b"No change fits what you chose" in client.get(URL, {"last_on": "2020-01-01"}).content


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"first_on": "2026-03-02", "last_on": "2026-03-01"}, "The last day cannot be before the first day."),
        ({"first_on": "soon"}, "Enter a valid date."),
        ({"kind": "sites.nothing"}, "Select a valid choice."),
    ],
)
def test_page_refuses_what_it_cannot_look_up(
    client: Client, manager: User, asked: dict[str, str], sentence: str
) -> None:
    client.force_login(manager)

    answer = client.get(URL, asked)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "Nothing is saved yet" not in answer.content.decode()


def test_page_offers_no_place_and_nobody_of_elsewhere(client: Client, manager: User, elsewhere: Site) -> None:
    stranger = MembershipFactory(role=Role.SITE_MANAGER, site=elsewhere, user__display_name="Bob Stranger").user
    rename(elsewhere, 1, by=stranger)
    client.force_login(manager)

    page = client.get(URL, {"place": f"site-{elsewhere.pk}"})

    assert page.status_code == 422
    assert "Bob Stranger" not in page.content.decode()
    assert "Mons" not in page.content.decode()


def test_page_of_a_partner_manager_names_the_partner(client: Client) -> None:
    with disable_auditlog():
        partner: Partner = PartnerFactory(name="Forem")
    person = MembershipFactory(role=Role.PARTNER_MANAGER, partner=partner).user
    client.force_login(person)

    page = client.get(URL, {"place": f"partner-{partner.pk}"})

    assert page.status_code == 200
    assert page.context["page"].paginator.count == 1


def test_page_offers_an_administrator_every_place(client: Client, site: Site, elsewhere: Site) -> None:
    client.force_login(User.objects.create_superuser("first@example.org", "a long password", display_name="First"))

    page = client.get(URL, {"place": f"network-{elsewhere.network_id}"})

    offered = dict(page.context["form"].fields["place"].choices)
    assert {f"site-{site.pk}", f"network-{site.network_id}", f"site-{elsewhere.pk}"} <= set(offered)
    assert page.status_code == 200


# --- The end ------------------------------------------------------------------------------------------


def test_old_changes_are_forgotten_on_their_day(site: Site, settings: Any) -> None:
    settings.PORTAL_AUDIT_DAYS = 30
    now = timezone.now()
    for days in (29, 31):
        site.phone = str(days)
        site.save()
        LogEntry.objects.filter(pk=last().pk).update(timestamp=now - dt.timedelta(days=days))

    forgotten = forget_old_changes()

    assert forgotten == 1
    assert [entry.changes["phone"][1] for entry in LogEntry.objects.all()] == ["29"]


def test_old_changes_are_forgotten_every_night(settings: Any) -> None:
    tasks = {line["task"] for line in settings.CELERY_BEAT_SCHEDULE.values()}

    assert "citemetiers.tasks.forget_old_changes" in tasks
    assert settings.PORTAL_AUDIT_DAYS == 730


def test_end_of_a_membership_is_kept_after_it(site: Site, manager: User) -> None:
    membership = MembershipFactory(site=site, role=Role.ADVISOR)

    Membership.objects.filter(pk=membership.pk).delete()

    entry = last()
    assert entry.action == LogEntry.Action.DELETE
    assert entry in entries_for(manager)
    assert in_words(entry)["role"] == ("advisor", "")
