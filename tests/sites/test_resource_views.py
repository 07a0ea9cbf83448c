import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from sites.enums import LinkState, ResourceKind
from sites.models import Holding, Resource
from sites.services import index_resource
from sites.views.resources import PAGE_SIZE
from tests.factories.sites import AudienceFactory, ResourceFactory, SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db
QUERIES = 6


def indexed(**values: Any) -> Resource:
    resource = ResourceFactory(**values)
    index_resource(resource=resource)
    return resource


def ask(client: Client, **asked: Any) -> Any:
    return client.get(reverse("sites:resource-list"), asked)


def titles(answer: Any) -> list[str]:
    return [card["title"].text for card in answer.context["found"]]


def on(day: dt.date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sites.views.resources.timezone.localdate", lambda: day)


def test_list_shows_what_there_is_to_know(client: Client) -> None:
    site = SiteFactory(city="Namur")
    resource = indexed(
        title_en="A clear CV", summary_en="Twenty examples.", url="https://www.example.org/cv", languages=("fr", "de")
    )
    Holding.objects.create(resource=resource, site=site, shelf_mark="E 2.4")
    Resource.objects.update(reviewed_on=dt.date(2026, 3, 9), is_illustrative=True)

    page = ask(client).text

    assert all(text in page for text in ("A clear CV", "Twenty examples.", "Guide", "E 2.4", "illustrative"))
    assert '<span lang="de">Deutsch</span>' in page
    assert 'href="https://www.example.org/cv" rel="noreferrer"' in page
    assert "Open on example.org" in page
    assert "(leaves this portal)" in page
    assert site.get_absolute_url() in page
    assert "Reviewed in March 2026" in page


def test_list_says_what_is_not_reviewed_and_where_to_ask(client: Client) -> None:
    indexed()

    page = ask(client).text

    assert "Not reviewed yet" in page
    assert "Ask for it at the desk of a place." in page


@pytest.mark.parametrize("name", ["sites:resource-list", "sites:resource-detail"])
def test_broken_link_is_told_and_not_offered(client: Client, name: str) -> None:
    looked_at = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)
    resource = indexed(url="https://gone.example.org/", link_state=LinkState.BROKEN, link_checked_at=looked_at)

    page = client.get(reverse(name, args=[resource.slug] if name.endswith("detail") else [])).text

    assert "The link did not answer on 21 November 2026." in page
    assert "gone.example.org" not in page


def test_list_leaves_out_what_is_off_the_list_and_shelves_of_hidden_sites(client: Client) -> None:
    indexed(title_en="Hidden", is_listed=False)
    shown = indexed(title_en="Shown")
    Holding.objects.create(resource=shown, site=SiteFactory(city="Nowhere", is_open_to_public=False))

    answer = ask(client)

    assert titles(answer) == ["Shown"]
    assert "Nowhere" not in answer.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "été"}, {"Summer"}),
        ({"theme": "work"}, {"Summer"}),
        ({"audience": "adults"}, {"Summer"}),
        ({"language": "nl"}, {"Autumn"}),
        ({"kind": "BOOK"}, {"Autumn"}),
        ({"site": "namur"}, {"Autumn"}),
        ({"where": "web"}, {"Summer"}),
        ({"where": "shelf"}, {"Autumn"}),
        ({"where": "shelf", "kind": "GUIDE"}, set()),
        ({"q": "", "theme": ""}, {"Summer", "Autumn"}),
    ],
)
def test_list_narrows(client: Client, asked: dict[str, str], found: set[str]) -> None:
    summer = indexed(title_fr="L’été", title_en="Summer", url="https://example.org/")
    autumn = indexed(title_fr="Automne", title_en="Autumn", languages=("nl",), kind=ResourceKind.BOOK)
    summer.themes.add(ThemeFactory(code="work"))
    summer.audiences.add(AudienceFactory(code="adults"))
    Holding.objects.create(resource=autumn, site=SiteFactory(slug="namur"))

    assert set(titles(ask(client, **asked))) == found


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_list_marks_the_language_of_a_title_that_is_not_translated(client: Client, language: str) -> None:
    resource = indexed(title_fr="Titre", title_nl="Titel")
    with translation.override(language):
        answer = ask(client)

    shown = {"nl": "Titel"}.get(language, "Titre")
    lang = {"de": ' lang="fr"', "en": ' lang="fr"'}.get(language, "")
    with translation.override(language):
        assert f'<a href="{resource.get_absolute_url()}"{lang}>{shown}</a>' in answer.text


