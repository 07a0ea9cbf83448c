import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from sites.enums import Role
from sites.models import Network, Status, Theme, User
from sites.staff_views.word_lists import VOCABULARY_OF
from tests.factories.sites import MembershipFactory, NetworkFactory, SiteFactory, ThemeFactory, UserFactory
from tests.factories.vocabularies import StatusFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_stands")]

TODAY = timezone.localdate()
TOMORROW = TODAY + dt.timedelta(days=1)
COMMON = "common"


@pytest.fixture
def network() -> Network:
    return NetworkFactory(slug="wallonie", name="Wallonie")


@pytest.fixture
def manager(network: Network) -> User:
    return MembershipFactory(user=UserFactory(), role=Role.NETWORK_MANAGER, site=None, network=network).user


@pytest.fixture
def own(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True))
    return client


def url(name: str = "word-list", place: str = "wallonie", *more: str, key: str = "statuses") -> str:
    return reverse(f"words:{name}", args=[place, key, *more])


def given(**fields: Any) -> dict[str, Any]:
    return {"name_fr": "Neuf", "first_on": TODAY.isoformat()} | fields


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER])
def test_lower_roles_are_refused(client: Client, network: Network, role: Role) -> None:
    site = SiteFactory(network=network)
    client.force_login(MembershipFactory(user=UserFactory(), role=role, site=site).user)

    for address in (reverse("words:word-index"), url(), url("word-add")):
        assert client.get(address).status_code == 403


def test_stranger_signs_in_first(client: Client, network: Network) -> None:
    assert client.get(url()).status_code == 302


def test_manager_reads_the_common_list_and_cannot_change_it(own: Client, network: Network) -> None:
    term = StatusFactory(name_en="Pupil")

    page = own.get(url(place=COMMON))

    assertContains(page, "Pupil")
    assertContains(page, "Administrators keep up the common list")
    assertNotContains(page, "Add a term")
    for name, more in (("word-add", ()), ("word-reword", (term.code,)), ("word-retire", (term.code,))):
        assert own.get(url(name, COMMON, *more)).status_code == 404
    assert own.post(url("word-order", COMMON), {"move": f"up:{term.code}"}).status_code == 404
    assert own.post(url("word-copy", COMMON)).status_code == 404


def test_list_of_another_network_does_not_exist(own: Client) -> None:
    NetworkFactory(slug="elsewhere")

    for address in (url(place="elsewhere"), url("word-add", "elsewhere"), url(key="nonsense"), url(place="nowhere")):
        assert own.get(address).status_code == 404
    assert own.post(url("word-copy", "elsewhere")).status_code == 404


def test_administrator_keeps_up_every_list(administrator: Client, network: Network) -> None:
    StatusFactory()
    assert administrator.get(url("word-add", COMMON)).status_code == 200
    assert administrator.post(url("word-copy")).status_code == 302
    assert administrator.get(url("word-add")).status_code == 200
    assert administrator.post(url("word-copy", COMMON)).status_code == 404


# --- Reading --------------------------------------------------------------------------------------


def test_index_names_every_vocabulary_and_place(own: Client, network: Network) -> None:
    StatusFactory()

    page = own.get(reverse("words:word-index"))

    for key in VOCABULARY_OF:
        assertContains(page, url(key=key))
        assertContains(page, url(place=COMMON, key=key))
    assertContains(page, "as the common list")
    assertContains(page, "1 term<")


def test_list_shows_versions_periods_and_mapping(own: Client, network: Network) -> None:
    common = StatusFactory(name_en="Common word")
    code = {"code": "job", "network": network, "common": common, "position": 1}
    StatusFactory(name_en="First words", last_on=TODAY - dt.timedelta(days=1), **code)
    StatusFactory(name_en="Present words", first_on=TODAY, last_on=TODAY, **code)
    StatusFactory(name_en="Words to come", first_on=TOMORROW, **code)
    StatusFactory(network=network, common=common, name_en="Gone", retired=True)

    page = own.get(url())

    for text in ("First words", "Present words", "Words to come", "Common word", "on offer", "1 term on offer today"):
        assertContains(page, text)
    assertNotContains(page, "Gone")
    assertContains(own.get(url(), {"ended": "on"}), "Gone")


