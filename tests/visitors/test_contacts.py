import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection
from pytest_django import DjangoAssertNumQueries

from sites.enums import Role
from sites.models import Site, Theme, User
from tests.factories.contacts import NOW, ContactAuthorFactory, ContactFactory
from tests.factories.sites import AudienceFactory, MembershipFactory, SiteFactory, ThemeFactory
from visitors import rules
from visitors.enums import AgeBand, Answer, DurationBand, Gender, HalfDay, Way
from visitors.models import Contact, ContactAuthor, ContactTheme
from visitors.services import Details, log_contact, purge_contact_authors, undo_contact
from visitors.services.contacts import NotUndoableError
from visitors.tasks import purge_contact_authors as purge_task

TODAY = dt.date(2026, 11, 24)


def _log(site: Site, by: User, themes: list[Theme], **changes: Any) -> Contact:
    answers: dict[str, Any] = {
        "key": uuid.uuid4(),
        "site": site,
        "day": TODAY,
        "half_day": HalfDay.MORNING,
        "way": Way.WALK_IN,
        "themes": themes,
        "language": "fr",
        "by": by,
        "now": NOW,
    }
    return log_contact(**(answers | changes))


def _rows() -> tuple[int, int, int]:
    return Contact.objects.count(), ContactTheme.objects.count(), ContactAuthor.objects.count()


def test_log_contact_writes_record_and_keeps_author_apart(site: Site, advisor: User, themes: list[Theme]) -> None:
    audience = AudienceFactory()
    details = Details(audience=audience, gender=Gender.WOMAN, age_band=AgeBand.FROM_25, first_visit=Answer.YES)

    written = _log(
        site, advisor, themes, way=Way.PHONE, headcount=2, duration=DurationBand.FROM_30, details=details, language="nl"
    )

    contact = Contact.objects.get()
    assert contact == written
    assert (contact.site, contact.day, contact.half_day, contact.way) == (site, TODAY, "MORNING", "PHONE")
    assert (contact.language, contact.headcount, contact.duration) == ("nl", 2, "FROM_30")
    assert (contact.audience, contact.gender, contact.age_band, contact.first_visit) == (
        audience,
        "WOMAN",
        "FROM_25",
        "YES",
    )
    assert set(contact.themes.all()) == set(themes)
    author = ContactAuthor.objects.get()
    assert (author.contact_key, author.author, author.written_at) == (contact.pk, advisor, NOW)


