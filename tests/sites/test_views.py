import datetime as dt
import re

import pytest
from django.db.models import Avg
from django.test import Client
from django.urls import reverse
from django.utils import translation

from sites.enums import SeasonKind, Weekday
from sites.models import Closure, DropInPause, Locality, OpeningHours, Season, Site, SpecialHours
from sites.services import load_reference
from tests.factories.sites import AddressFactory, NetworkFactory, PresenceFactory, SiteFactory

pytestmark = pytest.mark.django_db
MONDAY_MORNING = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # 10:00 on the walls
UNKNOWN = {"fr": "à confirmer", "nl": "nog te bevestigen", "de": "noch zu bestätigen", "en": "to be confirmed"}


def open_daily(site: Site, opens: int = 9, closes: int = 17) -> None:
    for weekday in Weekday:
        OpeningHours.objects.create(
            site=site, weekday=weekday, opens_at=dt.time(opens), closes_at=dt.time(closes), is_by_appointment=False
        )


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_site_detail_says_what_is_to_be_confirmed_in_every_language(client: Client, language: str) -> None:
    load_reference()
    with translation.override(language):
        address = reverse("sites:site-detail", args=["mons"])

    page = client.get(address).content.decode()

    # Street, telephone, e-mail and hours of Mons were not found.
    assert page.count(UNKNOWN[language]) >= 4


def test_site_list_shows_the_thirteen_sites(client: Client) -> None:
    load_reference()

    page = client.get(reverse("sites:site-list")).content.decode()

    assert all(site.get_absolute_url() in page for site in Site.objects.all())


@pytest.mark.parametrize("count", [1, 30])
def test_site_list_asks_the_same_queries_for_one_and_for_thirty(
    client: Client, django_assert_num_queries, count: int
) -> None:
    for number in range(count):
        site = SiteFactory(address__latitude=50 + number / 30, address__longitude=4.5)
        open_daily(site)

    with django_assert_num_queries(3):
        client.get(reverse("sites:site-list"))


@pytest.mark.parametrize("count", [1, 3])
def test_site_detail_asks_the_same_queries_for_one_and_for_three(
    client: Client, django_assert_num_queries, count: int
) -> None:
    site = SiteFactory()
    open_daily(site)
    for _ in range(count):
        PresenceFactory(site=site)
        open_daily(SiteFactory())

    with django_assert_num_queries(7):
        client.get(site.get_absolute_url())


def test_site_detail_shows_hours_and_closures_once_they_are_known(client: Client) -> None:
    site = SiteFactory()
    OpeningHours.objects.create(site=site, weekday=Weekday.TUESDAY, opens_at=dt.time(9), closes_at=dt.time(12, 30))
    Closure.objects.create(
        network=site.network, site=site, first_on=dt.date.max, last_on=dt.date.max, reason_en="Staff day"
    )

    page = client.get(site.get_absolute_url()).content.decode()

    assert "09:00–12:30" in page
    assert "Staff day" in page


def test_site_detail_shows_the_closures_of_its_network_and_no_others(client: Client) -> None:
    site, other = SiteFactory(), SiteFactory()
    sibling = SiteFactory(network=site.network)
    for network, place, reason in (
        (site.network, None, "Network day"),
        (site.network, sibling, "Sibling day"),
        (other.network, None, "Other network day"),
    ):
        Closure.objects.create(network=network, site=place, first_on=dt.date.max, last_on=dt.date.max, reason_en=reason)

    page = client.get(site.get_absolute_url()).content.decode()

    assert [text in page for text in ("Network day", "Sibling day", "Other network day")] == [True, False, False]


@pytest.mark.parametrize("slug", ["nowhere", "hidden"])
def test_site_detail_of_an_unknown_or_hidden_site_is_not_found(client: Client, slug: str) -> None:
    SiteFactory(slug="hidden", is_open_to_public=False)

    answer = client.get(reverse("sites:site-detail", args=[slug]))

    assert answer.status_code == 404
    assert "This page does not exist" in answer.content.decode()


def test_site_list_near_a_postcode_starts_with_the_nearest(client: Client) -> None:
    load_reference()

    answer = client.get(reverse("sites:site-list"), {"near": "4000"})

    towns = [one.site.city for one, _words in answer.context["found"]]
    assert towns[:2] == ["Liège", "Verviers"]
    assert len(towns) == 13
    assert "about" in answer.text


