"""What a device sends, and what it is told: ``PUT /desk/entries/``."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.conf import settings as portal
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from citemetiers.accounts import second_factor
from sites.models import Site, Theme, User
from tests.factories import entries as factory
from tests.factories.sites import UserFactory
from visitors.models import Contact, EntryAuthor

ENTRIES = reverse("visitors:entries")


def sent(site: Site, **changes: Any) -> dict[str, Any]:
    day = timezone.localdate(timezone=site.tz).isoformat()
    return factory.sent(site, **({"day": day} | changes))


def put(client: Client, *entries: Any) -> Any:
    return client.put(ENTRIES, json.dumps({"entries": list(entries)}), content_type="application/json")


def told(client: Client, *entries: Any) -> list[dict[str, Any]]:
    response = put(client, *entries)
    assert response.status_code == 200
    answers: list[dict[str, Any]] = response.json()["answers"]
    return answers


def test_entries_are_answered_one_by_one_in_their_order(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    entries = [
        sent(site),
        sent(site, themes=["gone"]),
        sent(site, kind="self-service"),
        sent(site, key="12"),
        sent(site, way="?"),
    ]

    answers = told(desk_client, *entries)

    assert [(one["key"], one["edition"]) for one in answers] == [(one["key"], 1) for one in entries]
    assert [one["kept"] for one in answers] == [True, False, True, False, False]
    assert answers[0] == {"key": entries[0]["key"], "edition": 1, "kept": True}
    assert [one.get("field") for one in answers[1:]] == ["themes", None, "edition", "way"]
    assert answers[1]["reason"] == "This theme is no longer offered. Choose another one."
    assert factory.rows() == (1, 1, 1, 2)


def test_reasons_are_in_the_language_of_the_reader(
    desk_client: Client, site: Site, advisor: User, themes: list[Theme]
) -> None:
    advisor.language = "fr"
    advisor.save()

    (answer,) = told(desk_client, sent(site, themes=[]))

    assert answer["reason"] == "Choisissez au moins un thème."


def test_answer_tells_the_time_of_the_server(desk_client: Client, site: Site) -> None:
    before = timezone.now()

    response = put(desk_client)

    assert response.json()["answers"] == []
    assert before <= dt.datetime.fromisoformat(response.json()["now"]) <= timezone.now()
    assert "no-store" in response["Cache-Control"]


def test_same_entries_again_change_nothing(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    entries = [sent(site), sent(site, kind="information"), sent(site, edition=2, undone=True)]

    first, second = told(desk_client, *entries), told(desk_client, *reversed(entries))

    assert all(one["kept"] for one in (*first, *second))
    assert factory.rows() == (1, 1, 1, 3)


def test_undone_entry_needs_no_answers(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    entry = sent(site)
    told(desk_client, entry)
    named = {name: entry[name] for name in ("key", "kind", "site", "day", "half_day")}

    (answer,) = told(desk_client, {**named, "edition": 2, "undone": True})

    assert answer["kept"]
    assert factory.rows() == (0, 0, 0, 1)


def test_what_waits_on_a_shared_device_becomes_that_of_who_sends_it(
    client: Client, site: Site, advisor: User, colleague: User, themes: list[Theme]
) -> None:
    entry = sent(site)
    client.force_login(colleague)
    told(client, entry)
    client.force_login(advisor)

    again, correction = told(client, entry, entry | {"edition": 2, "headcount": 2})

    assert (again["kept"], correction["kept"]) == (True, False)
    assert correction["reason"].startswith("Only the person who logged a contact can correct or undo it")
    assert EntryAuthor.objects.get().author == colleague
    assert Contact.objects.get().headcount == 1


def test_entries_of_several_sites_come_together(
    desk_client: Client, site: Site, stranger: User, themes: list[Theme]
) -> None:
    elsewhere = stranger.memberships.get().site
    assert elsewhere is not None

    here, there = told(desk_client, sent(site), sent(elsewhere))

    assert (here["kept"], there["kept"], there["field"]) == (True, False, "site")
    assert str(elsewhere) not in there["reason"]
    assert Contact.objects.get().site == site


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "7", "{}", '{"entries": {}}', '{"entries": [7]}', '{"entries": null}', "[" * 100_000, "\xff"],
)
def test_body_that_is_no_list_of_entries_is_refused(desk_client: Client, site: Site, body: str) -> None:
    response = desk_client.put(ENTRIES, body.encode("latin-1"), content_type="application/json")

    assert (response.status_code, response.json()) == (400, {"reason": "unreadable"})


def test_more_than_fifty_entries_are_too_many(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    fifty = [sent(site) for _ in range(50)]

    many, enough = put(desk_client, *fifty, sent(site)), put(desk_client, *fifty)

    assert (many.status_code, many.json()) == (413, {"reason": "too-many"})
    assert (enough.status_code, Contact.objects.count()) == (200, 50)


@pytest.mark.parametrize("method", ["get", "post", "delete", "patch"])
def test_entries_are_put_and_nothing_else(desk_client: Client, site: Site, method: str) -> None:
    response = getattr(desk_client, method)(ENTRIES)

    assert (response.status_code, response["Allow"]) == (405, "PUT")


def test_stranger_is_told_so_and_never_led_away(client: Client, site: Site) -> None:
    response = put(client, sent(site))

    assert (response.status_code, response.json()) == (401, {"reason": "signed-out"})
    assert Contact.objects.count() == 0


def test_who_waits_for_a_second_factor_is_not_signed_in_yet(
    desk_client: Client, site: Site, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.PORTAL_SECOND_FACTOR_REQUIRED = True
    monkeypatch.setattr(second_factor, "holds_back", lambda _request: True)

    response = put(desk_client, sent(site))

    assert (response.status_code, response.json()) == (401, {"reason": "signed-out"})


@pytest.mark.parametrize("who", ["network_manager", "nobody", "superuser"])
def test_person_without_a_desk_is_refused(client: Client, site: Site, who: str, request: pytest.FixtureRequest) -> None:
    person = UserFactory(is_superuser=True) if who == "superuser" else request.getfixturevalue(who)
    client.force_login(person)

    response = put(client, sent(site))

    assert (response.status_code, response.json()) == (403, {"reason": "forbidden"})
    assert Contact.objects.count() == 0


def test_entries_without_a_token_are_refused_and_with_one_they_are_kept(
    site: Site, advisor: User, themes: list[Theme]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(advisor)
    entry = sent(site)

    without = put(client, entry)
    client.get(reverse("visitors:desk"))
    token = client.cookies[portal.CSRF_COOKIE_NAME].value
    body = json.dumps({"entries": [entry]})
    kept = client.put(ENTRIES, body, content_type="application/json", headers={"X-CSRFToken": token})

    assert without.status_code == 403
    assert not without["Content-Type"].startswith("application/json")  # the device fetches a token, and tries again
    assert kept.json()["answers"] == [{"key": entry["key"], "edition": 1, "kept": True}]


@pytest.mark.parametrize("key", [7, None, ["x"], "x" * 5000, "b1188658-e5d3-11f1-b31d-02fc00000001"])
def test_key_that_is_none_comes_back_as_it_was_sent(desk_client: Client, site: Site, key: Any) -> None:
    (answer,) = told(desk_client, sent(site, key=key))

    assert (answer["key"], answer["kept"], answer["field"]) == (key, False, "edition")


@pytest.mark.parametrize("name", ["site", "day", "kind", "themes", "way", "referred_to", "territory"])
@pytest.mark.parametrize("word", ["\ud800", "\0", "a\u2028b"])
def test_word_that_no_database_holds_is_refused_and_not_its_batch(
    desk_client: Client, site: Site, themes: list[Theme], name: str, word: str
) -> None:
    broken = sent(site) | {name: [word] if name == "themes" else word}

    whole, other = told(desk_client, broken, sent(site))

    assert (whole["kept"], other["kept"]) == (False, True)
    assert whole["reason"]


@pytest.mark.parametrize("number", [1, 40])
def test_entries_cost_the_same_few_statements_however_many(
    desk_client: Client,
    site: Site,
    themes: list[Theme],
    django_assert_num_queries: DjangoAssertNumQueries,
    number: int,
) -> None:
    told(desk_client, sent(site))
    entries = [sent(site, themes=["train", "work"]) for _ in range(number)]

    # session, person, memberships; themes; the authors and three inserts between a savepoint and its release
    with django_assert_num_queries(10):
        told(desk_client, *entries)


def test_corrections_and_what_came_up_cost_no_more_the_more_they_are(
    desk_client: Client, site: Site, themes: list[Theme], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    entries = [sent(site) for _ in range(20)]
    told(desk_client, *entries)
    corrected = [one | {"edition": 2, "gender": "WOMAN", "audience": "NOT_SAID"} for one in entries]

    with django_assert_max_num_queries(18):
        answers = told(desk_client, *corrected)

    assert all(one["kept"] for one in answers)
    assert Contact.objects.filter(gender="WOMAN", is_audience_unsaid=True).count() == 20


def test_entries_leave_no_trace_beside_the_log(
    desk_client: Client, site: Site, advisor: User, themes: list[Theme], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    caplog.handler.records.clear()
    entry = sent(site, themes=["work"])

    told(desk_client, entry, sent(site, themes=["gone"]), sent(site, key="12"))

    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    cookies = " ".join(morsel.OutputString() for morsel in desk_client.cookies.values())
    for trace in (*lines, cookies, repr(dict(desk_client.session)), ENTRIES):
        assert entry["key"] not in trace
        assert uuid.UUID(entry["key"]).hex not in trace
        assert "work" not in trace
        assert advisor.email not in trace
