import datetime as dt

import pytest

from appointments.enums import State
from appointments.models import Absence, Appointment, Duty, DutyChange, Shift
from appointments.services import expand_duty, extend_rota, find_free_slots
from sites.enums import Role
from sites.services import change_role, consequences_of_ending, end_membership
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, DutyFactory, ServiceFactory
from tests.factories.sites import MembershipFactory, SiteFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
WEEK = dt.timedelta(weeks=1)


def member(**more):
    return MembershipFactory(**{"role": Role.ADVISOR, **more})


def duty_of(membership, *, site=None, **more):
    duty = DutyFactory(advisor=membership.user, site=site or membership.site, **more)
    expand_duty(duty=duty, now=NOW)
    return duty


def leave(membership):
    network = membership.network or membership.site.network
    by = MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=network).user
    end_membership(membership=membership, by=by, now=NOW)


def test_no_new_moment_is_offered_in_the_name_of_who_left_and_appointments_stand():
    membership, theme = member(), ThemeFactory()
    service = ServiceFactory(network=membership.site.network, theme=theme)
    duty = duty_of(membership, themes=[theme])
    booked = AppointmentFactory(advisor=membership.user, site=membership.site, service=service)
    search = {"sites": [membership.site], "theme": theme, "language": "fr", "now": NOW}
    assert find_free_slots(**search)

    leave(membership)

    duty.refresh_from_db()
    booked.refresh_from_db()
    assert duty.last_on == TODAY - dt.timedelta(days=1)
    assert not find_free_slots(**search)
    assert (booked.state, booked.advisor, booked.starts_at) == (State.BOOKED, membership.user, TUESDAY_AT_9)


def test_rota_does_not_bring_back_who_left():
    membership = member()
    duty_of(membership)
    leave(membership)

    extend_rota(now=NOW + WEEK)

    assert not Shift.objects.filter(ends_at__gt=NOW).exists()


def test_shift_of_the_past_stays_and_that_of_this_minute_ends():
    membership = member()
    duty = duty_of(membership, weekday=TODAY.isoweekday())
    past = Shift.objects.create(
        duty=duty,
        advisor=duty.advisor,
        site=duty.site,
        starts_at=NOW - WEEK,
        ends_at=NOW - WEEK + dt.timedelta(hours=3),
        stands_for_on=TODAY - WEEK,
    )
    assert duty.shifts.count() > 1

    leave(membership)

    assert list(Shift.objects.all()) == [past]


def test_duty_that_has_not_begun_goes_and_one_long_over_stays_as_it_was():
    membership = member()
    duty_of(membership, first_on=TODAY)
    over = duty_of(membership, last_on=dt.date(2026, 6, 30))

    leave(membership)

    assert list(Duty.objects.values_list("pk", "last_on")) == [(over.pk, dt.date(2026, 6, 30))]


def test_duties_elsewhere_and_of_others_stay():
    membership = member()
    elsewhere = duty_of(member(user=membership.user))
    colleague = duty_of(member(site=membership.site))

    leave(membership)

    assert not Duty.objects.exclude(last_on=None).exists()
    assert elsewhere.shifts.exists()
    assert colleague.shifts.exists()


def stand_in(duty, membership):
    tuesday = TUESDAY_AT_9.date()
    change = DutyChange.objects.create(
        duty=duty, day=tuesday, on=tuesday, starts_at=duty.starts_at, ends_at=duty.ends_at, advisor=membership.user
    )
    expand_duty(duty=duty, now=NOW)
    return change


def test_day_on_which_the_person_would_have_stood_in_falls_back_to_the_colleague():
    membership = member()
    colleague = duty_of(member(site=membership.site))
    stand_in(colleague, membership)
    assert membership.user.shifts.filter(starts_at=TUESDAY_AT_9).exists()

    leave(membership)

    assert not colleague.changes.exists()
    assert not membership.user.shifts.exists()
    assert colleague.shifts.get(starts_at=TUESDAY_AT_9).advisor == colleague.advisor


