import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import translation

from activities import services
from activities.models import OpenDay, Programme, Release, Session
from activities.rules import (
    ChangedMeanwhileError,
    EndsBeforeItStartsError,
    NotYourSiteError,
    OutsideHoursError,
    RoomTakenError,
    SessionRemovedError,
)
from activities.services.releasing import NothingToReleaseError, ReleasedMeanwhileError
from activities.sheets import Words, clean_rows, read_sheet
from sites.enums import Role
from sites.models import Room, Site
from tests.activities.conftest import as_csv, at_namur, give_reference
from tests.factories.activities import HOUR, NINE, NOW, ProgrammeFactory, SessionFactory
from tests.factories.sites import AudienceFactory, MembershipFactory, RoomFactory, ThemeFactory

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has triggers")


def rows_of(open_day, *cells):
    rows, errors = clean_rows(read_sheet(as_csv(cells)), words=Words.load(open_day=open_day, editable=None))
    assert not errors
    return rows


def load(open_day, *cells, by=None, **kwargs):
    rows = rows_of(open_day, *cells)
    return services.import_programme(open_day=open_day, rows=rows, by=by, is_illustrative=False, **kwargs)


def counts(plan):
    return len(plan.new), len(plan.changed), len(plan.unchanged), len(plan.removed)


def release(programme, by=None, **kwargs):
    return services.release_programme(programme=programme, by=by, now=NOW, **kwargs)


@pytest.fixture
def reference(db):
    give_reference()  # for each test: one below commits, and must not wait for rows that last


def test_seed_becomes_twelve_released_programmes(reference):
    open_day = services.load_open_day(now=NOW)

    assert (open_day.day, open_day.is_illustrative) == (dt.date(2024, 2, 21), False)
    assert Session.objects.filter(is_illustrative=True).count() == 183
    assert Release.objects.filter(number=1).count() == Programme.objects.count() == 12
    assert not any(standing.is_changed for standing in services.standing_of(Programme.objects.all()))


def test_seed_loads_once(reference):
    first = services.load_open_day(now=NOW)
    Session.objects.filter(programme__site__slug="huy").delete()

    again = services.load_open_day(now=NOW)

    assert again == first
    assert not Session.objects.filter(programme__site__slug="huy").exists()


def test_upcoming_open_day_is_a_wednesday_in_three_months(reference):
    open_day = services.ensure_upcoming_open_day(now=NOW)

    assert (open_day.day, open_day.day.isoweekday(), open_day.is_illustrative) == (dt.date(2027, 2, 24), 3, True)
    assert services.ensure_upcoming_open_day(now=NOW) == open_day


def test_upcoming_open_day_moves_with_today(reference):
    services.ensure_upcoming_open_day(now=NOW)

    later = services.ensure_upcoming_open_day(now=NOW + dt.timedelta(days=400))

    assert later.day > (NOW + dt.timedelta(days=480)).date()
    assert OpenDay.objects.count() == 2


def test_import_writes_every_column(open_day):
    load(open_day, at_namur())

    session = Session.objects.get()
    assert (session.programme.site.slug, session.room.name, session.kind) == ("namur", "Salle 1", "WORKSHOP")
    assert (session.title_fr, session.title_nl, session.title_de) == ("Un CV clair", "Een duidelijk cv", None)
    assert session.starts_at == dt.datetime(2024, 2, 21, 9, 0, tzinfo=dt.UTC)
    assert [theme.code for theme in session.themes.order_by("code")] == ["train", "work"]
    assert [partner.slug for partner in session.partners.all()] == ["forem"]
    assert (session.languages, session.access) == (("fr", "nl"), ("loop",))
    assert (session.booking, session.seats, session.is_illustrative) == ("ADVISED", 12, False)


def test_import_of_the_same_file_changes_nothing(open_day):
    load(open_day, at_namur())

    (plan,) = load(open_day, at_namur())

    assert counts(plan) == (0, 0, 1, 0)


def test_import_leaves_sites_alone_that_the_file_does_not_name(open_day):
    load(open_day, at_namur(site="huy"))

    load(open_day, at_namur())

    assert Session.objects.count() == 2