@pytest.mark.parametrize(
    "asked", ["4000 Liège", "B-4000", "BE-4000 Liège 1", "4000 ", " b-4000  Saint-Nicolas", "4000, Liège"]
)
def test_site_list_near_a_postcode_takes_it_as_it_stands_in_an_address(client: Client, asked: str) -> None:
    load_reference()

    answer = client.get(reverse("sites:site-list"), {"near": asked})

    assert answer.context["start"].postcode == "4000"
    assert answer.context["found"][0][0].site.city == "Liège"


@pytest.mark.parametrize("asked", ["L-4000", "F-4000", "SW1A 1AA"])
def test_site_list_near_a_foreign_postcode_names_the_countries_that_are_known(client: Client, asked: str) -> None:
    load_reference()
    NetworkFactory(country="MU")

    answer = client.get(reverse("sites:site-list"), {"near": asked})

    assert "the countries where we have places: Belgium, MU." in answer.context["form"].errors["near"][0]


def test_distance_under_a_kilometre_is_never_none(client: Client) -> None:
    load_reference()
    middle = Locality.objects.filter(postcode="5000").aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"))
    home = SiteFactory(city="Here", address__latitude=middle["latitude"], address__longitude=middle["longitude"])
    SiteFactory(city="There", address__latitude=middle["latitude"], address__longitude=middle["longitude"])

    pages = [client.get(reverse("sites:site-list"), {"near": "5000"}).text, client.get(home.get_absolute_url()).text]

    assert ["less than 1 km</p>" in pages[0], "(less than 1 km)" in pages[1]] == [True, True]
    assert not any("about 0 km" in page for page in pages)


@pytest.mark.parametrize("postcode", ["0000", "Namur", "12345678901234", "<script>", "١٢٣٤"])
def test_site_list_near_an_unknown_postcode_says_so_and_shows_every_site(client: Client, postcode: str) -> None:
    load_reference()

    answer = client.get(reverse("sites:site-list"), {"near": postcode})

    assert answer.status_code == 200
    assert answer.context["form"].errors["near"]
    assert len(answer.context["found"]) == 13


@pytest.mark.parametrize("sites", [13, 30])
def test_site_list_near_a_postcode_takes_at_most_six_queries(
    client: Client, django_assert_max_num_queries, sites: int
) -> None:
    load_reference()
    for number in range(sites - Site.objects.count()):
        SiteFactory(address__latitude=50 + number / 30, address__longitude=4.5)
    for site in Site.objects.all():
        open_daily(site)
        Season.objects.create(site=site, kind=SeasonKind.SCHOOL_HOLIDAYS, name_en="Holidays")

    with django_assert_max_num_queries(6):
        answer = client.get(reverse("sites:site-list"), {"near": "b-5000 "})

    assert len(answer.context["found"]) == sites


@pytest.fixture
def monday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sites.views.places.timezone.now", lambda: MONDAY_MORNING)


def test_site_list_says_of_each_site_whether_it_is_open(client: Client, monday_morning: None) -> None:
    open_daily(SiteFactory(city="Arlon"))
    open_daily(SiteFactory(city="Huy"), opens=14)
    SiteFactory(city="Mons")

    answer = client.get(reverse("sites:site-list"))

    assert [words.text for _place, words in answer.context["found"]] == [
        "Open until 17:00",
        "Closed, opens today at 14:00",
        "Opening hours to be confirmed",
    ]
    assert all(words.text in answer.text for _place, words in answer.context["found"])


def test_site_list_and_page_tell_of_a_move_to_come(client: Client, monday_morning: None) -> None:
    site = SiteFactory(address__street="Old street 1", address__last_on=dt.date(2026, 12, 31))
    AddressFactory(site=site, street="New street 2", first_on=dt.date(2027, 1, 1))

    listed = client.get(reverse("sites:site-list")).text
    page = client.get(site.get_absolute_url()).text

    assert "Moves on 1 January 2027 to New street 2, 5000 Namur" in listed
    assert "This place moves on 1 January 2027" in page
    assert ("Old street 1" in page, "New street 2" in page) == (True, True)