def test_list_is_a_circle_over_all_pages_that_starts_one_further_each_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = [indexed(title_en=f"Guide {number:02}").title for number in range(PAGE_SIZE + 3)]
    day = dt.date.fromordinal(len(everything) * 1000)

    walks = []
    for offset in (0, 0, 1):
        on(day + dt.timedelta(days=offset), monkeypatch)
        walks.append(titles(ask(client)) + titles(ask(client, page=2)))

    assert walks == [everything, everything, [*everything[1:], everything[0]]]
    assert "The order is neutral" in ask(client).text


def test_search_puts_close_words_first_and_equals_in_neutral_order(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("Formations", "Formation A", "Formation B"):
        indexed(title_en=title)

    orders = []
    for offset in (0, 1):
        on(dt.date.fromordinal(700_000 + offset), monkeypatch)
        orders.append(titles(ask(client, q="formation")))

    assert [order[2] for order in orders] == ["Formations", "Formations"]
    assert orders[0][:2] == orders[1][1::-1]


def test_search_says_when_it_only_found_what_is_alike(client: Client) -> None:
    indexed(title_fr="La formation")

    page = ask(client, q="formatoin").text

    is_forgiving = connection.vendor == "postgresql"
    assert ("These come close" in page) is is_forgiving
    assert ("Nothing matches" in page) is not is_forgiving


def test_pages_keep_what_was_asked(client: Client) -> None:
    for _ in range(PAGE_SIZE + 1):
        indexed(title_fr="Été & hiver")

    answer = ask(client, q="été & hiver", language="fr")

    assert "Page 1 of 2" in answer.text
    assert f"?{urlencode({'q': 'été & hiver', 'language': 'fr', 'page': 2})}#found".replace("&", "&amp;") in answer.text


@pytest.mark.parametrize("page", ["9999", "-1", "x", "0", "9" * 5000, "\0", ""])
def test_page_that_is_not_there_is_another_one(client: Client, page: str) -> None:
    indexed(title_en="Only")

    assert titles(ask(client, page=page)) == ["Only"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", "nothing"),
        ("theme", "\0"),
        ("theme", "x" * 10_000),
        ("audience", "1 OR 1=1"),
        ("language", "xx"),
        ("kind", "guide"),
        ("site", "../admin"),
        ("where", "moon"),
        ("q", "x" * 10_000),
        ("q", "a\0b"),
        ("q", "?!"),
    ],
)
def test_filter_that_is_not_known_says_so_and_the_others_hold(client: Client, field: str, value: str) -> None:
    other, other_value = ("language", "fr") if field != "language" else ("kind", "GUIDE")
    indexed(title_en="Shown", languages=("fr",))
    indexed(title_en="Left out", languages=("nl",), kind=ResourceKind.BOOK)

    answer = ask(client, **{field: value, other: other_value})

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert titles(answer) == ["Shown"]
    assert value not in str(answer.context["form"].errors)


@pytest.mark.parametrize(
    "q", ["100%", "_", "\\", "'; DROP TABLE", "<script>alert(1)</script>", "日本", "a b c d e " * 10]
)
def test_search_answers_whatever_is_typed(client: Client, q: str) -> None:
    indexed(title_fr="Guide")

    answer = ask(client, q=q)

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("q", ["%", "_", "🙂"])
def test_list_says_beside_what_it_found_that_signs_are_no_word(client: Client, q: str) -> None:
    indexed(title_fr="Guide")

    found = ask(client, q=q).text.partition('id="found"')[2]

    assert "There is no word in what you typed, so it was left out." in found


