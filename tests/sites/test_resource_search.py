import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from citemetiers.kernel.words import fold
from sites.enums import ResourceKind
from sites.models import Holding, Resource
from sites.services import index_resource, index_resources
from tests.factories.sites import AudienceFactory, NetworkFactory, ResourceFactory, SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db
only_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no trigrams")


def indexed(*, themes=(), **values) -> Resource:
    resource = ResourceFactory(**values)
    resource.themes.set(themes)
    index_resource(resource=resource)
    return resource


def found(text: str) -> list[Resource]:
    return list(Resource.objects.matching(fold(text).split()).order_by("-closeness", "pk"))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L’Été à Œuvres", "l ete a oeuvres"),
        ("STRASSE Straße", "strasse strasse"),
        ("Ægir, Łódź, Ångström", "aegir lodz angstrom"),
        ("e\u0301tude", "etude"),
        ("  100 %_  \\ ", "100"),
        ("ﬁn", "fin"),
        ("!?", ""),
    ],
)
def test_fold_leaves_words_without_accents_case_and_signs(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["metier", "MÉTIERS", "beroep", "berufe", "occupations", "coeur", "métiers cœur"])
def test_matching_finds_any_language_without_accents_and_case(text: str) -> None:
    resource = indexed(
        title_fr="Les métiers au cœur", title_nl="Beroepen", title_de="Berufe", title_en="Occupations", summary_fr="Été"
    )
    indexed(title_fr="Autre chose")

    assert found(text) == [resource]


def test_matching_finds_the_kind() -> None:
    film = indexed(title_fr="Un titre", kind=ResourceKind.VIDEO)
    indexed(title_fr="Un autre titre", kind=ResourceKind.BOOK)

    assert found("film") == [film]


def test_matching_finds_the_theme_in_every_language() -> None:
    theme = ThemeFactory(name_fr="Trouver un emploi", name_de="Arbeit finden")
    resource = indexed(title_fr="Brochure bleue", themes=[theme])

    assert found("arbeit") == found("emploi") == [resource]


def test_matching_wants_every_word() -> None:
    both = indexed(title_fr="Formation en alternance")
    indexed(title_fr="Formation courte")

    assert found("alternance formation") == [both]


@pytest.mark.parametrize("text", ["100%", "_", "%", "a\\b", "'; drop table"])
def test_matching_takes_no_letter_for_a_sign_of_the_database(text: str) -> None:
    indexed(title_fr="Cent euros")

    assert found(text) == ([] if fold(text) else found(""))


def test_matching_puts_whole_words_before_beginnings_before_parts() -> None:
    part = indexed(title_fr="Transformation")
    beginning = indexed(title_fr="Formations")
    whole = indexed(title_fr="Formation")

    assert found("formation") == [whole, beginning, part]


@only_postgresql
@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("entreprenariat", "L’entrepreneuriat"),
        ("formatoin", "La formation"),
        ("fromation", "La formation"),
        ("oreintation", "S’orienter : l’orientation"),
        ("vallidation", "Validation des compétences"),
    ],
)
def test_matching_forgives_a_typo_on_postgresql(typed: str, title: str) -> None:
    resource = indexed(title_fr=title)
    indexed(title_fr="Un tout autre sujet")

    assert found(typed) == [resource]
    assert found(typed)[0].closeness == 0


@only_postgresql
def test_matching_puts_what_is_written_so_before_what_is_alike() -> None:
    alike = indexed(title_fr="L’entreprenariat")
    exact = indexed(title_fr="L’entrepreneuriat")

    assert found("entrepreneuriat") == [exact, alike]


@only_postgresql
def test_search_text_has_a_trigram_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'sites_resource_search_text_trigrams'")
        (definition,) = cursor.fetchone()

    assert "gin_trgm_ops" in definition


def test_index_resources_follows_a_theme_to_its_new_name_and_then_rests() -> None:
    old = ThemeFactory(code="move", name_fr="Bouger", last_on=dt.date(2025, 12, 31))
    resource = indexed(title_fr="Guide", themes=[old])
    ThemeFactory(code="move", name_fr="Voyager", first_on=dt.date(2026, 1, 1), position=old.position)
    ThemeFactory(code="other", name_fr="Dormir")

    assert index_resources() == 1
    assert index_resources() == 0
    assert found("voyager") == found("bouger") == [resource]
    assert found("dormir") == []


def test_filters_find_the_words_of_the_common_list_and_of_a_network() -> None:
    network = NetworkFactory()
    common = ThemeFactory(code="work")
    own = ThemeFactory(code="job", network=network, common=common, position=1)
    stranger = ThemeFactory(code="work", network=NetworkFactory(), common=ThemeFactory(code="train"), position=1)
    by_common, by_own = indexed(themes=[common]), indexed(themes=[own, common])
    indexed(themes=[stranger])

    assert set(Resource.objects.on_theme("work")) == {by_common, by_own}
    assert Resource.objects.on_theme("work").count() == 2


def test_filters_find_a_word_through_each_of_its_versions_once() -> None:
    old = ThemeFactory(code="work", last_on=dt.date(2025, 12, 31))
    new = ThemeFactory(code="work", first_on=dt.date(2026, 1, 1))
    resource = indexed(themes=[old, new])

    assert list(Resource.objects.on_theme("work")) == [resource]


def test_filters_tell_web_from_shelf_language_public_and_place() -> None:
    public = AudienceFactory(code="adults")
    web = indexed(url="https://example.org/", languages=("fr", "nl"))
    shelf = indexed(languages=("de",))
    shelf.audiences.add(public)
    site, hidden = SiteFactory(slug="namur"), SiteFactory(is_open_to_public=False)
    for place in (site, hidden, SiteFactory()):
        Holding.objects.create(resource=shelf, site=place)
    Holding.objects.create(resource=indexed(), site=hidden)

    assert list(Resource.objects.on_the_web()) == [web]
    assert list(Resource.objects.on_a_shelf()) == [shelf]
    assert list(Resource.objects.in_language("nl")) == [web]
    assert list(Resource.objects.for_audience("adults")) == [shelf]
    assert list(Resource.objects.held_at("namur")) == [shelf]


@pytest.mark.parametrize("url", ["ftp://example.org/", "javascript:alert(1)", "example.org"])
def test_link_that_is_no_web_page_is_refused_by_the_database(url: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ResourceFactory(url=url)


@pytest.mark.parametrize("url", ["", "http://example.org/", "HTTPS://example.org/a"])
def test_link_to_a_web_page_is_accepted(url: str) -> None:
    assert ResourceFactory(url=url).pk


def test_holding_stands_once_at_a_site() -> None:
    resource, site = ResourceFactory(), SiteFactory()
    Holding.objects.create(resource=resource, site=site)

    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.create(resource=resource, site=site)
