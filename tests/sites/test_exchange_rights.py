import pytest
from django.core import mail

from sites.enums import Role
from sites.exchange import (
    CatalogueExchange,
    PartnerExchange,
    RoomExchange,
    SiteExchange,
    StaffExchange,
)
from sites.models import Convention, Membership, Site, User
from tests.factories.sites import (
    MembershipFactory,
    NetworkFactory,
    PartnerFactory,
    PresenceFactory,
    ResourceFactory,
    SiteFactory,
    UserFactory,
)
from tests.sites.exchange import compare, exported, namur, new_site, problems, rows_of, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return NetworkFactory(slug="wallonie")


@pytest.fixture
def site(network):
    return namur(network)


@pytest.fixture
def manager(network):
    return MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=network).user


@pytest.fixture
def stranger():
    return MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=NetworkFactory()).user


# --- Whose rows ----------------------------------------------------------------------------------

NOT_YOURS = "You may not change this row: its site or network is not yours."
OWN_ADDRESS = "This is your own address. Somebody else gives you a role."


def test_manager_changes_their_own_site(site, manager):
    take(SiteExchange, {"slug": "namur", "phone": "1"}, by=manager)

    assert Site.objects.get().phone == "1"


def test_coordinator_changes_only_their_own_site(site, network):
    SiteFactory(network=network, slug="huy")
    coordinator = MembershipFactory(role=Role.COORDINATOR, site=site).user

    comparison = compare(SiteExchange, {"slug": "namur", "phone": "1"}, {"slug": "huy", "phone": "1"}, by=coordinator)

    assert problems(comparison) == [(3, "slug", NOT_YOURS)]


def test_rows_of_others_that_change_nothing_do_no_harm(site, stranger):
    comparison = compare(SiteExchange, {"slug": "namur", "phone": site.phone}, by=stranger)

    assert (comparison.unchanged_count, comparison.errors) == (1, [])


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.ADVISOR])
def test_lower_role_changes_nothing(site, role):
    person = MembershipFactory(role=role, site=site).user

    assert problems(compare(SiteExchange, {"slug": "namur", "phone": "1"}, by=person)) == [(2, "slug", NOT_YOURS)]


def test_site_of_another_network_is_refused(site, stranger):
    rows = {"slug": "namur", "phone": "1"}, {"slug": "huy", "phone": "1"}

    assert (2, "slug", NOT_YOURS) in problems(compare(SiteExchange, *rows, by=stranger))
    assert problems(compare(SiteExchange, new_site(), by=stranger)) == [(2, "slug", NOT_YOURS)]


def test_new_site_is_the_networks_to_make(site, manager):
    coordinator = MembershipFactory(role=Role.COORDINATOR, site=site).user

    assert problems(compare(SiteExchange, new_site(), by=coordinator)) == [(2, "slug", NOT_YOURS)]
    assert compare(SiteExchange, new_site(), by=manager).errors == []


def test_room_of_another_network_is_refused(site, stranger):
    assert problems(compare(RoomExchange, {"site": "namur", "name": "Salle 1"}, by=stranger)) == [
        (2, "site", NOT_YOURS)
    ]


def test_partner_of_another_network_is_refused(network, manager, stranger):
    partner = PartnerFactory(slug="forem")
    Convention.objects.create(partner=partner, network=network)
    row = {"slug": "forem", "note": "x"}

    assert problems(compare(PartnerExchange, row, by=stranger)) == [(2, "slug", NOT_YOURS)]
    assert compare(PartnerExchange, row, by=manager).errors == []


def test_partner_that_works_in_a_network_is_its_own(site, manager, stranger):
    PresenceFactory(partner=PartnerFactory(slug="forem"), site=site)
    row = {"slug": "forem", "note": "x"}

    assert problems(compare(PartnerExchange, row, by=stranger)) == [(2, "slug", NOT_YOURS)]
    assert compare(PartnerExchange, row, by=manager).errors == []


