"""Duties by their forms."""

import re
from typing import Any

import pytest
from django.test import Client

from appointments.models import Duty, Shift
from citemetiers.kernel.dates import date_words
from sites.models import Site, Theme, User
from tests.appointments.planning.steps import (
    DAY,
    THIS,
    TODAY,
    TUESDAY,
    advisor_of,
    local_times,
    new_duty,
    planned,
    text,
    url,
)
from tests.factories.appointments import DutyFactory
from tests.factories.sites import RoomFactory

OWN_RULE = "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,TH"


@pytest.mark.parametrize(
    ("typed", "weekday", "recurrence"),
    [
        ({}, 2, ""),
        ({"rhythm": "FORTNIGHTLY"}, None, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ({"rhythm": "MONTHLY", "nth": "-1"}, None, "FREQ=MONTHLY;BYDAY=-1TU"),
        ({"rhythm": "ONCE", "weekday": "5"}, 2, ""),
        ({"rhythm": "OWN", "recurrence": OWN_RULE}, None, OWN_RULE),
        ({"rhythm": "OWN", "recurrence": f" {OWN_RULE.lower()} "}, None, OWN_RULE),
    ],
)
def test_duty_is_added_in_each_rhythm_and_shown_again_in_it(
    staff: Client, site: Site, theme: Theme, anna: User, typed: dict[str, str], weekday: int | None, recurrence: str
) -> None:
    answer = staff.post(url("duty-add"), new_duty(anna, theme, **typed))

    duty = Duty.objects.get()
    shown = staff.get(url("duty-edit", duty.pk)).context["form"]["rhythm"].value()
    assert answer.url == url("site-week") + THIS
    assert (duty.weekday, duty.recurrence) == (weekday, recurrence)
    assert (duty.last_on == TUESDAY) == (typed.get("rhythm") == "ONCE")
    assert shown == typed.get("rhythm", "WEEKLY")
    assert Shift.objects.filter(duty=duty, advisor=anna, site=site).exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"advisor": ""}, "advisor"),
        ({"advisor": "99999999999999999999"}, "advisor"),
        ({"weekday": ""}, "weekday"),
        ({"rhythm": "OWN", "recurrence": "FREQ=HOURLY"}, "recurrence"),
        ({"rhythm": "OWN", "recurrence": ""}, "recurrence"),
        ({"rhythm": "OWN", "recurrence": "FREQ=DAILY;COUNT=0"}, "recurrence"),
        ({"ends_at": "08:00"}, "ends_at"),
        ({"first_on": (TODAY - DAY).isoformat()}, "first_on"),
        ({"first_on": "2199-01-01"}, "first_on"),
        ({"last_on": TODAY.isoformat()}, "last_on"),
        ({"themes": []}, "themes"),
        ({"themes": ["x"]}, "themes"),
        ({"languages": []}, "languages"),
        ({"channels": ["PIGEON"]}, "channels"),
        ({"place": "desk-77"}, "place"),
        ({"starts_at": "nine"}, "starts_at"),
    ],
)
def test_duty_with_a_mistake_is_refused_at_its_field_and_kept(
    staff: Client, theme: Theme, anna: User, typed: dict[str, Any], field: str
) -> None:
    answer = staff.post(url("duty-add"), new_duty(anna, theme, **typed))

    form = answer.context["form"]
    assert answer.status_code == 422
    assert list(form.errors) == [field]
    assert form.data["languages" if field != "languages" else "ends_at"]
    assert not Duty.objects.exists()