@pytest.mark.parametrize("wanted", ["liege", "LIÈGE", "luik", "be-62063"])
def test_search_finds_in_every_language_without_accents(administrator: Client, wanted: str) -> None:
    StatusFactory(code="be-62063", name_fr="Liège", name_nl="Luik", name_en="Liège")
    StatusFactory(name_en="Something else")

    page = administrator.get(url(place=COMMON), {"q": wanted})

    assertContains(page, "Liège")
    assertNotContains(page, "Something else")
    assertContains(administrator.get(url(place=COMMON), {"q": "zzz"}), "Nothing matches")


def test_long_list_comes_in_pages(administrator: Client) -> None:
    Status.objects.bulk_create(
        Status(code=f"t{number}", name_en=f"Number {number}.", position=number) for number in range(1, 61)
    )

    assertNotContains(administrator.get(url(place=COMMON)), "Number 60.")
    assertContains(administrator.get(url(place=COMMON), {"page": 2}), "Number 60.")


def test_list_costs_as_many_queries_for_one_as_for_three(
    own: Client, network: Network, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for more in (1, 2):
        for _number in range(more):
            StatusFactory(network=network, common=StatusFactory())
        with django_assert_max_num_queries(10) as captured:
            own.get(url())
        counts.append(len(captured))

    assert counts[0] == counts[1]


# --- Changing -------------------------------------------------------------------------------------


def test_manager_begins_a_list_and_adds_to_it(own: Client, network: Network) -> None:
    common = StatusFactory(name_en="Pupil")
    assertContains(own.get(url()), "This network uses the common list")

    assertRedirects(own.post(url("word-copy")), url())
    again = own.post(url("word-copy"), follow=True)
    added = own.post(url("word-add"), given(name_fr="Apprenti", common=common.pk))

    assertContains(again, "words of its own already")
    assertRedirects(added, f"{url()}#term-apprenti", fetch_redirect_response=False)
    assert [term.name_fr for term in Status.objects.on_offer(today=TODAY, network=network)] == [
        common.name_fr,
        "Apprenti",
    ]


def test_nothing_is_added_before_the_list_is_begun(own: Client, network: Network) -> None:
    common = StatusFactory()

    for answer in (own.get(url("word-add")), own.post(url("word-add"), given(common=common.pk))):
        assertRedirects(answer, url())
    assert list(Status.objects.on_offer(today=TODAY, network=network)) == [common]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name_fr": ""}, "at least one language"),
        ({"first_on": "2020-01-01"}, "The first day is over"),
        ({"first_on": "soon"}, "Enter a valid date"),
        ({"common": ""}, "This field is required"),
        ({"common": "own"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_told_at_its_field(own: Client, network: Network, fields: dict[str, str], sentence: str) -> None:
    common = StatusFactory()
    other = StatusFactory(network=network, common=common)
    fields = {name: str(other.pk) if text == "own" else text for name, text in fields.items()}

    answer = own.post(url("word-add"), given(common=common.pk) | fields)

    assert answer.status_code == 422
    assertContains(answer, sentence, status_code=422)
    assertContains(answer, "Error:", status_code=422)
    assert Status.objects.count() == 2


def test_term_is_reworded_from_a_day(own: Client, network: Network) -> None:
    common = StatusFactory()
    term = StatusFactory(network=network, common=common, code="job", name_fr="Avant", name_en="Before")
    page = own.get(url("word-reword", "wallonie", "job"))
    assertContains(page, 'value="Before"')
    assertContains(page, f'value="{TOMORROW.isoformat()}"')

    own.post(
        url("word-reword", "wallonie", "job"),
        given(name_fr="Après", first_on=TOMORROW.isoformat(), common=common.pk),
    )

    term.refresh_from_db()
    follower = Status.objects.get(code="job", first_on=TOMORROW)
    assert (term.name_fr, term.last_on, follower.name_fr) == ("Avant", TODAY, "Après")
    assertContains(own.get(url("word-reword", "wallonie", "job")), "have not begun")


def test_same_words_again_are_refused(administrator: Client) -> None:
    StatusFactory(code="job", name_fr="Avant", name_en="Before")
    address = url("word-reword", COMMON, "job")
    same = administrator.get(address).context["form"].initial

    answer = administrator.post(address, {name: text or "" for name, text in same.items()})

    assertContains(answer, "These are the present words. Change at least one of them.", status_code=422)
    assert Status.objects.count() == 1


def test_theme_is_reworded_with_its_question(administrator: Client) -> None:
    ThemeFactory(code="work")

    administrator.post(
        url("word-reword", COMMON, "work", key="themes"), given(question_fr="Et alors ?", first_on=TOMORROW.isoformat())
    )

    assert Theme.objects.get(first_on=TOMORROW).question_fr == "Et alors ?"


def test_mapping_is_prefilled_with_the_words_of_today(own: Client, network: Network) -> None:
    old = StatusFactory(code="job", last_on=TODAY - dt.timedelta(days=1))
    new = StatusFactory(code="job", first_on=TODAY)
    StatusFactory(network=network, common=old, code="own")

    page = own.get(url("word-reword", "wallonie", "own"))

    assert page.context["form"].initial["common"] == new


def test_term_is_retired_and_brought_back(administrator: Client) -> None:
    StatusFactory(code="job", name_en="Old")
    address = url("word-retire", COMMON, "job")

    administrator.post(address, {"last_on": TODAY.isoformat()})
    assert Status.objects.get().last_on == TODAY
    administrator.post(address, {"last_on": ""})
    assert Status.objects.get().last_on is None
    assertContains(administrator.post(address, {"last_on": ""}), "This field is required", status_code=422)
    refused = administrator.post(address, {"last_on": "2020-01-01"})
    assertContains(refused, "yesterday at the earliest", status_code=422)
    administrator.post(address, {"last_on": (TODAY - dt.timedelta(days=1)).isoformat()})
    assertContains(administrator.get(url(place=COMMON), {"ended": "on"}), "Bring back")
    assertContains(administrator.post(address, {"last_on": ""}), "that stays so", status_code=422)

    assertContains(administrator.get(url("word-reword", COMMON, "job")), "Bring it back")
    administrator.post(url("word-reword", COMMON, "job"), given())

    assert Status.objects.on_offer(today=TODAY).get().name_fr == "Neuf"


def test_only_a_missing_translation_can_be_filled_in(administrator: Client) -> None:
    StatusFactory(code="job", name_de=None)
    address = url("word-translate", COMMON, "job")

    page = administrator.get(address)
    assertContains(page, "name_de")
    assertNotContains(page, "name_fr")
    administrator.post(address, {"name_de": "Arbeit", "name_fr": "Ignored"})

    term = Status.objects.get()
    assert (term.name_de, term.name_fr == "Ignored") == ("Arbeit", False)
    assertRedirects(administrator.get(address), url(place=COMMON))


@pytest.mark.parametrize(
    ("move", "order"),
    [("up:b", ["b", "a", "c"]), ("down:b", ["a", "c", "b"]), ("up:a", ["a", "b", "c"]), ("down:c", ["a", "b", "c"])],
)
def test_term_moves_by_one_place(administrator: Client, move: str, order: list[str]) -> None:
    for position, code in enumerate("abc", start=1):
        StatusFactory(code=code, position=position)

    answer = administrator.post(url("word-order", COMMON), {"move": move})

    assertRedirects(answer, f"{url(place=COMMON)}?page=1#term-{move[-1]}", fetch_redirect_response=False)
    assert list(Status.objects.on_offer(today=TODAY).values_list("code", flat=True)) == order


@pytest.mark.parametrize("move", ["", "up", "up:unknown", "sideways:a"])
def test_move_of_nothing_does_not_exist(administrator: Client, move: str) -> None:
    StatusFactory(code="a")

    assert administrator.post(url("word-order", COMMON), {"move": move}).status_code == 404


def test_unknown_term_does_not_exist(administrator: Client) -> None:
    pages: list[Callable[[], Any]] = [
        lambda: administrator.get(url("word-reword", COMMON, "nothing")),
        lambda: administrator.get(url("word-translate", COMMON, "nothing")),
    ]

    assert [page().status_code for page in pages] == [404, 404]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "du 21/11/2026 au 30/11/2026"),
        ("de", "vom 21.11.2026 bis 30.11.2026"),
        ("en", "21/11/2026 to 30/11/2026"),
    ],
)
def test_period_of_a_word_reads_as_days_from_one_to_another(language: str, words: str) -> None:
    term = SimpleNamespace(first_on=dt.date(2026, 11, 21), last_on=dt.date(2026, 11, 30))

    with translation.override(language):
        html = render_to_string("sites/_words_period.html", {"term": term})

    assert words in html
