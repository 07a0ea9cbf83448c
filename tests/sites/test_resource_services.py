import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from sites.enums import LinkState, ResourceKind, Role
from sites.link_checks import Outcome
from sites.models import Holding, Network, Resource, Site, Theme
from sites.rules.resources import (
    NotKeptUpByYouError,
    NotYourShelfError,
    NowhereToBeFoundError,
    networks_kept_up,
)
from sites.services import Manners, check_links, ensure_demo_resources, load_reference, save_resource, set_shelves
from sites.services.links import BATCH, LONGEST_TURN, PAUSE
from sites.tasks import check_links as check_links_task
from sites.tasks import index_resources as index_resources_task
from tests.factories.sites import (
    AudienceFactory,
    MembershipFactory,
    NetworkFactory,
    ResourceFactory,
    SiteFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 2, 40, tzinfo=dt.UTC)
LINK = "https://example.org/guide"


@pytest.fixture
def site() -> Site:
    return SiteFactory()


@pytest.fixture
def coordinator(site: Site) -> Any:
    return MembershipFactory(role=Role.COORDINATOR, site=site).user


def draft(network: Network, **values: Any) -> Resource:
    return Resource(network=network, kind=ResourceKind.GUIDE, languages=("fr",), **{"title_fr": "Un guide", **values})


def save(resource: Resource, by: Any, *, shelves: Any = (), themes: Any = (), audiences: Any = ()) -> Resource:
    return save_resource(resource=resource, themes=themes, audiences=audiences, shelves=dict(shelves), by=by)


# --- Writing -------------------------------------------------------------------------------------


def test_save_resource_writes_words_shelves_and_what_finds_it(site: Site, coordinator: Any) -> None:
    theme, public = ThemeFactory(name_en="Find work"), AudienceFactory()

    saved = save(
        draft(site.network, title_fr="L’été au travail"),
        coordinator,
        shelves={site: "A 1"},
        themes=[theme],
        audiences=[public],
    )

    resource = Resource.objects.get()
    assert saved == resource
    assert resource.slug == "l-ete-au-travail"
    assert [holding.shelf_mark for holding in resource.holdings.all()] == ["A 1"]
    assert (list(resource.themes.all()), list(resource.audiences.all())) == ([theme], [public])
    assert " ete " in resource.search_text
    assert " work " in resource.search_text


@pytest.mark.parametrize(("title", "slug"), [("Un guide", "un-guide-2"), ("Add", "add-2"), ("日本", "日本")])
def test_save_resource_gives_each_a_home_of_its_own(site: Site, coordinator: Any, title: str, slug: str) -> None:
    save(draft(site.network, url=LINK), coordinator)

    saved = save(draft(site.network, title_fr=title, url=LINK), coordinator)

    assert saved.slug == (slug if slug.isascii() else "resource")


def test_save_resource_without_link_and_shelf_is_refused_and_writes_nothing(site: Site, coordinator: Any) -> None:
    with pytest.raises(NowhereToBeFoundError, match="a link, or at least one site"):
        save(draft(site.network), coordinator, shelves={site: None})

    assert not Resource.objects.exists()


def test_save_resource_of_another_network_is_refused(coordinator: Any) -> None:
    with pytest.raises(NotKeptUpByYouError):
        save(draft(NetworkFactory(), url=LINK), coordinator)

    assert not Resource.objects.exists()


def test_save_resource_on_the_shelf_of_another_site_is_refused(site: Site, coordinator: Any) -> None:
    other = SiteFactory(network=site.network)

    with pytest.raises(NotYourShelfError):
        save(draft(site.network, url=LINK), coordinator, shelves={other: "B"})

    assert not Holding.objects.exists()


@pytest.mark.parametrize(("url", "state"), [(LINK, LinkState.BROKEN), ("https://example.org/new", LinkState.UNCHECKED)])
def test_save_resource_forgets_the_look_at_another_link(site: Site, coordinator: Any, url: str, state: str) -> None:
    looked = {"link_state": LinkState.BROKEN, "link_checked_at": NOW, "link_failures": 2}
    resource = ResourceFactory(network=site.network, url=LINK, **looked)
    resource.url = url

    save(resource, coordinator)

    resource.refresh_from_db()
    is_same = state == LinkState.BROKEN
    assert resource.link_state == state
    assert (resource.link_checked_at, resource.link_failures) == ((NOW, 2) if is_same else (None, 0))


