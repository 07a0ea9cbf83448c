"""Groups, outings and classes: counted as numbers and their parts, corrected by the team, never as people."""

import datetime as dt
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.enums import Role
from sites.models import Site, Theme, User
from tests.factories.counts import TallyFactory, TallyMarginFactory
from tests.factories.sites import MembershipFactory, SiteFactory, ThemeFactory
from visitors import rules
from visitors.enums import HalfDay, Margin, TallyKind, Way
from visitors.models import ClosedMonth, Tally, TallyMargin
from visitors.services.counting_rules import ChangedMeanwhileError, CountError
from visitors.services.tallies import (
    Group,
    PartsError,
    change_group,
    check_margins,
    count_group,
    group_of,
    groups_of_window,
    remove_group,
    state_of,
)

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 24, 14, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
LIST, ADD, CHANGE, REMOVE = (reverse(f"visitors:group-{page}") for page in ("list", "add", "change", "remove"))


def _group(**changes: Any) -> Group:
    facts = {"kind": TallyKind.GROUP, "day": TODAY, "half_day": HalfDay.MORNING, "number": 12}
    return Group(**facts | changes)


def _count(site: Site, by: User, *, key: UUID | None = None, now: dt.datetime = NOW, **changes: Any) -> Tally:
    return count_group(key=key or uuid4(), site=site, group=_group(**changes), by=by, now=now)


def _answers(site: Site, **changes: Any) -> dict[str, Any]:
    day, half_day = rules.moment_at(site, now=timezone.now())
    facts = {"site": site.slug, "key": uuid4(), "kind": "GROUP", "day": day, "half_day": half_day, "number": "12"}
    return facts | {"theme": "", "language": ""} | changes


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def _today_of(site: Site, **more: Any) -> Tally:
    tally: Tally = TallyFactory(site=site, day=timezone.localdate(timezone=site.tz), **more)
    return tally


# --- What is kept ----------------------------------------------------------------------------------


def test_group_is_one_row_and_its_parts_are_margins(site: Site, advisor: User) -> None:
    tally = _count(site, advisor, number=12, margins={Margin.WOMEN: 7, Margin.UNDER_25: 4})

    assert (tally.number, tally.way, tally.kind) == (12, Way.GROUP, TallyKind.GROUP)
    parts = TallyMargin.objects.order_by("margin").values_list("margin", "number")
    assert list(parts) == [("UNDER_25", 4), ("WOMEN", 7)]
    assert Tally.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "way"), [(TallyKind.GROUP, Way.GROUP), (TallyKind.OUTREACH, Way.OUTREACH), (TallyKind.SCHOOL, "")]
)
def test_way_of_service_follows_from_the_kind(site: Site, advisor: User, kind: TallyKind, way: str) -> None:
    assert _count(site, advisor, kind=kind).way == way


def test_counted_and_nobody_is_kept_apart_from_not_counted(site: Site, advisor: User) -> None:
    tally = _count(site, advisor, margins={Margin.WOMEN: 0})

    assert group_of(tally).margins == {Margin.WOMEN: 0}


def test_same_key_again_is_the_same_group(site: Site, advisor: User) -> None:
    key = uuid4()

    first, second = (_count(site, advisor, key=key, margins={Margin.WOMEN: 7}) for _time in range(2))

    assert first == second
    assert (Tally.objects.count(), TallyMargin.objects.count()) == (1, 1)


# --- Parts of a group ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "margins",
    [
        {},
        {Margin.WOMEN: 7, Margin.MEN: 5},
        {Margin.WOMEN: 7, Margin.UNDER_25: 4},
        {Margin.UNDER_18: 3, Margin.FROM_18: 1, Margin.UNDER_25: 4, Margin.FROM_25: 8},
        {Margin.UNDER_18: 1, Margin.UNDER_25: 12},
        {Margin.JOB_SEEKERS: 12, Margin.FIRST_VISITS: 12},
    ],
)
def test_parts_that_a_group_can_have_are_taken(margins: dict[str, int]) -> None:
    check_margins(12, margins)