@pytest.mark.parametrize("later", range(1, 7))
def test_rhythm_of_two_weeks_begins_on_its_day(staff: Client, theme: Theme, anna: User, later: int) -> None:
    first_on = TUESDAY + later * DAY
    typed = {"rhythm": "FORTNIGHTLY", "first_on": first_on.isoformat()}

    refused = staff.post(url("duty-add"), new_duty(anna, theme, **typed))
    staff.post(url("duty-add"), new_duty(anna, theme, **typed | {"first_on": (TUESDAY + 7 * DAY).isoformat()}))

    said = refused.context["form"].errors["first_on"][0]
    assert date_words(TUESDAY + 7 * DAY, "WEEKDAY_DATE_FORMAT") in said
    assert date_words(TUESDAY + 14 * DAY, "WEEKDAY_DATE_FORMAT") in said
    assert Shift.objects.earliest("starts_at").stands_for_on == TUESDAY + 7 * DAY


def test_rhythm_that_began_on_another_day_before_is_left_alone(
    staff: Client, site: Site, theme: Theme, anna: User
) -> None:
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"
    first_on = TUESDAY + DAY
    duty = DutyFactory(site=site, advisor=anna, themes=[theme], weekday=None, recurrence=rule, first_on=first_on)
    typed = {"rhythm": "FORTNIGHTLY", "first_on": first_on.isoformat(), "starts_at": "10:00"}

    answer = staff.post(url("duty-edit", duty.pk), new_duty(anna, theme, **typed))

    assert answer.status_code == 302


def test_duty_in_a_room_that_is_taken_is_refused_at_the_room(
    staff: Client, site: Site, theme: Theme, anna: User
) -> None:
    room = RoomFactory(site=site)
    planned(DutyFactory(site=site, themes=[theme], room=room, first_on=TODAY))

    answer = staff.post(url("duty-add"), new_duty(anna, theme, place=f"room-{room.pk}"))

    assert answer.status_code == 422
    assert "already used" in answer.context["form"].errors["place"][0]


def test_duty_is_changed_and_its_shifts_follow(staff: Client, theme: Theme, duty: Duty) -> None:
    answer = staff.post(url("duty-edit", duty.pk), new_duty(duty.advisor, theme, starts_at="10:00"))

    assert answer.status_code == 302
    assert local_times(Shift.objects.get(stands_for_on=TUESDAY))[1] == "10:00"


def test_duty_changed_by_a_colleague_meanwhile_is_shown_before_it_is_overwritten(
    staff: Client, theme: Theme, duty: Duty
) -> None:
    seen = staff.get(url("duty-edit", duty.pk)).context["seen"]
    Duty.objects.update(ends_at="11:00")
    typed = new_duty(duty.advisor, theme, starts_at="10:00")

    refused = staff.post(url("duty-edit", duty.pk), {**typed, "seen": seen})
    is_kept = Duty.objects.get().ends_at.hour == 11
    answer = staff.post(url("duty-edit", duty.pk), {**typed, "seen": refused.context["seen"]})

    assert refused.status_code == 409
    assert all(
        words in text(refused) for words in ("The duty as it is now", "09:00–11:00", "Save again", theme.name_en)
    )
    assert is_kept
    assert (answer.status_code, Duty.objects.get().ends_at.hour) == (302, 12)


def test_changed_days_and_days_left_alone_are_said(staff: Client, site: Site, theme: Theme, duty: Duty) -> None:
    planned(DutyFactory(site=site, advisor=duty.advisor, themes=[theme], first_on=TUESDAY, last_on=TUESDAY, weekday=3))
    other = new_duty(duty.advisor, theme, weekday=3, starts_at="13:00", ends_at="14:00")

    changed = staff.post(url("duty-edit", duty.pk), new_duty(duty.advisor, theme, ends_at="11:00"), follow=True)
    added = staff.post(url("duty-add"), {**other, "weekday": 3}, follow=True)

    assert re.search(r"Changed on \d+ days\.", text(changed))
    assert re.search(r"Saved: \d+ new days to book\.", text(added))


def typed_for(duty: Duty, theme: Theme, **changed: Any) -> dict[str, Any]:
    return new_duty(duty.advisor, theme, first_on=duty.first_on.isoformat(), **changed)