def test_empty_list_suggests_another_spelling_only_where_words_were_asked(client: Client) -> None:
    indexed(title_fr="Guide")

    pages = [ask(client, q="zzyzx").text, ask(client, language="nl").text]

    assert all("Nothing matches" in page for page in pages)
    assert ["Check the spelling" in page for page in pages] == [True, False]


def test_empty_list_helps_on(client: Client) -> None:
    indexed(title_fr="Guide")

    page = ask(client, q="Zirkus & Zelt", language="nl").text

    assert "Nothing matches" in page
    assert 'href="?q=Zirkus%20%26%20Zelt"' in page
    assert reverse("appointments:book") in page
    assert reverse("sites:site-list") in page


@pytest.mark.parametrize("count", [1, 3, 30])
def test_list_asks_the_same_queries_whatever_it_holds(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        resource = indexed()
        resource.themes.add(ThemeFactory())
        resource.audiences.add(AudienceFactory())
        Holding.objects.create(resource=resource, site=SiteFactory())

    with django_assert_num_queries(QUERIES):
        ask(client)
    with django_assert_num_queries(QUERIES):
        ask(client, q="guide", theme="theme-0", language="fr", where="shelf")


def test_detail_shows_everything_in_few_queries(client: Client, django_assert_num_queries: Any) -> None:
    theme = ThemeFactory(code="work", name_en="Find work")
    resource = indexed(title_en="A clear CV", url="https://example.org/cv", reviewed_on=timezone.localdate())
    resource.themes.add(theme)
    resource.audiences.add(AudienceFactory(name_en="Adults"))
    for number in range(3):
        Holding.objects.create(resource=resource, site=SiteFactory(), shelf_mark=f"E {number}")

    with django_assert_num_queries(6):
        page = client.get(resource.get_absolute_url()).text

    assert all(text in page for text in ("A clear CV", "Adults", "Shelf mark: E 2", resource.network.name))
    assert f'href="{reverse("sites:resource-list")}?theme=work">Find work</a>' in page
    assert 'href="https://example.org/cv" rel="noreferrer"' in page


def test_detail_speaks_of_themes_as_they_are_offered_today(client: Client) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    resource = indexed()
    resource.themes.add(
        ThemeFactory(code="move", name_en="Go abroad", last_on=yesterday),
        ThemeFactory(code="gone", name_en="Forgotten", last_on=yesterday),
        ThemeFactory(code="own", name_en="Ours", network=resource.network, common=ThemeFactory(name_en="Work")),
    )
    ThemeFactory(code="move", name_en="Move abroad", first_on=timezone.localdate())

    answer = client.get(resource.get_absolute_url())

    assert {theme.name for theme in answer.context["themes"]} == {"Move abroad", "Work"}


@pytest.mark.parametrize("slug", ["nothing", "hidden"])
def test_detail_of_an_unknown_or_hidden_resource_is_not_found(client: Client, slug: str) -> None:
    ResourceFactory(slug="hidden", is_listed=False)

    assert client.get(reverse("sites:resource-detail", args=[slug])).status_code == 404


def test_detail_offers_every_language_of_the_portal(client: Client) -> None:
    resource = indexed(languages=("nl",))

    page = client.get(resource.get_absolute_url()).text

    assert all(f'href="/{code}/resources/{resource.slug}/"' in page for code in ("fr", "nl", "de"))


def test_home_leads_to_the_catalogue(client: Client) -> None:
    assert f'href="{reverse("sites:resource-list")}">Look it up myself' in client.get(reverse("home")).text


def test_menu_marks_the_catalogue_and_not_the_places(client: Client) -> None:
    page = ask(client).text

    assert f'href="{reverse("sites:resource-list")}" aria-current="true">' in page
    assert f'href="{reverse("sites:site-list")}" aria-current' not in page