@pytest.mark.parametrize(
    ("margins", "field", "sentence"),
    [
        ({Margin.JOB_SEEKERS: 13}, "JOB_SEEKERS", "More than the whole group: it is 12 people."),
        ({Margin.WOMEN: 7, Margin.MEN: 6}, "MEN", "women + men: 13 people, more than the 12 of the whole group."),
        ({Margin.UNDER_18: 6, Margin.FROM_65: 7}, "FROM_65", "under 18 + 65 or over: 13 people"),
        ({Margin.UNDER_25: 6, Margin.FROM_25: 7}, "FROM_25", "under 25 + 25–44: 13 people"),
        ({Margin.UNDER_18: 3, Margin.FROM_18: 2, Margin.UNDER_25: 4}, "UNDER_25", "are already 5 people"),
    ],
)
def test_parts_that_no_group_can_have_are_refused_at_their_field(
    margins: dict[str, int], field: str, sentence: str
) -> None:
    with pytest.raises(CountError, match=re.escape(sentence)) as refused:
        check_margins(12, margins)

    assert refused.value.field == field


def test_all_that_is_wrong_with_the_parts_is_told_at_once() -> None:
    with pytest.raises(PartsError) as refused:
        check_margins(12, {Margin.WOMEN: 7, Margin.MEN: 6, Margin.UNDER_25: 40, Margin.FROM_25: 3})

    assert set(refused.value.problems) == {"MEN", "UNDER_25", "FROM_25"}


