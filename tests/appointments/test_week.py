import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.enums import State
from appointments.models import Absence, Duty, DutyChange, Shift
from appointments.rules import RotaError
from appointments.services import copy_week, expand_duty, load_of_week, preview_copy, week_of
from citemetiers.kernel.dates import at_local
from sites.enums import Role
from sites.models import Closure, OpeningHours
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, DutyFactory, ServiceFactory
from tests.factories.sites import DeskFactory, MembershipFactory, RoomFactory, SiteFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = NOW.date(), TUESDAY_AT_9.date()
DAY, WEEK, HOUR = dt.timedelta(days=1), dt.timedelta(days=7), dt.timedelta(hours=1)
BRUSSELS = ZoneInfo("Europe/Brussels")


def planned(site, **more):
    who = more.pop("advisor", None) or advisor(site)
    duty = DutyFactory(site=site, advisor=who, **more)
    expand_duty(duty=duty, now=NOW)
    return duty


def advisor(site, name="Robin"):
    user = UserFactory(display_name=name)
    MembershipFactory(user=user, role=Role.ADVISOR, site=site)
    return user


def booked(duty, starts_at=TUESDAY_AT_9, **more):
    service = ServiceFactory(network=duty.site.network)
    return AppointmentFactory(site=duty.site, service=service, advisor=duty.advisor, starts_at=starts_at, **more)


def week(site, monday=MONDAY):
    return week_of(site=site, monday=monday, now=NOW)


def copy(site, **more):
    return copy_week(**{"site": site, "monday": MONDAY, "to_monday": MONDAY + WEEK, "now": NOW} | more)


def test_week_shows_each_shift_of_an_advisor_in_the_times_of_the_site():
    site, themes = SiteFactory(), [ThemeFactory(), ThemeFactory()]
    room = RoomFactory(site=site, name="Salle Meuse")
    duty = planned(site, advisor=advisor(site), themes=themes, room=room, channels=("PHONE",))
    booked(duty), booked(duty, TUESDAY_AT_9 + HOUR, state=State.DONE)
    booked(duty, TUESDAY_AT_9 + 2 * HOUR, state=State.TO_MOVE)

    found = week(site)

    [person] = found.people
    [cell] = person.days[1].shifts
    assert (person.user, person.is_member, person.days[1].on) == (duty.advisor, True, TUESDAY)
    assert (cell.duty_id, cell.day, cell.room, cell.desk) == (duty.pk, TUESDAY, "Salle Meuse", "")
    assert (cell.starts_at.hour, cell.ends_at.hour, cell.starts_at.tzinfo) == (9, 12, site.tz)
    assert (cell.themes, cell.languages, cell.channels) == (tuple(themes), ("fr",), ("PHONE",))
    assert (cell.booked, cell.booked_time) == (2, dt.timedelta(minutes=90))
    assert (cell.is_changed, cell.is_once, cell.is_illustrative) == (False, False, False)
    assert [len(day.shifts) for day in person.days] == [0, 1, 0, 0, 0, 0, 0]


def test_week_tells_what_is_only_this_one():
    site = SiteFactory()
    changed, off = planned(site, desk=DeskFactory(site=site)), planned(site, weekday=3)
    once = planned(site, last_on=TUESDAY, first_on=TUESDAY)
    as_ruled = {"on": TUESDAY, "starts_at": dt.time(10), "ends_at": dt.time(12), "advisor": changed.advisor}
    DutyChange.objects.create(duty=changed, day=TUESDAY, **as_ruled)
    DutyChange.objects.create(duty=off, day=TUESDAY + DAY, is_off=True)
    for duty in (changed, off):
        expand_duty(duty=duty, now=NOW)

    people = {person.user: person for person in week(site).people}

    [cell] = people[changed.advisor].days[1].shifts
    [left_out] = people[off.advisor].days[2].off
    assert (cell.is_changed, cell.is_once, cell.starts_at.hour) == (True, False, 10)
    assert (left_out.duty_id, left_out.day, left_out.starts_at) == (off.pk, TUESDAY + DAY, dt.time(9))
    assert people[off.advisor].days[2].shifts == ()
    assert people[once.advisor].days[1].shifts[0].is_once


def test_week_shows_members_without_a_shift_by_name_and_others_with_one():
    site = SiteFactory()
    zoe, ada = advisor(site, "Zoé"), advisor(site, "Ada")
    MembershipFactory(user=UserFactory(), role=Role.RECEPTION, site=site)
    of_network = UserFactory(display_name="Max")
    MembershipFactory(user=of_network, role=Role.ADVISOR, site=None, network=site.network)
    guest = planned(site, advisor=UserFactory(display_name="Nour")).advisor
    advisor(SiteFactory(), "Elsewhere")

    people = week(site).people

    assert [(person.user, person.is_member) for person in people] == [
        (ada, True),
        (of_network, True),
        (guest, False),
        (zoe, True),
    ]


