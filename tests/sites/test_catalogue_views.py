import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.enums import LinkState, Role
from sites.models import Holding, Network, Resource, Site
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
LINK = "https://example.org/guide"
PAGES = ("resource-edit", "resource-shelves", "resource-reviewed", "resource-listed")


def url(name: str, *args: Any) -> str:
    return reverse(f"catalogue:{name}", args=args)


@pytest.fixture
def network() -> Network:
    return NetworkFactory()


@pytest.fixture
def site(network: Network) -> Site:
    return SiteFactory(network=network, slug="namur", city="Namur")


@pytest.fixture
def staff(client: Client, site: Site) -> Client:
    client.force_login(MembershipFactory(role=Role.COORDINATOR, site=site).user)
    return client


@pytest.fixture
def resource(network: Network) -> Resource:
    return ResourceFactory(network=network, url=LINK, title_fr="Un guide", slug="guide")


def fields(**values: Any) -> dict[str, Any]:
    return {"title_fr": "Un CV clair", "kind": "GUIDE", "languages": ["fr"], "url": LINK, **values}


# --- Who may come in -----------------------------------------------------------------------------


def test_visitor_is_asked_to_sign_in(client: Client, resource: Resource) -> None:
    addresses = [url("resource-list"), url("resource-add"), *(url(page, resource.slug) for page in PAGES)]

    assert {client.get(address).status_code for address in addresses} == {302}


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.ADVISOR])
def test_lower_roles_have_no_business_here(client: Client, site: Site, resource: Resource, role: Role) -> None:
    client.force_login(MembershipFactory(role=role, site=site).user)
    addresses = [url("resource-list"), url("resource-add"), *(url(page, resource.slug) for page in PAGES)]

    statuses = {client.post(address, fields()).status_code for address in addresses}

    assert statuses == {403}


def test_coordinator_of_another_network_changes_nothing_but_their_own_shelf(client: Client, resource: Resource) -> None:
    other = SiteFactory(slug="other")
    client.force_login(MembershipFactory(role=Role.COORDINATOR, site=other).user)

    changes = [client.post(url(page, "guide"), fields()).status_code for page in PAGES if page != "resource-shelves"]
    shelf = client.post(url("resource-shelves", "guide"), {"held_other": "on", "mark_other": "X", "held_namur": "on"})

    assert changes == [404, 404, 404]
    assert shelf.status_code == 302
    assert list(resource.holdings.values_list("site__slug", "shelf_mark")) == [("other", "X")]


def test_what_another_network_took_off_the_list_is_not_found(staff: Client) -> None:
    ResourceFactory(slug="theirs", title_fr="Secret", url=LINK, is_listed=False)

    assert "Secret" not in staff.get(url("resource-list")).text
    assert staff.get(url("resource-shelves", "theirs")).status_code == 404


def test_administrator_without_a_place_adds_nothing(client: Client, resource: Resource) -> None:
    client.force_login(UserFactory(is_superuser=True))

    assert client.get(url("resource-list")).status_code == 200
    assert client.get(url("resource-add")).status_code == 404


# --- The list ------------------------------------------------------------------------------------


def test_list_narrows_to_what_there_is_to_do(staff: Client, network: Network) -> None:
    today = timezone.localdate()
    recent = {"network": network, "url": LINK, "reviewed_on": today}
    ResourceFactory(title_en="Fine", **recent)
    ResourceFactory(title_en="Broken", **recent, link_state=LinkState.BROKEN, link_checked_at=timezone.now())
    ResourceFactory(title_en="Unseen", **{**recent, "reviewed_on": None})
    ResourceFactory(title_en="Old", **{**recent, "reviewed_on": today - dt.timedelta(days=400)})
    ResourceFactory(title_en="Off", **recent, is_listed=False)

    shown = {
        state: [row["resource"].title for row in staff.get(url("resource-list"), {"state": state}).context["rows"]]
        for state in ("", "broken", "never-reviewed", "long-ago", "unlisted")
    }

    assert shown == {
        "": ["Broken", "Fine", "Off", "Old", "Unseen"],
        "broken": ["Broken"],
        "never-reviewed": ["Unseen"],
        "long-ago": ["Old"],
        "unlisted": ["Off"],
    }