# --- When, where, by whom --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"day": TODAY + dt.timedelta(days=1)}, "day", "A day to come"),
        ({"day": TODAY - dt.timedelta(days=8)}, "day", "for 7 days"),
        ({"number": 0}, "number", "Count 1 to 9999 people."),
        ({"number": 10_000}, "number", "Count 1 to 9999 people."),
        ({"kind": TallyKind.BATCH}, "", "Choose one of the listed answers."),
    ],
)
def test_group_that_cannot_be_is_refused(
    site: Site, advisor: User, changes: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(CountError, match=sentence) as refused:
        _count(site, advisor, **changes)

    assert refused.value.field == field
    assert Tally.objects.count() == 0


def test_afternoon_cannot_be_counted_in_the_morning_of_the_site(site: Site, advisor: User) -> None:
    late_in_the_morning = dt.datetime(2026, 11, 24, 10, 59, tzinfo=dt.UTC)

    with pytest.raises(CountError, match="has not begun"):
        _count(site, advisor, half_day=HalfDay.AFTERNOON, now=late_in_the_morning)
    assert _count(site, advisor, half_day=HalfDay.AFTERNOON, now=late_in_the_morning + dt.timedelta(minutes=1))


def test_nothing_is_counted_in_a_closed_month(site: Site, advisor: User) -> None:
    later = NOW + dt.timedelta(days=9)
    ClosedMonth.objects.create(month=TODAY.replace(day=1), closed_on=later.date(), rows=0)

    with pytest.raises(CountError, match="This month is closed"):
        _count(site, advisor, day=dt.date(2026, 11, 30), now=later)
    assert _count(site, advisor, day=dt.date(2026, 12, 1), now=later)


def test_retired_theme_is_refused(site: Site, advisor: User) -> None:
    theme = ThemeFactory(name_en="Typing pool", last_on=TODAY - dt.timedelta(days=3))

    with pytest.raises(CountError, match="“Typing pool” is no longer offered") as refused:
        _count(site, advisor, theme=theme)

    assert refused.value.field == "theme"


def test_stranger_counts_corrects_and_removes_nothing(site: Site, advisor: User, stranger: User) -> None:
    tally = _count(site, advisor)

    with pytest.raises(rules.WrongSiteError):
        _count(site, stranger)
    with pytest.raises(rules.WrongSiteError):
        change_group(key=tally.pk, site=site, group=_group(number=99), seen="", by=stranger, now=NOW)
    with pytest.raises(rules.WrongSiteError):
        remove_group(key=tally.pk, site=site, by=stranger, now=NOW)
    assert Tally.objects.get().number == 12


# --- Correcting ------------------------------------------------------------------------------------


def test_colleague_corrects_a_group_with_all_its_parts(site: Site, advisor: User, colleague: User) -> None:
    tally = _count(site, advisor, margins={Margin.WOMEN: 7, Margin.MEN: 5})
    seen = state_of(group_of(tally))

    change_group(
        key=tally.pk, site=site, group=_group(number=9, margins={Margin.WOMEN: 9}), seen=seen, by=colleague, now=NOW
    )

    changed = group_of(Tally.objects.get())
    assert (changed.number, changed.margins) == (9, {Margin.WOMEN: 9})


def test_change_that_a_colleague_made_meanwhile_is_told_and_kept(site: Site, advisor: User, colleague: User) -> None:
    tally = _count(site, advisor)
    seen = state_of(group_of(tally))
    change_group(key=tally.pk, site=site, group=_group(number=15), seen=seen, by=colleague, now=NOW)

    with pytest.raises(ChangedMeanwhileError):
        change_group(key=tally.pk, site=site, group=_group(number=9), seen=seen, by=advisor, now=NOW)

    assert Tally.objects.get().number == 15


def test_same_change_sent_twice_is_no_conflict(site: Site, advisor: User) -> None:
    tally = _count(site, advisor)
    seen = state_of(group_of(tally))

    for _time in range(2):
        change_group(key=tally.pk, site=site, group=_group(number=9), seen=seen, by=advisor, now=NOW)

    assert Tally.objects.get().number == 9


def test_group_beyond_the_window_is_neither_changed_nor_removed(site: Site, advisor: User) -> None:
    tally = _count(site, advisor)
    later = NOW + dt.timedelta(days=8)

    with pytest.raises(CountError, match="for 7 days"):
        change_group(key=tally.pk, site=site, group=_group(day=later.date()), seen="", by=advisor, now=later)
    with pytest.raises(CountError, match="for 7 days"):
        remove_group(key=tally.pk, site=site, by=advisor, now=later)
    assert not groups_of_window(site, now=later).exists()


def test_group_that_was_removed_meanwhile_is_not_changed(site: Site, advisor: User) -> None:
    tally = _count(site, advisor)
    remove_group(key=tally.pk, site=site, by=advisor, now=NOW)

    remove_group(key=tally.pk, site=site, by=advisor, now=NOW)
    with pytest.raises(CountError, match="removed this count meanwhile"):
        change_group(key=tally.pk, site=site, group=_group(), seen="", by=advisor, now=NOW)

    assert Tally.objects.count() == 0


def test_self_service_and_batches_are_no_groups(site: Site, advisor: User) -> None:
    for kind, way in ((TallyKind.SELF_SERVICE, Way.SELF_SERVICE), (TallyKind.INFORMATION, "")):
        TallyFactory(site=site, day=TODAY, kind=kind, way=way)
    other = TallyFactory(day=TODAY)

    remove_group(key=other.pk, site=site, by=advisor, now=NOW)

    assert not groups_of_window(site, now=NOW).exists()
    assert Tally.objects.count() == 3


# --- Pages -----------------------------------------------------------------------------------------


def test_form_counts_a_group_and_leads_to_the_list(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    shown = desk_client.get(f"{ADD}?kind=OUTREACH")
    answers = _answers(site, kind="OUTREACH", theme="work", language="nl", WOMEN="7", UNDER_25="4")

    response = desk_client.post(ADD, answers, follow=True)

    assert shown.context["form"]["kind"].value() == "OUTREACH"
    assert response.redirect_chain == [(LIST, 302)]
    tally = Tally.objects.get()
    assert (tally.kind, tally.theme, tally.language, tally.number) == ("OUTREACH", themes[1], "nl", 12)
    assert "7 women" in _text(response)
    assert "4 under 25" in _text(response)


def test_form_sent_twice_counts_once(desk_client: Client, site: Site) -> None:
    answers = _answers(site)

    for _time in range(2):
        assert desk_client.post(ADD, answers).status_code == 302

    assert Tally.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"WOMEN": "13"}, "WOMEN", "More than the whole group: it is 12 people."),
        ({"WOMEN": "7", "MEN": "6"}, "MEN", "women + men: 13 people, more than the 12 of the whole group."),
        ({"number": "10000"}, "number", "Count 1 to 9999 people."),
        ({"number": "99999999999999999999"}, "number", "Count 1 to 9999 people."),
        ({"UNDER_18": "99999"}, "UNDER_18", "Count 0 to 9999 people."),
        ({"theme": "typing-pool"}, "theme", "This theme is no longer offered. Choose another one."),
        ({"day": "2020-01-01"}, "day", "for 7 days"),
        ({"day": "31/31/2026"}, "day", "Enter a valid date."),
    ],
)
def test_form_tells_at_the_field_what_is_wrong_and_keeps_nothing(
    desk_client: Client, site: Site, changes: dict[str, str], field: str, sentence: str
) -> None:
    response = desk_client.post(ADD, _answers(site, **changes))

    assert response.status_code == 422
    assert sentence in " ".join(response.context["form"].errors[field])
    assert Tally.objects.count() == 0


def test_form_without_its_key_gets_a_fresh_one(desk_client: Client, site: Site) -> None:
    response = desk_client.post(ADD, _answers(site, key="broken"))

    assert response.status_code == 422
    assert "came without its number" in _text(response)
    assert UUID(str(response.context["key"]))


