"""Only this one: a single day of a duty."""

import pytest
from django.test import Client

from appointments.models import Duty, DutyChange, Shift
from sites.models import Closure, Site
from tests.appointments.planning.steps import (
    DAY,
    THIS,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    WEEK,
    advisor_of,
    local_times,
    one_day,
    text,
    url,
)
from tests.factories.sites import DeskFactory


def test_one_day_is_moved_and_the_others_stay(staff: Client, duty: Duty) -> None:
    typed = one_day(duty.advisor, on=WEDNESDAY.isoformat(), starts_at="10:00")

    answer = staff.post(url("day-change", duty.pk, TUESDAY), typed)

    shift = Shift.objects.get(stands_for_on=TUESDAY)
    assert answer.url == url("site-week") + THIS
    assert local_times(shift) == (WEDNESDAY, "10:00", "12:00")
    assert local_times(Shift.objects.get(stands_for_on=TUESDAY + WEEK)) == (TUESDAY + WEEK, "09:00", "12:00")
    assert "only this day" in text(staff.get(answer.url))


def test_one_day_is_given_to_a_colleague_at_a_desk(staff: Client, site: Site, duty: Duty) -> None:
    bert, desk = advisor_of(site, "Bert"), DeskFactory(site=site)

    staff.post(url("day-change", duty.pk, TUESDAY), one_day(bert, place=f"desk-{desk.pk}"))

    shift = Shift.objects.get(stands_for_on=TUESDAY)
    assert (shift.advisor, shift.desk) == (bert, desk)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"on": (TODAY - DAY).isoformat()}, "on"),
        ({"on": "2199-01-01"}, "on"),
        ({"ends_at": "09:00"}, "ends_at"),
        ({"advisor": "0"}, "advisor"),
        ({"starts_at": ""}, "starts_at"),
    ],
)
def test_one_day_with_a_mistake_is_refused_at_its_field(
    staff: Client, duty: Duty, typed: dict[str, str], field: str
) -> None:
    answer = staff.post(url("day-change", duty.pk, TUESDAY), one_day(duty.advisor, **typed))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_dragged_card_says_only_where_to_and_can_be_undone(staff: Client, site: Site, duty: Duty) -> None:
    answer = staff.post(url("day-move", duty.pk, TUESDAY), {"on": WEDNESDAY.isoformat()})
    moved = local_times(Shift.objects.get(stands_for_on=TUESDAY))
    week = staff.get(answer.url)
    undo = week.context["undo"]

    staff.post(undo["url"], undo["fields"])

    assert moved == (WEDNESDAY, "09:00", "12:00")
    assert "Undo" in text(week)
    assert local_times(Shift.objects.get(stands_for_on=TUESDAY)) == (TUESDAY, "09:00", "12:00")
    assert "Undo" not in text(staff.get(answer.url))


def test_undo_after_a_second_drag_gives_the_first_one_back(staff: Client, duty: Duty) -> None:
    move = url("day-move", duty.pk, TUESDAY)
    staff.post(move, {"on": WEDNESDAY.isoformat()})
    staff.get(url("site-week"))
    staff.post(move, {"on": (WEDNESDAY + DAY).isoformat()})
    undo = staff.get(url("site-week")).context["undo"]

    staff.post(undo["url"], undo["fields"])

    assert local_times(Shift.objects.get(stands_for_on=TUESDAY))[0] == WEDNESDAY


def test_card_dragged_to_a_closed_day_shows_the_form_with_the_reason(staff: Client, site: Site, duty: Duty) -> None:
    Closure.objects.create(network=site.network, site=site, first_on=WEDNESDAY, last_on=WEDNESDAY)

    answer = staff.post(url("day-move", duty.pk, TUESDAY), {"on": WEDNESDAY.isoformat()})

    assert answer.status_code == 422
    assert "closed" in answer.context["form"].errors["on"][0]
    assert f'action="{url("day-change", duty.pk, TUESDAY)}"' in text(answer)


def test_one_day_is_switched_off_and_put_back(staff: Client, duty: Duty) -> None:
    staff.post(url("day-change", duty.pk, TUESDAY), {"off": "1"})
    is_off = not Shift.objects.filter(stands_for_on=TUESDAY).exists()

    staff.post(url("day-restore", duty.pk, TUESDAY))

    assert is_off
    assert Shift.objects.filter(stands_for_on=TUESDAY).exists()
    assert not DutyChange.objects.exists()


@pytest.mark.parametrize("day", [WEDNESDAY, "never", "2026-W48x"])
def test_day_that_the_duty_does_not_have_is_not_there(staff: Client, duty: Duty, day: object) -> None:
    assert staff.get(url("day-change", duty.pk, day)).status_code == 404


def test_link_of_a_card_can_wish_a_day_and_a_person(staff: Client, site: Site, duty: Duty) -> None:
    bert = advisor_of(site, "Bert")

    form = staff.get(f"{url('day-change', duty.pk, TUESDAY)}?on={WEDNESDAY}&advisor={bert.pk}").context["form"]

    assert (str(form["on"].value()), str(form["advisor"].value())) == (str(WEDNESDAY), str(bert.pk))
