import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from sites.enums import Role
from sites.models import Education, Site, Status, Territory, Theme, User
from tests.factories.contacts import NOW
from tests.factories.entries import log, operation, rows, sent
from tests.factories.sites import AudienceFactory, MembershipFactory, PartnerFactory, SiteFactory, ThemeFactory
from visitors import rules
from visitors.enums import HalfDay
from visitors.models import ClosedMonth, Contact, EntryAuthor, Tally
from visitors.services.entries import (
    KindError,
    NotCorrectableError,
    Operation,
    UnkeptError,
    keep_entries,
    keep_entry,
    keeping,
    newest_entries,
    undo_entry,
)

TODAY = dt.date(2026, 11, 24)
ONE_DAY = dt.timedelta(days=1)


def test_log_contact_writes_record_and_keeps_author_apart(site: Site, advisor: User, themes: list[Theme]) -> None:
    log(site, advisor, way="PHONE", themes=["train", "work"], headcount=2, duration="FROM_30", language="nl")

    contact = Contact.objects.get()
    assert (contact.site, contact.day, contact.half_day, contact.way) == (site, TODAY, "MORNING", "PHONE")
    assert (contact.language, contact.headcount, contact.duration) == ("nl", 2, "FROM_30")
    assert set(contact.themes.all()) == set(themes)
    author = EntryAuthor.objects.get()
    assert (author.entry_key, author.author, author.day) == (contact.pk, advisor, TODAY)
    assert (author.edition, author.is_undone) == (1, False)


def test_log_contact_asks_nothing_by_default(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)

    assert (contact.headcount, contact.duration) == (1, "FROM_15")
    assert (contact.gender, contact.age_band, contact.first_visit) == ("NOT_ASKED", "NOT_ASKED", "NOT_ASKED")
    for name in ("audience", "status", "education", "territory", "how_heard"):
        assert (getattr(contact, f"{name}_id"), getattr(contact, f"is_{name}_unsaid")) == (None, False)
    assert contact.referred_to is None


def test_log_contact_keeps_what_came_up(site: Site, advisor: User, themes: list[Theme]) -> None:
    audience = AudienceFactory(code="students")
    status = Status.objects.create(code="student", name_en="Student", position=1)
    territory = Territory.objects.create(code="country-fr", name_en="France", position=1)
    partner = PartnerFactory(slug="forem")
    said = {"audience": "students", "status": "student", "territory": "country-fr", "referred_to": "forem"}

    contact = log(site, advisor, **said, gender="WOMAN", age_band="FROM_25", first_visit="YES")

    assert (contact.audience, contact.status, contact.territory) == (audience, status, territory)
    assert contact.referred_to == partner
    assert (contact.gender, contact.age_band, contact.first_visit) == ("WOMAN", "FROM_25", "YES")


@pytest.mark.parametrize("name", ["audience", "status", "education", "territory", "how_heard"])
def test_log_contact_keeps_what_was_not_said_apart_from_what_was_not_asked(
    site: Site, advisor: User, themes: list[Theme], name: str
) -> None:
    contact = log(site, advisor, **{name: "NOT_SAID"})

    assert (getattr(contact, name), getattr(contact, f"is_{name}_unsaid")) == (None, True)


def test_log_contact_uses_the_words_of_the_network_where_it_has_any(
    site: Site, advisor: User, themes: list[Theme]
) -> None:
    common = Education.objects.create(code="higher", name_en="Higher", position=1)
    own = Education.objects.create(code="bachelor", name_en="Bachelor", position=1, network=site.network, common=common)

    contact = log(site, advisor, education="bachelor")

    assert contact.education == own
    with pytest.raises(rules.AnswerError):
        log(site, advisor, education="higher")


def test_log_contact_takes_the_version_of_a_word_that_held_on_its_day(
    site: Site, advisor: User, themes: list[Theme]
) -> None:
    old = ThemeFactory(code="move", last_on=TODAY - ONE_DAY)
    new = ThemeFactory(code="move", first_on=TODAY)

    before = log(site, advisor, themes=["move"], day=(TODAY - ONE_DAY).isoformat())
    now = log(site, advisor, themes=["move"])

    assert (before.themes.get(), now.themes.get()) == (old, new)


def test_log_contact_counts_the_same_key_once(site: Site, advisor: User, themes: list[Theme]) -> None:
    key = str(uuid.uuid4())

    log(site, advisor, key=key)
    second = log(site, advisor, key=key, themes=["train", "work"], headcount=9)

    assert second.headcount == 1
    assert rows() == (1, 1, 0, 1)


