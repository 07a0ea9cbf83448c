import datetime as dt

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from sites.enums import LinkState
from sites.exchange import (
    CatalogueExchange,
    OvertakenError,
    PartnerExchange,
    RefusedByDatabaseError,
    RefusedFileError,
    RoomExchange,
    SiteExchange,
)
from sites.models import Address, Convention, Holding, Locality, Partner, PartnerName, Resource, Room, Site
from tests.factories.sites import (
    AddressFactory,
    AudienceFactory,
    NetworkFactory,
    PartnerFactory,
    PartnerNameFactory,
    ResourceFactory,
    RoomFactory,
    SiteFactory,
    ThemeFactory,
)
from tests.factories.vocabularies import TerritoryFactory
from tests.sites.exchange import TODAY, compare, dataset, exported, namur, new_site, problems, rows_of, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return NetworkFactory(slug="wallonie")


@pytest.fixture
def site(network):
    return namur(network)


# --- Sites ---------------------------------------------------------------------------------------


def test_changed_cell_is_told_with_old_and_new(site):
    comparison = compare(
        SiteExchange, {"slug": "namur", "phone": "+32 81 11 11 11", "street": "Rue 2", "city": "Namur"}
    )

    assert [(row.number, row.label) for row in comparison.changed] == [(2, "Cité de Namur")]
    assert [(cell.column, cell.old, cell.new) for cell in comparison.changed[0].cells] == [
        ("phone", "+32 81 00 00 00", "+32 81 11 11 11"),
        ("street", "Rue 1", "Rue 2"),
    ]
    assert (comparison.new, comparison.unchanged_count, comparison.errors) == ([], 0, [])


def test_comparison_writes_nothing(site):
    compare(SiteExchange, {"slug": "namur", "phone": "1"}, {"slug": "namur2", "phone": "2"})

    site.refresh_from_db()
    assert site.phone == "+32 81 00 00 00"


def test_import_writes_site_and_address_and_leaves_other_columns(site):
    take(SiteExchange, {"slug": "namur", "phone": "1", "street": "Rue 2", "latitude": "50,46", "longitude": "4.86"})

    site.refresh_from_db()
    address = Address.objects.get()
    assert (site.phone, site.name) == ("1", "Cité de Namur")
    assert (address.street, address.city, address.position) == ("Rue 2", "Namur", (50.46, 4.86))


def test_new_site_gets_what_the_model_gives_for_empty_cells(network):
    row = new_site(timezone="", is_open_to_public="", postcode="4500", address_city="Huy", has_lift="ja")

    comparison = take(SiteExchange, row)

    site = Site.objects.get(slug="huy")
    assert (site.timezone, site.is_open_to_public, site.languages) == ("Europe/Brussels", True, ("fr", "de"))
    assert site.addresses.get().has_lift is True
    assert [row.label for row in comparison.new] == ["Carrefour de Huy"]


def test_new_site_without_address_columns_has_none(network):
    take(SiteExchange, new_site())

    assert not Address.objects.exists()


def belgium_knows(postcode):
    Locality.objects.create(country="BE", postcode=postcode, name="x", latitude=50, longitude=4)


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"postcode": "00"}, "postcode", "We do not know this postcode. Write it without the town, such as 5000."),
        ({"postcode": "5000 Namur"}, "postcode", "We do not know this postcode."),
        ({"nis_code": "1"}, "nis_code", "We do not know this municipality code."),
    ],
)
def test_code_that_the_country_does_not_have_is_refused_as_in_the_form(site, cells, column, sentence):
    belgium_knows("5000")
    TerritoryFactory(code="be-92094")

    for row in ({"slug": "namur"}, new_site(postcode="5000", address_city="Huy")):
        ((number, told, text),) = problems(compare(SiteExchange, row | cells))
        assert (number, told) == (2, column)
        assert sentence in text
    taken = compare(SiteExchange, {"slug": "namur", "postcode": "5000", "nis_code": "92094"})
    assert taken.errors == []


def test_code_of_a_country_without_a_table_is_taken(network):
    belgium_knows("5000")
    TerritoryFactory(code="be-92094")
    NetworkFactory(slug="letzebuerg", country="LU")
    row = new_site(network="letzebuerg", postcode="L-1234", address_city="Luxembourg", nis_code="0304")

    assert compare(SiteExchange, row).errors == []