def test_convention_of_another_network_is_refused(network, stranger):
    PartnerFactory(slug="forem")
    row = {"slug": "forem", "conventions": "wallonie: 2026-01-01.."}

    assert problems(compare(PartnerExchange, row, by=stranger)) == [(2, "slug", NOT_YOURS)]


def test_resource_of_another_network_is_refused(network, manager, stranger):
    ResourceFactory(slug="guide", network=network, url="https://example.org")
    row = {"slug": "guide", "title_fr": "x"}

    assert problems(compare(CatalogueExchange, row, by=stranger)) == [(2, "slug", NOT_YOURS)]
    assert compare(CatalogueExchange, row, by=manager).errors == []


def test_shelf_belongs_to_its_site(site, stranger):
    ResourceFactory(slug="guide", network=site.network, url="https://example.org")
    coordinator = MembershipFactory(role=Role.COORDINATOR, site=site).user
    row = {"slug": "guide", "shelves": "namur: A 1"}

    assert problems(compare(CatalogueExchange, row, by=stranger)) == [(2, "slug", NOT_YOURS)]
    assert compare(CatalogueExchange, row, by=coordinator).errors == []


# --- Staff ---------------------------------------------------------------------------------------


BLANK = {"network": "", "partner": ""}


def member(**changes):
    row = {"email": "ann@example.org", "display_name": "Ann", "language": "nl", "role": "ADVISOR", "site": "namur"}
    return row | BLANK | changes


def test_staff_is_made_without_password_and_without_mail(site):
    take(StaffExchange, member(email="Ann@Example.org"), member(role="coordinator"))

    user = User.objects.get(email="ann@example.org")
    assert (user.display_name, user.language, user.has_usable_password()) == ("Ann", "nl", False)
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert set(user.memberships.values_list("role", "site__slug")) == {("ADVISOR", "namur"), ("COORDINATOR", "namur")}
    assert mail.outbox == []


def test_no_password_comes_or_goes(site):
    MembershipFactory(site=site)

    assert "password" not in exported(StaffExchange, queryset=User.objects.all()).decode()
    assert "password" not in StaffExchange.layout().columns


def test_role_that_the_file_does_not_name_stays(site):
    held = MembershipFactory(site=site, user=UserFactory(email="ann@example.org"), role=Role.RECEPTION)

    take(StaffExchange, member())

    assert Membership.objects.filter(pk=held.pk).exists()
    assert held.user.memberships.count() == 2


def test_person_who_has_left_is_not_let_in_again(site):
    UserFactory(email="ann@example.org", is_active=False)

    assert problems(compare(StaffExchange, member())) == [
        (2, "email", "This person has left and may not sign in. Invite them again instead.")
    ]


def test_list_of_staff_names_only_those_who_may_sign_in(site):
    MembershipFactory(site=site, user__email="here@example.org")
    MembershipFactory(site=site, user__email="left@example.org", user__is_active=False)
    UserFactory(email="without-role@example.org")

    rows = rows_of(exported(StaffExchange, queryset=User.objects.all()))

    assert [row["email"] for row in rows] == ["here@example.org"]


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"email": "nobody"}, "email", "Enter a valid email address."),
        ({"display_name": ""}, "display_name", "This cell is empty."),
        ({"language": "xx"}, "language", "“xx” is not known."),
        ({"role": "KING"}, "role", "“KING” is not known."),
        ({"site": ""}, "site", "Choose one site or one network"),
        ({"network": "wallonie"}, "site", "Choose one site or one network"),
        ({"role": "NETWORK_MANAGER"}, "site", "a network for a network manager"),
        ({"role": "PARTNER_MANAGER", "site": ""}, "site", "a partner alone for a partner manager"),
        ({"partner": "elsewhere"}, "partner", "is not at Cité de Namur today."),
    ],
)
def test_wrong_cell_of_staff_is_named(site, changes, column, sentence):
    PartnerFactory(slug="elsewhere")

    comparison = compare(StaffExchange, member(**changes))

    assert column in [error.column for error in comparison.errors]
    assert sentence in " ".join(error.message for error in comparison.errors)


