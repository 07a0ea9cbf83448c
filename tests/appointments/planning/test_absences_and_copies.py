"""Absences of colleagues, and the planning of a week once more."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from appointments.forms.weeks import week_named, week_number
from appointments.models import Absence, Duty, Service, Shift
from appointments.rules import RotaError
from appointments.services import copy_week
from sites.models import Closure, Site, Theme, User
from tests.appointments.planning.steps import DAY, TODAY, TUESDAY, WEDNESDAY, WEEK, advisor_of, planned, text, url
from tests.factories.appointments import DutyFactory
from tests.factories.sites import SiteFactory

TO = week_number(TUESDAY + WEEK)


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ({}, 24),
        ({"last_on": WEDNESDAY.isoformat()}, 48),
        ({"starts_at": "12:00"}, 12),
        ({"starts_at": "09:00", "ends_at": "10:30"}, 1.5),
    ],
)
def test_absence_is_of_whole_days_or_from_one_time_to_another(
    staff: Client, anna: User, typed: dict[str, str], hours: float
) -> None:
    answer = staff.post(url("absence-add"), {"advisor": anna.pk, "first_on": TUESDAY.isoformat(), **typed})

    absence = Absence.objects.get()
    assert answer.status_code == 302
    assert (absence.ends_at - absence.starts_at) / dt.timedelta(hours=1) == pytest.approx(hours, abs=1)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"advisor": ""}, "advisor"),
        ({"first_on": ""}, "first_on"),
        ({"first_on": "2001-01-01"}, "first_on"),
        ({"last_on": TODAY.isoformat()}, "last_on"),
        ({"last_on": "2199-01-01"}, "last_on"),
        ({"starts_at": "10:00", "ends_at": "09:00"}, "ends_at"),
    ],
)
def test_absence_with_a_mistake_is_refused_at_its_field(
    staff: Client, anna: User, typed: dict[str, str], field: str
) -> None:
    answer = staff.post(url("absence-add"), {"advisor": anna.pk, "first_on": TUESDAY.isoformat(), **typed})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Absence.objects.exists()


def test_absence_is_removed_and_the_shift_comes_back(staff: Client, duty: Duty) -> None:
    staff.post(url("absence-add"), {"advisor": duty.advisor_id, "first_on": TUESDAY.isoformat()})
    is_away = not Shift.objects.filter(stands_for_on=TUESDAY).exists()

    page = staff.get(url("absence-remove", Absence.objects.get().pk))
    staff.post(url("absence-remove", Absence.objects.get().pk))

    assert is_away
    assert "Anna" in text(page)
    assert Shift.objects.filter(stands_for_on=TUESDAY).exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, f": {TUESDAY.day} {TUESDAY:%B %Y}, the whole day"),
        ({"last_on": f"{WEDNESDAY}"}, f"to {WEDNESDAY.day} {WEDNESDAY:%B %Y}, whole days"),
    ],
)
def test_absence_of_whole_days_is_named_by_its_days(
    staff: Client, anna: User, typed: dict[str, str], words: str
) -> None:
    staff.post(url("absence-add"), {"advisor": anna.pk, "first_on": TUESDAY.isoformat(), **typed})

    assert words in text(staff.get(url("absence-remove", Absence.objects.get().pk)))


def test_absence_of_somebody_elsewhere_is_not_there(staff: Client) -> None:
    stranger = advisor_of(SiteFactory(), "Zoë")
    now = timezone.now()
    absence = Absence.objects.create(advisor=stranger, starts_at=now, ends_at=now + DAY)

    assert staff.get(url("absence-remove", absence.pk)).status_code == 404


@pytest.fixture
def once(site: Site, theme: Theme, anna: User) -> Duty:
    return planned(DutyFactory(site=site, advisor=anna, themes=[theme], first_on=TUESDAY, last_on=TUESDAY))


def test_copy_shows_first_what_it_would_do_and_saves_nothing(staff: Client, site: Site, once: Duty) -> None:
    Closure.objects.create(
        network=site.network, site=site, first_on=WEDNESDAY + WEEK, last_on=WEDNESDAY + WEEK, reason_en="Staff day"
    )
    bert = advisor_of(site, "Bert")
    themes = list(once.themes.all())
    planned(DutyFactory(site=site, advisor=bert, themes=themes, weekday=3, first_on=WEDNESDAY, last_on=WEDNESDAY))

    answer = staff.get(url("week-copy"), {"week": week_number(TUESDAY), "to_monday": TO})

    page = text(answer)
    assert [duty.advisor.display_name for duty in answer.context["preview"].duties] == ["Anna"]
    assert [one.advisor for one in answer.context["preview"].skipped] == [bert]
    assert "1 duty would be copied" in page
    assert "The place is closed on this day" in page
    assert Duty.objects.count() == 2


def test_copy_leaves_out_who_has_left_and_says_so(staff: Client, once: Duty) -> None:
    once.advisor.memberships.get().delete()

    page = text(staff.get(url("week-copy"), {"week": week_number(TUESDAY), "to_monday": TO}))

    assert "There is nothing to copy to that week" in page
    assert 'Anna <span class="muted">– Not an advisor here.' in page


def test_week_is_copied(staff: Client, once: Duty) -> None:
    answer = staff.post(url("week-copy"), {"week": week_number(TUESDAY), "to_monday": TO})

    assert answer.url == f"{url('site-week')}?week={TO}"
    assert "1 duty is copied" in text(staff.get(answer.url))
    assert Shift.objects.filter(stands_for_on=TUESDAY + WEEK, advisor=once.advisor).exists()


@pytest.mark.parametrize("to", ["", "x", "2001-W01", week_number(TODAY + 26 * WEEK)])
def test_copy_to_a_week_that_is_not_offered_or_not_planned_is_refused(staff: Client, once: Duty, to: str) -> None:
    answer = staff.post(url("week-copy"), {"week": week_number(TUESDAY), "to_monday": to})

    assert answer.status_code == 422
    assert answer.context["form"].errors["to_monday"]
    assert Duty.objects.count() == 1


@pytest.mark.parametrize("later", range(7))
def test_copy_offers_each_week_that_is_planned_to_its_end_and_no_other(
    staff: Client, site: Site, theme: Theme, later: int
) -> None:
    Service.objects.update(horizon_days=70 + later)
    now = timezone.now()

    page = staff.get(url("week-copy"), {"week": week_number(TODAY - WEEK)})

    offered = [week_named(code) for code, _words in page.context["form"].fields["to_monday"].choices]
    last, this = offered[-1], TODAY - TODAY.weekday() * DAY
    assert last is not None
    assert offered == [this + number * WEEK for number in range(len(offered))]
    copy_week(site=site, monday=this - WEEK, to_monday=last, now=now)
    with pytest.raises(RotaError):
        copy_week(site=site, monday=this - WEEK, to_monday=last + WEEK, now=now)


def test_copy_of_a_week_that_is_none_begins_with_this_week(staff: Client) -> None:
    answer = staff.get(url("week-copy"), {"week": "never"})

    assert answer.context["monday"] == TODAY - TODAY.weekday() * DAY
