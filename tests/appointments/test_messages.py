import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from icalendar import Calendar

from appointments import tasks
from appointments.enums import Answer, BookedBy, Channel, Failure, Medium, MessageKind, WhoBooks
from appointments.models import Appointment, BookingPolicy, Message, Offer, Wait
from appointments.services import (
    apologise,
    ask_to_move,
    cancel_appointment,
    forget_visitor,
    move_appointment,
    secret_of,
    send_due_messages,
)
from appointments.services.messages.due import plan_booked, plan_moved, plan_offer, plan_to_move
from appointments.services.terms.links import wait_secret_of
from sites.models import User
from tests.appointments.mailing import LANDLINE, MOBILE, NEXT_WEEK, book, owed
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, ShiftFactory
from tests.factories.sites import SiteFactory, ThemeFactory
from tests.factories.visitors import VisitorFactory

pytestmark = pytest.mark.django_db


def test_booking_owes_a_confirmation_and_reminders():
    appointment = book()

    assert owed(appointment) == [
        (MessageKind.CONFIRMATION, NOW),
        (MessageKind.REMINDER, NEXT_WEEK - dt.timedelta(hours=48)),
        (MessageKind.REMINDER, NEXT_WEEK - dt.timedelta(hours=3)),
    ]


def test_late_booking_owes_only_the_reminders_still_ahead():
    appointment = book(starts_at=TUESDAY_AT_9)

    assert owed(appointment)[1:] == [(MessageKind.REMINDER, TUESDAY_AT_9 - dt.timedelta(hours=3))]


def test_booking_without_an_address_owes_nothing():
    appointment = book(email="")

    assert appointment.visitor.alias == "Robin"
    assert owed(appointment) == []


def test_no_reminder_comes_within_an_hour_of_the_confirmation():
    appointment = book(starts_at=TUESDAY_AT_9)
    starts_at = [NOW + dt.timedelta(hours=4, minutes=minutes) for minutes in (0, 1)]

    planned = []
    for moment in starts_at:
        appointment.starts_at = moment
        appointment.revision += 1
        plan_moved(appointment=appointment, now=NOW)
        planned.append(owed(appointment)[1:])

    assert planned == [[], [(MessageKind.REMINDER, NOW + dt.timedelta(hours=1, minutes=1))]]


def test_reminders_leave_when_the_network_has_decided():
    site = SiteFactory()
    BookingPolicy.objects.create(network=site.network, reminder_hours="72,24")

    appointment = book(site=site)

    assert [NEXT_WEEK - due_at for _kind, due_at in owed(appointment)[1:]] == [
        dt.timedelta(hours=72),
        dt.timedelta(hours=24),
    ]


def test_reminders_keep_their_distance_when_the_clock_is_set_back():
    sunday = dt.datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Brussels"))
    appointment = AppointmentFactory(visitor=VisitorFactory(), starts_at=(sunday + dt.timedelta(days=1, hours=9)))

    plan_booked(appointment=appointment, now=appointment.starts_at - dt.timedelta(days=9))

    assert owed(appointment)[1][1].astimezone(sunday.tzinfo) == sunday - dt.timedelta(hours=14)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ({"email": "", "phone": MOBILE}, {Medium.SMS}),
        ({"email": "robin@example.org", "phone": MOBILE}, {Medium.EMAIL}),
        ({"email": "", "phone": LANDLINE}, set()),
    ],
)
def test_messages_go_by_the_road_that_the_visitor_left(left, expected):
    appointment = book(**left)

    assert set(appointment.messages.values_list("medium", flat=True)) == expected


@pytest.mark.parametrize(("act", "kind"), [(ask_to_move, MessageKind.TO_MOVE), (apologise, MessageKind.APOLOGY)])
def test_what_we_change_is_told_and_nothing_else_any_more(act, kind):
    appointment = book()

    act(appointment=appointment, now=NOW)

    assert owed(appointment) == [(kind, NOW)]


@pytest.mark.parametrize("act", [ask_to_move, apologise])
def test_whoever_cannot_be_told_what_we_change_is_listed_for_staff(act):
    called, nobody = book(email="", phone=LANDLINE), book(email="", phone="")

    act(appointment=called, now=NOW), act(appointment=nobody, now=NOW)

    for one in (called, nobody):
        assert list(one.messages.values_list("failure", "given_up_at")) == [(Failure.UNREACHABLE, NOW)]


def test_same_news_planned_twice_is_owed_once():
    appointment = book()

    plan_to_move(appointment=appointment, now=NOW), plan_to_move(appointment=appointment, now=NOW)

    assert owed(appointment) == [(MessageKind.TO_MOVE, NOW)]


def test_offer_is_told_once_with_its_link_and_its_end(settings):
    made = make_offer()

    plan_offer(offer=made, now=NOW)
    sent = [send_due_messages(now=NOW), send_due_messages(now=NOW)]

    assert sent == [1, 0]
    assert mail.outbox[0].subject == "A time has become free for you"
    assert "24 November 2026, 10:00" in mail.outbox[0].body
    assert f"{settings.PORTAL_BASE_URL}/en/w/{wait_secret_of(made.wait)}/" in mail.outbox[0].body