def test_partner_manager_and_employer_are_read_from_one_column(site):
    PresenceFactory(partner=PartnerFactory(slug="forem"), site=site)

    take(StaffExchange, member(partner="forem"), member(role="PARTNER_MANAGER", site="", partner="forem"))

    assert set(Membership.objects.values_list("role", "site__slug", "partner__slug")) == {
        ("ADVISOR", "namur", "forem"),
        ("PARTNER_MANAGER", None, "forem"),
    }


def test_manager_gives_roles_only_in_their_network(site, manager, stranger):
    assert compare(StaffExchange, member(), by=manager).errors == []
    assert problems(compare(StaffExchange, member(), by=stranger)) == [(2, "email", NOT_YOURS)]


def test_manager_learns_nothing_about_the_staff_of_others(site, stranger):
    MembershipFactory(site=site, user=UserFactory(email="ann@example.org", display_name="Ann", language="nl"))

    assert problems(compare(StaffExchange, member(), by=stranger)) == [(2, "email", NOT_YOURS)]


def test_nobody_gives_a_role_above_their_own(site):
    person = MembershipFactory(role=Role.SITE_MANAGER, site=site).user
    row = member(role="NETWORK_MANAGER", site="", network="wallonie")

    assert problems(compare(StaffExchange, row, by=person)) == [(2, "email", NOT_YOURS)]


def test_nobody_gives_themselves_a_role(site, manager):
    row = member(email=manager.email.upper(), role="SITE_MANAGER")

    assert problems(compare(StaffExchange, row, by=manager)) == [(2, "email", OWN_ADDRESS)]

    MembershipFactory(user=manager, role=Role.SITE_MANAGER, site=site)
    assert compare(StaffExchange, row, by=manager).errors == []


def notes(comparison):
    return [(note.number, note.label, note.message) for note in comparison.notes]


KEPT = "This person has an account already and keeps their own name and language."


def test_account_keeps_its_own_name_and_language_and_gets_the_roles(site):
    user = UserFactory(email="ann@example.org", display_name="Anna", language="fr")
    MembershipFactory(user=user, site=site, role=Role.ADVISOR)

    comparison = take(StaffExchange, member(), member(role="COORDINATOR"))

    user.refresh_from_db()
    assert (user.display_name, user.language) == ("Anna", "fr")
    assert notes(comparison) == [(2, "ann@example.org", KEPT)]
    assert comparison.changed == []
    assert [{cell.column for cell in row.cells} for row in comparison.new] == [{"email", "role", "site"}]
    assert set(user.memberships.values_list("role", flat=True)) == {"ADVISOR", "COORDINATOR"}


def test_role_for_an_account_needs_no_name(site):
    user = UserFactory(email="ann@example.org", display_name="Anna")

    comparison = take(StaffExchange, {"email": "ann@example.org", "role": "ADVISOR", "site": "namur"} | BLANK)

    assert (comparison.errors, comparison.notes) == ([], [])
    assert user.memberships.get().role == "ADVISOR"


def test_file_as_it_was_exported_has_nothing_to_remark(site):
    MembershipFactory(site=site, user=UserFactory(email="ann@example.org", display_name="Ann", language="nl"))

    comparison = compare(StaffExchange, member())

    assert (comparison.change_count, comparison.notes) == (0, [])


@pytest.mark.parametrize("name", ["Ann", "Anna"])
def test_name_of_a_person_who_works_elsewhere_is_not_found_out_by_trying(site, manager, name):
    MembershipFactory(user=UserFactory(email="ann@example.org", display_name="Anna", language="nl"), site=SiteFactory())

    comparison = compare(StaffExchange, member(display_name=name), by=manager)

    assert notes(comparison) == [(2, "ann@example.org", KEPT)]
    assert [{cell.column for cell in row.cells} for row in comparison.new] == [{"email", "role", "site"}]