@pytest.mark.parametrize("asked", [{"state": "nothing"}, {"q": "x" * 9999}, {"q": "a\0"}, {"page": "9999"}])
def test_list_answers_whatever_is_asked(staff: Client, resource: Resource, asked: dict[str, str]) -> None:
    answer = staff.get(url("resource-list"), asked)

    assert [row["resource"] for row in answer.context["rows"]] == [resource]


def test_list_is_in_the_alphabet_of_the_titles_that_are_shown(staff: Client, network: Network) -> None:
    ResourceFactory(network=network, title_fr="Une année ailleurs")
    ResourceFactory(network=network, title_en="EURES")
    ResourceFactory(network=network, title_en="A clear CV", title_fr="Un CV clair")
    ResourceFactory(network=network, title_en="europass", title_fr="")

    rows = staff.get(url("resource-list")).context["rows"]

    titles = [row["resource"].title for row in rows]
    assert titles == ["A clear CV", "EURES", "europass", "Une année ailleurs"]


def test_list_where_nothing_matches_helps_on(staff: Client) -> None:
    assert "Show everything again" in staff.get(url("resource-list"), {"q": "zirkus"}).text


@pytest.mark.parametrize("count", [1, 3, 30])
def test_list_takes_the_same_number_of_queries(
    staff: Client, network: Network, site: Site, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        Holding.objects.create(resource=ResourceFactory(network=network), site=site)

    with django_assert_max_num_queries(10):
        staff.get(url("resource-list"))


# --- Writing -------------------------------------------------------------------------------------


def test_add_writes_a_resource_in_one_language_with_its_shelf(staff: Client, network: Network) -> None:
    theme, public = ThemeFactory(), AudienceFactory()
    data = fields(url="", themes=[theme.pk], audiences=[public.pk], held_namur="on", mark_namur="E 2", title_fr="Été")

    answer = staff.post(url("resource-add"), data)

    saved = Resource.objects.get()
    assert answer.status_code == 302
    assert (saved.slug, saved.network) == ("ete", network)
    assert list(saved.holdings.values_list("site__slug", "shelf_mark")) == [("namur", "E 2")]
    assert (list(saved.themes.all()), list(saved.audiences.all())) == ([theme], [public])
    assert staff.get(reverse("sites:resource-list"), {"q": "ete"}).context["page"].paginator.count == 1


def test_add_in_several_networks_asks_which(client: Client, site: Site, network: Network) -> None:
    second = NetworkFactory()
    user = MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=network).user
    MembershipFactory(user=user, role=Role.NETWORK_MANAGER, site=None, network=second)
    client.force_login(user)
    stranger = NetworkFactory()

    answers = [client.post(url("resource-add"), fields(network=pk)) for pk in ("", stranger.pk, 10**30, second.pk)]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 302]
    assert Resource.objects.get().network == second


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title_fr": ""}, "Give the title in one language at least."),
        ({"title_fr": "x" * 201}, "at most 200 characters"),
        ({"title_fr": "a\0b"}, "Null characters are not allowed."),
        ({"kind": "SONG"}, "Select a valid choice."),
        ({"languages": []}, "This field is required."),
        ({"languages": ["xx"]}, "Select a valid choice."),
        ({"themes": ["99999999999999999999999"]}, "Select a valid choice."),
        ({"audiences": ["one"]}, "Select a valid choice."),
        ({"url": "ftp://example.org/"}, "A link starts with https:// or http://."),
        ({"url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"url": ""}, "A resource needs a link, or at least one site that has it on the shelf."),
        ({"reviewed_on": "2999-01-01"}, "This day is still to come."),
        ({"reviewed_on": "yesterday"}, "Enter a valid date."),
        ({"mark_namur": "E 2"}, "Tick this place, or empty its shelf mark."),
        ({"held_namur": "on", "mark_namur": "x" * 51}, "at most 50 characters"),
    ],
)
def test_add_refuses_with_a_sentence_and_writes_nothing(staff: Client, wrong: dict[str, Any], sentence: str) -> None:
    answer = staff.post(url("resource-add"), fields(**wrong))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Resource.objects.exists()


