import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.models import PartnerName
from sites.services import load_reference
from tests.factories.sites import PartnerFactory, PartnerNameFactory, PresenceFactory, SiteFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def listed(client: Client) -> str:
    return client.get(reverse("sites:partner-list")).text


def test_partner_list_says_what_each_does_and_where(client: Client) -> None:
    site, other = SiteFactory(city="Huy"), SiteFactory(city="Mons")
    known = PartnerFactory(name="Known", work_en="Helps you find work.", url="https://known.example.org")
    PresenceFactory(partner=known, site=site)
    PresenceFactory(partner=known, site=other, is_confirmed=False)

    page = listed(client)

    assert "Helps you find work." in page
    assert 'href="https://known.example.org"' in page
    confirmed, unconfirmed = re.findall(r"(?:Present in|Presence to be confirmed in):</span>(.*?)</p>", page, re.DOTALL)
    assert (site.get_absolute_url() in confirmed, other.get_absolute_url() in unconfirmed) == (True, True)
    assert site.get_absolute_url() not in unconfirmed


def test_partner_list_says_when_its_work_is_not_known(client: Client) -> None:
    PresenceFactory()

    assert "What it does here:" in listed(client)


@pytest.mark.parametrize(("days_ago", "is_shown"), [(1, True), (365, True), (366, False)])
def test_partner_list_shows_a_former_name_for_a_year(client: Client, days_ago: int, is_shown: bool) -> None:
    partner = PartnerFactory(name="New name")
    left_on = timezone.localdate() - days_ago * DAY
    PartnerName.objects.filter(partner=partner).update(first_on=left_on + DAY)
    PartnerNameFactory(partner=partner, name_fr="Old name", last_on=left_on)
    PresenceFactory(partner=partner)

    page = listed(client)

    assert "New name" in page
    assert ("formerly Old name" in page) is is_shown


@pytest.mark.parametrize(("field", "days"), [("last_on", -1), ("first_on", 1)], ids=["has left", "will come"])
def test_partner_list_leaves_out_who_is_not_there_today(client: Client, field: str, days: int) -> None:
    PresenceFactory(partner__name="Absent", **{field: timezone.localdate() + days * DAY})

    page = listed(client)

    assert "Absent" not in page
    assert "No partner is listed yet." in page


def test_partner_list_names_no_hidden_site(client: Client) -> None:
    partner = PartnerFactory(name="Shy")
    PresenceFactory(partner=partner, site=SiteFactory(city="Hidden", is_open_to_public=False))
    PresenceFactory(partner=partner, site=SiteFactory(city="Shown"))

    page = listed(client)

    assert ("Shown" in page, "Hidden" in page) == (True, False)


def test_partner_list_is_one_circle_that_starts_further_each_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Aa", "Bb", "Cc"):
        PresenceFactory(partner__name=name)
    orders = []

    for day in (23, 24, 25):
        moment = dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC)
        monkeypatch.setattr("sites.views.partners.timezone.now", lambda moment=moment: moment)
        orders.append([row.name for row in client.get(reverse("sites:partner-list")).context["partners"]])

    first, second, third = orders
    assert second == [*first[1:], first[0]]
    assert third == [*second[1:], second[0]]


@pytest.mark.parametrize("count", [1, 3])
def test_partner_list_asks_the_same_queries_for_one_and_for_three(
    client: Client, django_assert_num_queries, count: int
) -> None:
    for _ in range(count):
        PresenceFactory()

    with django_assert_num_queries(3):
        listed(client)


def test_partner_list_shows_every_partner_of_the_sources_and_sets_no_cookie(client: Client) -> None:
    load_reference()

    answer = client.get(reverse("sites:partner-list"))

    assert len(answer.context["partners"]) >= 20
    assert not answer.cookies