def test_import_leaves_texts_alone_whose_column_is_missing(open_day):
    load(open_day, at_namur())
    without = {name: value for name, value in at_namur().items() if name != "title_nl"}

    (plan,) = load(open_day, without)

    assert counts(plan) == (0, 0, 1, 0)
    assert Session.objects.get().title_nl == "Een duidelijk cv"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"room": "Salle 9"}, ["room"]),
        ({"starts": "2024-02-21 10:30"}, ["starts_at"]),
        ({"title_fr": "Un CV"}, ["title_fr"]),
        ({"title_nl": ""}, ["title_nl"]),
        ({"themes": "work"}, ["themes"]),
        ({"seats": "", "access": "", "partners": ""}, ["seats", "access", "partners"]),
    ],
)
def test_session_that_moves_or_is_corrected_stays_the_same_session(open_day, changes, fields):
    load(open_day, at_namur())
    public_id = Session.objects.get().public_id

    (plan,) = load(open_day, at_namur(**changes))

    assert counts(plan) == (0, 1, 0, 0)
    assert plan.changed[0][2] == fields
    assert Session.objects.get().public_id == public_id


def test_import_adds_and_removes(open_day):
    load(open_day, at_namur())

    (plan,) = load(open_day, at_namur(title_fr="Autre chose", room="Agora"))

    assert counts(plan) == (1, 0, 0, 1)
    assert Session.objects.get().title_fr == "Autre chose"


def test_two_sessions_swap_rooms(open_day):
    load(open_day, at_namur(title_fr="A"), at_namur(title_fr="B", room="Salle 2"))

    (plan,) = load(open_day, at_namur(title_fr="B"), at_namur(title_fr="A", room="Salle 2"))

    assert counts(plan) == (0, 2, 0, 0)
    assert Session.objects.get(title_fr="B").room.name == "Salle 1"


def test_import_makes_missing_rooms_and_finds_the_others_whatever_their_case(open_day):
    RoomFactory(site=Site.objects.get(slug="namur"), name="salle 1")
    rows = rows_of(open_day, at_namur(), at_namur(room="Agora"))

    services.import_programme(open_day=open_day, rows=rows, by=None, is_illustrative=True)

    assert list(Room.objects.order_by("name").values_list("name", "is_illustrative")) == [
        ("Agora", True),
        ("salle 1", False),
    ]


def test_import_refuses_a_stranger_and_writes_nothing(open_day, stranger):
    with pytest.raises(NotYourSiteError):
        load(open_day, at_namur(), by=stranger)

    assert not Session.objects.exists()


def test_import_refuses_what_was_compared_with_another_state(open_day, coordinator):
    rows = rows_of(open_day, at_namur())
    seen = services.state_of(open_day=open_day, rows=rows)
    load(open_day, at_namur(title_fr="By a colleague"))

    with pytest.raises(ChangedMeanwhileError):
        load(open_day, at_namur(), by=coordinator, seen=seen)

    assert Session.objects.get().title_fr == "By a colleague"


@on_postgresql
def test_import_into_a_room_in_use_is_refused_whole(open_day):
    elsewhere = ProgrammeFactory(site=Site.objects.get(slug="namur"))
    room = RoomFactory(site=elsewhere.site, name="Salle 1")
    starts = dt.datetime(2024, 2, 21, 9, 0, tzinfo=dt.UTC)
    SessionFactory(programme=elsewhere, room=room, starts_at=starts, ends_at=starts + HOUR)

    with pytest.raises(RoomTakenError):
        load(open_day, at_namur(), at_namur(room="Agora"))

    assert Session.objects.count() == 1


@pytest.mark.django_db
def test_release_keeps_the_programme_as_it_was():
    session = SessionFactory(title_nl="Werkwinkel")
    released = release(session.programme)
    session.title_fr = "Changed afterwards"
    session.save()

    released.refresh_from_db()
    (item,) = released.content["sessions"]

    assert item["title"]["nl"] == "Werkwinkel"
    assert item["title"]["fr"] != "Changed afterwards"
    assert (item["starts"], item["ends"]) == ("09:00", "10:00")
    assert released.checksum == services.checksum_of(released.content)
    assert [change["change"] for change in released.changes] == ["ADDED"]


@pytest.mark.django_db
def test_release_is_the_same_in_every_language():
    session = SessionFactory()
    checksums = set()
    for code in ("fr", "nl", "de", "en"):
        with translation.override(code):
            checksums.add(services.pending_changes(session.programme)[1])

    assert len(checksums) == 1