@pytest.mark.parametrize(("days_ago", "is_told"), [(1, True), (365, True), (366, False)])
def test_site_list_and_page_tell_of_a_move_for_a_year(
    client: Client, monday_morning: None, days_ago: int, is_told: bool
) -> None:
    left_on = MONDAY_MORNING.date() - dt.timedelta(days=days_ago)
    site = SiteFactory(address__street="New street 2", address__first_on=left_on + dt.timedelta(days=1))
    AddressFactory(site=site, street="Old street 1", last_on=left_on)

    listed = client.get(reverse("sites:site-list")).text
    page = client.get(site.get_absolute_url()).text

    assert ["Old street 1" in text for text in (listed, page)] == [is_told, is_told]
    assert ["This place has moved" in page, "Moved: until" in listed] == [is_told, is_told]


def test_site_page_of_a_site_without_an_address_says_so(client: Client, monday_morning: None) -> None:
    site = SiteFactory(address=None)
    AddressFactory(site=site, street="Old street 1", last_on=dt.date(2026, 11, 1))

    page = client.get(site.get_absolute_url()).text

    assert "This place has left its address" in page
    assert "<svg" not in page.partition('id="where"')[2].partition("</section>")[0]


def test_site_list_shows_access_that_is_known_and_claims_none(client: Client) -> None:
    SiteFactory(address__is_step_free=True, address__has_lift=False)

    page = client.get(reverse("sites:site-list")).text

    assert [sign in page for sign in ("Step-free entrance", "Lift", "Hearing loop")] == [True, False, False]


def test_site_page_tells_yes_no_and_unknown_apart(client: Client) -> None:
    site = SiteFactory(address__is_step_free=True, address__has_lift=False, address__transport_en="Bus 3")

    page = client.get(site.get_absolute_url()).text

    found = re.findall(r"<dt>(.+?)</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    facts = {name: re.sub(r"<[^>]+>", "", value).strip() for name, value in found}
    assert facts["Step-free entrance"] == "yes"
    assert facts["Lift"] == "no"
    assert facts["Hearing loop"] == facts["Adapted toilet"] == facts["Parking"] == "to be confirmed"
    assert facts["Public transport"] == "Bus 3"


def test_site_page_shows_hours_of_both_kinds_seasons_and_unusual_days(client: Client, monday_morning: None) -> None:
    site = SiteFactory()
    open_daily(site)
    OpeningHours.objects.create(
        site=site, weekday=1, opens_at=dt.time(18), closes_at=dt.time(20), is_by_appointment=True
    )
    summer = Season.objects.create(
        site=site, name_en="Summer", first_on=dt.date(2027, 7, 1), last_on=dt.date(2027, 8, 31)
    )
    OpeningHours.objects.create(site=site, season=summer, weekday=1, opens_at=dt.time(8), closes_at=dt.time(13))
    SpecialHours.objects.create(
        site=site, day=dt.date(2026, 11, 25), opens_at=dt.time(10), closes_at=dt.time(19), reason_en="Fair"
    )
    Closure.objects.create(
        network=site.network, first_on=dt.date(2026, 12, 24), last_on=dt.date(2027, 1, 3), reason_en="Year’s end"
    )

    page = re.sub(r"<[^>]+>", "", client.get(site.get_absolute_url()).text)

    assert "18:00–20:00" in page
    assert "Summer: 1 July 2027 – 31 August 2027" in page
    assert "Wednesday 25 November 2026: 10:00–19:00 · Fair" in page
    assert "24 December 2026 – 3 January 2027 · Year’s end" in page


@pytest.mark.parametrize(
    ("starts", "ends", "title"),
    [
        (-1, 1, "No walk-in for the moment: by appointment only"),
        (-1, None, "No walk-in for the moment: by appointment only"),
        (1, 2, "Soon no walk-in: by appointment only"),
    ],
)
def test_site_page_tells_of_a_pause_of_walk_in(
    client: Client, monday_morning: None, starts: int, ends: int | None, title: str
) -> None:
    site = SiteFactory()
    DropInPause.objects.create(
        site=site,
        starts_at=MONDAY_MORNING + dt.timedelta(days=starts),
        ends_at=MONDAY_MORNING + dt.timedelta(days=ends) if ends else None,
        message_en="Works in the hall",
    )

    page = client.get(site.get_absolute_url()).text

    assert title in page
    assert "Works in the hall" in page
    assert ("Until further notice." in page) is (ends is None)
    assert ("Walk in again from" in page) is (ends is not None)
    assert ("Walk in without an appointment" in page) is (starts > 0)


SUSPENDED = "Drop-in is suspended: these hours are by appointment only for now."


def test_site_page_says_above_its_hours_that_drop_in_is_suspended(client: Client, monday_morning: None) -> None:
    site = SiteFactory()
    open_daily(site)
    SpecialHours.objects.create(
        site=site, day=dt.date(2026, 11, 24), opens_at=dt.time(10), closes_at=dt.time(19), reason_en="Fair"
    )
    noon = MONDAY_MORNING + dt.timedelta(days=2, hours=2)
    DropInPause.objects.create(site=site, starts_at=MONDAY_MORNING, ends_at=noon, message_en="Works")

    page = client.get(site.get_absolute_url()).text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))

    assert 0 < page.index(SUSPENDED) < page.index("In an ordinary week")
    assert "Nothing different" not in words
    assert "Tuesday 24 November 2026: 10:00–19:00 (by appointment only) · Fair · drop-in suspended" in words
    assert "25 November 2026: 09:00–12:00 (by appointment only), 12:00–17:00 · drop-in suspended" in words
    assert "Thursday 26 November 2026" not in words