def test_week_shows_who_is_away_and_who_is_at_another_site():
    site, other = SiteFactory(), SiteFactory()
    user = advisor(site)
    planned(other, advisor=user)
    starts_at, ends_at = (at_local(TUESDAY + day * DAY, dt.time(hour), tz=BRUSSELS) for day, hour in [(1, 14), (3, 0)])
    Absence.objects.create(advisor=user, starts_at=starts_at, ends_at=ends_at)

    [person] = week(site).people

    [wednesday], [thursday] = person.days[2].absences, person.days[3].absences
    [(here_from, here_to)] = person.days[1].elsewhere
    assert (wednesday.starts_at.hour, wednesday.is_whole_day, thursday.is_whole_day) == (14, False, True)
    assert person.days[4].absences == ()
    assert (here_from.hour, here_to.hour, person.days[1].shifts) == (9, 12, ())


@pytest.mark.parametrize("sunday", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)], ids=["spring", "autumn"])
def test_absence_over_the_day_of_the_clock_change_is_a_whole_day(sunday):
    site = SiteFactory()
    starts_at, ends_at = (at_local(day, dt.time(), tz=BRUSSELS) for day in (sunday, sunday + DAY))
    Absence.objects.create(advisor=advisor(site), starts_at=starts_at, ends_at=ends_at)

    [person] = week(site, sunday - 6 * DAY).people

    assert [len(day.absences) for day in person.days] == [0, 0, 0, 0, 0, 0, 1]
    assert person.days[6].absences[0].is_whole_day


def test_week_tells_closed_days_with_their_reason_and_opening_hours():
    site = SiteFactory()
    OpeningHours.objects.create(site=site, weekday=2, opens_at=dt.time(9), closes_at=dt.time(17))
    Closure.objects.create(
        network=site.network, site=site, first_on=TUESDAY + DAY, last_on=TUESDAY + DAY, reason="Inventory"
    )

    days = week(site).days

    assert [day.on for day in days] == [MONDAY + n * DAY for n in range(7)]
    assert [(day.is_closed, day.reason) for day in days[1:3]] == [(False, ""), (True, "Inventory")]
    assert [len(day.hours.periods) for day in days] == [0, 1, 0, 0, 0, 0, 0]


def test_week_that_is_over_tells_why_it_was_closed():
    site = SiteFactory()

    [*_days, wednesday, _thursday, _friday, _saturday, _sunday] = week(site, dt.date(2026, 11, 9)).days

    assert (wednesday.on, wednesday.is_closed) == (dt.date(2026, 11, 11), True)
    assert wednesday.reason


def test_load_counts_bookable_and_booked_time_of_each_day():
    site = SiteFactory()
    first, _second = planned(site), planned(site)
    booked(first), booked(first, TUESDAY_AT_9 + HOUR)

    loads = load_of_week(week=week(site))

    assert (loads[1].bookable, loads[1].booked, loads[1].percent) == (6 * HOUR, dt.timedelta(minutes=90), 25)
    assert (loads[0].bookable, loads[0].percent) == (dt.timedelta(), 0)


@pytest.mark.parametrize("number", [1, 12])
def test_week_takes_at_most_eight_queries_however_many_people(number, django_assert_max_num_queries):
    site = SiteFactory()
    for count in range(number):
        duty = planned(site, advisor=advisor(site, f"Robin {count}"), themes=[ThemeFactory()], weekday=1 + count % 5)
        booked(duty)
        Absence.objects.create(advisor=duty.advisor, starts_at=NOW, ends_at=NOW + HOUR)

    with django_assert_max_num_queries(8):
        load_of_week(week=week(site))


def test_copied_week_has_the_same_shifts_as_duties_of_one_day():
    site, theme = SiteFactory(), ThemeFactory()
    room = RoomFactory(site=site)
    duty = planned(site, last_on=TUESDAY, themes=[theme], room=room, languages=("fr", "nl"), channels=("VIDEO",))

    copied = copy(site)

    [made] = copied.duties
    shift = Shift.objects.get(duty=made)
    assert copied.skipped == ()
    assert (made.first_on, made.last_on, made.weekday) == (TUESDAY + WEEK, TUESDAY + WEEK, 2)
    assert (shift.advisor, shift.starts_at, shift.ends_at) == (
        duty.advisor,
        TUESDAY_AT_9 + WEEK,
        TUESDAY_AT_9 + WEEK + 3 * HOUR,
    )
    assert (shift.room, made.languages, made.channels, list(made.themes.all())) == (
        room,
        ("fr", "nl"),
        ("VIDEO",),
        [theme],
    )


def test_copied_week_has_what_was_changed_only_that_week():
    site = SiteFactory()
    colleague = advisor(site, "Sasha")
    duty = DutyFactory(site=site, last_on=TUESDAY)
    instead = {"on": TUESDAY + DAY, "starts_at": dt.time(14), "ends_at": dt.time(16), "advisor": colleague}
    DutyChange.objects.create(duty=duty, day=TUESDAY, **instead)
    expand_duty(duty=duty, now=NOW)

    copy(site)

    shift = Shift.objects.exclude(duty=duty).get()
    assert (shift.advisor, shift.starts_at) == (colleague, TUESDAY_AT_9 + 8 * DAY + 5 * HOUR)


