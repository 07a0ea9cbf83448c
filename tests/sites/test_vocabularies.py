import datetime as dt
from typing import Any

import pytest
from django.utils import timezone, translation

from sites.enums import Role
from sites.models import Network, Status, Territory, Theme, User
from sites.rules.terms import TermError, holds_throughout
from sites.services import (
    add_term,
    copy_common_list,
    load_reference,
    reorder_terms,
    retire_term,
    reword_term,
    translate_term,
)
from tests.factories.sites import MembershipFactory, NetworkFactory, ThemeFactory, UserFactory
from tests.factories.vocabularies import StatusFactory, TerritoryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_stands")]

# The clock of PostgreSQL has its say, and it is the real one.
TODAY = timezone.localdate()


def day(offset: int) -> dt.date:
    return TODAY + dt.timedelta(days=offset)


@pytest.fixture
def administrator() -> User:
    return UserFactory(is_superuser=True)


@pytest.fixture
def network() -> Network:
    return NetworkFactory()


@pytest.fixture
def manager(network: Network) -> User:
    return MembershipFactory(user=UserFactory(), role=Role.NETWORK_MANAGER, site=None, network=network).user


def add(by: User, network: Network | None = None, **values: Any) -> Status:
    given = {"texts": {"name_fr": "Neuf"}, "common": None, "first_on": TODAY} | values
    return add_term(vocabulary=Status, network=network, by=by, today=TODAY, **given)


def reword(term: Any, by: User, first_on: dt.date, name: str = "Neuf", **values: Any) -> Any:
    return reword_term(term=term, first_on=first_on, texts={"name_fr": name}, by=by, today=TODAY, **values)


def names(network: Network | None = None, on: dt.date = TODAY) -> list[str]:
    return [term.name_fr for term in Status.objects.on_offer(today=on, network=network)]


# --- Adding ---------------------------------------------------------------------------------------


def test_add_term_stands_last_from_its_day(administrator: User) -> None:
    StatusFactory(name_fr="Ancien", position=4)

    term = add(administrator, texts={"name_fr": "À l’école", "name_de": "Schule"}, first_on=day(3))

    assert (term.code, term.position, term.name_de) == ("schule", 5, "Schule")
    assert (names(), names(on=day(3))) == (["Ancien"], ["Ancien", "À l’école"])


def test_add_term_counts_as_a_common_one(manager: User, network: Network) -> None:
    common = StatusFactory(name_fr="Élève")
    copy_common_list(vocabulary=Status, network=network, first_on=TODAY, by=manager, today=TODAY)

    term = add(manager, network, common=common, texts={"name_fr": "Apprenti"})

    assert (term.network, term.common, names(network)) == (network, common, ["Élève", "Apprenti"])


def test_add_term_takes_nothing_from_a_network_that_uses_the_common_list(manager: User, network: Network) -> None:
    common = StatusFactory(name_fr="Élève")

    with pytest.raises(TermError, match="Begin a list of its own first"):
        add(manager, network, common=common)

    assert names(network) == ["Élève"]
    copy_common_list(vocabulary=Status, network=network, first_on=TODAY, by=manager, today=TODAY)
    assert names(network) == ["Élève"]


def test_add_term_makes_a_code_of_its_own(administrator: User) -> None:
    codes = [add(administrator, texts={"name_fr": name}).code for name in ("Élève", "Eleve", "élève", "!")]

    assert codes == ["eleve", "eleve-2", "eleve-3", "term"]


def test_add_term_refuses(manager: User, administrator: User, network: Network) -> None:
    common, ended = StatusFactory(), StatusFactory(last_on=day(30))
    own = StatusFactory(network=network, common=common)
    tries: list[tuple[str, Any]] = [
        ("may not change this list", lambda: add(manager)),
        ("may not change this list", lambda: add(manager, NetworkFactory(), common=common)),
        ("first day is over", lambda: add(manager, network, common=common, first_on=day(-1))),
        ("at least one language", lambda: add(manager, network, common=common, texts={"name_fr": ""})),
        ("counts as one of the common list", lambda: add(manager, network)),
        ("counts as one of the common list", lambda: add(administrator, common=common)),
        ("Choose a term of the common list", lambda: add(manager, network, common=own)),
        ("does not hold on all these days", lambda: add(manager, network, common=ended)),
        ("code is that of another term", lambda: add(manager, network, common=common, code=own.code)),
    ]

    for sentence, attempt in tries:
        with pytest.raises(TermError, match=sentence):
            attempt()

    assert Status.objects.count() == 3