def test_unknown_postcode_of_before_is_no_error_of_another_column(site):
    belgium_knows("1000")

    comparison = compare(SiteExchange, {"slug": "namur", "postcode": "5000", "street": "Rue 2"})

    assert (comparison.errors, comparison.change_count) == ([], 1)


def test_codes_are_looked_up_once_a_file(network):
    belgium_knows("5000")
    counts = []
    for count in (1, 5):
        rows = [new_site(slug=f"site-{number}", postcode="5000", address_city="x") for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert compare(SiteExchange, *rows).errors == []
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_address_of_another_day_stays(site):
    old = AddressFactory(
        site=SiteFactory(slug="huy", address=None), street="Before", last_on=TODAY - dt.timedelta(days=1)
    )

    take(
        SiteExchange, {"slug": "huy", "postcode": "4500", "address_city": "Huy", "address_first_on": TODAY.isoformat()}
    )

    old.refresh_from_db()
    assert (old.street, Address.objects.filter(site=old.site).count()) == ("Before", 2)


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"name": ""}, "name", "This cell is empty."),
        ({"name": "x" * 201}, "name", "at most 200 characters"),
        ({"kind": "party"}, "kind", "“party” is not known. Known: CITE, CARREFOUR."),
        ({"languages": "fr;xx"}, "languages", "“xx” is not known."),
        ({"languages": ""}, "languages", "This cell is empty."),
        ({"network": "atlantis"}, "network", "“atlantis” is not known. Known: wallonie."),
        ({"label_status": ""}, "label_status", "This cell is empty."),
        ({"label_since_on": "soon"}, "label_since_on", "“soon” is not a date such as 2026-12-31."),
        ({"label_since_on": "2026-02-30"}, "label_since_on", "is not a date"),
        (
            {"label_since_on": "2026-02-03", "label_until_on": "2026-02-02"},
            "label_until_on",
            "cannot end before it starts",
        ),
        ({"phone": "abc"}, "phone", "This is no telephone number."),
        ({"email": "nobody"}, "email", "Enter a valid email address."),
        ({"url": "javascript:alert(1)"}, "url", "Enter a valid URL."),
        ({"timezone": "Mars"}, "timezone", "This is no time zone."),
        ({"is_open_to_public": "perhaps"}, "is_open_to_public", "“perhaps” is neither yes nor no."),
        ({"is_open_to_public": ""}, "is_open_to_public", "“” is neither yes nor no."),
        ({"latitude": "north"}, "latitude", "“north” is not a number."),
        ({"latitude": "nan"}, "latitude", "“nan” is not a number."),
        ({"latitude": "50"}, "longitude", "Give latitude and longitude together"),
        ({"latitude": "91", "longitude": "4"}, "longitude", "Give latitude and longitude together"),
        ({"postcode": ""}, "postcode", "This cell is empty."),
        ({"address_last_on": "2026-11-20"}, "address_first_on", "these days must include today"),
        ({"address_first_on": "2026-11-21", "address_last_on": "2026-11-20"}, "address_last_on", "cannot be before"),
        ({"slug": "Éte 1"}, "slug", "Enter a valid “slug”"),
    ],
)
def test_wrong_cell_of_a_site_is_named_by_row_column_and_sentence(site, changes, column, sentence):
    SiteFactory(network=site.network, slug="huy")
    good, *_others = rows_of(exported(SiteExchange, queryset=Site.objects.filter(slug="namur")))
    good["phone"] = site.phone  # without the quote that keeps a spreadsheet from counting
    if "slug" in changes:
        changes |= new_site() | changes

    comparison = compare(SiteExchange, good | {"slug": "huy"}, good | changes)

    assert [(error.number, error.column) for error in comparison.errors] == [(3, column)]
    assert sentence in comparison.errors[0].message


def test_every_wrong_cell_of_a_row_is_named(site):
    found = problems(
        compare(SiteExchange, {"slug": "namur", "label_since_on": "x", "kind": "y", "is_open_to_public": "z"})
    )

    assert [column for _number, column, _message in found] == ["kind", "label_since_on", "is_open_to_public"]


def test_address_that_meets_another_is_refused(site):
    Address.objects.update(last_on=dt.date(2026, 12, 31))
    AddressFactory(site=site, first_on=dt.date(2027, 1, 1))

    found = problems(compare(SiteExchange, {"slug": "namur", "address_last_on": "2027-01-01"}))

    assert found == [(2, "address_first_on", "This site already has an address on some of these days.")]