def test_edit_shows_and_changes_what_is_there(staff: Client, resource: Resource, site: Site) -> None:
    retired = ThemeFactory(retired=True, name_en="Of yesterday")
    resource.themes.add(retired)
    Holding.objects.create(resource=resource, site=site, shelf_mark="A 1")
    Holding.objects.create(resource=resource, site=SiteFactory(name="Elsewhere"))
    page = staff.get(url("resource-edit", "guide")).text

    answer = staff.post(url("resource-edit", "guide"), fields(mark_namur="A 1", themes=[retired.pk], slug="other"))

    resource.refresh_from_db()
    assert all(text in page for text in ("Of yesterday", 'value="A 1"', "Also on the shelf of: Elsewhere"))
    assert answer.status_code == 302
    assert (resource.title_fr, resource.slug) == ("Un CV clair", "guide")
    assert [holding.site.name for holding in resource.holdings.all()] == ["Elsewhere"]


def test_edit_that_is_refused_keeps_what_was_typed_and_what_was_stored(staff: Client, resource: Resource) -> None:
    answer = staff.post(url("resource-edit", "guide"), fields(url="", title_nl="Getypt"))

    resource.refresh_from_db()
    assert answer.status_code == 422
    assert 'value="Getypt"' in answer.text
    assert (resource.title_fr, resource.url) == ("Un guide", LINK)


def test_edit_tells_of_a_broken_link(staff: Client, resource: Resource) -> None:
    Resource.objects.update(link_state=LinkState.BROKEN, link_checked_at=timezone.now())

    assert "The link is broken" in staff.get(url("resource-edit", "guide")).text


def test_shelves_keep_the_last_place_of_what_has_no_link(staff: Client, site: Site) -> None:
    resource = ResourceFactory(slug="book")
    Holding.objects.create(resource=resource, site=site)

    answer = staff.post(url("resource-shelves", "book"), {"mark_namur": ""})

    assert answer.status_code == 422
    assert "A resource needs a link" in answer.text
    assert resource.holdings.exists()


def test_reviewed_today_takes_one_press(staff: Client, resource: Resource) -> None:
    page = staff.post(url("resource-reviewed", "guide"), follow=True).text

    resource.refresh_from_db()
    assert resource.reviewed_on == timezone.localdate()
    assert "counts as reviewed today" in page
    assert url("resource-reviewed", "guide") not in page


def test_list_is_left_and_entered_again(staff: Client, resource: Resource) -> None:
    public = reverse("sites:resource-detail", args=["guide"])

    off = staff.post(url("resource-listed", "guide"), {"is_listed": "0"}, follow=True)
    hidden = staff.get(public).status_code
    on = staff.post(url("resource-listed", "guide"), {"is_listed": "1"}, follow=True)

    assert "visitors no longer find it" in off.text
    assert "visitors find it" in on.text
    assert (hidden, staff.get(public).status_code) == (404, 200)


@pytest.mark.parametrize("page", ["resource-reviewed", "resource-listed"])
def test_acts_want_a_form(staff: Client, resource: Resource, page: str) -> None:
    assert staff.get(url(page, "guide")).status_code == 405


def test_admin_keeps_words_and_state_of_the_link_in_step(client: Client, network: Network) -> None:
    resource = ResourceFactory(network=network, url=LINK, link_state=LinkState.WORKS, link_checked_at=timezone.now())
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    page = client.get(reverse("admin:sites_resource_change", args=[resource.pk]))
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    data |= {
        name: value for formset in page.context["inline_admin_formsets"] for name, value in _empty(formset).items()
    }
    data |= {"title_fr": "Le métier", "url": ""}

    answer = client.post(
        reverse("admin:sites_resource_change", args=[resource.pk]),
        {name: value for name, value in data.items() if value is not None},
    )

    resource.refresh_from_db()
    assert answer.status_code == 302
    assert " metier " in resource.search_text
    assert (resource.link_state, resource.link_checked_at) == (LinkState.UNCHECKED, None)


def _empty(formset: Any) -> dict[str, Any]:
    prefix = formset.formset.prefix
    return {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