def test_add_theme_asks_a_question(administrator: User) -> None:
    with pytest.raises(TermError, match="Write the question"):
        add_term(
            vocabulary=Theme,
            network=None,
            texts={"name_fr": "Neuf"},
            common=None,
            first_on=TODAY,
            by=administrator,
            today=TODAY,
        )


# --- Rewording ------------------------------------------------------------------------------------


def test_reword_term_lets_one_version_follow_the_other(administrator: User) -> None:
    term = StatusFactory(code="job", name_fr="Chômeur", position=3)

    follower = reword(term, administrator, day(5), "En recherche d’emploi")

    term.refresh_from_db()
    assert (term.name_fr, term.last_on) == ("Chômeur", day(4))
    assert (follower.code, follower.position, follower.first_on, follower.last_on) == ("job", 3, day(5), None)
    assert (names(on=day(4)), names(on=day(5))) == (["Chômeur"], ["En recherche d’emploi"])


def test_reword_term_keeps_a_last_day(administrator: User) -> None:
    term = StatusFactory(last_on=day(50))

    assert reword(term, administrator, TODAY).last_on == day(50)


def test_reword_term_changes_what_has_not_begun_in_its_place(administrator: User) -> None:
    term = StatusFactory(name_fr="Un")
    planned = reword(term, administrator, day(5), "Deux")

    for first_on in (day(9), day(2)):
        again = reword(planned, administrator, first_on, "Trois")

        term.refresh_from_db()
        assert (again.pk, again.name_fr, again.first_on) == (planned.pk, "Trois", first_on)
        assert term.last_on == first_on - dt.timedelta(days=1)
    assert Status.objects.count() == 2


def test_reword_term_refuses_the_words_that_are_there(administrator: User) -> None:
    StatusFactory(code="job", name_fr="Un")
    planned = reword(Status.objects.get(), administrator, day(5), "Deux")

    with pytest.raises(TermError, match="These are the present words"):
        reword(planned, administrator, day(5), "Deux")

    assert reword(planned, administrator, day(6), "Deux").first_on == day(6)


def test_reword_term_brings_back_what_ended(administrator: User) -> None:
    term = StatusFactory(name_fr="Un", position=1, last_on=day(-1))
    StatusFactory(name_fr="Autre", position=1, first_on=TODAY)

    again = reword(term, administrator, TODAY, "Un")

    term.refresh_from_db()
    assert (term.last_on, again.code, again.position) == (day(-1), term.code, 2)


def test_reword_term_may_count_as_another_from_then_on(manager: User, network: Network) -> None:
    one, other = StatusFactory(), StatusFactory()
    term = StatusFactory(network=network, common=one)

    follower = reword(term, manager, day(1), common=other)

    term.refresh_from_db()
    assert (term.common, follower.common) == (one, other)


def test_reword_term_of_the_common_list_keeps_what_counts_as_it(administrator: User, manager: User) -> None:
    network = manager.memberships.get().network
    common = StatusFactory()
    own = StatusFactory(network=network, common=common)

    follower = reword(common, administrator, day(1))

    assert set(Status.objects.counting_as(follower)) == {common, follower, own}
    assert reword(own, manager, day(10)).common == common


def test_reword_term_refuses(administrator: User, manager: User) -> None:
    term, fresh = StatusFactory(), StatusFactory(first_on=TODAY)
    reworded = StatusFactory()
    reword(reworded, administrator, day(5))
    tries: list[tuple[str, Any]] = [
        ("may not change this list", lambda: reword(term, manager, TODAY)),
        ("first day is over", lambda: reword(term, administrator, day(-1))),
        ("New ones can begin the day after", lambda: reword(fresh, administrator, TODAY)),
        ("Newer words of this term begin", lambda: reword(reworded, administrator, day(2))),
        ("at least one language", lambda: reword(term, administrator, TODAY, "")),
    ]

    for sentence, attempt in tries:
        with pytest.raises(TermError, match=sentence):
            attempt()

    term.refresh_from_db()
    assert term.last_on is None


# --- Retiring and translating ---------------------------------------------------------------------


@pytest.mark.parametrize(("last_on", "is_offered"), [(-1, False), (0, True), (30, True)])
def test_retire_term_offers_it_to_its_last_day(administrator: User, last_on: int, is_offered: bool) -> None:
    term = StatusFactory(name_fr="Ancien")

    retire_term(term=term, last_on=day(last_on), by=administrator, today=TODAY)

    assert (names() == ["Ancien"]) is is_offered
    assert names(on=day(last_on + 1)) == []


