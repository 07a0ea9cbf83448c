"""A change that touches appointments asks what becomes of each before anything is saved."""

import re
from typing import Any

import pytest
from django.test import Client

from appointments.enums import State
from appointments.models import Absence, Appointment, Duty, DutyChange, Shift
from sites.models import Site, Theme
from tests.appointments.planning.steps import THIS, TODAY, TUESDAY, WEDNESDAY, WEEK, advisor_of, planned, text, url
from tests.factories.appointments import AppointmentFactory, DutyFactory
from tests.factories.visitors import VisitorFactory


@pytest.fixture
def booked(site: Site, duty: Duty) -> Appointment:
    shift = Shift.objects.get(stands_for_on=TUESDAY)
    service = site.network.services.get()
    appointment: Appointment = AppointmentFactory(
        site=site, service=service, advisor=duty.advisor, starts_at=shift.starts_at, visitor=VisitorFactory()
    )
    return appointment


def choice(appointment: Appointment, remedy: str, **more: object) -> dict[str, Any]:
    start = f"orphan-{appointment.pk}"
    return {f"{start}-remedy": remedy, **{f"{start}-{name}": value for name, value in more.items()}}


def hidden_fields(answer: Any) -> dict[str, str]:
    form = answer.content.decode().split('class="planning-form"')[1]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


def test_change_asks_about_the_appointments_it_touches_and_saves_nothing(
    staff: Client, duty: Duty, booked: Appointment
) -> None:
    answer = staff.post(url("day-change", duty.pk, TUESDAY), {"off": "1"})

    page = text(answer)
    assert answer.status_code == 409
    assert "This change touches 1 appointment" in page
    assert all(words in page for words in (str(booked), "Work", "Français", "The visitor can be told by e-mail"))
    assert "robin" not in page.lower()
    assert Shift.objects.filter(stands_for_on=TUESDAY).exists()
    assert not DutyChange.objects.exists()


def test_visitor_without_an_address_is_told_of_to_the_coordinator(
    staff: Client, duty: Duty, booked: Appointment
) -> None:
    Appointment.objects.update(visitor=None)

    answer = staff.post(url("day-change", duty.pk, TUESDAY), {"off": "1"})

    [form] = answer.context["step"].forms
    assert "The visitor left no address" in text(answer)
    assert [value for value, _words in form.fields["remedy"].choices] == ["MOVE", "CANCEL"]
    assert "another time (the visitor does not know until they come or call)" in text(answer)


def test_change_is_saved_with_a_colleague_for_the_appointment(
    staff: Client, site: Site, theme: Theme, duty: Duty, booked: Appointment
) -> None:
    bert = advisor_of(site, "Bert")
    planned(DutyFactory(site=site, advisor=bert, themes=[theme], first_on=TODAY))
    sent = {"off": "1", **choice(booked, "KEEP_WITH", colleague=bert.pk)}

    answer = staff.post(url("day-change", duty.pk, TUESDAY), sent)

    booked.refresh_from_db()
    assert answer.url == url("site-week") + THIS
    assert (booked.advisor, booked.state) == (bert, State.BOOKED)
    assert not Shift.objects.filter(stands_for_on=TUESDAY, duty=duty).exists()
    assert staff.get(answer.url).context["undo"] is None


def test_change_is_saved_with_another_time_for_the_appointment(staff: Client, duty: Duty, booked: Appointment) -> None:
    asked = staff.post(url("day-change", duty.pk, TUESDAY), {"off": "1"})
    moments = asked.context["step"].forms[0].fields["moment"].choices
    later = next(value for value, _words in moments if value.startswith(str(TUESDAY + WEEK)))

    staff.post(url("day-change", duty.pk, TUESDAY), {"off": "1", **choice(booked, "MOVE", moment=later)})

    booked.refresh_from_db()
    assert booked.starts_at.isoformat() == later