def test_log_contact_answers_a_replay_after_the_person_left(site: Site, advisor: User, themes: list[Theme]) -> None:
    one = operation(site)
    keep_entry(operation=one, by=advisor, now=NOW)
    advisor.memberships.all().delete()

    keep_entry(operation=one, by=User.objects.get(pk=advisor.pk), now=NOW)

    assert rows() == (1, 1, 0, 1)


def test_log_contact_counts_one_theme_once(site: Site, advisor: User, themes: list[Theme]) -> None:
    log(site, advisor, themes=["train", "train"])

    assert rows() == (1, 1, 0, 1)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("self-service", ("SELF_SERVICE", "SELF_SERVICE")), ("information", ("INFORMATION", ""))],
)
def test_count_is_one_more_of_its_kind(site: Site, advisor: User, kind: str, expected: tuple[str, str]) -> None:
    keep_entry(operation=operation(site, kind=kind, themes=[]), by=advisor, now=NOW)

    tally = Tally.objects.get()
    assert (tally.kind, tally.way, tally.number, tally.theme) == (*expected, 1, None)
    assert (tally.site, tally.day, tally.half_day) == (site, TODAY, "MORNING")
    assert rows() == (0, 0, 1, 1)


def test_correction_replaces_the_contact_and_keeps_its_place(site: Site, advisor: User, themes: list[Theme]) -> None:
    first, second = log(site, advisor, themes=["train", "work"]), log(site, advisor)

    corrected = log(site, advisor, key=str(first.pk), edition=2, themes=["work"], headcount=3)

    assert (corrected.headcount, list(corrected.themes.all())) == (3, [themes[1]])
    assert rows() == (2, 2, 0, 2)
    newest = newest_entries(by=advisor, now=NOW, number=10)
    assert [(one.key, one.edition) for one in newest] == [(second.pk, 1), (first.pk, 2)]


def test_correction_may_make_a_count_of_a_contact(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)

    keep_entry(operation=operation(site, key=str(contact.pk), edition=2, kind="self-service"), by=advisor, now=NOW)

    assert rows() == (0, 0, 1, 1)


def test_correction_may_move_a_contact_to_another_of_ones_sites(site: Site, advisor: User, themes: list[Theme]) -> None:
    other = MembershipFactory(user=advisor, role=Role.ADVISOR).site
    contact = log(site, advisor)

    corrected = log(other, advisor, key=str(contact.pk), edition=2)

    assert corrected.site == other
    assert rows() == (1, 1, 0, 1)


def test_correction_that_is_refused_changes_nothing(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)

    with pytest.raises(rules.ThemeError):
        log(site, advisor, key=str(contact.pk), edition=2, themes=["gone"])

    assert list(contact.themes.all()) == [themes[0]]
    assert EntryAuthor.objects.get().edition == 1


def test_late_edition_changes_nothing(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor, edition=3, headcount=3)

    late = log(site, advisor, key=str(contact.pk), edition=2, headcount=2)

    assert late.headcount == 3
    assert rows() == (1, 1, 0, 1)


def test_correction_by_a_colleague_is_refused(site: Site, advisor: User, colleague: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)

    with pytest.raises(NotCorrectableError, match="Only the person who logged a contact"):
        log(site, colleague, key=str(contact.pk), edition=2, headcount=5)

    assert Contact.objects.get().headcount == 1


def test_correction_ends_with_the_window(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)

    with pytest.raises(NotCorrectableError):
        log(site, advisor, key=str(contact.pk), edition=2, day="2026-12-02", now=NOW + 8 * ONE_DAY)

    assert Contact.objects.get().day == TODAY


def test_correction_of_an_entry_whose_key_was_drawn_anew_is_refused(
    site: Site, advisor: User, themes: list[Theme]
) -> None:
    contact = log(site, advisor)
    contact.themes.clear()
    Contact.objects.filter(pk=contact.pk).update(id=uuid.uuid4())

    with pytest.raises(NotCorrectableError):
        log(site, advisor, key=str(contact.pk), edition=2)

    assert Contact.objects.count() == 1