@pytest.mark.django_db
def test_next_release_names_its_changes():
    first = SessionFactory()
    second = SessionFactory(programme=first.programme)
    release(first.programme)
    first.seats = 9
    first.save()
    second.delete()
    SessionFactory(programme=first.programme)

    released = release(first.programme)

    assert released.number == 2
    assert sorted((change["change"], change["fields"]) for change in released.changes) == [
        ("ADDED", []),
        ("CHANGED", ["seats"]),
        ("REMOVED", []),
    ]


@pytest.mark.django_db
def test_release_without_a_change_is_refused():
    programme = SessionFactory().programme
    release(programme)

    with pytest.raises(NothingToReleaseError, match=r"Nothing has changed since release 1\."):
        release(programme)

    assert Release.objects.count() == 1


@pytest.mark.django_db
def test_release_of_an_empty_programme_is_refused():
    with pytest.raises(NothingToReleaseError, match=r"This programme is empty\."):
        release(ProgrammeFactory())


@pytest.mark.django_db
def test_release_of_something_else_than_was_seen_is_refused():
    session = SessionFactory()
    seen = services.pending_changes(session.programme)[1]
    SessionFactory(programme=session.programme)

    with pytest.raises(ChangedMeanwhileError):
        release(session.programme, seen=seen)


def test_release_refuses_a_stranger(stranger):
    programme = SessionFactory().programme

    with pytest.raises(NotYourSiteError):
        release(programme, by=stranger)


@pytest.mark.django_db
def test_release_number_that_is_taken_becomes_a_sentence(monkeypatch):
    session = SessionFactory()
    release(session.programme)
    SessionFactory(programme=session.programme)
    monkeypatch.setattr("activities.services.releasing._last_release", lambda _programme: None)

    with pytest.raises(ReleasedMeanwhileError):
        release(session.programme)
    with pytest.raises(ReleasedMeanwhileError):
        services.release_changed(open_day=session.programme.open_day, sites=[session.programme.site], by=None, now=NOW)


@pytest.mark.django_db
def test_release_changed_takes_only_what_changed():
    changed, same = SessionFactory(), None
    same = SessionFactory(programme__open_day=changed.programme.open_day)
    ProgrammeFactory(open_day=changed.programme.open_day)
    release(same.programme)

    released = services.release_changed(open_day=changed.programme.open_day, sites=Site.objects.all(), by=None, now=NOW)

    assert [one.programme for one in released] == [changed.programme]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.django_db
def test_standing_takes_the_same_number_of_queries(count, django_assert_num_queries):
    programmes = [SessionFactory().programme for _ in range(count)]
    programmes = list(Programme.objects.select_related("site", "open_day__network").order_by("pk"))

    with django_assert_num_queries(5):
        assert len(services.standing_of(programmes)) == count


@on_postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE activities_release SET number = 7", "DELETE FROM activities_release"])
def test_database_refuses_to_touch_a_release(statement):
    released = release(SessionFactory().programme)

    with pytest.raises(IntegrityError, match="A release never changes"), transaction.atomic():
        connection.cursor().execute(statement)

    assert Release.objects.get().number == released.number


@pytest.mark.django_db(transaction=True)
def test_two_releases_at_once_give_one_release_and_one_sentence():
    programme_key = SessionFactory().programme.pk
    answers = []
    barrier = threading.Barrier(2)

    def act():
        try:
            programme = Programme.objects.select_related("site", "open_day__network").get(pk=programme_key)
            barrier.wait(timeout=120)
            answers.append(release(programme).number)
        except NothingToReleaseError as error:
            answers.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert Release.objects.count() == 1
    assert 1 in answers
    assert len(answers) == 2
    connection.close()


def values(programme, **changes):
    return {
        "title_fr": "Atelier",
        "kind": "TALK",
        "languages": ("fr",),
        "starts_at": NINE,
        "ends_at": NINE + HOUR,
        "room": RoomFactory(site=programme.site),
        "themes": [ThemeFactory()],
        "audiences": [AudienceFactory()],
        "partners": [],
    } | changes


def save(programme, by, session=None, **changes):
    return services.save_session(
        open_day=programme.open_day, site=programme.site, session=session, values=values(programme, **changes), by=by
    )


@pytest.fixture
def programme(db):
    return ProgrammeFactory()