def test_site_twice_in_a_file_is_refused(site):
    found = problems(compare(SiteExchange, {"slug": "namur", "phone": "1"}, {"slug": "namur", "phone": "2"}))

    assert found == [(3, "slug", "Row 2 is about the same.")]


def test_new_site_needs_its_columns(network):
    found = problems(compare(SiteExchange, {"slug": "huy", "phone": "1"}))

    assert {message for _number, _column, message in found} == {"A new row needs this column."}
    assert [column for _number, column, _message in found] == ["network", "name", "kind", "city", "languages"]


def test_network_of_a_site_is_settled(site):
    NetworkFactory(slug="bruxelles")

    found = problems(compare(SiteExchange, {"slug": "namur", "network": "bruxelles"}))

    assert found == [(2, "network", "This was settled when the row was made and cannot be changed.")]


def test_one_wrong_row_keeps_all_others_out(site):
    with pytest.raises(RefusedFileError, match="nothing was"):
        take(SiteExchange, {"slug": "namur", "email": "a@example.org"}, {"slug": "huy", "email": "b@example.org"})

    site.refresh_from_db()
    assert site.email == ""


def test_row_that_the_database_refuses_undoes_the_others(site, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise IntegrityError("CHECK constraint failed: address_position_is_whole")

    monkeypatch.setattr(Address, "save", refuse)

    with pytest.raises(RefusedByDatabaseError, match="Row 2: Give latitude and longitude together"):
        take(SiteExchange, {"slug": "namur", "phone": "1", "street": "x"})
    site.refresh_from_db()
    assert site.phone == "+32 81 00 00 00"


def test_change_of_a_colleague_is_not_overwritten(site):
    row = {"slug": "namur", "phone": "1"}
    seen = compare(SiteExchange, row).seen
    Site.objects.update(phone="2")

    with pytest.raises(OvertakenError, match="Somebody changed these data"):
        take(SiteExchange, row, seen=seen)

    assert Site.objects.get().phone == "2"


def test_change_of_another_column_is_no_obstacle(site):
    row = {"slug": "namur", "phone": "1"}
    seen = compare(SiteExchange, row).seen
    Site.objects.update(email="a@example.org")

    take(SiteExchange, row, seen=seen)

    assert Site.objects.values_list("phone", "email").get() == ("1", "a@example.org")


def test_row_that_appeared_meanwhile_is_not_overwritten(network):
    seen = compare(SiteExchange, new_site()).seen
    SiteFactory(network=network, slug="huy", name="By a colleague")

    with pytest.raises(OvertakenError):
        take(SiteExchange, new_site(), seen=seen)


# --- Rooms ---------------------------------------------------------------------------------------


def test_room_is_found_whatever_its_letters(site):
    RoomFactory(site=site, name="Salle 1")

    comparison = take(RoomExchange, {"site": "namur", "name": "SALLE 1", "seats": "12"})

    assert len(comparison.changed) == 1
    assert Room.objects.values_list("name", "seats").get() == ("SALLE 1", 12)


def test_rooms_that_differ_only_in_letters_stay_two(site):
    RoomFactory(site=site, name="a")
    RoomFactory(site=site, name="A")

    comparison = compare(RoomExchange, {"site": "namur", "name": "a"}, {"site": "namur", "name": "A"})

    assert (comparison.unchanged_count, comparison.errors) == (2, [])


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"site": "atlantis"}, "site", "“atlantis” is not known. Known: namur."),
        ({"name": ""}, "name", "This cell is empty."),
        ({"name": "x" * 101}, "name", "at most 100 characters"),
        ({"seats": "0"}, "seats", "A room has at least one seat"),
        ({"seats": "-5"}, "seats", "greater than or equal to 0"),
        ({"seats": "2001"}, "seats", "less than or equal to 2000"),
        ({"seats": "9223372036854775808"}, "seats", "less than or equal to 2000"),
        ({"seats": "1.5"}, "seats", "“1.5” is not a whole number."),
    ],
)
def test_wrong_cell_of_a_room_is_named(site, changes, column, sentence):
    comparison = compare(RoomExchange, {"site": "namur", "name": "Salle 1", "seats": "3"} | changes)

    assert [(error.number, error.column) for error in comparison.errors] == [(2, column)]
    assert sentence in comparison.errors[0].message


# --- Partners ------------------------------------------------------------------------------------