def test_author_is_known_for_as_long_as_any_edition_could_arrive(
    site: Site, advisor: User, themes: list[Theme]
) -> None:
    contact = log(site, advisor)

    log(site, advisor, key=str(contact.pk), edition=2, day=(TODAY - 7 * ONE_DAY).isoformat())

    assert (Contact.objects.get().day, EntryAuthor.objects.get().day) == (TODAY - 7 * ONE_DAY, TODAY)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-24T10:59:59+00:00", (TODAY, HalfDay.MORNING)),
        ("2026-11-24T11:00:00+00:00", (TODAY, HalfDay.AFTERNOON)),
        ("2026-11-24T23:00:00+00:00", (dt.date(2026, 11, 25), HalfDay.MORNING)),
        ("2026-07-01T09:59:59+00:00", (dt.date(2026, 7, 1), HalfDay.MORNING)),
        ("2026-07-01T10:00:00+00:00", (dt.date(2026, 7, 1), HalfDay.AFTERNOON)),
        ("2026-03-29T00:59:00+00:00", (dt.date(2026, 3, 29), HalfDay.MORNING)),
        ("2026-10-24T22:00:00+00:00", (dt.date(2026, 10, 25), HalfDay.MORNING)),
        ("2026-10-25T23:00:00+00:00", (dt.date(2026, 10, 26), HalfDay.MORNING)),
    ],
)
def test_moment_is_day_and_half_day_of_the_site(site: Site, instant: str, expected: tuple[dt.date, HalfDay]) -> None:
    assert rules.moment_at(site, now=dt.datetime.fromisoformat(instant)) == expected


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER])
def test_log_contact_is_open_to_staff_of_site(site: Site, themes: list[Theme], role: Role) -> None:
    person = MembershipFactory(site=site, role=role).user

    log(site, person)

    assert Contact.objects.at(site).count() == 1


def test_log_contact_is_open_to_an_advisor_of_the_whole_network(site: Site, themes: list[Theme]) -> None:
    person = MembershipFactory(site=None, network=site.network, role=Role.ADVISOR).user

    log(site, person)

    assert Contact.objects.at(site).count() == 1


@pytest.mark.parametrize("who", ["stranger", "network_manager", "nobody"])
def test_log_contact_refuses_others(site: Site, themes: list[Theme], who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)

    with pytest.raises(rules.WrongSiteError, match="You cannot log contacts at this site"):
        log(site, person)

    assert rows() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"themes": []}, rules.ThemeError, "themes"),
        ({"themes": "train"}, rules.ThemeError, "themes"),
        ({"themes": ["nothing"]}, rules.ThemeError, "themes"),
        ({"themes": ["train", 7]}, rules.ThemeError, "themes"),
        ({"headcount": 0}, rules.PartyError, "headcount"),
        ({"headcount": -1}, rules.PartyError, "headcount"),
        ({"headcount": 51}, rules.PartyError, "headcount"),
        ({"headcount": True}, rules.PartyError, "headcount"),
        ({"headcount": "2"}, rules.PartyError, "headcount"),
        ({"kind": "group"}, KindError, "kind"),
        ({"site": "nowhere"}, rules.WrongSiteError, "site"),
        ({"day": "today"}, rules.WindowError, "day"),
        ({"day": "20261124"}, rules.WindowError, "day"),
        ({"day": None}, rules.WindowError, "day"),
        ({"half_day": "NOON"}, rules.AnswerError, "half_day"),
        ({"way": "TELEPATHY"}, rules.AnswerError, "way"),
        ({"language": "xx"}, rules.AnswerError, "language"),
        ({"language": ["fr"]}, rules.AnswerError, "language"),
        ({"duration": ""}, rules.AnswerError, "duration"),
        ({"gender": "?"}, rules.AnswerError, "gender"),
        ({"age_band": "OLD"}, rules.AnswerError, "age_band"),
        ({"first_visit": "MAYBE"}, rules.AnswerError, "first_visit"),
        ({"audience": "everybody"}, rules.AnswerError, "audience"),
        ({"territory": "moon"}, rules.AnswerError, "territory"),
        ({"referred_to": "nobody"}, rules.AnswerError, "referred_to"),
        ({"referred_to": "NOT_SAID"}, rules.AnswerError, "referred_to"),
        ({"kind": "information", "language": "xx"}, rules.AnswerError, "language"),
    ],
)
def test_log_contact_refuses_and_names_the_answer_that_must_change(
    site: Site, advisor: User, themes: list[Theme], changes: dict[str, Any], error: type[Exception], field: str
) -> None:
    one = Operation.read(sent(site) | changes)

    with pytest.raises(error) as raised:
        keep_entry(operation=one, by=advisor, now=NOW)

    assert raised.value.field == field  # type: ignore[attr-defined]
    assert rows() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "12"},
        {"key": None},
        {"key": str(uuid.uuid1())},
        {"edition": 0},
        {"edition": True},
        {"edition": "1"},
        {"edition": 32_001},
    ],
)
def test_operation_without_its_number_is_refused(site: Site, changes: dict[str, Any]) -> None:
    with pytest.raises(rules.EditionError):
        operation(site, **changes)