def test_retire_term_may_be_taken_back_until_it_is_over(administrator: User) -> None:
    term = StatusFactory(last_on=day(3))

    retire_term(term=term, last_on=None, by=administrator, today=TODAY)

    term.refresh_from_db()
    assert term.last_on is None


def test_retire_term_refuses(administrator: User, manager: User, network: Network) -> None:
    term, over, fresh = StatusFactory(), StatusFactory(last_on=day(-2)), StatusFactory(first_on=day(4))
    common, ending = StatusFactory(), StatusFactory(last_on=day(90))
    StatusFactory(network=network, common=common, name_en="Apprentice")
    brief = StatusFactory(network=network, common=ending, last_on=day(20))

    def retire(one: Status, last_on: dt.date | None, by: User = administrator) -> None:
        retire_term(term=one, last_on=last_on, by=by, today=TODAY)

    tries: list[tuple[str, Any]] = [
        ("may not change this list", lambda: retire(term, TODAY, manager)),
        ("yesterday at the earliest", lambda: retire(term, day(-2))),
        ("that stays so", lambda: retire(over, None)),
        ("cannot be before the first day", lambda: retire(fresh, day(2))),
        ("still count their own words as .*Apprentice", lambda: retire(common, TODAY)),
        ("does not hold on all these days", lambda: retire(brief, None, manager)),
    ]

    for sentence, attempt in tries:
        with pytest.raises(TermError, match=sentence):
            attempt()


def test_retire_term_refuses_one_with_newer_words(administrator: User) -> None:
    term = StatusFactory()
    reword(term, administrator, day(5))

    with pytest.raises(TermError, match="Newer words of this term begin"):
        retire_term(term=term, last_on=TODAY, by=administrator, today=TODAY)


def test_translate_term_fills_and_never_replaces(administrator: User, manager: User) -> None:
    term = StatusFactory(name_fr="Élève", name_de=None, last_on=day(-100))

    translate_term(term=term, texts={"name_de": "Schüler", "name_fr": "Élève", "name_nl": ""}, by=administrator)
    with pytest.raises(TermError, match="already stays"):
        translate_term(term=term, texts={"name_de": "Kind"}, by=administrator)
    with pytest.raises(TermError, match="already stays"):
        translate_term(term=term, texts={"code": "other"}, by=administrator)
    with pytest.raises(TermError, match="may not change this list"):
        translate_term(term=term, texts={"name_en": "x"}, by=manager)

    term.refresh_from_db()
    assert (term.name_fr, term.name_de) == ("Élève", "Schüler")


# --- Order ----------------------------------------------------------------------------------------


def test_reorder_terms_moves_all_versions_of_today_and_later(administrator: User) -> None:
    for number, code in enumerate("abc", start=1):
        StatusFactory(code=code, name_fr=code, position=number)
    reword(Status.objects.get(code="c"), administrator, day(5), "c2")

    reorder_terms(vocabulary=Status, network=None, codes=["c", "a", "b"], by=administrator, today=TODAY)

    assert (names(), names(on=day(5))) == (["c", "a", "b"], ["c2", "a", "b"])
    assert dict(Status.objects.values_list("name_fr", "position")) == {"c": 1, "c2": 1, "a": 2, "b": 3}


def test_reorder_terms_passes_over_the_place_of_a_retired_one(administrator: User) -> None:
    retired = StatusFactory(code="old", position=3, last_on=day(-1))
    StatusFactory(code="a", name_fr="a", position=1)
    StatusFactory(code="b", name_fr="b", position=2)
    StatusFactory(code="c", name_fr="c", position=3, first_on=TODAY)

    reorder_terms(vocabulary=Status, network=None, codes=["c", "b", "a"], by=administrator, today=TODAY)

    retired.refresh_from_db()
    assert (names(), retired.position) == (["c", "b", "a"], 3)
    for term in Status.objects.all():
        term.full_clean()


def test_reorder_terms_refuses_another_list(administrator: User, manager: User) -> None:
    StatusFactory(code="a")

    with pytest.raises(TermError, match="Look at it again"):
        reorder_terms(vocabulary=Status, network=None, codes=["a", "b"], by=administrator, today=TODAY)
    with pytest.raises(TermError, match="may not change this list"):
        reorder_terms(vocabulary=Status, network=None, codes=["a"], by=manager, today=TODAY)


# --- A list of one's own --------------------------------------------------------------------------


