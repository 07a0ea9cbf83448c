import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sites.enums import Role
from sites.models import Site, Theme, User
from tests.factories.contacts import ContactFactory, EntryAuthorFactory
from tests.factories.sites import AudienceFactory, MembershipFactory, SiteFactory, ThemeFactory, UserFactory
from visitors import rules
from visitors.models import Contact, ContactTheme, EntryAuthor

DESK = reverse("visitors:desk")
CHOOSE = reverse("visitors:site-choose")
LOG = reverse("visitors:contact-log")
UNDO = reverse("visitors:contact-undo")
HTMX = {"HX-Request": "true"}


def _answers(site: Site, **changes: Any) -> dict[str, Any]:
    answers = {
        "key": str(uuid.uuid4()),
        "site": site.slug,
        "themes": ["work"],
        "way": "WALK_IN",
        "duration": "FROM_15",
        "language": "fr",
        "headcount": "1",
        "audience": "NOT_ASKED",
        "gender": "NOT_ASKED",
        "age_band": "NOT_ASKED",
        "first_visit": "NOT_ASKED",
    }
    return answers | changes


def _mine(user: User, site: Site, **more: Any) -> Contact:
    day = rules.moment_at(site, now=timezone.now())[0]
    contact = ContactFactory(site=site, day=day, **more)
    position = EntryAuthor.objects.filter(author=user).count() + 1
    EntryAuthorFactory(entry_key=contact.pk, author=user, day=day, position=position)
    return contact


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def other_site(advisor: User) -> Site:
    return MembershipFactory(user=advisor, site=SiteFactory(city="Huy", slug="huy"), role=Role.ADVISOR).site


@pytest.mark.parametrize("url", [DESK, CHOOSE, LOG, UNDO])
@pytest.mark.parametrize("method", ["get", "post"])
def test_desk_asks_strangers_to_sign_in(client: Client, site: Site, url: str, method: str) -> None:
    response = getattr(client, method)(url, _answers(site))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert Contact.objects.count() == 0


@pytest.mark.parametrize("who", ["network_manager", "nobody"])
@pytest.mark.parametrize("url", [DESK, CHOOSE, LOG, UNDO])
def test_desk_is_closed_to_other_roles(
    client: Client, site: Site, who: str, url: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))

    response = client.get(url) if url == DESK else client.post(url, _answers(site))

    assert response.status_code == 403
    assert Contact.objects.count() == 0


@pytest.mark.parametrize("url", [CHOOSE, LOG, UNDO])
def test_desk_of_another_site_is_not_found(
    client: Client, stranger: User, site: Site, themes: list[Theme], url: str
) -> None:
    client.force_login(stranger)

    response = client.post(url, _answers(site))

    assert response.status_code == 404
    assert Contact.objects.count() == 0


def test_desk_is_closed_to_manager_who_advises_elsewhere(client: Client, network_manager: User, site: Site) -> None:
    MembershipFactory(user=network_manager, role=Role.ADVISOR, site=SiteFactory(slug="far", network=site.network))
    client.force_login(network_manager)

    response = client.post(LOG, _answers(site))

    assert response.status_code == 404


@pytest.mark.parametrize("url", [LOG, UNDO])
def test_form_address_leads_back_to_desk(desk_client: Client, url: str) -> None:
    response = desk_client.get(url)

    assert (response.status_code, response.url) == (302, DESK)


def test_desk_is_never_kept_by_a_cache(desk_client: Client, site: Site) -> None:
    response = desk_client.get(DESK)

    assert "no-store" in response["Cache-Control"]
    assert "HX-Request" in response["Vary"]


