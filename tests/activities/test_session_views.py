import datetime as dt

import pytest
from django.utils import timezone

from activities.forms import SessionForm
from activities.models import Session
from activities.services import delete_session, state_of_session
from sites.enums import Role
from sites.models import Audience, Room, Theme
from tests.activities.conftest import DATE, url
from tests.factories.sites import MembershipFactory

YESTERDAY = timezone.localdate() - dt.timedelta(days=1)
HUGE = "99999999999999999999"
CHANGED = "Somebody changed this session meanwhile. What you typed is still here: save it to replace their change."
REMOVED = "Somebody removed this session meanwhile. What you typed is still here: save it to add it again."


def fields(session, **changes):
    data = {
        "title_fr": "Nouveau titre",
        "starts": "10:00",
        "ends": "11:00",
        "room": session.room_id,
        "kind": "TALK",
        "themes": [session.themes.get().pk],
        "audiences": [session.audiences.get().pk],
        "languages": ["fr"],
        "booking": "NONE",
        "seen": state_of_session(session),
        "day": DATE,
        "site": "namur",
    }
    return data | changes


def test_session_is_changed(staff, session):
    data = fields(session, title_de="Neuer Titel", seats="7")

    response = staff.post(url("session-edit", session.public_id), data, follow=True)

    session.refresh_from_db()
    assert "The session is saved." in response.content.decode()
    assert (session.title_fr, session.title_de, session.seats, session.kind) == (
        "Nouveau titre",
        "Neuer Titel",
        7,
        "TALK",
    )


def test_session_is_added_in_a_new_room(staff, session):
    data = fields(session, room="", new_room="Jardin")

    staff.post(url("session-add", DATE, "namur"), data)

    added = Session.objects.exclude(pk=session.pk).get()
    assert (added.room.name, added.programme) == ("Jardin", session.programme)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"ends": "10:00"}, "ends", "The end must be later than the start."),
        ({"starts": "08:00"}, "starts", "The open day lasts from"),
        ({"ends": "19:00"}, "ends", "The open day lasts from"),
        ({"ends": ""}, "ends", "This field is required."),
        ({"room": ""}, "room", "Choose a room, or name a new one."),
        ({"new_room": "Jardin"}, "new_room", "Choose a room or name a new one, not both."),
        ({"title_fr": ""}, "title_fr", "This field is required."),
        ({"seats": "0"}, "seats", "A session has at least one seat."),
        ({"seats": "-1"}, "seats", "A session has at least one seat."),
        ({"seats": "10001"}, "seats", "less than or equal to 10000"),
        ({"seats": "40000"}, "seats", "less than or equal to 10000"),
        ({"seats": "99999999999999999999"}, "seats", "less than or equal to 10000"),
        ({"title_fr": "é" * 151}, "title_fr", "at most 150 characters"),
        ({"title_nl": "é" * 151}, "title_nl", "at most 150 characters"),
        ({"title_de": "é" * 151}, "title_de", "at most 150 characters"),
        ({"title_en": "é" * 151}, "title_en", "at most 150 characters"),
        ({"summary_fr": "é" * 401}, "summary_fr", "at most 400 characters"),
        ({"summary_nl": "é" * 401}, "summary_nl", "at most 400 characters"),
        ({"summary_de": "é" * 401}, "summary_de", "at most 400 characters"),
        ({"summary_en": "é" * 401}, "summary_en", "at most 400 characters"),
        ({"room": "", "new_room": "é" * 101}, "new_room", "at most 100 characters"),
        ({"title_fr": "a\0b"}, "title_fr", "Null characters are not allowed."),
        ({"summary_nl": "a\0b"}, "summary_nl", "Null characters are not allowed."),
        ({"room": "", "new_room": "a\0b"}, "new_room", "Null characters are not allowed."),
        ({"room": HUGE}, "room", "Select a valid choice."),
        ({"themes": [HUGE]}, "themes", "Select a valid choice."),
        ({"audiences": [HUGE]}, "audiences", "Select a valid choice."),
        ({"partners": [HUGE]}, "partners", "Select a valid choice."),
        ({"themes": ["\0"]}, "themes", "Select a valid choice."),
        ({"kind": "X" * 16}, "kind", "Select a valid choice."),
        ({"booking": "\0"}, "booking", "Select a valid choice."),
        ({"languages": ["fr", "nl" * 60]}, "languages", "Select a valid choice."),
        ({"access": ["\0"]}, "access", "Select a valid choice."),
    ],
)
def test_wrong_session_is_explained_at_its_field(staff, session, changes, field, sentence):
    response = staff.post(url("session-edit", session.public_id), fields(session, **changes))

    assert any(sentence in error for error in response.context["form"].errors[field])
    session.refresh_from_db()
    assert session.title_fr == "Atelier CV"


@pytest.mark.parametrize("how", ["room", "new_room"])
def test_session_in_a_taken_room_is_explained_at_the_room(staff, session, how):
    room = {"room": session.room_id} if how == "room" else {"room": "", "new_room": session.room.name}

    response = staff.post(url("session-add", DATE, "namur"), fields(session, **room))

    assert "is already used at this time." in response.context["form"].errors["room"][0]


def test_room_taken_at_the_last_moment_is_explained_too(staff, session, monkeypatch):
    monkeypatch.setattr("activities.forms.check_room_is_free", lambda **_kwargs: None)

    response = staff.post(url("session-add", DATE, "namur"), fields(session))

    assert "is already used at this time." in response.context["form"].errors["room"][0]