@pytest.mark.parametrize(("remedy", "state"), [("OFFER", State.TO_MOVE), ("CANCEL", State.CANCELLED)])
def test_change_is_saved_and_the_visitor_asked_or_told(
    staff: Client, duty: Duty, booked: Appointment, remedy: str, state: State
) -> None:
    staff.post(url("duty-end", duty.pk), {"last_on": TODAY.isoformat(), **choice(booked, remedy)})

    booked.refresh_from_db()
    assert booked.state == state
    assert not Shift.objects.filter(stands_for_on=TUESDAY).exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"remedy": ""}, "remedy"),
        ({"remedy": "FORGET"}, "remedy"),
        ({"remedy": "KEEP_WITH"}, "remedy"),
        ({"remedy": "MOVE"}, "moment"),
        ({"remedy": "MOVE", "moment": "2001-01-01T08:00:00+00:00"}, "moment"),
        ({"remedy": "MOVE", "moment": "soon"}, "moment"),
    ],
)
def test_choice_that_is_none_is_refused_and_everything_kept(
    staff: Client, duty: Duty, booked: Appointment, sent: dict[str, str], field: str
) -> None:
    answer = staff.post(url("day-change", duty.pk, TUESDAY), {"off": "1", **choice(booked, **sent)})

    assert answer.status_code == 422
    assert field in answer.context["step"].forms[0].errors
    assert hidden_fields(answer)["off"] == "1"
    assert Shift.objects.filter(stands_for_on=TUESDAY).exists()


def test_one_choice_is_made_for_all(staff: Client, site: Site, duty: Duty, booked: Appointment) -> None:
    AppointmentFactory(site=site, service=booked.service, advisor=duty.advisor, starts_at=booked.starts_at + WEEK)
    sent = {"last_on": TODAY.isoformat(), "for_all": "CANCEL", "fill": "1"}

    answer = staff.post(url("duty-end", duty.pk), sent)

    forms = answer.context["step"].forms
    assert answer.status_code == 409
    assert [form["remedy"].value() for form in forms] == ["CANCEL", "CANCEL"]
    assert hidden_fields(answer)["last_on"] == TODAY.isoformat()
    assert "This change touches 2 appointments" in text(answer)
    assert 'name="fill" value="1" formnovalidate' in text(answer)


def test_for_all_offers_what_is_possible_for_one_at_least_and_presets_nothing(
    staff: Client, site: Site, duty: Duty, booked: Appointment
) -> None:
    AppointmentFactory(site=site, service=booked.service, advisor=duty.advisor, starts_at=booked.starts_at + WEEK)

    answer = staff.post(url("duty-end", duty.pk), {"last_on": TODAY.isoformat()})

    for_all = answer.context["step"].for_all["for_all"]
    assert [value for value, _words in for_all.field.choices] == ["", "OFFER", "CANCEL"]
    assert not for_all.value()
    assert not for_all.field.required


def test_answer_about_what_a_colleague_settled_meanwhile_is_told_of(
    staff: Client, duty: Duty, booked: Appointment
) -> None:
    Appointment.objects.update(state=State.TO_MOVE)

    answer = staff.post(url("day-change", duty.pk, TUESDAY), {"off": "1", **choice(booked, "CANCEL")}, follow=True)

    assert "has decided meanwhile about 1 appointment." in text(answer)


def test_dragged_card_with_an_appointment_asks_and_goes_on_by_the_form(
    staff: Client, duty: Duty, booked: Appointment
) -> None:
    asked = staff.post(url("day-move", duty.pk, TUESDAY), {"on": WEDNESDAY.isoformat()})
    sent = {**hidden_fields(asked), **choice(booked, "CANCEL")}

    answer = staff.post(url("day-change", duty.pk, TUESDAY), sent)

    assert asked.status_code == 409
    assert f'action="{url("day-change", duty.pk, TUESDAY)}"' in text(asked)
    assert answer.status_code == 302
    assert DutyChange.objects.get().on == WEDNESDAY


def test_absence_asks_too_and_keeps_what_was_typed(staff: Client, duty: Duty, booked: Appointment) -> None:
    typed = {"advisor": duty.advisor_id, "first_on": TUESDAY.isoformat(), "starts_at": "08:00", "ends_at": "10:00"}

    asked = staff.post(url("absence-add"), typed)
    is_saved_too_early = Absence.objects.exists()
    answer = staff.post(url("absence-add"), {**hidden_fields(asked), **choice(booked, "OFFER")})

    booked.refresh_from_db()
    assert asked.status_code == 409
    assert not is_saved_too_early
    assert answer.status_code == 302
    assert Absence.objects.get().advisor == duty.advisor
    assert booked.state == State.TO_MOVE
