import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from sites.enums import Weekday
from sites.models import Closure, OpeningHours, Presence, Site
from sites.services import load_reference
from tests.factories.sites import PartnerFactory, SiteFactory

pytestmark = pytest.mark.django_db
UNKNOWN = {"fr": "à confirmer", "nl": "nog te bevestigen", "de": "noch zu bestätigen", "en": "to be confirmed"}


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


@pytest.mark.parametrize("count", [1, 3])
def test_site_list_asks_the_same_queries_for_one_and_for_three(
    client: Client, django_assert_num_queries, count: int
) -> None:
    for _ in range(count):
        SiteFactory()

    with django_assert_num_queries(1):
        client.get(reverse("sites:site-list"))


@pytest.mark.parametrize("count", [1, 3])
def test_site_detail_asks_the_same_queries_for_one_and_for_three(
    client: Client, django_assert_num_queries, count: int
) -> None:
    site = SiteFactory()
    for number in range(count):
        Presence.objects.create(site=site, partner=PartnerFactory())
        OpeningHours.objects.create(
            site=site, weekday=Weekday.MONDAY, opens_at=dt.time(9 + 2 * number), closes_at=dt.time(10 + 2 * number)
        )

    with django_assert_num_queries(5):
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

    towns = [one.site.city for one in answer.context["found"]]
    assert towns[:2] == ["Liège", "Verviers"]
    assert len(towns) == 13
    assert "about" in answer.text


@pytest.mark.parametrize("postcode", ["0000", "Namur", "12345678901234", "<script>", "١٢٣٤"])
def test_site_list_near_an_unknown_postcode_says_so_and_shows_every_site(client: Client, postcode: str) -> None:
    load_reference()

    answer = client.get(reverse("sites:site-list"), {"near": postcode})

    assert answer.status_code == 200
    assert answer.context["form"].errors["near"]
    assert len(answer.context["found"]) == 13


def test_site_list_near_a_postcode_takes_two_queries(client: Client, django_assert_num_queries) -> None:
    load_reference()

    with django_assert_num_queries(2):
        client.get(reverse("sites:site-list"), {"near": "b-5000 "})