def test_log_contact_asks_nothing_by_default(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = _log(site, advisor, themes)

    assert (contact.headcount, contact.duration) == (1, DurationBand.FROM_15)
    assert (contact.gender, contact.age_band, contact.first_visit) == ("NOT_ASKED", "NOT_ASKED", "NOT_ASKED")
    assert (contact.audience, contact.is_audience_unsaid) == (None, False)


def test_log_contact_counts_the_same_key_once(site: Site, advisor: User, themes: list[Theme]) -> None:
    key = uuid.uuid4()

    first = _log(site, advisor, themes[:1], key=key)
    second = _log(site, advisor, themes, key=key, headcount=9)

    assert first == second
    assert second.headcount == 1
    assert _rows() == (1, 1, 1)


def test_log_contact_answers_a_replay_after_the_person_left(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = _log(site, advisor, themes)
    advisor.memberships.all().delete()
    advisor = User.objects.get(pk=advisor.pk)

    again = _log(site, advisor, themes, key=contact.pk)

    assert again == contact


def test_log_contact_counts_one_theme_once(site: Site, advisor: User, themes: list[Theme]) -> None:
    _log(site, advisor, [themes[0], themes[0]])

    assert _rows() == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_log_contact_counts_two_at_once_once(site: Site, advisor: User, themes: list[Theme]) -> None:
    key = uuid.uuid4()
    both_ready = threading.Barrier(2)
    written: list[uuid.UUID] = []

    def log() -> None:
        person = User.objects.get(pk=advisor.pk)
        both_ready.wait()
        written.append(_log(site, person, themes, key=key).pk)
        connection.close()

    threads = [threading.Thread(target=log) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert written == [key, key]
    assert _rows() == (1, 2, 1)


def test_log_contact_finds_what_was_written_meanwhile(
    site: Site, advisor: User, themes: list[Theme], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid.uuid4()
    check = rules.check_party

    def written_meanwhile(headcount: int) -> None:
        ContactFactory(pk=key, site=site, themes=themes[:1])
        check(headcount)

    monkeypatch.setattr(rules, "check_party", written_meanwhile)

    contact = _log(site, advisor, themes, key=key)

    assert contact.pk == key
    assert _rows() == (1, 1, 0)


def test_log_contact_hides_no_other_refusal(site: Site, advisor: User, themes: list[Theme]) -> None:
    with pytest.raises(IntegrityError):
        _log(site, advisor, themes, way="about Jo")

    assert _rows() == (0, 0, 0)


def test_log_contact_reads_and_writes_little(
    site: Site, advisor: User, themes: list[Theme], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    advisor.has_perm("visitors.log_contact", site)

    # the key, a savepoint, three inserts, its release
    with django_assert_num_queries(6):
        _log(site, advisor, themes)


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER])
def test_log_contact_is_open_to_staff_of_site(site: Site, themes: list[Theme], role: Role) -> None:
    person = MembershipFactory(site=site, role=role).user

    _log(site, person, themes)

    assert Contact.objects.at(site).count() == 1


@pytest.mark.parametrize("who", ["stranger", "network_manager", "nobody"])
def test_log_contact_refuses_others(site: Site, themes: list[Theme], who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)

    with pytest.raises(rules.WrongSiteError, match="You cannot log contacts at this site"):
        _log(site, person, themes)

    assert _rows() == (0, 0, 0)


def test_log_contact_refuses_no_theme(site: Site, advisor: User) -> None:
    with pytest.raises(rules.ThemeError, match="Choose at least one theme"):
        _log(site, advisor, [])


def test_log_contact_refuses_retired_theme(site: Site, advisor: User) -> None:
    theme = ThemeFactory(is_retired=True, name_en="Typing pool")

    with pytest.raises(rules.ThemeError, match="“Typing pool” is no longer offered"):
        _log(site, advisor, [theme])


@pytest.mark.parametrize("headcount", [0, -1, 51])
def test_log_contact_refuses_what_is_no_small_party(
    site: Site, advisor: User, themes: list[Theme], headcount: int
) -> None:
    with pytest.raises(rules.PartyError):
        _log(site, advisor, themes, headcount=headcount)


@pytest.mark.parametrize("days_ago", [0, 1, 7])
def test_log_contact_accepts_days_of_the_window(site: Site, advisor: User, themes: list[Theme], days_ago: int) -> None:
    contact = _log(site, advisor, themes, day=TODAY - dt.timedelta(days=days_ago))

    assert contact.day == TODAY - dt.timedelta(days=days_ago)


@pytest.mark.parametrize("days_ago", [-1, 8])
def test_log_contact_refuses_days_out_of_the_window(
    site: Site, advisor: User, themes: list[Theme], days_ago: int
) -> None:
    with pytest.raises(rules.WindowError):
        _log(site, advisor, themes, day=TODAY - dt.timedelta(days=days_ago))


def test_log_contact_takes_today_from_the_wall_of_the_site(advisor: User, themes: list[Theme]) -> None:
    midnight_passed = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
    far = SiteFactory(timezone="America/Montreal")
    MembershipFactory(user=advisor, site=far)

    with pytest.raises(rules.WindowError):
        _log(far, advisor, themes, day=dt.date(2026, 11, 25), now=midnight_passed)


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


def test_undo_contact_leaves_nothing(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = _log(site, advisor, themes)

    undo_contact(key=contact.pk, by=advisor, now=NOW + dt.timedelta(days=7))

    assert _rows() == (0, 0, 0)


def test_undo_contact_twice_is_no_error(site: Site, advisor: User, themes: list[Theme]) -> None:
    other = _log(site, advisor, themes)
    contact = _log(site, advisor, themes)

    undo_contact(key=contact.pk, by=advisor, now=NOW)
    undo_contact(key=contact.pk, by=advisor, now=NOW)

    assert list(Contact.objects.all()) == [other]


def test_undo_contact_refuses_colleague(site: Site, advisor: User, colleague: User, themes: list[Theme]) -> None:
    contact = _log(site, advisor, themes)

    with pytest.raises(NotUndoableError, match="Only the person who logged a contact can undo it"):
        undo_contact(key=contact.pk, by=colleague, now=NOW)

    assert _rows() == (1, 2, 1)


def test_undo_contact_refuses_after_the_window(site: Site, advisor: User, themes: list[Theme]) -> None:
    contact = _log(site, advisor, themes)

    with pytest.raises(NotUndoableError):
        undo_contact(key=contact.pk, by=advisor, now=NOW + dt.timedelta(days=8))

    assert _rows() == (1, 2, 1)


def test_purge_forgets_authors_past_the_window(site: Site, advisor: User, themes: list[Theme]) -> None:
    _log(site, advisor, themes)
    kept = ContactAuthorFactory(written_at=NOW + dt.timedelta(days=1))

    forgotten = purge_contact_authors(today=TODAY + dt.timedelta(days=8))

    assert forgotten == 1
    assert list(ContactAuthor.objects.all()) == [kept]
    assert Contact.objects.count() == 2


def test_purge_keeps_authors_of_the_window(site: Site, advisor: User, themes: list[Theme]) -> None:
    _log(site, advisor, themes)

    forgotten = purge_contact_authors(today=TODAY + dt.timedelta(days=7))

    assert forgotten == 0
    assert ContactAuthor.objects.count() == 1


def test_purge_task_leaves_no_old_author(site: Site, advisor: User, themes: list[Theme]) -> None:
    long_ago = dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=30)
    _log(site, advisor, themes, day=long_ago.date(), now=long_ago)

    purge_task.delay(unknown_argument="ignored")

    assert ContactAuthor.objects.count() == 0
    assert Contact.objects.count() == 1


def test_purge_follows_the_setting(site: Site, advisor: User, themes: list[Theme], settings: Any) -> None:
    settings.PORTAL_CORRECTION_DAYS = 2
    _log(site, advisor, themes)

    assert purge_contact_authors(today=TODAY + dt.timedelta(days=2)) == 0
    assert purge_contact_authors(today=TODAY + dt.timedelta(days=3)) == 1