def test_desk_opens_at_the_only_site(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    ThemeFactory(name_en="Typing pool", retired=True)

    response = desk_client.get(DESK)

    page = _text(response)
    assert "Desk of Namur" in page
    assert "Find work" in page
    assert "Typing pool" not in page
    assert "I am at another site" not in page


def test_desk_takes_nothing_from_what_a_browser_sends_of_its_address(
    desk_client: Client, site: Site, themes: list[Theme]
) -> None:
    sent = {"theme": "train", "language": "nl", "way": "BOOKED", "duration": "FROM_30"}

    form = desk_client.get(DESK, sent).context["form"]

    assert not form["themes"].value()
    assert form["way"].value() == "WALK_IN"


def test_desk_has_the_queue_beside_it(desk_client: Client, site: Site) -> None:
    html = _text(desk_client.get(DESK))

    assert f'hx-get="{reverse("counter:panel")}?site={site.slug}"' in html
    assert "call the next visitor" in html


def test_desk_gives_each_form_its_own_key(desk_client: Client, site: Site) -> None:
    first, second = desk_client.get(DESK), desk_client.get(DESK)

    assert first.context["key"] != second.context["key"]


def test_desk_asks_once_a_day_where_the_person_is(desk_client: Client, site: Site, other_site: Site) -> None:
    asked = desk_client.get(DESK)
    chooser = desk_client.get(CHOOSE)
    chosen = desk_client.post(CHOOSE, {"site": "huy"})

    assert (asked.status_code, asked.url) == (302, CHOOSE)
    assert [shown.city for shown in chooser.context["sites"]] == ["Huy", "Namur"]
    assert (chosen.status_code, chosen.url) == (302, DESK)
    assert desk_client.get(DESK).context["site"] == other_site


def test_desk_asks_again_tomorrow(desk_client: Client, site: Site, other_site: Site) -> None:
    desk_client.post(CHOOSE, {"site": "huy"})
    session = desk_client.session
    session["desk_day"] = "2026-01-05"
    session.save()

    assert desk_client.get(DESK).status_code == 302
    assert "as last time" in _text(desk_client.get(CHOOSE))


def test_desk_forgets_a_site_that_the_person_left(desk_client: Client, advisor: User, other_site: Site) -> None:
    desk_client.post(CHOOSE, {"site": "huy"})
    MembershipFactory(user=advisor, site=SiteFactory(slug="third"), role=Role.ADVISOR)
    advisor.memberships.filter(site=other_site).delete()

    assert desk_client.get(DESK).status_code == 302


def test_log_counts_contact_and_says_so(desk_client: Client, site: Site, themes: list[Theme], advisor: User) -> None:
    response = desk_client.post(LOG, _answers(site, themes=["work", "train"], headcount="2"), follow=True)

    contact = Contact.objects.get()
    day, half_day = rules.moment_at(site, now=timezone.now())
    assert response.redirect_chain == [(DESK, 302)]
    assert (contact.site, contact.day, contact.half_day, contact.headcount) == (site, day, half_day, 2)
    assert set(contact.themes.all()) == set(themes)
    assert EntryAuthor.objects.get().author == advisor
    assert "<strong>Logged:</strong> Train, Find work, one-to-one, walk-in" in _text(response)


def test_log_says_it_once(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    desk_client.post(LOG, _answers(site), follow=True)

    assert desk_client.get(DESK).context["said"] == ""


def test_log_keeps_details(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    audience = AudienceFactory(code="students")

    desk_client.post(
        LOG, _answers(site, audience="students", gender="OTHER", age_band="FROM_18", first_visit="NOT_SAID")
    )

    contact = Contact.objects.get()
    assert (contact.audience, contact.is_audience_unsaid) == (audience, False)
    assert (contact.gender, contact.age_band, contact.first_visit) == ("OTHER", "FROM_18", "NOT_SAID")


def test_log_keeps_public_unsaid_apart_from_not_asked(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    desk_client.post(LOG, _answers(site, audience="NOT_SAID"))

    contact = Contact.objects.get()
    assert (contact.audience, contact.is_audience_unsaid) == (None, True)


def test_log_counts_double_submit_once(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    answers = _answers(site)

    first = desk_client.post(LOG, answers)
    second = desk_client.post(LOG, answers)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Contact.objects.count() == 1


def test_way_and_language_stick_theme_and_people_never(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    site.languages = ("fr", "nl")
    site.save()

    form = desk_client.post(
        LOG, _answers(site, way="PHONE", language="nl", headcount="4", gender="MAN"), follow=True
    ).context["form"]

    assert (form["way"].value(), form["language"].value()) == ("PHONE", "nl")
    assert (form["headcount"].value(), form["gender"].value()) == (1, "NOT_ASKED")
    assert not any(is_chosen for _theme, is_chosen in form.tiles)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"themes": []}, "Choose at least one theme."),
        ({"themes": ["typing"]}, "This theme is no longer offered. Choose another one."),
        ({"headcount": "0"}, "A contact is one person or one small party: 1 to 50 people."),
        ({"headcount": "51"}, "A contact is one person or one small party: 1 to 50 people."),
        ({"headcount": "two"}, "Enter a whole number."),
        ({"headcount": ""}, "This field is required."),
        ({"way": "TELEPATHY"}, "Select a valid choice."),
        ({"gender": "?"}, "Select a valid choice."),
        ({"key": "12"}, "This form came without its number."),
        ({"key": ""}, "This form came without its number."),
    ],
)
def test_log_says_what_is_wrong_and_keeps_the_answers(
    desk_client: Client, site: Site, themes: list[Theme], changes: dict[str, Any], sentence: str
) -> None:
    ThemeFactory(code="typing", retired=True)

    response = desk_client.post(LOG, _answers(site, **({"way": "PHONE"} | changes)))

    assert response.status_code == 200
    assert sentence in _text(response)
    assert response.context["form"]["language"].value() == "fr"
    assert Contact.objects.count() == 0
    assert uuid.UUID(str(response.context["key"]))


def test_log_keeps_the_key_of_a_refused_form(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    answers = _answers(site, themes=[])

    response = desk_client.post(LOG, answers)

    assert str(response.context["key"]) == answers["key"]


def test_log_speaks_the_language_of_the_reader(desk_client: Client, site: Site, advisor: User) -> None:
    advisor.language = "fr"
    advisor.save()

    response = desk_client.post(LOG, _answers(site, themes=["gone"], headcount=""))

    assert "Ce champ est obligatoire." in _text(response)


def test_log_shows_refusal_of_a_rule(
    desk_client: Client, site: Site, themes: list[Theme], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_headcount: int) -> None:
        raise rules.PartyError("Not like this.")

    monkeypatch.setattr(rules, "check_party", refuse)

    response = desk_client.post(LOG, _answers(site))

    assert "Not like this." in _text(response)
    assert response.context["form"].tiles[1] == (themes[1], True)


@pytest.mark.parametrize("url", [DESK, LOG])
def test_piece_is_what_the_page_holds(desk_client: Client, site: Site, themes: list[Theme], url: str) -> None:
    key = str(uuid.uuid4())
    answers = _answers(site, key=key, themes=[])

    def ask(headers: dict[str, str]) -> str:
        response = (
            desk_client.post(LOG, answers, headers=headers) if url == LOG else desk_client.get(DESK, headers=headers)
        )
        drop = r'(name="(csrfmiddlewaretoken|key)" value|data-now)="[^"]*"'
        return re.sub(drop, "", _text(response)).strip()

    piece, page = ask(HTMX), ask({})

    assert piece.startswith('<div id="desk"')
    assert "<html" not in piece
    assert piece in page


def test_log_by_htmx_answers_with_the_fresh_piece(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    response = desk_client.post(LOG, _answers(site), headers=HTMX, follow=True)

    assert _text(response).strip().startswith('<div id="desk"')
    assert response.context["said"] == "logged"


def test_last_ten_are_mine_newest_first(
    desk_client: Client, site: Site, advisor: User, colleague: User, themes: list[Theme]
) -> None:
    mine = [_mine(advisor, site, themes=themes[:1]) for _ in range(11)]
    _mine(colleague, site, themes=themes[:1])

    response = desk_client.get(DESK)

    assert [entry.contact for entry in response.context["last"]] == mine[:0:-1]


def test_last_ten_ends_with_the_window(desk_client: Client, site: Site, advisor: User) -> None:
    long_ago = timezone.localdate() - dt.timedelta(days=9)
    contact = ContactFactory(site=site, day=long_ago)
    EntryAuthorFactory(entry_key=contact.pk, author=advisor, day=long_ago)

    assert desk_client.get(DESK).context["last"] == []


def test_undo_leaves_nothing(desk_client: Client, site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = _mine(advisor, site, themes=themes)

    response = desk_client.post(UNDO, {"site": site.slug, "key": str(contact.pk)}, follow=True)

    assert response.redirect_chain == [(DESK, 302)]
    assert "Undone. Nothing of that contact is kept." in _text(response)
    assert (Contact.objects.count(), ContactTheme.objects.count()) == (0, 0)
    assert EntryAuthor.objects.get().is_undone  # its number alone, until no copy of it can arrive any more


def test_undo_of_a_colleague_is_refused(desk_client: Client, site: Site, colleague: User) -> None:
    contact = _mine(colleague, site)

    response = desk_client.post(UNDO, {"site": site.slug, "key": str(contact.pk)})

    assert "Only the person who logged a contact can correct or undo it" in _text(response)
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("key", ["", "12", "../../etc"])
def test_undo_of_no_key_is_not_found(desk_client: Client, site: Site, key: str) -> None:
    response = desk_client.post(UNDO, {"site": site.slug, "key": key})

    assert response.status_code == 404


def test_desk_shows_the_day_of_the_team(
    desk_client: Client, site: Site, advisor: User, colleague: User, themes: list[Theme]
) -> None:
    mine = _mine(advisor, site, themes=themes, headcount=3)
    _mine(colleague, site, themes=themes[:1])
    ContactFactory(site=site, day=mine.day - dt.timedelta(days=1))
    ContactFactory(day=mine.day)

    count = desk_client.get(DESK).context["count"]

    assert (count.contacts, count.people) == (2, 4)
    assert count.themes == [(themes[0], 2), (themes[1], 1)]


def test_desk_reads_the_same_number_of_times(
    desk_client: Client, site: Site, advisor: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def count_with_one_more() -> int:
        _mine(advisor, site)
        AudienceFactory()
        # session, person, memberships, sites; themes, five lists, partners and their names; authors, contacts, their
        # themes; contacts, themes and counts of the week, the words of these; the menu
        with django_assert_max_num_queries(20) as queries:
            desk_client.get(DESK)
        return len(queries)

    with_one, _with_two, with_three = (count_with_one_more() for _ in range(3))

    assert with_one == with_three


def test_chooser_reads_the_same_number_of_times(
    desk_client: Client, advisor: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def count_with_one_more() -> int:
        MembershipFactory(user=advisor)
        with django_assert_max_num_queries(6) as queries:
            desk_client.get(CHOOSE)
        return len(queries)

    with_one, _with_two, with_three = (count_with_one_more() for _ in range(3))

    assert with_one == with_three


def test_logged_contact_leaves_no_trace_beside_the_log(
    desk_client: Client, site: Site, advisor: User, themes: list[Theme], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    caplog.handler.records.clear()
    answers = _answers(site)

    response = desk_client.post(LOG, answers, follow=True)

    contact = Contact.objects.get()
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    cookies = " ".join(morsel.OutputString() for morsel in desk_client.cookies.values())
    session = repr(dict(desk_client.session))
    addresses = " ".join(url for url, _status in response.redirect_chain)
    for trace in (*lines, cookies, session, addresses, LOG):
        assert str(contact.pk) not in trace
        assert contact.pk.hex not in trace
        assert "Find work" not in trace
        assert "themes" not in trace
        assert advisor.email not in trace


def test_desk_is_closed_to_superuser_without_a_site(client: Client, site: Site) -> None:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    desk, log = client.get(DESK), client.post(LOG, _answers(site))

    assert (desk.status_code, log.status_code) == (403, 403)
    assert "No site is yours yet" in _text(desk)
    assert Contact.objects.count() == 0


def test_log_after_signing_in_again_stays_at_the_site_of_the_form(
    desk_client: Client, site: Site, other_site: Site, themes: list[Theme]
) -> None:
    response = desk_client.post(LOG, _answers(other_site), headers=HTMX, follow=True)

    assert response.redirect_chain == [(DESK, 302)]
    assert response.context["site"] == other_site
    assert response.context["said"] == "logged"


def test_log_on_a_new_day_still_asks_where_the_person_is(
    desk_client: Client, site: Site, other_site: Site, themes: list[Theme]
) -> None:
    desk_client.post(CHOOSE, {"site": "huy"})
    session = desk_client.session
    session["desk_day"] = "2026-01-05"
    session.save()

    response = desk_client.post(LOG, _answers(other_site), follow=True)

    assert response.redirect_chain == [(DESK, 302), (CHOOSE, 302)]
    assert Contact.objects.count() == 1