def test_save_resource_may_trade_its_link_for_a_shelf(site: Site, coordinator: Any) -> None:
    resource = ResourceFactory(network=site.network, url=LINK, link_state=LinkState.WORKS, link_checked_at=NOW)
    resource.url = ""

    save(resource, coordinator, shelves={site: ""})

    assert Resource.objects.get().link_state == LinkState.UNCHECKED


def test_set_shelves_leaves_other_shelves_alone(site: Site, coordinator: Any) -> None:
    resource = ResourceFactory()
    other = Holding.objects.create(resource=resource, site=SiteFactory(), shelf_mark="X")
    Holding.objects.create(resource=resource, site=site, shelf_mark="old")

    set_shelves(resource=resource, shelves={site: "new"}, by=coordinator)
    set_shelves(resource=resource, shelves={site: "new"}, by=coordinator)

    assert dict(resource.holdings.values_list("site", "shelf_mark")) == {site.pk: "new", other.site_id: "X"}


def test_set_shelves_keeps_the_last_shelf_of_what_has_no_link(site: Site, coordinator: Any) -> None:
    resource = ResourceFactory()
    Holding.objects.create(resource=resource, site=site)

    with pytest.raises(NowhereToBeFoundError):
        set_shelves(resource=resource, shelves={site: None}, by=coordinator)

    assert resource.holdings.count() == 1


def test_networks_kept_up_are_those_of_the_places_of_the_role() -> None:
    first, second, third = NetworkFactory(slug="a"), NetworkFactory(slug="b"), NetworkFactory(slug="c")
    user = UserFactory()
    MembershipFactory(user=user, role=Role.COORDINATOR, site=SiteFactory(network=second))
    MembershipFactory(user=user, role=Role.NETWORK_MANAGER, site=None, network=first)
    MembershipFactory(user=user, role=Role.ADVISOR, site=SiteFactory(network=third))

    assert networks_kept_up(user) == [first, second]


def test_demo_resources_cover_every_kind_theme_and_language_once() -> None:
    load_reference()

    ensure_demo_resources(now=timezone.now())
    ensure_demo_resources(now=timezone.now())

    resources = list(Resource.objects.all())
    assert len(resources) == 18
    assert all(resource.is_illustrative and resource.search_text for resource in resources)
    assert {resource.kind for resource in resources} == set(ResourceKind.values)
    assert {code for resource in resources for code in resource.languages} == {"fr", "nl", "de", "en"}
    assert not Theme.objects.filter(resources__isnull=True).exists()
    assert all(resource.url or resource.holdings.exists() for resource in resources)
    assert not Resource.objects.due_for_look(now=NOW).exists()


# --- Looking at links ----------------------------------------------------------------------------


class Clock:
    """Time that passes while somebody sleeps or looks."""

    def __init__(self, outcomes: dict[str, Outcome] | None = None, *, seconds: float = 0) -> None:
        self.now, self.seconds, self.outcomes = 100.0, seconds, outcomes or {}
        self.looked_at: list[str] = []
        self.slept: list[float] = []
        self.manners = Manners(look=self.look, clock=lambda: self.now, sleep=self.sleep)

    def look(self, url: str) -> Outcome:
        self.looked_at.append(url)
        self.now += self.seconds
        return self.outcomes.get(url, Outcome.WORKS)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def look_once(outcome: Outcome, *, days: int = 0) -> Resource:
    check_links(now=NOW + dt.timedelta(days=days), manners=Clock({LINK: outcome}).manners)
    return Resource.objects.get()


def test_check_links_keeps_what_works() -> None:
    ResourceFactory(url=LINK)

    resource = look_once(Outcome.WORKS)

    assert (resource.link_state, resource.link_checked_at, resource.link_failures) == (LinkState.WORKS, NOW, 0)


def test_check_links_believes_at_once_that_a_page_is_gone() -> None:
    ResourceFactory(url=LINK)

    assert look_once(Outcome.GONE).link_state == LinkState.BROKEN


