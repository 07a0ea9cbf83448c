import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reporting.figures import themes_of
from sites.models import Site, Theme, User
from sites.services import add_term, copy_common_list, reorder_terms, retire_term, reword_term
from tests.factories.sites import SiteFactory, ThemeFactory, UserFactory
from visitors.models import Contact

pytestmark = pytest.mark.django_db

# The clock of PostgreSQL has its say, and it is the real one.
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
LAST_YEAR = dt.date(TODAY.year - 1, 6, 15)


@pytest.fixture
def administrator() -> User:
    return UserFactory(is_superuser=True)


def lines(sites: list[Site], year: int = LAST_YEAR.year) -> list[tuple[str, int, int]]:
    return [(bar.label, bar.tally.contacts, bar.tally.people) for bar in themes_of(year, sites=sites, now=NOW)]


def texts(name: str) -> dict[str, str]:
    return {"name_en": name, "question_en": "?"}


def test_figures_of_last_year_and_their_words_stay(
    site: Site, log: Callable[..., Contact], administrator: User
) -> None:
    retired, reworded = ThemeFactory(name_en="Train"), ThemeFactory(name_en="Find work")
    third = ThemeFactory(code="third", name_en="Go abroad")
    log(site=site, day=LAST_YEAR, themes=[retired, reworded], headcount=3)
    log(site=site, day=LAST_YEAR, themes=[reworded])
    log(site=site, day=LAST_YEAR, themes=[third])
    before = [("Find work", 2, 4), ("Go abroad", 1, 1), ("Train", 1, 3)]
    assert sorted(lines([site])) == sorted(before)
    order = lines([site])

    fresh = ThemeFactory(name_en="Fresh")
    retire_term(term=retired, last_on=TODAY, by=administrator, today=TODAY)
    retire_term(term=retired, last_on=TODAY - dt.timedelta(days=1), by=administrator, today=TODAY)
    assert lines([site]) == order
    reworded_now = reword_term(
        term=reworded, first_on=TODAY, texts=texts("In other words"), by=administrator, today=TODAY
    )
    assert lines([site]) == order
    copy_common_list(vocabulary=Theme, network=site.network, first_on=TODAY, by=administrator, today=TODAY)
    own = add_term(
        vocabulary=Theme,
        network=site.network,
        texts=texts("Their own"),
        common=reworded_now,
        first_on=TODAY,
        by=administrator,
        today=TODAY,
    )
    assert lines([site]) == order
    codes = [third.code, fresh.code, reworded.code]
    reorder_terms(vocabulary=Theme, network=None, codes=codes, by=administrator, today=TODAY)
    assert lines([site]) == order
    for word in (retired, reworded, own):
        with pytest.raises(IntegrityError):
            word.delete()
    with pytest.raises(IntegrityError):
        Theme.objects.all().delete()
    assert lines([site]) == order


def test_figures_of_this_year_go_on_under_the_new_words(
    site: Site, log: Callable[..., Contact], administrator: User
) -> None:
    theme = ThemeFactory(name_en="Find work")
    log(site=site, day=TODAY, themes=[theme])

    follower = reword_term(term=theme, first_on=TODAY, texts=texts("Work"), by=administrator, today=TODAY)
    log(site=site, day=TODAY, themes=[follower])

    assert lines([site], TODAY.year) == [("Work", 2, 2)]


def test_words_of_a_network_count_as_their_common_theme(site: Site, log: Callable[..., Contact]) -> None:
    common = ThemeFactory(name_en="Train")
    studies = ThemeFactory(network=site.network, common=common)
    training = ThemeFactory(network=site.network, common=common)
    other = SiteFactory()
    log(site=site, day=LAST_YEAR, themes=[studies])
    log(site=site, day=LAST_YEAR, themes=[training], headcount=2, is_illustrative=True)
    log(site=site, day=LAST_YEAR, themes=[studies, training], headcount=4)
    log(site=other, day=LAST_YEAR, themes=[common])
    log(site=SiteFactory(), day=LAST_YEAR, themes=[common])
    log(site=site, day=LAST_YEAR - dt.timedelta(days=366), themes=[common])

    (bar,) = themes_of(LAST_YEAR.year, sites=[site, other], now=NOW)
    parts = [themes_of(LAST_YEAR.year, sites=[one], now=NOW)[0].tally for one in (site, other)]

    assert (bar.label, bar.tally.contacts, bar.tally.people, bar.tally.illustrative) == ("Train", 4, 8, 1)
    assert parts[0] + parts[1] == bar.tally


def test_theme_that_ended_long_before_keeps_its_last_words(site: Site, log: Callable[..., Contact]) -> None:
    ThemeFactory(code="work", name_en="First", last_on=dt.date(2019, 12, 31))
    last = ThemeFactory(code="work", name_en="Last", first_on=dt.date(2020, 1, 1), last_on=dt.date(2020, 12, 31))
    log(site=site, day=LAST_YEAR, themes=[last])

    assert lines([site]) == [("Last", 1, 1)]


def test_list_shows_contacts_by_theme(client: Client, manager: User, site: Site, log: Callable[..., Contact]) -> None:
    log(site=site, day=LAST_YEAR, themes=[ThemeFactory(name_en="Find work")])
    client.force_login(manager)

    content = client.get(reverse("reports:figure-list"), {"year": LAST_YEAR.year}).content.decode()

    assert "By theme" in content
    assert "Find work" in content