def test_copy_common_list_begins_a_list_of_ones_own(manager: User, network: Network, administrator: User) -> None:
    first, second = StatusFactory(position=1), StatusFactory(position=2, last_on=day(40))
    StatusFactory(retired=True)
    reword(first, administrator, day(5))

    copied = copy_common_list(vocabulary=Status, network=network, first_on=TODAY, by=manager, today=TODAY)

    assert [(one.common_id, one.code, one.last_on) for one in copied] == [
        (first.pk, first.code, None),
        (second.pk, second.code, day(40)),
    ]
    assert names(network) == [first.name_fr, second.name_fr]
    for term in Status.objects.filter(network=network):
        term.full_clean()


def test_copy_common_list_happens_once(manager: User, network: Network) -> None:
    StatusFactory()
    copy_common_list(vocabulary=Status, network=network, first_on=TODAY, by=manager, today=TODAY)

    with pytest.raises(TermError, match="words of its own already"):
        copy_common_list(vocabulary=Status, network=network, first_on=TODAY, by=manager, today=TODAY)
    with pytest.raises(TermError, match="may not change this list"):
        copy_common_list(vocabulary=Status, network=NetworkFactory(), first_on=TODAY, by=manager, today=TODAY)


# --- Rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("periods", "wanted", "expected"),
    [
        ([(None, None)], (None, None), True),
        ([(None, None)], (5, 9), True),
        ([(None, 4), (5, None)], (None, None), True),
        ([(5, None), (None, 4)], (3, 7), True),
        ([(None, 4), (6, None)], (3, 7), False),
        ([(None, 4)], (3, None), False),
        ([(2, None)], (None, 5), False),
        ([], (1, 2), False),
    ],
)
def test_holds_throughout(
    periods: list[tuple[int | None, int | None]], wanted: tuple[int | None, int | None], expected: bool
) -> None:
    def at(offset: int | None) -> dt.date | None:
        return None if offset is None else day(offset)

    versions = [Status(first_on=at(first), last_on=at(last)) for first, last in periods]

    assert holds_throughout(versions, at(wanted[0]), at(wanted[1])) is expected


# --- The lists that come with the portal ----------------------------------------------------------


def test_load_reference_fills_every_vocabulary_once() -> None:
    load_reference()
    counts = {model: model.objects.count() for model in (Theme, Status, Territory)}

    load_reference()

    assert {model: model.objects.count() for model in counts} == counts == {Theme: 6, Status: 6, Territory: 570}


def test_load_reference_leaves_words_alone(administrator: User) -> None:
    load_reference()
    term = Status.objects.get(code="pupil")
    reword(term, administrator, TODAY, "Écolier")
    add(administrator, texts={"name_fr": "Retraité"})

    load_reference()

    assert Status.objects.filter(code="pupil").count() == 2
    assert Status.objects.on_offer(today=TODAY).get(code="pupil").name_fr == "Écolier"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("be-92094", {"fr": "Namur", "nl": "Namen", "de": "Namur", "en": "Namur"}),
        ("be-11002", {"fr": "Anvers", "nl": "Antwerpen", "de": "Antwerpen", "en": "Antwerpen"}),
        ("be-63067", {"fr": "Saint-Vith", "nl": "Sankt Vith", "de": "Sankt Vith", "en": "Sankt Vith"}),
        ("country-de", {"fr": "Allemagne", "nl": "Duitsland", "de": "Deutschland", "en": "Germany"}),
    ],
)
def test_territory_has_the_name_that_its_readers_know(code: str, words: dict[str, str]) -> None:
    load_reference()
    territory = Territory.objects.get(code=code)

    for language, name in words.items():
        with translation.override(language):
            assert territory.name == name


def test_common_lists_have_four_languages() -> None:
    load_reference()

    for model in (m for m in Status.__mro__[1].__subclasses__() if m is not Territory):
        for term in model.objects.all():
            assert all(getattr(term, f"name_{code}") for code in ("fr", "nl", "de", "en")), term
    assert not Territory.objects.filter(name_fr=None).exists()
    assert not Territory.objects.filter(name_nl=None).exists()


def test_term_counts_as_itself_and_as_what_it_is_mapped_to() -> None:
    theme, other = ThemeFactory(), ThemeFactory()
    own = ThemeFactory(network=NetworkFactory(), common=theme)

    assert set(Theme.objects.counting_as(own)) == set(Theme.objects.counting_as(theme)) == {theme, own}
    assert set(Theme.objects.counting_as(other)) == {other}
    assert not Territory.objects.counting_as(TerritoryFactory()).filter(code=theme.code).exists()