@pytest.fixture
def writer(programme):
    return MembershipFactory(role=Role.COORDINATOR, site=programme.site).user


def test_session_is_added_to_a_new_programme(programme, writer):
    Programme.objects.all().delete()

    session = save(programme, writer)

    assert (session.programme.site, session.themes.count(), session.room.site) == (
        programme.site,
        1,
        programme.site,
    )


def test_session_may_name_a_new_room(programme, writer):
    session = save(programme, writer, new_room="Jardin")

    assert session.room.name == "Jardin"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ends_at": NINE}, EndsBeforeItStartsError),
        ({"starts_at": NINE - HOUR}, OutsideHoursError),
        ({"ends_at": NINE + 10 * HOUR}, OutsideHoursError),
        ({"starts_at": NINE + 24 * HOUR, "ends_at": NINE + 25 * HOUR}, OutsideHoursError),
    ],
)
def test_session_outside_the_open_day_is_refused(programme, writer, changes, error):
    with pytest.raises(error):
        save(programme, writer, **changes)

    assert not Session.objects.exists()


def test_session_in_a_taken_room_is_refused(programme, writer):
    other = SessionFactory(programme=programme)

    with pytest.raises(RoomTakenError, match="is already used at this time"):
        save(programme, writer, room=other.room)


def test_session_may_stay_where_it_is(programme, writer):
    session = SessionFactory(programme=programme)

    save(programme, writer, session, room=session.room, title_fr="Nouveau titre")

    session.refresh_from_db()
    assert session.title_fr == "Nouveau titre"


def test_session_of_another_site_is_refused(programme, stranger):
    session = SessionFactory(programme=programme)

    with pytest.raises(NotYourSiteError):
        save(programme, stranger, session)
    with pytest.raises(NotYourSiteError):
        services.delete_session(session=session, by=stranger)


def test_removed_session_stays_in_its_release(programme, writer):
    session = SessionFactory(programme=programme)
    released = release(programme)

    services.delete_session(session=session, by=writer)

    released.refresh_from_db()
    assert not Session.objects.exists()
    assert len(released.content["sessions"]) == 1


def test_saving_a_removed_session_does_not_bring_it_back(programme, writer):
    session = save(programme, writer)
    Session.objects.all().delete()

    with pytest.raises(SessionRemovedError):
        save(programme, writer, session=session)

    assert not Session.objects.exists()


def test_session_that_changed_meanwhile_is_not_written(programme, writer):
    session = save(programme, writer)
    seen = services.state_of_session(session)
    Session.objects.update(seats=3)

    with pytest.raises(ChangedMeanwhileError, match="Somebody changed this session meanwhile"):
        save(programme, writer, session=session, title_fr="Older", seen=seen)

    assert Session.objects.get().title_fr != "Older"


def test_change_of_a_theme_is_a_change_of_the_session(programme, writer):
    session = save(programme, writer)
    before = services.state_of_session(session)

    session.themes.add(ThemeFactory())

    assert services.state_of_session(session) != before


def test_room_made_by_somebody_else_at_the_same_moment_is_used(programme, writer, monkeypatch):
    room = RoomFactory(site=programme.site, name="Agora")
    monkeypatch.setattr("activities.services.sessions.room_named", lambda _site, _name: None)

    session = save(programme, writer, new_room="Agora")

    assert session.room == room


def test_room_that_cannot_be_made_is_a_sentence(programme, writer, monkeypatch):
    def collide(*_args, **_kwargs):
        raise IntegrityError

    monkeypatch.setattr("activities.services.sessions.ensure_room", collide)

    with pytest.raises(RoomTakenError, match="“Agora” is already used at this time"):
        save(programme, writer, new_room="Agora")


def test_release_changed_publishes_only_what_was_shown(programme, writer):
    save(programme, writer)
    seen = services.state_of_changes(services.standing_of([programme]))
    Session.objects.update(seats=3)
    act = {"open_day": programme.open_day, "sites": [programme.site], "by": writer, "now": NOW}

    with pytest.raises(ChangedMeanwhileError):
        services.release_changed(**act, seen=seen)

    fresh = services.state_of_changes(services.standing_of([programme]))
    assert len(services.release_changed(**act, seen=fresh)) == 1
    assert services.release_changed(**act, seen=fresh) == []