@pytest.mark.parametrize("why", ["left", "account closed"])
@pytest.mark.parametrize("last_on", ["", TODAY.isoformat(), TUESDAY.isoformat()])
def test_duty_of_who_has_left_does_not_go_on(staff: Client, theme: Theme, duty: Duty, why: str, last_on: str) -> None:
    Shift.objects.all().delete()
    Duty.objects.update(last_on=TODAY - DAY)
    if why == "left":
        duty.advisor.memberships.get().delete()
    else:
        User.objects.filter(pk=duty.advisor_id).update(is_active=False)

    answer = staff.post(url("duty-edit", duty.pk), typed_for(duty, theme, last_on=last_on))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["advisor"]
    assert "Anna is not an advisor here." in text(answer)
    assert (Duty.objects.get().last_on, Shift.objects.exists()) == (TODAY - DAY, False)


def test_duty_of_who_has_left_is_corrected_while_it_is_over_and_given_to_a_colleague(
    staff: Client, site: Site, theme: Theme, duty: Duty
) -> None:
    duty.advisor.memberships.get().delete()
    bert = advisor_of(site, "Bert")

    over = staff.post(url("duty-edit", duty.pk), typed_for(duty, theme, last_on=f"{TODAY - DAY}"))
    given = staff.post(url("duty-edit", duty.pk), typed_for(duty, theme, advisor=bert.pk))

    assert (over.status_code, given.status_code) == (302, 302)
    assert Duty.objects.get().advisor == bert


def test_duty_ends_on_a_day(staff: Client, duty: Duty) -> None:
    answer = staff.post(url("duty-end", duty.pk), {"last_on": TUESDAY.isoformat()})

    assert answer.status_code == 302
    assert not Shift.objects.filter(stands_for_on__gt=TUESDAY).exists()
    assert Duty.objects.get().last_on == TUESDAY


def test_duty_of_who_has_left_ends_earlier_but_no_later(staff: Client, duty: Duty) -> None:
    Duty.objects.update(last_on=TUESDAY)
    duty.advisor.memberships.get().delete()

    later = staff.post(url("duty-end", duty.pk), {"last_on": f"{TUESDAY + DAY}"})
    earlier = staff.post(url("duty-end", duty.pk), {"last_on": f"{TODAY - DAY}"})
    again = staff.post(url("duty-end", duty.pk), {"last_on": f"{TODAY}"})

    assert (later.status_code, earlier.status_code, again.status_code) == (422, 302, 422)
    assert "Anna is not an advisor here" in later.context["form"].errors["last_on"][0]
    assert Duty.objects.get().last_on == TODAY - DAY


def test_duty_to_come_is_removed(staff: Client, site: Site, theme: Theme, anna: User) -> None:
    duty = planned(DutyFactory(site=site, advisor=anna, themes=[theme], first_on=TUESDAY))

    page = staff.get(url("duty-end", duty.pk))
    answer = staff.post(url("duty-end", duty.pk), {"remove": "1"})

    assert "removed altogether" in text(page)
    assert answer.status_code == 302
    assert not Duty.objects.exists()


@pytest.mark.parametrize("last_on", ["", "x", "2001-01-01", "2199-01-01"])
def test_duty_with_a_wrong_end_is_refused(staff: Client, duty: Duty, last_on: str) -> None:
    answer = staff.post(url("duty-end", duty.pk), {"last_on": last_on})

    assert answer.status_code == 422
    assert answer.context["form"].errors["last_on"]


def test_form_begins_on_the_day_and_with_the_person_of_the_cell(staff: Client, theme: Theme, anna: User) -> None:
    form = staff.get(f"{url('duty-add')}?day={TUESDAY}&advisor={anna.pk}").context["form"]

    assert (form["weekday"].value(), form["first_on"].value()) == (2, TUESDAY)
    assert str(form["advisor"].value()) == str(anna.pk)