def test_partner_with_two_names_is_made_from_two_rows(network):
    shared = {"slug": "forem", "work_fr": "Conseille", "conventions": "wallonie: 2024-01-01..2026-12-31"}
    old = {"name_fr": "FOREM", "name_first_on": "", "name_last_on": "2019-12-31"}
    new = {"name_fr": "Le Forem", "name_first_on": "2020-01-01", "name_last_on": ""}

    take(PartnerExchange, shared | new, shared | old)

    partner = Partner.objects.get()
    assert (partner.work_fr, partner.name_on(TODAY), partner.name_on(dt.date(2010, 1, 1))) == (
        "Conseille",
        "Le Forem",
        "FOREM",
    )
    assert Convention.objects.values_list("network__slug", "first_on", "last_on").get() == (
        "wallonie",
        dt.date(2024, 1, 1),
        dt.date(2026, 12, 31),
    )


def test_end_of_one_name_and_start_of_the_next_can_move_together(network):
    partner = PartnerFactory(slug="forem", name="Now")
    PartnerName.objects.update(first_on=dt.date(2020, 1, 1))
    PartnerNameFactory(partner=partner, name_fr="Before", last_on=dt.date(2019, 12, 31))
    before = {"slug": "forem", "name_fr": "Before", "name_first_on": "", "name_last_on": "2020-06-30"}
    now = {"slug": "forem", "name_fr": "Now", "name_first_on": "2020-07-01", "name_last_on": ""}

    comparison = take(PartnerExchange, before, now)

    assert (len(comparison.changed), len(comparison.new)) == (2, 0)
    assert set(PartnerName.objects.values_list("name_fr", "first_on")) == {
        ("Before", None),
        ("Now", dt.date(2020, 7, 1)),
    }


def test_name_is_corrected_without_its_days(network):
    PartnerFactory(slug="forem", name="Formem")

    take(PartnerExchange, {"slug": "forem", "name_fr": "Forem"})

    assert PartnerName.objects.get().name_fr == "Forem"


def test_new_name_ends_nothing_by_itself(network):
    PartnerFactory(slug="forem", name="FOREM")

    row = {"slug": "forem", "name_fr": "Le Forem", "name_first_on": "2020-01-01"}

    assert problems(compare(PartnerExchange, row)) == [
        (2, "name_first_on", "This partner already has a name on some of these days.")
    ]


def test_rows_of_one_partner_must_agree(network):
    PartnerFactory(slug="forem")
    first = {"slug": "forem", "name_fr": "A", "name_first_on": "", "name_last_on": "2019-12-31", "note": "x"}
    second = {"slug": "forem", "name_fr": "B", "name_first_on": "2020-01-01", "name_last_on": "", "note": "y"}

    assert problems(compare(PartnerExchange, first, second)) == [
        (3, "note", "Row 2 says something else about the same partner.")
    ]


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"conventions": "atlantis: 2026-01-01.."}, "conventions", "“atlantis” is not known."),
        ({"conventions": "wallonie 2026"}, "conventions", "is not known"),
        ({"conventions": "wallonie: 2026-01-01"}, "conventions", "Write each convention on a line"),
        ({"conventions": "wallonie: soon.."}, "conventions", "“soon” is not a date"),
        ({"conventions": "wallonie: 2026-01-02..2026-01-01"}, "conventions", "cannot be before"),
        ({"conventions": "wallonie: ..\nwallonie: 2026-01-01.."}, "conventions", "already has a convention"),
        ({"name_fr": "", "name_first_on": "2026-01-01"}, "name_fr", "Give the name in one language at least."),
        ({"name_last_on": "2019-01-01", "name_first_on": "2020-01-01"}, "name_last_on", "cannot be before"),
        ({"url": "x"}, "url", "Enter a valid URL."),
    ],
)
def test_wrong_cell_of_a_partner_is_named(network, changes, column, sentence):
    comparison = compare(PartnerExchange, {"slug": "forem", "name_fr": "Forem"} | changes)

    assert [(error.number, error.column) for error in comparison.errors] == [(2, column)]
    assert sentence in comparison.errors[0].message


def test_conventions_become_those_of_the_cell(network):
    partner = PartnerFactory(slug="forem")
    other = NetworkFactory(slug="bruxelles")
    Convention.objects.create(
        partner=partner, network=network, first_on=dt.date(2020, 1, 1), last_on=dt.date(2020, 12, 31)
    )
    Convention.objects.create(partner=partner, network=other)
    cell = "wallonie: 2020-01-01..2021-12-31\nwallonie: 2022-01-01.."

    take(PartnerExchange, {"slug": "forem", "conventions": cell})

    assert rows_of(exported(PartnerExchange, queryset=Partner.objects.all()))[0]["conventions"] == cell