def test_copied_week_keeps_the_times_on_the_wall_when_the_clock_is_changed():
    site, now = SiteFactory(), dt.datetime(2027, 3, 22, 5, 0, tzinfo=dt.UTC)
    duty = DutyFactory(site=site, advisor=advisor(site), weekday=1, last_on=dt.date(2027, 3, 22))
    expand_duty(duty=duty, now=now)

    copy(site, monday=dt.date(2027, 3, 22), to_monday=dt.date(2027, 4, 5), now=now)

    # 5 April 2027 is a Monday, and Easter Monday was the week before.
    shift = Shift.objects.exclude(duty=duty).get()
    assert shift.starts_at == dt.datetime(2027, 4, 5, 7, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("hindrance", "why"),
    [
        ("shift", "Already on another shift at this time."),
        ("absence", "Away, or the clock is changed then."),
        ("closure", "The place is closed on this day."),
        ("room", "Salle Meuse is already used at this time."),
    ],
)
def test_what_is_not_copied_is_told_with_its_reason(hindrance, why):
    site = SiteFactory()
    room = RoomFactory(site=site, name="Salle Meuse")
    duty = planned(site, last_on=TUESDAY, room=room)
    day = TUESDAY + WEEK
    if hindrance == "shift":
        planned(SiteFactory(), advisor=duty.advisor, first_on=day)
    elif hindrance == "absence":
        starts_at = TUESDAY_AT_9 + WEEK
        Absence.objects.create(advisor=duty.advisor, starts_at=starts_at, ends_at=starts_at + 3 * HOUR)
    elif hindrance == "closure":
        Closure.objects.create(network=site.network, site=site, first_on=day, last_on=day, reason="Works")
    else:
        planned(site, room=room, first_on=day)
    before = set(Duty.objects.values_list("pk", flat=True)), set(Shift.objects.values_list("pk", flat=True))

    copied = copy(site)

    [skipped] = (one for one in copied.skipped if one.advisor == duty.advisor)
    assert (skipped.on, skipped.why) == (day, why)
    assert (set(Duty.objects.values_list("pk", flat=True)), set(Shift.objects.values_list("pk", flat=True))) == before


@pytest.mark.parametrize("why", ["left", "other role", "account closed"])
def test_who_does_not_advise_here_any_more_is_not_copied(why):
    site = SiteFactory()
    gone, stays = planned(site, last_on=TUESDAY, weekday=1).advisor, planned(site, last_on=TUESDAY).advisor
    if why == "left":
        gone.memberships.get().delete()
    elif why == "other role":
        gone.memberships.update(role=Role.RECEPTION)
    else:
        type(gone).objects.filter(pk=gone.pk).update(is_active=False)

    copied = copy(site)

    assert [duty.advisor for duty in copied.duties] == [stays]
    assert [(one.advisor, one.on, one.why) for one in copied.skipped] == [(gone, MONDAY + WEEK, "Not an advisor here.")]
    assert not Shift.objects.filter(advisor=gone, starts_at__gte=TUESDAY_AT_9).exists()


def test_week_copied_twice_is_copied_once():
    site = SiteFactory()
    planned(site, last_on=TUESDAY)
    copy(site)

    again = copy(site)

    assert again.duties == ()
    assert Duty.objects.count() == 2


def test_week_is_copied_for_the_advisors_chosen():
    site = SiteFactory()
    wanted, _other = planned(site, last_on=TUESDAY), planned(site, last_on=TUESDAY)

    copied = copy(site, advisors=[wanted.advisor])

    assert [duty.advisor for duty in copied.duties] == [wanted.advisor]


def test_week_that_is_not_planned_yet_is_refused():
    with pytest.raises(RotaError) as refused:
        copy(SiteFactory(), to_monday=MONDAY + 9 * WEEK)

    assert "21 January 2027" in str(refused.value)


def test_preview_tells_what_copying_would_do_and_does_nothing():
    site = SiteFactory()
    planned(site, last_on=TUESDAY), planned(site)

    preview = preview_copy(site=site, monday=MONDAY, to_monday=MONDAY + WEEK, now=NOW)

    assert (len(preview.duties), len(preview.skipped)) == (1, 1)
    assert Duty.objects.count() == 2


def test_copying_takes_as_many_queries_for_one_advisor_as_for_many():
    site = SiteFactory()
    planned(site, last_on=TUESDAY)
    with CaptureQueriesContext(connection) as one:
        copy(site)
    for _number in range(5):
        planned(site, last_on=TUESDAY)

    with CaptureQueriesContext(connection) as many:
        copy(site, to_monday=MONDAY + 2 * WEEK)

    assert len(many) <= len(one)