def test_site_page_calls_a_day_different_only_where_a_pause_takes_drop_in_away(
    client: Client, monday_morning: None
) -> None:
    site = SiteFactory()
    OpeningHours.objects.create(
        site=site, weekday=2, opens_at=dt.time(9), closes_at=dt.time(17), is_by_appointment=True
    )
    tomorrow = MONDAY_MORNING + dt.timedelta(days=1)
    DropInPause.objects.create(site=site, starts_at=tomorrow, message_en="Works")

    page = client.get(site.get_absolute_url()).text

    assert SUSPENDED not in page
    assert "Nothing different in the coming two weeks." in page


def test_site_page_keeps_the_time_of_its_own_walls(client: Client, monday_morning: None) -> None:
    site = SiteFactory(timezone="Indian/Mauritius")
    DropInPause.objects.create(
        site=site, starts_at=MONDAY_MORNING, ends_at=MONDAY_MORNING + dt.timedelta(hours=2), message_en="Works"
    )

    assert "Walk in again from 23 November 2026, 15:00." in client.get(site.get_absolute_url()).text


def test_site_page_says_in_words_what_its_map_shows(client: Client) -> None:
    load_reference()

    page = client.get(reverse("sites:site-detail", args=["namur"])).text

    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.partition("Other places near this one:")[2]))
    assert words.lstrip().startswith("Huy (about 26 km), Charleroi (about 31 km)")


def test_site_list_may_ask_for_the_position_and_no_other_page_may(client: Client) -> None:
    site = SiteFactory()

    policies = [
        client.get(address)["Permissions-Policy"]
        for address in (reverse("sites:site-list"), site.get_absolute_url(), reverse("home"))
    ]

    assert ["geolocation=(self)" in policy for policy in policies] == [True, False, False]
    assert all("camera=()" in policy for policy in policies)


def test_site_list_maps_the_sites_of_each_country_with_the_numbers_of_the_list(client: Client) -> None:
    italian = NetworkFactory(country="IT")
    SiteFactory(city="Arlon", address__latitude=49.7, address__longitude=5.8)
    SiteFactory(city="Milano", network=italian, address__latitude=45.46, address__longitude=9.19)
    SiteFactory(city="Nowhere")

    answer = client.get(reverse("sites:site-list"))

    assert [one.country for one in answer.context["maps"]] == ["BE", "IT"]
    assert re.findall(r'aria-label="(\d+, \w+)"', answer.text) == ["1, Arlon", "2, Milano"]
    assert answer.text.count('class="site-list__number"') == 2


def test_site_list_without_positions_offers_no_map_and_no_position(client: Client) -> None:
    SiteFactory()

    page = client.get(reverse("sites:site-list")).text

    assert ("site-map" in page.partition("<main")[2], "data-position " in page) == (False, False)


@pytest.mark.parametrize("name", ["sites:site-list", "sites:partner-list"])
def test_public_page_is_small_on_the_wire_and_sets_no_cookie(client: Client, name: str) -> None:
    load_reference()

    answer = client.get(reverse(name), headers={"accept-encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 15_000
    assert not answer.cookies