def test_hour_that_the_clock_change_skips_is_explained(staff, session):
    open_day = session.programme.open_day
    open_day.day, open_day.opens_at = "2024-03-31", "01:00"
    open_day.save()

    response = staff.post(url("session-edit", session.public_id), fields(session, starts="02:30"))

    assert "The clocks change at this hour." in response.context["form"].errors["starts"][0]


def test_session_is_removed_after_a_question(staff, session):
    assert "Remove this session?" in staff.get(url("session-delete", session.public_id)).content.decode()

    staff.post(url("session-delete", session.public_id))

    assert not Session.objects.exists()


def test_longest_texts_and_most_seats_are_saved(staff, session):
    texts = {f"{part}_{code}": "é" * n for part, n in (("title", 150), ("summary", 400)) for code in ("fr", "nl")}
    data = fields(session, room="", new_room="é" * 100, seats="10000", **texts)

    staff.post(url("session-edit", session.public_id), data)

    session.refresh_from_db()
    assert (session.title_nl, session.room.name, session.seats) == ("é" * 150, "é" * 100, 10_000)


def test_older_form_does_not_undo_the_change_of_a_colleague(staff, session):
    data = fields(session)
    Session.objects.update(seats=3)

    response = staff.post(url("session-edit", session.public_id), data)

    session.refresh_from_db()
    assert response.context["form"].non_field_errors() == [CHANGED]
    assert 'value="Nouveau titre"' in response.content.decode()
    assert (session.title_fr, session.seats) == ("Atelier CV", 3)


def test_older_form_is_saved_the_second_time(staff, session):
    data = fields(session)
    Session.objects.update(seats=3)
    seen = staff.post(url("session-edit", session.public_id), data).context["seen"]

    response = staff.post(url("session-edit", session.public_id), data | {"seen": seen})

    session.refresh_from_db()
    assert response.status_code == 302
    assert (session.title_fr, session.seats) == ("Nouveau titre", None)


def test_a_mistake_does_not_hide_the_change_of_a_colleague(staff, session):
    data = fields(session)
    Session.objects.update(seats=3)
    seen = staff.post(url("session-edit", session.public_id), data | {"title_fr": ""}).context["seen"]

    response = staff.post(url("session-edit", session.public_id), data | {"seen": seen})

    assert response.context["form"].non_field_errors() == [CHANGED]


def test_form_carries_the_state_that_it_shows(staff, session):
    response = staff.get(url("session-edit", session.public_id))

    assert f'name="seen" value="{state_of_session(session)}"' in response.content.decode()


def test_session_that_was_removed_is_not_written_but_shown_to_be_added(staff, session):
    data = fields(session)
    session.delete()

    response = staff.post(url("session-edit", session.public_id), data)

    content = response.content.decode()
    assert response.context["form"].non_field_errors() == [REMOVED]
    assert 'value="Nouveau titre"' in content
    assert f'action="{url("session-add", DATE, "namur")}"' in content
    assert not Session.objects.exists()
    assert staff.post(url("session-add", DATE, "namur"), data).status_code == 302
    assert Session.objects.get().title_fr == "Nouveau titre"


def test_session_removed_at_the_last_moment_is_shown_to_be_added(staff, session, monkeypatch):
    data = fields(session)

    values = SessionForm.values

    def remove_first(form):
        Session.objects.all().delete()
        return values(form)

    monkeypatch.setattr(SessionForm, "values", remove_first)

    response = staff.post(url("session-edit", session.public_id), data)

    assert response.context["form"].non_field_errors() == [REMOVED]
    assert f'action="{url("session-add", DATE, "namur")}"' in response.content.decode()
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"day": ""}, {"day": "\0"}, {"site": ""}, {"site": "liege"}, {"day": "2030-01-01"}]
)
def test_removed_session_of_no_programme_is_not_found(client, session, changes):
    client.force_login(MembershipFactory(role=Role.COORDINATOR, site=session.programme.site).user)
    data = fields(session, **changes)
    delete_session(session=session, by=None)

    assert client.post(url("session-edit", session.public_id), data).status_code == 404
    assert client.get(url("session-edit", session.public_id)).status_code == 404


def test_stranger_learns_nothing_of_a_session(client, session, stranger):
    client.force_login(stranger)

    assert client.post(url("session-edit", session.public_id), fields(session)).status_code == 404


@pytest.mark.parametrize("name", ["salle é", "SALLE É", "Salle  É"])
def test_room_is_found_whatever_its_case(staff, session, name):
    room = Room.objects.create(site=session.programme.site, name="Salle É")

    staff.post(url("session-edit", session.public_id), fields(session, room="", new_room=name))

    session.refresh_from_db()
    assert session.room == room


def test_retired_words_of_a_session_stay(staff, session):
    Theme.objects.filter(sessions=session).update(last_on=YESTERDAY)
    Audience.objects.filter(sessions=session).update(last_on=YESTERDAY)

    page = staff.get(url("session-edit", session.public_id)).context["form"]
    staff.post(url("session-edit", session.public_id), fields(session))

    session.refresh_from_db()
    assert session.title_fr == "Nouveau titre"
    for name in ("themes", "audiences"):
        own = getattr(session, name).get()
        assert list(page.fields[name].queryset).count(own) == 1
        assert len(page.fields[name].queryset) == type(own).objects.filter(last_on__isnull=True).count() + 1


def test_retired_words_are_not_offered_to_a_new_session(staff, session):
    Theme.objects.filter(sessions=session).update(last_on=YESTERDAY)

    form = staff.get(url("session-add", DATE, "namur")).context["form"]

    assert session.themes.get() not in form.fields["themes"].queryset


def test_form_takes_few_queries(staff, session, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        staff.get(url("session-edit", session.public_id))