@pytest.mark.parametrize("before", [LinkState.UNCHECKED, LinkState.WORKS])
def test_check_links_calls_a_silent_link_broken_only_the_second_night(before: str) -> None:
    ResourceFactory(url=LINK, link_state=before)

    assert look_once(Outcome.FAILED).link_state == before
    assert look_once(Outcome.FAILED, days=1).link_state == LinkState.BROKEN


def test_check_links_finds_a_link_again_and_starts_counting_anew() -> None:
    ResourceFactory(url=LINK, link_state=LinkState.BROKEN, link_failures=2, link_checked_at=NOW - dt.timedelta(days=1))

    assert look_once(Outcome.WORKS).link_state == LinkState.WORKS
    assert look_once(Outcome.FAILED, days=8).link_state == LinkState.WORKS


@pytest.mark.parametrize(
    ("values", "is_due"),
    [
        ({}, True),
        ({"link_checked_at": NOW - dt.timedelta(days=7)}, True),
        ({"link_checked_at": NOW - dt.timedelta(days=6)}, False),
        ({"link_checked_at": NOW - dt.timedelta(days=1), "link_failures": 1}, True),
        ({"link_checked_at": NOW - dt.timedelta(hours=2), "link_failures": 1}, False),
        ({"is_listed": False}, False),
        ({"is_illustrative": True}, False),
        ({"url": ""}, False),
    ],
)
def test_check_links_looks_at_what_is_due(values: dict[str, Any], is_due: bool) -> None:
    ResourceFactory(**{"url": LINK, **values})
    clock = Clock()

    assert check_links(now=NOW, manners=clock.manners) == is_due
    assert clock.looked_at == ([LINK] if is_due else [])


def test_check_links_starts_with_those_never_seen_and_ends_with_its_batch() -> None:
    ResourceFactory(url="https://example.org/old", link_checked_at=NOW - dt.timedelta(days=30))
    ResourceFactory(url="https://example.org/new")
    Resource.objects.bulk_create(
        ResourceFactory.build(network=Network.objects.first(), url=f"https://host-{number}.example.org/")
        for number in range(BATCH)
    )
    clock = Clock()

    assert check_links(now=NOW, manners=clock.manners) == BATCH
    assert clock.looked_at[0] == "https://example.org/new"
    assert "https://example.org/old" not in clock.looked_at


def test_check_links_ends_in_time_and_leaves_the_rest_for_the_next_turn() -> None:
    for number in range(3):
        ResourceFactory(url=f"https://host-{number}.example.org/")

    assert check_links(now=NOW, manners=Clock(seconds=LONGEST_TURN / 2).manners) == 2
    assert check_links(now=NOW, manners=Clock().manners) == 1


def test_check_links_gives_each_host_a_rest() -> None:
    for url in ("https://a.example.org/1", "https://b.example.org/", "https://a.example.org/2"):
        ResourceFactory(url=url)
    clock = Clock(seconds=0.5)

    check_links(now=NOW, manners=clock.manners)

    assert clock.slept == [PAUSE - 0.5]


def test_check_links_that_is_killed_does_not_start_with_the_same_link_again() -> None:
    ResourceFactory(url=LINK)

    def killed(_url: str) -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_links(now=NOW, manners=Manners(look=killed))

    assert check_links(now=NOW, manners=Clock().manners) == 0
    assert Resource.objects.get().link_state == LinkState.UNCHECKED


def test_check_links_writes_nothing_about_a_link_that_staff_replaced_meanwhile() -> None:
    resource = ResourceFactory(url=LINK)

    def replaced(_url: str) -> Outcome:
        Resource.objects.update(url="https://example.org/new", link_checked_at=None)
        return Outcome.GONE

    check_links(now=NOW, manners=Manners(look=replaced))

    resource.refresh_from_db()
    assert (resource.link_state, resource.link_checked_at) == (LinkState.UNCHECKED, None)


def test_nightly_tasks_run_where_nothing_is_due() -> None:
    resource = ResourceFactory(title_fr="Été")

    check_links_task.delay()
    index_resources_task.delay()

    resource.refresh_from_db()
    assert " ete " in resource.search_text
