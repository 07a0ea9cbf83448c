"""The forms of the desk beside the log: counting, correcting, logging the same again; and the week of the team."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sites.enums import Role
from sites.models import Site, Theme, User
from tests.factories import entries as factory
from tests.factories.contacts import ContactFactory
from tests.factories.counts import TallyFactory
from tests.factories.sites import AudienceFactory, MembershipFactory, PartnerFactory, PresenceFactory, SiteFactory
from tests.factories.vocabularies import EducationFactory, HowHeardFactory, StatusFactory, TerritoryFactory
from visitors import figures, rules
from visitors.enums import TallyKind, Way
from visitors.models import Contact, EntryAuthor, Tally
from visitors.services.entries import DETAILS

DESK = reverse("visitors:desk")
LOG = reverse("visitors:contact-log")
COUNT = reverse("visitors:count-one")
AGAIN = reverse("visitors:contact-again")
UNDO = reverse("visitors:contact-undo")
ONE_DAY = dt.timedelta(days=1)
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture
def huy(advisor: User) -> Site:
    return MembershipFactory(user=advisor, site=SiteFactory(city="Huy", slug="huy"), role=Role.ADVISOR).site


def log(site: Site, by: User, **changes: Any) -> Contact:
    now = timezone.now()
    day, half_day = rules.moment_at(site, now=now)
    return factory.log(site, by, now=now, **({"day": day.isoformat(), "half_day": half_day.value} | changes))


def answers(site: Site, **changes: Any) -> dict[str, Any]:
    given = {"key": str(uuid.uuid4()), "site": site.slug, "themes": ["work"], "way": "WALK_IN", "duration": "FROM_15"}
    return given | {"language": "fr", "headcount": "1"} | changes


# --- One more of a count ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["self-service", "information"])
def test_count_is_one_more_and_can_be_taken_back(
    desk_client: Client, site: Site, themes: list[Theme], kind: str
) -> None:
    key = desk_client.get(DESK).context["count_keys"][kind]

    counted = desk_client.post(COUNT, {"site": site.slug, "kind": kind, "key": str(key)}, follow=True)

    assert counted.redirect_chain == [(DESK, 302)]
    assert [(one.key, one.kind, one.people) for one in counted.context["last"]] == [(key, kind, 1)]
    assert Tally.objects.get().day == timezone.localdate()
    desk_client.post(UNDO, {"site": site.slug, "key": str(key)})
    assert Tally.objects.count() == 0


def test_count_pressed_twice_counts_once(desk_client: Client, site: Site) -> None:
    pressed = {"site": site.slug, "kind": "information", "key": str(uuid.uuid4())}

    for _press in range(2):
        desk_client.post(COUNT, pressed)

    assert Tally.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"kind": "contact"}, {"kind": "group"}, {"kind": ""}, {"key": ""}, {"key": "12"}, {"site": "elsewhere"}]
)
def test_count_of_nothing_known_is_not_found(desk_client: Client, site: Site, changes: dict[str, str]) -> None:
    pressed = {"site": site.slug, "kind": "information", "key": str(uuid.uuid4())}

    response = desk_client.post(COUNT, pressed | changes)

    assert response.status_code == 404
    assert Tally.objects.count() == 0


def test_count_under_a_number_that_tells_the_hour_is_refused(desk_client: Client, site: Site) -> None:
    response = desk_client.post(COUNT, {"site": site.slug, "kind": "information", "key": str(uuid.uuid1())})

    assert response.context["problem"] == "This entry came without its number. Please log it again."
    assert Tally.objects.count() == 0


# --- Correcting, and the same again ----------------------------------------------------------------


def test_correction_opens_filled_with_the_entry_and_replaces_it(
    desk_client: Client, site: Site, advisor: User, themes: list[Theme]
) -> None:
    AudienceFactory(code="students")
    contact = log(site, advisor, way="PHONE", headcount=2, audience="students", gender="NOT_ASKED")

    opened = desk_client.post(AGAIN, {"site": site.slug, "key": str(contact.pk), "act": "correct"})
    form = opened.context["form"]
    given = {name: form[name].value() for name in ("way", "headcount", "audience", "duration", "language", "gender")}
    saved = desk_client.post(
        LOG,
        answers(site, **given, key=str(opened.context["key"]), edition=opened.context["edition"])
        | {"day": opened.context["entry_day"], "half_day": opened.context["entry_half_day"]},
        follow=True,
    )

    assert (opened.context["is_correcting"], opened.context["edition"]) == (True, 2)
    assert [theme.code for theme, is_chosen in form.tiles if is_chosen] == ["train"]
    assert saved.context["said"] == "corrected"
    corrected = Contact.objects.get()
    assert (corrected.pk, corrected.way, corrected.headcount) == (contact.pk, "PHONE", 2)
    assert [theme.code for theme in corrected.themes.all()] == ["work"]
    assert corrected.audience is not None


def test_correction_says_itself_when_it_was(
    desk_client: Client, site: Site, advisor: User, themes: list[Theme]
) -> None:
    contact = log(site, advisor)
    yesterday = (timezone.localdate() - ONE_DAY).isoformat()

    desk_client.post(
        LOG, answers(site, key=str(contact.pk), edition="2", day=yesterday, half_day="AFTERNOON"), follow=True
    )

    corrected = Contact.objects.get()
    assert (corrected.day.isoformat(), corrected.half_day) == (yesterday, "AFTERNOON")


def test_log_takes_the_day_from_the_clock_whatever_an_old_page_says(
    desk_client: Client, site: Site, themes: list[Theme]
) -> None:
    desk_client.post(LOG, answers(site, day="2020-01-01", half_day="MORNING"))

    assert (Contact.objects.get().day, Contact.objects.get().half_day) == rules.moment_at(site, now=timezone.now())


def test_correction_leaves_alone_what_sticks(
    desk_client: Client, site: Site, advisor: User, themes: list[Theme]
) -> None:
    contact = log(site, advisor)

    corrected = desk_client.post(LOG, answers(site, key=str(contact.pk), edition="2", way="VIDEO"), follow=True)

    assert corrected.context["form"]["way"].value() == "WALK_IN"


def test_correction_that_is_refused_says_why_beside_its_field(
    desk_client: Client, site: Site, advisor: User, themes: list[Theme]
) -> None:
    contact = log(site, advisor)

    refused = desk_client.post(LOG, answers(site, key=str(contact.pk), edition="2", day="2020-01-01"))

    assert refused.context["form"].errors["day"] == ["Contacts can be logged and corrected for 7 days."]
    assert (refused.context["is_correcting"], str(refused.context["key"])) == (True, str(contact.pk))


def test_correction_is_made_where_the_entry_was(
    desk_client: Client, site: Site, huy: Site, advisor: User, themes: list[Theme]
) -> None:
    contact = log(huy, advisor)

    opened = desk_client.post(AGAIN, {"site": site.slug, "key": str(contact.pk), "act": "correct"})

    assert opened.context["site"] == huy


def test_same_again_is_a_new_entry_where_one_sits(
    desk_client: Client, site: Site, huy: Site, advisor: User, themes: list[Theme]
) -> None:
    contact = log(huy, advisor, themes=["train", "work"], headcount=3, way="EMAIL")

    opened = desk_client.post(AGAIN, {"site": site.slug, "key": str(contact.pk), "act": "repeat"})

    assert opened.context["site"] == site
    assert (opened.context["edition"], opened.context["is_correcting"]) == (1, False)
    assert opened.context["key"] != contact.pk
    form = opened.context["form"]
    assert (form["headcount"].value(), form["way"].value()) == (3, "EMAIL")
    assert all(is_chosen for _theme, is_chosen in form.tiles)
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("act", ["correct", "repeat"])
def test_entry_of_a_colleague_is_not_shown(
    desk_client: Client, site: Site, colleague: User, themes: list[Theme], act: str
) -> None:
    contact = log(site, colleague, headcount=7)

    response = desk_client.post(AGAIN, {"site": site.slug, "key": str(contact.pk), "act": act})

    assert "Only the person who logged a contact can correct or undo it" in response.context["problem"]
    assert response.context["form"]["headcount"].value() == 1


def test_count_is_not_corrected_but_taken_back(desk_client: Client, site: Site) -> None:
    key = str(uuid.uuid4())
    desk_client.post(COUNT, {"site": site.slug, "kind": "information", "key": key})

    assert desk_client.post(AGAIN, {"site": site.slug, "key": key, "act": "correct"}).status_code == 404


@pytest.mark.parametrize("url", [COUNT, AGAIN])
def test_address_of_a_form_leads_back_to_the_desk(desk_client: Client, url: str) -> None:
    response = desk_client.get(url)

    assert (response.status_code, response.url) == (302, DESK)


@pytest.mark.parametrize("edition", ["0", "-1", "x", "32001"])
def test_log_without_a_number_of_its_edition_is_refused(
    desk_client: Client, site: Site, themes: list[Theme], edition: str
) -> None:
    response = desk_client.post(LOG, answers(site, edition=edition))

    assert "This form came without its number" in str(response.context["form"].non_field_errors())
    assert Contact.objects.count() == 0


# --- The words on offer ----------------------------------------------------------------------------


def test_form_offers_every_detail_with_not_asked_first(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    for make in (AudienceFactory, StatusFactory, EducationFactory, HowHeardFactory):
        make(code="one", name_en="One")
    TerritoryFactory(code="be-92094", name_en="Namur")
    TerritoryFactory(code="be-11001", name_en="Aartselaar")
    TerritoryFactory(code="country-lu", name_en="Luxembourg")
    PresenceFactory(site=site, partner=PartnerFactory(slug="forem"))
    PresenceFactory(partner=PartnerFactory(slug="of-another-network"))

    form = desk_client.get(DESK).context["form"]

    offered = {name: [code for code, _label in form.fields[name].choices] for name in DETAILS}
    assert all(codes[0] == "NOT_ASKED" for codes in offered.values())
    assert {name for name, codes in offered.items() if "NOT_SAID" not in codes} == {"referred_to"}
    assert offered["territory"][1:4] == ["country-lu", "be-11001", "be-92094"]
    assert offered["referred_to"] == ["NOT_ASKED", "forem"]


def test_list_of_words_is_drawn_with_the_chosen_one_and_safely(desk_client: Client, site: Site) -> None:
    TerritoryFactory(code="be-1", name_en="<script>")

    html = desk_client.post(LOG, answers(site, territory="be-1", themes=[])).content.decode()

    assert '<option value="be-1" selected>&lt;script&gt;</option>' in html


def test_every_detail_can_be_logged_by_the_form(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    made = {
        "audience": AudienceFactory(),
        "status": StatusFactory(),
        "education": EducationFactory(),
        "territory": TerritoryFactory(),
        "how_heard": HowHeardFactory(),
    }
    partner = PresenceFactory(site=site).partner
    codes = {name: term.code for name, term in made.items()} | {"referred_to": partner.slug}

    desk_client.post(LOG, answers(site, **codes))

    contact = Contact.objects.get()
    assert {name: getattr(contact, name) for name in made} == made
    assert contact.referred_to == partner


# --- The side, and the week of the team ------------------------------------------------------------


def test_side_is_drawn_alone_without_the_form(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    side = desk_client.get(DESK, headers={"HX-Request": "true", "HX-Target": "desk-side"})

    html = side.content.decode().strip()
    assert html.startswith('<div class="desk__side" id="desk-side"')
    assert "<form" not in html
    assert "HX-Target" in side["Vary"]


def test_week_counts_each_unit_beside_the_others(site: Site, themes: list[Theme]) -> None:
    train, work = themes
    tuesday = MONDAY + ONE_DAY
    ContactFactory(site=site, day=MONDAY, themes=[train, work], headcount=2)
    ContactFactory(site=site, day=tuesday, themes=[work])
    TallyFactory(site=site, day=tuesday, kind=TallyKind.BATCH, way=Way.PHONE, theme=work, number=4)
    for kind, way, number in [
        (TallyKind.SELF_SERVICE, Way.SELF_SERVICE, 3),
        (TallyKind.INFORMATION, "", 5),
        (TallyKind.GROUP, Way.GROUP, 12),
        (TallyKind.OUTREACH, Way.OUTREACH, 40),
        (TallyKind.SCHOOL, "", 25),
    ]:
        TallyFactory(site=site, day=tuesday, kind=kind, way=way, theme=None, number=number)

    week = figures.count_week(site=site, day=tuesday)

    assert (week.total.contacts, week.total.people) == (6, 7)
    assert (week.today.contacts, week.today.people) == (5, 5)
    assert week.total.themes == [(train, 1), (work, 6)]
    assert week.today.themes == [(work, 5)]
    total = week.total
    assert (total.self_service, total.information, total.participants, total.met, total.pupils) == (3, 5, 12, 40, 25)
    assert week.days == [(MONDAY, 1), (tuesday, 5), *((MONDAY + number * ONE_DAY, 0) for number in range(2, 7))]
    assert week.busiest == 5
    assert not total.is_empty


def test_week_is_that_of_the_site_from_monday_to_sunday(site: Site, themes: list[Theme]) -> None:
    for days_after, counts in [(-8, 1), (-7, 2), (-1, 3), (0, 4), (6, 5), (7, 6)]:
        for _one in range(counts):
            ContactFactory(site=site, day=MONDAY + days_after * ONE_DAY, themes=themes[:1])
    ContactFactory(day=MONDAY)

    week = figures.count_week(site=site, day=MONDAY + 6 * ONE_DAY)

    assert (week.total.contacts, week.contacts_before) == (9, 5)


def test_week_without_anything_is_empty(site: Site) -> None:
    week = figures.count_week(site=site, day=MONDAY)

    assert week.total.is_empty
    assert (week.total.themes, week.busiest) == ([], 0)


def test_week_costs_the_same_however_much_was_done(
    site: Site, themes: list[Theme], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        ContactFactory(site=site, day=MONDAY + number * ONE_DAY, themes=themes)

    with django_assert_num_queries(4):
        figures.count_week(site=site, day=MONDAY)


def test_figures_of_the_team_are_those_of_all_who_work_there(
    desk_client: Client, site: Site, advisor: User, colleague: User, themes: list[Theme]
) -> None:
    log(site, advisor)
    log(site, colleague)

    context = desk_client.get(DESK).context

    assert context["week"].today.contacts == context["count"].contacts == 2
    assert len(context["last"]) == 1
    assert EntryAuthor.objects.count() == 2
