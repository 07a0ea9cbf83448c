import datetime as dt

import pytest

from appointments.enums import Remedy, State
from appointments.models import Absence, Appointment, Duty, Shift
from appointments.services import (
    OrphanedAppointments,
    Resolution,
    count_orphans,
    expand_duty,
    extend_rota,
    failures_at,
    find_orphans,
    send_due_messages,
    settle_orphans,
)
from sites.enums import Role
from sites.models import Closure, SpecialHours
from sites.services import consequences_of_hours, end_membership
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, DutyFactory, ServiceFactory
from tests.factories.sites import MembershipFactory, SiteFactory, ThemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

TUESDAY = TUESDAY_AT_9.date()
WEEK = dt.timedelta(weeks=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def theme(site):
    theme = ThemeFactory()
    ServiceFactory(network=site.network, theme=theme)
    return theme


def on_duty(site, theme, **more):
    member = MembershipFactory(site=site, role=Role.ADVISOR)
    duty = DutyFactory(site=site, advisor=member.user, themes=[theme], **more)
    expand_duty(duty=duty, now=NOW)
    return duty


def book(duty, *, starts_at=TUESDAY_AT_9, **more):
    service = duty.site.network.services.get()
    return AppointmentFactory(site=duty.site, service=service, advisor=duty.advisor, starts_at=starts_at, **more)


def close(site, *, last_on=TUESDAY):
    Closure.objects.create(network=site.network, site=site, first_on=TUESDAY, last_on=last_on, reason_fr="Fermé")


def found(site):
    return [orphan.appointment for orphan in find_orphans(site=site, now=NOW)]


def test_day_closed_later_leaves_orphans_before_and_after_the_night(site, theme):
    duty = on_duty(site, theme)
    booked, _next_week = book(duty), book(duty, starts_at=TUESDAY_AT_9 + WEEK)
    assert found(site) == []
    close(site)

    before = found(site)
    extend_rota(now=NOW)

    assert not Shift.objects.filter(stands_for_on=TUESDAY).exists()
    assert (before, found(site)) == ([booked], [booked])
    assert count_orphans(site=site, now=NOW) == 1


def test_special_hours_leave_those_outside_them(site, theme):
    duty = on_duty(site, theme)
    early, _late = book(duty), book(duty, starts_at=TUESDAY_AT_9 + HOUR)
    SpecialHours.objects.create(site=site, day=TUESDAY, opens_at=dt.time(10), closes_at=dt.time(12))

    assert found(site) == [early]


def test_who_left_leaves_orphans_and_a_colleague_is_named(site, theme):
    duty, other = on_duty(site, theme), on_duty(site, theme)
    booked = book(duty)
    manager = MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=site.network).user
    end_membership(membership=duty.advisor.memberships.get(), by=manager, now=NOW)

    [orphan] = find_orphans(site=site, now=NOW)

    assert (orphan.appointment, orphan.colleagues) == (booked, (other.advisor,))
    assert orphan.slots[-1].starts_at > TUESDAY_AT_9 + HOUR


def test_nobody_is_named_for_a_day_closed_since(site, theme):
    duty, _other = on_duty(site, theme), on_duty(site, theme)
    book(duty)
    close(site)

    [orphan] = find_orphans(site=site, now=NOW)

    assert orphan.colleagues == ()
    assert {slot.starts_at for slot in orphan.slots} & {TUESDAY_AT_9 + WEEK}
    assert not [slot for slot in orphan.slots if slot.starts_at.date() == TUESDAY]


@pytest.mark.parametrize(
    "given",
    [
        {"starts_at": TUESDAY_AT_9 - WEEK},
        {"state": State.CANCELLED, "cancelled_at": NOW},
        {"state": State.TO_MOVE},
        {"starts_at": TUESDAY_AT_9 + 9 * HOUR, "is_overbooked": True},
    ],
)
def test_past_settled_and_overbooked_ones_are_no_orphans(site, theme, given):
    book(on_duty(site, theme), **given)

    assert found(site) == []


def test_overbooked_one_is_an_orphan_on_a_closed_day(site, theme):
    booked = book(on_duty(site, theme), is_overbooked=True)
    close(site)

    assert found(site) == [booked]