def test_day_on_which_the_person_would_have_stood_in_is_off_when_the_colleague_is_away():
    membership = member()
    colleague = duty_of(member(site=membership.site))
    Absence.objects.create(
        advisor=colleague.advisor, starts_at=TUESDAY_AT_9, ends_at=TUESDAY_AT_9 + dt.timedelta(hours=12)
    )
    stand_in(colleague, membership)

    leave(membership)

    assert not Shift.objects.filter(starts_at__lt=TUESDAY_AT_9 + dt.timedelta(days=1)).exists()
    assert colleague.shifts.filter(starts_at=TUESDAY_AT_9 + WEEK).exists()


def test_day_already_stood_in_for_and_stand_ins_elsewhere_stay():
    membership = member()
    before = stand_in(duty_of(member(site=membership.site)), membership)
    DutyChange.objects.filter(pk=before.pk).update(on=TODAY - dt.timedelta(days=1))
    elsewhere = stand_in(duty_of(member()), membership)

    leave(membership)

    assert list(DutyChange.objects.order_by("pk")) == [before, elsewhere]


def test_absence_and_changed_day_do_not_keep_the_duty_of_who_left():
    membership = member()
    colleague = member(site=membership.site)
    duty = duty_of(membership)
    Absence.objects.create(advisor=membership.user, starts_at=NOW, ends_at=NOW + WEEK)
    stand_in(duty, colleague)

    leave(membership)
    extend_rota(now=NOW + WEEK)

    assert not duty.shifts.filter(advisor=membership.user).exists()


@pytest.mark.parametrize(
    ("ended", "kept", "goes_on"),
    [
        ({"role": Role.RECEPTION}, {"role": Role.ADVISOR}, True),
        ({"role": Role.COORDINATOR}, {"role": Role.RECEPTION}, True),
        ({"role": Role.ADVISOR}, {"role": Role.COORDINATOR}, False),
        ({"role": Role.ADVISOR}, {"role": Role.ADVISOR, "in_network": True}, True),
        ({"role": Role.ADVISOR, "in_network": True}, {"role": Role.ADVISOR}, True),
        ({"role": Role.ADVISOR, "in_network": True}, None, False),
    ],
)
def test_duty_goes_on_as_long_as_the_person_does_that_work_there(ended, kept, goes_on):
    site, user = SiteFactory(), UserFactory()

    def hold(role, in_network=False):
        where = {"site": None, "network": site.network} if in_network else {"site": site}
        return MembershipFactory(user=user, role=role, **where)

    membership = hold(**ended)
    if kept:
        hold(**kept)
    duty = duty_of(membership, site=site)

    leave(membership)

    assert duty.shifts.exists() is goes_on


def test_partner_manager_who_leaves_has_no_duties_to_end():
    membership = MembershipFactory(role=Role.PARTNER_MANAGER, site=None, partner__name="P")
    duty = duty_of(member(user=membership.user))

    end_membership(membership=membership, by=membership.user, now=NOW)

    assert duty.shifts.exists()


def test_changed_role_ends_duties_when_the_person_no_longer_advises():
    membership = member()
    by = MembershipFactory(role=Role.SITE_MANAGER, site=membership.site).user
    duty = duty_of(membership)

    changed = change_role(membership=membership, role=Role.RECEPTION, by=by, now=NOW)
    assert not duty.shifts.exists()

    duty.last_on = None
    duty.save()
    expand_duty(duty=duty, now=NOW)
    change_role(membership=changed, role=Role.COORDINATOR, by=by, now=NOW)
    assert duty.shifts.exists()


@pytest.mark.parametrize(
    ("count", "sentence"),
    [(0, None), (1, "1 appointment is booked with this person here."), (2, "2 appointments are booked")],
)
def test_number_of_booked_appointments_is_told_before(count, sentence):
    membership = member()
    of_person = {"advisor": membership.user, "site": membership.site}
    for number in range(count):
        AppointmentFactory(**of_person, starts_at=TUESDAY_AT_9 + number * WEEK)
    AppointmentFactory(**of_person, starts_at=NOW - WEEK)
    AppointmentFactory(**of_person, starts_at=TUESDAY_AT_9 + 5 * WEEK, state=State.CANCELLED, cancelled_at=NOW)
    AppointmentFactory(advisor=membership.user, starts_at=TUESDAY_AT_9 + 6 * WEEK)
    AppointmentFactory(site=membership.site)

    told = consequences_of_ending(membership=membership, now=NOW)

    assert [text[: len(sentence or "")] for text in told] == ([sentence] if sentence else [])
    assert Appointment.objects.active().count() == count + 3