def test_offer_to_a_telephone_goes_as_a_text(capsys):
    made = make_offer(email="", phone=MOBILE)

    plan_offer(offer=made, now=NOW)
    send_due_messages(now=NOW)

    assert "A moment is free: Tue 24 Nov. 09:00" in capsys.readouterr().out


@pytest.mark.parametrize("change", [{"answer": Answer.DECLINED}, {"expires_at": NOW}])
def test_offer_that_stands_no_longer_is_not_told(change):
    made = make_offer()
    plan_offer(offer=made, now=NOW)
    type(made).objects.update(made_at=NOW - dt.timedelta(hours=1), **change)

    assert send_due_messages(now=NOW) == 0
    assert not Message.objects.exists()


def test_offer_to_somebody_who_left_no_address_owes_nothing():
    plan_offer(offer=make_offer(email=""), now=NOW)

    assert not Message.objects.exists()


def make_offer(**left):
    site = SiteFactory()
    wait = Wait.objects.create(
        site=site,
        theme=ThemeFactory(),
        language="fr",
        first_on=NOW.date(),
        last_on=NOW.date() + dt.timedelta(days=7),
        visitor=VisitorFactory(**left),
        asked_at=NOW,
    )
    ends_at = NOW + dt.timedelta(hours=26)
    return Offer.objects.create(wait=wait, starts_at=TUESDAY_AT_9, made_at=NOW, expires_at=ends_at)


def test_planning_takes_one_question_and_one_statement(django_assert_num_queries):
    appointment = AppointmentFactory(visitor=VisitorFactory(), starts_at=NEXT_WEEK)
    found = Appointment.objects.select_related("site__network", "visitor").get(pk=appointment.pk)

    with django_assert_num_queries(2):
        plan_booked(appointment=found, now=NOW)

    assert len(owed(found)) == 3


def test_demo_owes_one_more_reminder_soon(settings):
    settings.PORTAL_DEMO_REMINDER_SECONDS = 60

    appointment = book()

    assert owed(appointment)[1] == (MessageKind.REMINDER, NOW + dt.timedelta(seconds=60))


def test_moving_plans_the_reminders_anew():
    appointment = book()
    ShiftFactory(duty=appointment.site.duties.get(), starts_at=NEXT_WEEK + dt.timedelta(days=1))
    send_due_messages(now=NOW)

    moved = move_appointment(appointment=appointment, starts_at=NEXT_WEEK + dt.timedelta(days=1), now=NOW)

    assert owed(moved) == [
        (MessageKind.MOVED, NOW),
        (MessageKind.REMINDER, NEXT_WEEK - dt.timedelta(hours=24)),
        (MessageKind.REMINDER, NEXT_WEEK + dt.timedelta(hours=21)),
    ]


def test_cancelling_owes_nothing_but_the_word_of_it():
    appointment = book()

    cancelled = cancel_appointment(appointment=appointment, now=NOW)

    assert owed(cancelled) == [(MessageKind.CANCELLED, NOW)]


def test_forgetting_the_visitor_drops_every_message():
    appointment = book()

    forget_visitor(appointment=appointment)

    assert owed(appointment) == []


def test_mail_is_written_in_the_visitors_language_with_its_link(settings):
    appointment = book(language="nl", site=SiteFactory(address__street="Rue Neuve 1"))

    send_due_messages(now=NOW)

    message = mail.outbox[0]
    assert f"{settings.PORTAL_BASE_URL}/nl/b/{secret_of(appointment)}/" in message.body
    assert appointment.code in message.body
    assert "09:00" in message.body
    assert "Rue Neuve 1, 5000 Namen" in message.body


@pytest.mark.parametrize(("act", "way_on"), [(ask_to_move, "/en/b/"), (apologise, "/en/book/")])
def test_mail_about_what_we_change_leads_to_another_time(act, way_on):
    appointment = book()
    send_due_messages(now=NOW)

    act(appointment=appointment, now=NOW)
    send_due_messages(now=NOW)

    assert "We are sorry: we" in mail.outbox[-1].body
    assert way_on in mail.outbox[-1].body


@pytest.mark.parametrize("booked_by", [BookedBy.SCHOOL, BookedBy.PARTNER, BookedBy.FAMILY])
def test_mail_to_whoever_booked_for_another_speaks_of_that_person(booked_by):
    book(booked_by=booked_by, who=WhoBooks.PRESCRIBER)

    send_due_messages(now=NOW)

    assert "the person you booked for" in mail.outbox[0].body
    assert "Pass it on to nobody but the person who comes" in mail.outbox[0].body
    assert "Your appointment is booked." not in mail.outbox[0].body