def test_overbooked_one_is_an_orphan_while_its_advisor_is_away(site, theme):
    duty = on_duty(site, theme)
    booked = book(duty, starts_at=TUESDAY_AT_9 + 9 * HOUR, is_overbooked=True)
    book(duty, starts_at=TUESDAY_AT_9 + 10 * HOUR, is_overbooked=True)
    Absence.objects.create(advisor=duty.advisor, starts_at=booked.starts_at, ends_at=booked.starts_at + HOUR)

    assert found(site) == [booked]


def test_orphans_elsewhere_are_others_business(site, theme):
    book(on_duty(site, theme))
    close(site)

    assert found(SiteFactory(network=site.network)) == []


def test_answers_are_carried_out_and_the_others_stay(site, theme):
    duty = on_duty(site, theme)
    cancelled, moved, left = (book(duty, starts_at=TUESDAY_AT_9 + number * HOUR) for number in range(3))
    close(site)
    later = TUESDAY_AT_9 + WEEK
    answers = {cancelled.pk: Resolution(Remedy.CANCEL), moved.pk: Resolution(Remedy.MOVE, starts_at=later)}

    count = settle_orphans(site=site, resolutions=answers, now=NOW)

    moved.refresh_from_db()
    assert (count, moved.starts_at) == (2, later)
    assert found(site) == [left]


def test_whom_nothing_tells_of_another_time_is_listed_for_staff(site, theme):
    booked = book(on_duty(site, theme))
    close(site)
    answers = {booked.pk: Resolution(Remedy.MOVE, starts_at=TUESDAY_AT_9 + WEEK)}

    settle_orphans(site=site, resolutions=answers, now=NOW)

    [entry] = failures_at(sites=[site], now=NOW)
    assert (entry.about, entry.reader) == (booked, None)
    assert [(one.kind, one.failure) for one in entry.messages] == [("MOVED", "UNREACHABLE")]
    assert send_due_messages(now=NOW) == 0


def test_impossible_answer_takes_back_the_others_and_is_named(site, theme):
    duty, other = on_duty(site, theme), on_duty(site, theme)
    first, second, _third = (book(duty, starts_at=TUESDAY_AT_9 + number * HOUR) for number in range(3))
    close(site)
    answers = {
        first.pk: Resolution(Remedy.CANCEL),
        second.pk: Resolution(Remedy.KEEP_WITH, advisor_id=other.advisor_id),
    }

    with pytest.raises(OrphanedAppointments) as refused:
        settle_orphans(site=site, resolutions=answers, now=NOW)

    assert [(one.appointment, bool(one.problem)) for one in refused.value.orphans] == [(first, False), (second, True)]
    assert Appointment.objects.active().count() == 3


def test_answer_about_one_that_is_received_again_or_elsewhere_changes_nothing(site, theme):
    here, elsewhere = book(on_duty(site, theme)), book(on_duty(SiteFactory(network=site.network), theme))
    Duty.objects.filter(site=elsewhere.site).delete()
    answers = {one.pk: Resolution(Remedy.CANCEL) for one in (here, elsewhere)}

    assert settle_orphans(site=site, resolutions=answers, now=NOW) == 0

    assert Appointment.objects.active().count() == 2


def test_whoever_saved_the_closing_day_is_told(site, theme):
    book(on_duty(site, theme))
    before = consequences_of_hours(site=site, now=NOW)
    close(site)

    [sentence] = consequences_of_hours(site=site, now=NOW)

    assert before == []
    assert sentence.startswith("1 appointment here has nobody to receive it now.")


@pytest.mark.parametrize("count", [1, 3])
def test_one_and_three_orphans_take_the_same_queries(site, theme, django_assert_num_queries, count):
    duty, _other = on_duty(site, theme), on_duty(site, theme)
    for number in range(count):
        book(duty, starts_at=TUESDAY_AT_9 + number * HOUR)
    close(site)

    with django_assert_num_queries(3):
        count_orphans(site=site, now=NOW)
    with django_assert_num_queries(11):
        assert len(find_orphans(site=site, now=NOW)) == count