def test_correction_shows_what_is_there_and_saves_it(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    tally = _today_of(site, theme=themes[0])
    TallyMarginFactory(tally=tally, margin=Margin.WOMEN, number=7)

    shown = desk_client.post(CHANGE, {"site": site.slug, "key": tally.pk})
    answers = _answers(site, key=tally.pk, seen=shown.context["seen"], day=tally.day, half_day="MORNING", number="20")
    response = desk_client.post(CHANGE, answers)

    assert shown.context["form"]["WOMEN"].value() == 7
    assert response.status_code == 302
    assert (Tally.objects.get().number, TallyMargin.objects.count()) == (20, 0)


def test_conflict_keeps_what_was_typed_and_saving_again_replaces(desk_client: Client, site: Site) -> None:
    tally = _today_of(site)
    answers = _answers(site, key=tally.pk, seen="what was there before", half_day="MORNING", number="20")

    refused = desk_client.post(CHANGE, answers)
    again = desk_client.post(CHANGE, answers | {"seen": refused.context["seen"]})

    assert refused.status_code == 422
    assert "Somebody changed this meanwhile" in _text(refused)
    assert 'value="20"' in _text(refused)
    assert again.status_code == 302
    assert Tally.objects.get().number == 20


def test_theme_that_retired_since_stays_with_its_group(desk_client: Client, site: Site) -> None:
    yesterday = timezone.localdate(timezone=site.tz) - dt.timedelta(days=1)
    theme = ThemeFactory(code="typing", last_on=yesterday)
    tally = TallyFactory(site=site, day=yesterday, theme=theme)

    shown = desk_client.post(CHANGE, {"site": site.slug, "key": tally.pk})
    answers = _answers(site, key=tally.pk, seen=shown.context["seen"], day=yesterday, theme="typing", number="20")
    response = desk_client.post(CHANGE, answers)

    assert response.status_code == 302
    assert Tally.objects.get().theme == theme


def test_group_is_removed_after_a_question(desk_client: Client, site: Site) -> None:
    tally = _today_of(site)
    data = {"site": site.slug, "key": tally.pk}

    asked = desk_client.post(REMOVE, data)
    assert "Remove this group?" in _text(asked)
    assert Tally.objects.count() == 1
    response = desk_client.post(REMOVE, data | {"sure": "1"})

    assert response.url == LIST
    assert Tally.objects.count() == 0


@pytest.mark.parametrize("url", [CHANGE, REMOVE])
def test_address_names_no_group_and_leads_back_to_the_list(desk_client: Client, site: Site, url: str) -> None:
    tally = _today_of(site)

    assert desk_client.get(url).url == LIST
    assert str(tally.pk) not in re.sub(r'value="[^"]*"', "", _text(desk_client.get(LIST)))
    assert desk_client.post(url, {"site": site.slug, "key": "no-key"}).status_code == 404


@pytest.mark.parametrize("url", [CHANGE, REMOVE])
def test_group_of_another_site_is_not_found(desk_client: Client, site: Site, url: str) -> None:
    other = _today_of(SiteFactory(slug="elsewhere"))

    response = desk_client.post(url, {"site": site.slug, "key": other.pk, "sure": "1", "seen": ""})

    assert response.status_code == 302
    assert desk_client.post(url, {"site": "elsewhere", "key": other.pk}).status_code == 404
    assert Tally.objects.filter(pk=other.pk).exists()


def test_list_asks_where_one_sits_and_takes_as_many_queries_for_many(
    desk_client: Client, site: Site, advisor: User, django_assert_max_num_queries: Any
) -> None:
    for _time in range(3):
        TallyMarginFactory(tally=_today_of(site, theme=ThemeFactory()))
    with django_assert_max_num_queries(8):
        assert desk_client.get(LIST).status_code == 200

    MembershipFactory(user=advisor, site=SiteFactory(slug="huy"), role=Role.ADVISOR)
    assert desk_client.get(LIST).url.startswith(reverse("visitors:site-choose"))


@pytest.mark.parametrize(("asked", "led_to"), [(LIST, LIST), ("https://elsewhere.example/", "/desk/"), ("", "/desk/")])
def test_place_is_chosen_and_leads_back_to_the_page_that_asked(
    desk_client: Client, site: Site, asked: str, led_to: str
) -> None:
    answer = desk_client.post(reverse("visitors:site-choose"), {"site": site.slug, "next": asked})

    assert answer.url == led_to