def test_mail_about_a_call_sends_nobody_to_the_desk():
    appointment = book()
    Appointment.objects.update(channel=Channel.PHONE)

    send_due_messages(now=NOW)

    assert "By telephone: we call at this time." in mail.outbox[0].body
    assert "reception desk" not in mail.outbox[0].body
    assert appointment.site.name not in mail.outbox[0].body


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_text_names_neither_theme_nor_person_nor_advisor(language, capsys):
    appointment = book(language=language, email="", phone=MOBILE)
    User.objects.update(display_name="Zoe Advisor")
    acts = (ask_to_move, apologise)
    send_due_messages(now=NOW)
    for act in acts:
        act(appointment=book(language=language, email="", phone=MOBILE), now=NOW)
    send_due_messages(now=NOW)

    said = capsys.readouterr().out
    assert said.count(f"To: {MOBILE}\n") == 3
    assert f"/{language}/b/{secret_of(appointment)}/" in said
    assert not {word for word in ("Secret theme", "Zoe Advisor", "Robin") if word in said}


def test_texts_of_every_kind_call_the_place_by_its_town(capsys):
    site = SiteFactory(name="The House", city="Saint-Josse-ten-Noode (Bruxelles)")
    appointment = book(email="", phone=MOBILE, site=site)
    send_due_messages(now=NOW)
    cancel_appointment(appointment=appointment, now=NOW)
    send_due_messages(now=NOW)

    said = capsys.readouterr().out
    assert said.count(", Saint-Josse-ten-Noode. Code") == 2
    assert "The House" not in said


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "mardi 1er décembre 2026"), ("de", "Dienstag, 1. Dezember 2026"), ("en", "Tuesday 1 December 2026")],
)
def test_mail_names_the_day_with_its_weekday(language, words):
    book(language=language)

    send_due_messages(now=NOW)

    assert f" {words}\n" in mail.outbox[0].body


def test_mail_says_when_the_street_is_unknown():
    book()

    send_due_messages(now=NOW)

    assert "(street to be confirmed)" in mail.outbox[0].body


def test_mail_carries_the_calendar_file():
    appointment = book()

    send_due_messages(now=NOW)

    name, content, kind = mail.outbox[0].attachments[0]
    assert (name, kind) == ("appointment.ics", "text/calendar")
    assert Calendar.from_ical(content).walk("VEVENT")[0].decoded("dtstart") == appointment.starts_at


def test_mails_name_no_theme_no_advisor_and_no_person_in_the_subject():
    appointment = book()
    User.objects.update(display_name="Zoe Advisor")
    ShiftFactory(duty=appointment.site.duties.get(), starts_at=NEXT_WEEK + dt.timedelta(days=1))
    send_due_messages(now=NOW)
    appointment = move_appointment(appointment=appointment, starts_at=NEXT_WEEK + dt.timedelta(days=1), now=NOW)
    send_due_messages(now=NEXT_WEEK)
    cancel_appointment(appointment=appointment, now=NOW)
    ask_to_move(appointment=book(), now=NOW), apologise(appointment=book(), now=NOW)
    send_due_messages(now=NOW)

    everything = "".join(f"{m.subject} {m.body} {m.attachments}" for m in mail.outbox)
    assert sorted({m.subject for m in mail.outbox}) == [
        "A reminder of your appointment",
        "We had to cancel your appointment",
        "We have to change your appointment",
        "Your appointment has a new time",
        "Your appointment is booked",
        "Your appointment is cancelled",
    ]
    assert "Secret theme" not in everything
    assert "Zoe Advisor" not in everything
    assert "Robin" not in "".join(m.subject for m in mail.outbox)


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_mails_are_plain_text_in_every_language(language):
    book(language=language, site=SiteFactory(name="L'Étape & <Co>"))

    send_due_messages(now=NOW)

    assert "L'Étape & <Co>" in mail.outbox[0].body


def test_booking_wakes_the_worker_after_the_commit(django_capture_on_commit_callbacks, monkeypatch):
    woken = []
    monkeypatch.setattr(tasks.send_due_messages, "delay", lambda: woken.append(connection.in_atomic_block))

    with django_capture_on_commit_callbacks(execute=True):
        book()
        before = list(woken)

    assert before == []
    assert len(woken) == 1


@pytest.mark.logs_errors
@pytest.mark.django_db(transaction=True)
def test_booking_stands_when_the_broker_is_down(monkeypatch):
    def refuse():
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.send_due_messages, "delay", refuse)

    appointment = book()

    assert appointment.messages.filter(sent_at=None).count() == 3


def test_task_sends_what_is_due(monkeypatch):
    asked = []
    monkeypatch.setattr("appointments.services.send_due_messages", lambda **given: asked.append(given))

    tasks.send_due_messages(anything="an older beat may pass")

    assert set(asked[0]) == {"now"}


def test_task_extends_the_rota(monkeypatch):
    asked = []
    monkeypatch.setattr("appointments.services.extend_rota", lambda **given: asked.append(given))

    tasks.extend_rota()

    assert set(asked[0]) == {"now"}


def test_task_scrubs_past_appointments(monkeypatch):
    asked = []
    monkeypatch.setattr("appointments.services.scrub_past_appointments", lambda **given: asked.append(given))

    tasks.scrub_past_appointments(anything="an older beat may pass")

    assert set(asked[0]) == {"now"}