def test_log_contact_refuses_a_theme_that_was_retired_by_its_name(site: Site, advisor: User) -> None:
    ThemeFactory(code="typing", last_on=TODAY - ONE_DAY, name_en="Typing pool")

    with pytest.raises(rules.ThemeError, match="“Typing pool” is no longer offered"):
        log(site, advisor, themes=["typing"])


@pytest.mark.parametrize("days_ago", [0, 1, 7])
def test_log_contact_accepts_days_of_the_window(site: Site, advisor: User, themes: list[Theme], days_ago: int) -> None:
    contact = log(site, advisor, day=(TODAY - days_ago * ONE_DAY).isoformat())

    assert contact.day == TODAY - days_ago * ONE_DAY


@pytest.mark.parametrize("days_ago", [-1, 8])
def test_log_contact_refuses_days_out_of_the_window(
    site: Site, advisor: User, themes: list[Theme], days_ago: int
) -> None:
    with pytest.raises(rules.WindowError):
        log(site, advisor, day=(TODAY - days_ago * ONE_DAY).isoformat())


def test_log_contact_takes_today_from_the_wall_of_the_site(advisor: User, themes: list[Theme]) -> None:
    midnight_passed = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
    far = SiteFactory(timezone="America/Montreal")
    MembershipFactory(user=advisor, site=far)

    with pytest.raises(rules.WindowError):
        log(far, advisor, day="2026-11-25", now=midnight_passed)


def test_log_contact_refuses_a_day_of_a_closed_month(
    site: Site, advisor: User, themes: list[Theme], settings: Any
) -> None:
    settings.PORTAL_CORRECTION_DAYS = 40
    ClosedMonth.objects.create(month=dt.date(2026, 10, 1), closed_on=TODAY, rows=0)

    with pytest.raises(rules.ClosedMonthError, match="This month is closed"):
        log(site, advisor, day="2026-10-31")
    log(site, advisor, day="2026-11-01")

    assert rows() == (1, 1, 0, 1)


def test_undo_contact_leaves_nothing(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor, themes=["train", "work"])

    undo_entry(key=contact.pk, by=advisor, now=NOW + 7 * ONE_DAY)

    # But the number of the entry, until no copy of it can arrive any more.
    assert rows() == (0, 0, 0, 1)
    assert EntryAuthor.objects.get().is_undone


def test_undone_contact_is_not_counted_by_a_late_copy(site: Site, advisor: User, themes: list[Theme]) -> None:
    one = operation(site)
    keep_entry(operation=one, by=advisor, now=NOW)
    undo_entry(key=one.key, by=advisor, now=NOW)

    keep_entry(operation=one, by=advisor, now=NOW)

    assert rows() == (0, 0, 0, 1)


def test_undone_contact_counts_again_under_a_higher_edition(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)
    undo_entry(key=contact.pk, by=advisor, now=NOW)

    log(site, advisor, key=str(contact.pk), edition=3)

    assert rows() == (1, 1, 0, 1)
    assert not EntryAuthor.objects.get().is_undone


def test_undo_contact_twice_is_no_error(site: Site, advisor: User, themes: list[Theme]) -> None:
    other = log(site, advisor)
    contact = log(site, advisor)

    undo_entry(key=contact.pk, by=advisor, now=NOW)
    undo_entry(key=contact.pk, by=advisor, now=NOW)

    assert list(Contact.objects.all()) == [other]


def test_undo_before_the_entry_keeps_the_entry_out(site: Site, advisor: User, themes: list[Theme]) -> None:
    one = operation(site)
    undone = operation(site, key=str(one.key), edition=2, undone=True)

    for each in (undone, one):
        keep_entry(operation=each, by=advisor, now=NOW)

    assert rows() == (0, 0, 0, 1)


def test_undo_of_an_entry_that_no_copy_can_bring_writes_nothing(site: Site, advisor: User) -> None:
    undone = operation(site, edition=2, undone=True, day=(TODAY - 8 * ONE_DAY).isoformat())

    keep_entry(operation=undone, by=advisor, now=NOW)

    assert rows() == (0, 0, 0, 0)


def test_undo_of_a_day_to_come_is_remembered_no_longer_than_others(site: Site, advisor: User) -> None:
    undone = operation(site, edition=2, undone=True, day="2030-01-01")

    keep_entry(operation=undone, by=advisor, now=NOW)

    assert EntryAuthor.objects.get().day == TODAY