# --- Resources -----------------------------------------------------------------------------------


def test_resource_keeps_the_version_of_a_term_that_it_was_given(network):
    old, now = (
        ThemeFactory(code="work", last_on=TODAY - dt.timedelta(days=1), position=1),
        ThemeFactory(code="work", first_on=TODAY, position=1),
    )
    other = ThemeFactory(code="train")
    resource = ResourceFactory(slug="guide", network=network, url="https://example.org")
    resource.themes.add(old)

    take(CatalogueExchange, {"slug": "guide", "themes": "work;train"})
    take(CatalogueExchange, {"slug": "guide", "themes": "train"})
    assert list(resource.themes.all()) == [other]
    take(CatalogueExchange, {"slug": "guide", "themes": "work"})

    assert list(resource.themes.all()) == [now]


def test_new_link_is_unchecked_and_words_are_indexed(network):
    ResourceFactory(slug="guide", network=network, url="https://example.org", link_state=LinkState.BROKEN)

    take(CatalogueExchange, {"slug": "guide", "url": "https://example.org/new", "title_fr": "Métiers"})

    resource = Resource.objects.get()
    assert (resource.link_state, resource.title_fr) == (LinkState.UNCHECKED, "Métiers")
    assert " metiers " in resource.search_text


def test_shelves_become_those_of_the_cell(site):
    resource = ResourceFactory(slug="guide", network=site.network)
    gone = SiteFactory(network=site.network, slug="huy")
    for place in (site, gone):
        Holding.objects.create(resource=resource, site=place, shelf_mark="A 1")

    take(CatalogueExchange, {"slug": "guide", "shelves": "namur: B 2"})

    assert Holding.objects.values_list("site__slug", "shelf_mark").get() == ("namur", "B 2")


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"themes": "magic"}, "themes", "“magic” is not known. Known: work."),
        ({"audiences": "nobody"}, "audiences", "“nobody” is not known. Known: adults."),
        ({"shelves": "atlantis"}, "shelves", "“atlantis” is not known."),
        ({"shelves": "namur\nnamur: A"}, "shelves", "namur stands there twice."),
        ({"shelves": "namur: " + "x" * 51}, "shelves", "A shelf mark has at most 50 characters."),
        ({"title_fr": ""}, "title_fr", "Give the title in one language at least."),
        ({"summary_nl": "x" * 501}, "summary_nl", "at most 500 characters"),
        ({"url": ""}, "url", "A resource needs a link, or at least one site"),
        ({"reviewed_on": "31-12-2026"}, "reviewed_on", "is not a date"),
    ],
)
def test_wrong_cell_of_a_resource_is_named(site, changes, column, sentence):
    ThemeFactory(code="work")
    AudienceFactory(code="adults")
    row = {"slug": "guide", "network": "wallonie", "kind": "guide", "title_fr": "x", "languages": "fr"}

    comparison = compare(CatalogueExchange, row | {"url": "https://example.org"} | changes)

    assert [(error.number, error.column) for error in comparison.errors] == [(2, column)]
    assert sentence in comparison.errors[0].message


# --- Long files ----------------------------------------------------------------------------------


def test_three_wrong_rows_of_twenty_thousand_are_named_and_nothing_is_written(site):
    rows = [{"site": "namur", "name": f"Salle {number}", "seats": "12"} for number in range(20_000)]
    rows[7]["seats"], rows[11_000]["site"], rows[19_999]["name"] = "0", "atlantis", ""
    resource, data = RoomExchange(today=TODAY), dataset(*rows)

    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        pytest.raises(RefusedFileError),
    ):
        resource.import_data(data)

    assert [(error.number, error.column) for error in resource.comparison.errors] == [
        (9, "seats"),
        (11_002, "site"),
        (20_001, "name"),
    ]
    assert not Room.objects.exists()
    assert len(queries) <= 10


@pytest.mark.parametrize("count", [1, 30])
def test_comparing_asks_as_often_for_one_row_as_for_many(site, network, count, django_assert_max_num_queries):
    sites = [SiteFactory(network=network) for _ in range(count)]

    with django_assert_max_num_queries(5):
        compare(SiteExchange, *({"slug": site.slug, "phone": "1", "street": "x"} for site in sites))