def test_undo_is_open_to_its_author_wherever_they_work_by_now(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)
    advisor.memberships.all().delete()
    MembershipFactory(user=advisor, role=Role.ADVISOR)

    undo_entry(key=contact.pk, by=User.objects.get(pk=advisor.pk), now=NOW)

    assert Contact.objects.count() == 0


def test_undo_contact_refuses_colleague(site: Site, advisor: User, colleague: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)

    with pytest.raises(NotCorrectableError, match="Only the person who logged a contact can correct or undo it"):
        undo_entry(key=contact.pk, by=colleague, now=NOW)

    assert rows() == (1, 1, 0, 1)


def test_undo_contact_refuses_after_the_window(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)

    with pytest.raises(NotCorrectableError):
        undo_entry(key=contact.pk, by=advisor, now=NOW + 8 * ONE_DAY)

    assert rows() == (1, 1, 0, 1)


def test_one_bad_entry_harms_no_other(site: Site, advisor: User, themes: list[Theme]) -> None:
    all_sent = [
        operation(site),
        operation(site, themes=["gone"]),
        operation(site, kind="self-service"),
        operation(site),
    ]

    answers = keep_entries(operations=all_sent, by=advisor, now=NOW)

    assert [one.is_kept for one in answers] == [True, False, True, True]
    assert rows() == (2, 2, 1, 3)


def test_entries_stand_in_the_order_in_which_they_were_sent(site: Site, advisor: User, themes: list[Theme]) -> None:
    earlier = log(site, advisor)
    all_sent = [operation(site) for _ in range(5)]

    keep_entries(operations=all_sent, by=advisor, now=NOW)

    newest = [one.key for one in newest_entries(by=advisor, now=NOW, number=10)]
    assert newest == [*[one.key for one in reversed(all_sent)], earlier.pk]


def test_editions_of_one_entry_may_come_together(site: Site, advisor: User, themes: list[Theme]) -> None:
    first = operation(site)
    all_sent = [first, *(operation(site, key=str(first.key), edition=edition, headcount=edition) for edition in (3, 2))]

    answers = keep_entries(operations=all_sent, by=advisor, now=NOW)

    assert all(one.is_kept for one in answers)
    assert Contact.objects.get().headcount == 3
    assert rows() == (1, 1, 0, 1)


def test_editions_of_an_undone_entry_may_come_together(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = log(site, advisor)
    undo_entry(key=contact.pk, by=advisor, now=NOW)
    all_sent = [operation(site, key=str(contact.pk), edition=edition, headcount=edition) for edition in (3, 4)]

    answers = keep_entries(operations=all_sent, by=advisor, now=NOW)

    assert all(one.is_kept for one in answers)
    assert Contact.objects.get().headcount == 4


def test_row_that_only_the_database_refuses_harms_no_other(
    site: Site, advisor: User, themes: list[Theme], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "check_party", lambda _headcount: None)
    monkeypatch.setattr(keeping.logger, "error", lambda *_said: None)
    all_sent = [operation(site), operation(site, headcount=51), operation(site)]

    answers = keep_entries(operations=all_sent, by=advisor, now=NOW)

    assert [type(one.refusal) for one in answers] == [type(None), UnkeptError, type(None)]
    assert rows() == (2, 2, 0, 2)


def test_entry_that_another_request_wrote_meanwhile_is_kept_once(
    site: Site, advisor: User, themes: list[Theme], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = operation(site)
    keep, tries = keeping._keep, []

    def too_late(tasks: Any, **known: Any) -> Any:
        tries.append(tasks)
        if len(tries) == 1:
            keep(tasks, **known)
            raise IntegrityError
        return keep(tasks, **known)

    monkeypatch.setattr(keeping, "_keep", too_late)

    (answer,) = keep_entries(operations=[one], by=advisor, now=NOW)

    assert (answer.is_kept, len(tries)) == (True, 2)
    assert rows() == (1, 1, 0, 1)


@pytest.mark.parametrize("number", [1, 25])
def test_log_contact_reads_and_writes_little(
    site: Site, advisor: User, themes: list[Theme], django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    all_sent = [operation(site, themes=["train", "work"]) for _ in range(number)]
    advisor.has_perm("visitors.log_contact", site)

    # the themes; a savepoint, the authors, three inserts, its release
    with django_assert_num_queries(7):
        keep_entries(operations=all_sent, by=advisor, now=NOW)
