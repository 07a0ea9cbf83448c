import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.enums import Remedy, State
from appointments.models import Absence, Appointment, Duty, DutyChange, Message, Shift
from appointments.rules import RoomTaken, RotaError
from appointments.services import (
    Expansion,
    OrphanedAppointments,
    Resolution,
    change_day,
    end_duty,
    expand_duty,
    find_day,
    remove_absence,
    restore_day,
    save_absence,
    save_duty,
)
from sites.models import Closure
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, DutyFactory, ServiceFactory
from tests.factories.sites import RoomFactory, SiteFactory, ThemeFactory, UserFactory
from tests.factories.visitors import VisitorFactory

pytestmark = pytest.mark.django_db

TUESDAY, WEDNESDAY_AT_9 = TUESDAY_AT_9.date(), TUESDAY_AT_9 + dt.timedelta(days=1)
WEEK, HOUR, LENGTH = dt.timedelta(days=7), dt.timedelta(hours=1), dt.timedelta(minutes=45)


@pytest.fixture
def place():
    return SiteFactory()


@pytest.fixture
def service(place):
    return ServiceFactory(network=place.network)


@pytest.fixture
def planned(place, service):
    """Makes a duty with its shifts: every Tuesday from 9 to 12, for the service."""

    def make(**more):
        duty = DutyFactory(**{"site": place, "themes": [service.theme], **more})
        expand_duty(duty=duty, now=NOW)
        return duty

    return make


@pytest.fixture
def booked(service):
    """Books the advisor of a duty on Tuesday at 9, or at another moment."""

    def make(duty, starts_at=TUESDAY_AT_9, **more):
        return AppointmentFactory(
            site=duty.site, service=service, advisor=duty.advisor, starts_at=starts_at, visitor=VisitorFactory(), **more
        )

    return make


def new_duty(place, **more):
    return Duty(
        **{
            "advisor": UserFactory(),
            "site": place,
            "weekday": 2,
            "starts_at": dt.time(9),
            "ends_at": dt.time(12),
            "first_on": TUESDAY,
            "languages": ("fr",),
        }
        | more
    )


def save(duty, *themes, **resolutions):
    return save_duty(duty=duty, themes=themes or [ThemeFactory()], resolutions=resolutions, now=NOW)


def act(action, resolutions=None, **what):
    return action(**what, resolutions=resolutions or {}, now=NOW)


def whole(duty, day=TUESDAY, **instead):
    as_ruled = {"on": day, "starts_at": duty.starts_at, "ends_at": duty.ends_at, "advisor": duty.advisor}
    return DutyChange(duty=duty, day=day, **as_ruled | instead)


def off(duty, day=TUESDAY):
    return DutyChange(duty=duty, day=day, is_off=True)


def away(advisor, starts_at=TUESDAY_AT_9, hours=3):
    return Absence(advisor=advisor, starts_at=starts_at, ends_at=starts_at + hours * HOUR)


def local_days(duty):
    return [shift.starts_at.astimezone(duty.site.tz).date() for shift in duty.shifts.order_by("starts_at")]


def refusal(action, **what):
    with pytest.raises(RotaError) as refused:
        act(action, **what)
    return refused.value


def orphans_of(action, resolutions=None, **what):
    with pytest.raises(OrphanedAppointments) as refused:
        act(action, resolutions, **what)
    return refused.value.orphans


def test_saved_duty_has_its_themes_and_shifts(place):
    duty, themes = new_duty(place), [ThemeFactory(), ThemeFactory()]

    done = save(duty, *themes)

    assert done == Expansion(created=9)
    assert set(Duty.objects.get().themes.all()) == set(themes)
    assert duty.shifts.count() == 9


def test_duty_of_one_day_is_there_once(place):
    duty = new_duty(place, last_on=TUESDAY)

    save(duty)

    assert local_days(duty) == [TUESDAY]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"weekday": None, "recurrence": "FREQ=HOURLY"}, "recurrence"),
        ({"weekday": None}, "recurrence"),
        ({"weekday": 3, "last_on": TUESDAY}, "first_on"),
        ({"weekday": None, "recurrence": "FREQ=DAILY;INTERVAL=7;BYDAY=MO"}, "first_on"),
    ],
    ids=["hourly", "neither day nor rule", "no such day", "never on its day"],
)
def test_duty_that_is_on_no_day_is_refused_at_its_field(place, more, field):
    duty = new_duty(place, **more)

    refused = refusal(save_duty, duty=duty, themes=[ThemeFactory()])

    assert refused.field == field
    assert Duty.objects.count() == 0


def test_duty_without_a_theme_is_refused(place):
    refused = refusal(save_duty, duty=new_duty(place), themes=[])

    assert refused.field == "themes"


def test_duty_in_a_room_of_another_site_is_refused(place):
    refused = refusal(save_duty, duty=new_duty(place, room=RoomFactory()), themes=[ThemeFactory()])

    assert refused.field == "place"


def test_room_in_use_is_refused_with_its_name_and_day(place, planned):
    room = RoomFactory(site=place, name="Salle Meuse")
    planned(room=room, first_on=TUESDAY + WEEK)
    duty = new_duty(place, room=room, starts_at=dt.time(11), ends_at=dt.time(14))

    with pytest.raises(RoomTaken) as refused:
        save(duty)

    assert "Salle Meuse is already used on 1 December 2026" in str(refused.value)
    assert (refused.value.field, duty.pk, Duty.objects.count()) == ("place", None, 1)


def test_duty_refused_and_saved_again_is_there_once(place, planned):
    room = RoomFactory(site=place)
    planned(room=room)
    duty = new_duty(place, room=room)
    with pytest.raises(RoomTaken):
        save(duty)
    duty.room = None

    save(duty)

    assert (Duty.objects.count(), duty.shifts.count()) == (2, 9)


def test_duty_that_lacks_its_room_since_before_can_be_changed(place, planned):
    room = RoomFactory(site=place)
    planned(room=room, last_on=TUESDAY)
    duty = planned(room=room)

    done = save(duty, ThemeFactory())

    assert done == Expansion()


def test_days_on_which_the_advisor_is_on_another_shift_are_told(place, planned):
    other = planned(last_on=TUESDAY)

    done = save(new_duty(place, advisor=other.advisor))

    assert (done.created, done.left_alone) == (8, (TUESDAY,))


def test_duty_of_one_day_on_which_the_advisor_is_on_another_shift_is_refused(place, planned):
    other = planned()
    duty = new_duty(place, advisor=other.advisor, last_on=TUESDAY)

    refused = refusal(save_duty, duty=duty, themes=[ThemeFactory()])

    assert refused.field == "starts_at"
    assert str(other.advisor) in str(refused)


def test_duty_that_is_on_another_shift_on_each_of_its_days_is_refused(place, planned):
    other = planned()
    duty = new_duty(place, advisor=other.advisor, starts_at=dt.time(11))

    refused = refusal(save_duty, duty=duty, themes=[ThemeFactory()])

    assert (refused.field, Duty.objects.count()) == ("starts_at", 1)
    assert "On each of these days" in str(refused)


def test_days_that_have_other_shifts_than_before_are_counted_apart(planned, service):
    duty = planned(last_on=TUESDAY + WEEK)
    duty.ends_at, duty.last_on = dt.time(11), TUESDAY + 2 * WEEK

    done = act(save_duty, duty=duty, themes=[service.theme])

    assert (done.changed_days, done.new_days) == (2, 1)


def test_change_that_leaves_everybody_their_advisor_needs_no_word(planned, booked, service):
    duty = planned()
    booked(duty)
    duty.ends_at = dt.time(11)

    done = act(save_duty, duty=duty, themes=[service.theme])

    assert (done.created, done.removed) == (9, 9)


@pytest.mark.parametrize(
    "changed",
    [
        {"starts_at": dt.time(10)},
        {"weekday": 3},
        {"languages": ("nl",)},
        {"channels": ("PHONE",)},
        {"first_on": TUESDAY + WEEK},
    ],
    ids=["later", "other day", "other language", "by telephone", "begins later"],
)
def test_changed_duty_names_who_would_lose_their_advisor_and_changes_nothing(planned, booked, service, changed):
    duty = planned()
    appointment = booked(duty)
    before = set(Shift.objects.values_list("pk", flat=True))
    for name, value in changed.items():
        setattr(duty, name, value)

    [orphan] = orphans_of(save_duty, duty=duty, themes=[service.theme])

    assert (orphan.appointment, orphan.colleagues, orphan.problem) == (appointment, (), "")
    assert set(Shift.objects.values_list("pk", flat=True)) == before
    assert getattr(Duty.objects.get(), next(iter(changed))) != next(iter(changed.values()))


def test_duty_that_gives_up_a_theme_names_who_came_for_it(planned, booked):
    duty = planned()
    appointment = booked(duty)

    [orphan] = orphans_of(save_duty, duty=duty, themes=[ThemeFactory()])

    assert orphan.appointment == appointment


def test_duty_given_to_a_colleague_names_the_colleague(planned, booked, service):
    duty, colleague = planned(), UserFactory()
    booked(duty)
    duty.advisor = colleague

    [orphan] = orphans_of(save_duty, duty=duty, themes=[service.theme])

    assert orphan.colleagues == (colleague,)


def test_colleagues_are_those_who_receive_and_are_free(planned, booked, service):
    duty, free, taken = planned(), planned(), planned()
    planned(languages=("nl",)), planned(themes=[ThemeFactory()]), planned(weekday=3), planned(site=SiteFactory())
    planned(channels=("PHONE",))
    booked(duty), booked(taken)

    [orphan] = orphans_of(change_day, change=off(duty))

    assert orphan.colleagues == (free.advisor,)
    assert [slot.starts_at for slot in orphan.slots] == [
        TUESDAY_AT_9 + LENGTH * 1,
        TUESDAY_AT_9 + LENGTH * 2,
        TUESDAY_AT_9 + LENGTH * 3,
        WEDNESDAY_AT_9,
        WEDNESDAY_AT_9 + LENGTH,
    ]


def test_colleague_keeps_the_appointment_when_asked_to(planned, booked):
    duty, colleague = planned(), planned()
    appointment = booked(duty)
    resolutions = {appointment.pk: Resolution(Remedy.KEEP_WITH, advisor_id=colleague.advisor_id)}

    act(change_day, resolutions, change=off(duty))

    appointment.refresh_from_db()
    assert (appointment.advisor, appointment.starts_at, appointment.state) == (
        colleague.advisor,
        TUESDAY_AT_9,
        "BOOKED",
    )
    assert local_days(duty)[0] == TUESDAY + WEEK


def test_appointment_gets_the_other_time_asked_for(planned, booked):
    duty = planned()
    appointment = booked(duty)
    resolutions = {appointment.pk: Resolution(Remedy.MOVE, starts_at=TUESDAY_AT_9 + WEEK)}

    act(change_day, resolutions, change=off(duty))

    appointment.refresh_from_db()
    assert (appointment.advisor, appointment.starts_at) == (duty.advisor, TUESDAY_AT_9 + WEEK)
    assert Message.objects.filter(appointment=appointment, kind="MOVED").exists()


@pytest.mark.parametrize(
    ("remedy", "state", "kind"), [(Remedy.OFFER, State.TO_MOVE, "TO_MOVE"), (Remedy.CANCEL, State.CANCELLED, "APOLOGY")]
)
def test_visitor_is_asked_for_another_time_or_told_with_an_apology(planned, booked, remedy, state, kind):
    duty = planned()
    appointment = booked(duty)

    act(change_day, {appointment.pk: Resolution(remedy)}, change=off(duty))

    appointment.refresh_from_db()
    assert appointment.state == state
    assert Message.objects.filter(appointment=appointment, kind=kind).exists()


def test_what_becomes_of_each_is_said_before_anything_changes(planned, booked):
    duty = planned()
    first, second = booked(duty), booked(duty, TUESDAY_AT_9 + HOUR)

    orphans = orphans_of(change_day, {first.pk: Resolution(Remedy.CANCEL)}, change=off(duty))

    first.refresh_from_db()
    assert [orphan.appointment for orphan in orphans] == [first, second]
    assert (first.state, duty.shifts.count(), Message.objects.filter(kind="APOLOGY").count()) == ("BOOKED", 9, 0)


def test_colleague_taken_meanwhile_takes_everything_back_with_a_sentence(planned, booked):
    duty, colleague = planned(), planned()
    first, second = booked(duty), booked(duty, TUESDAY_AT_9 + HOUR)
    booked(colleague)
    keep = Resolution(Remedy.KEEP_WITH, advisor_id=colleague.advisor_id)

    orphans = orphans_of(change_day, {first.pk: keep, second.pk: keep}, change=off(duty))

    assert [bool(orphan.problem) for orphan in orphans] == [True, False]
    assert [orphan.colleagues for orphan in orphans] == [(), (colleague.advisor,)]
    assert set(Appointment.objects.filter(pk__in=[first.pk, second.pk]).values_list("advisor")) == {(duty.advisor_id,)}
    assert local_days(duty)[0] == TUESDAY


def test_two_who_ask_for_the_same_colleague_are_not_both_given_them(planned, booked):
    duty, colleague = planned(), planned()
    first, second = booked(duty), booked(duty, is_overbooked=True)
    keep = Resolution(Remedy.KEEP_WITH, advisor_id=colleague.advisor_id)

    orphans = orphans_of(change_day, {first.pk: keep, second.pk: keep}, change=off(duty))

    assert sorted(bool(orphan.problem) for orphan in orphans) == [False, True]
    assert [orphan.colleagues for orphan in orphans] == [(colleague.advisor,), (colleague.advisor,)]


def test_resolution_without_its_choice_is_refused_with_a_sentence(planned, booked):
    duty = planned()
    appointment = booked(duty)

    [orphan] = orphans_of(change_day, {appointment.pk: Resolution(Remedy.MOVE)}, change=off(duty))

    assert orphan.problem == "Choose who receives, or the other time."


def test_appointment_that_stood_in_no_shift_before_is_nobody_s_orphan(planned, booked):
    duty = planned()
    booked(duty, TUESDAY_AT_9 - 2 * HOUR)
    booked(duty, TUESDAY_AT_9 + HOUR, state=State.TO_MOVE)

    act(change_day, change=off(duty))

    assert local_days(duty)[0] == TUESDAY + WEEK


def test_duty_that_ends_keeps_its_days_until_then(planned):
    duty = planned()

    done = act(end_duty, duty=duty, last_on=TUESDAY + WEEK)

    assert done == Expansion(removed=7)
    assert local_days(duty) == [TUESDAY, TUESDAY + WEEK]


def test_duty_that_ends_names_who_is_booked_later(planned, booked):
    duty = planned()
    booked(duty)
    later = booked(duty, TUESDAY_AT_9 + 2 * WEEK)

    orphans = orphans_of(end_duty, duty=duty, last_on=TUESDAY)

    assert [orphan.appointment for orphan in orphans] == [later]


def test_duty_that_would_end_before_it_begins_goes_altogether(planned):
    duty = planned(first_on=TUESDAY)

    act(end_duty, duty=duty, last_on=TUESDAY - WEEK)

    assert not Duty.objects.exists()
    assert not Shift.objects.exists()


def test_duty_that_has_begun_does_not_end_before_it_began(planned):
    duty = planned(first_on=TUESDAY - WEEK)

    refused = refusal(end_duty, duty=duty, last_on=TUESDAY - 2 * WEEK)

    assert refused.field == "last_on"


def test_day_is_found_as_ruled_then_as_changed(planned):
    duty = planned()
    ruled = find_day(duty=duty, day=TUESDAY)
    act(change_day, change=whole(duty, ends_at=dt.time(10)))

    changed = find_day(duty=duty, day=TUESDAY)

    assert (ruled.pk, ruled.on, ruled.ends_at, ruled.advisor) == (None, TUESDAY, dt.time(12), duty.advisor)
    assert changed.ends_at == dt.time(10)


def test_day_that_is_none_of_the_duty_is_refused(planned):
    refused = refusal(change_day, change=off(planned(), TUESDAY + dt.timedelta(days=1)))

    assert "25 November 2026" in str(refused)


def test_last_word_on_a_day_holds_and_restoring_it_forgets_all(planned):
    duty = planned()
    act(change_day, change=off(duty))
    act(change_day, change=whole(duty, ends_at=dt.time(10)))
    one = list(duty.shifts.filter(stands_for_on=TUESDAY).values_list("ends_at", flat=True))

    act(restore_day, duty=duty, day=TUESDAY)

    assert one == [TUESDAY_AT_9 + HOUR]
    assert not DutyChange.objects.exists()
    assert duty.shifts.order_by("starts_at").first().ends_at == TUESDAY_AT_9 + 3 * HOUR


@pytest.mark.parametrize("hindrance", ["closed", "absent", "on another shift", "room", "over"])
def test_changed_day_that_could_not_be_is_refused(place, planned, hindrance):
    duty, wednesday = planned(), TUESDAY + dt.timedelta(days=1)
    room, instead = RoomFactory(site=place), {"on": wednesday}
    if hindrance == "closed":
        Closure.objects.create(network=place.network, site=place, first_on=wednesday, last_on=wednesday, reason="Works")
    elif hindrance == "absent":
        away(duty.advisor, TUESDAY_AT_9 + dt.timedelta(days=1)).save()
    elif hindrance == "on another shift":
        planned(advisor=duty.advisor, weekday=3)
    elif hindrance == "room":
        planned(weekday=3, room=room)
        instead["room"] = room
    else:
        instead["on"] = TUESDAY - dt.timedelta(days=4)

    refused = refusal(change_day, change=whole(duty, **instead))

    fields = {"closed": "on", "absent": "starts_at", "on another shift": "advisor", "room": "place", "over": "on"}
    assert refused.field == fields[hindrance]
    assert local_days(duty)[0] == TUESDAY


def test_absence_takes_shifts_everywhere_and_removing_it_gives_them_back(planned):
    here = planned()
    there = planned(site=SiteFactory(), advisor=here.advisor, weekday=3)
    absence = away(here.advisor, hours=48)

    act(save_absence, absence=absence)
    while_away = local_days(here)[0], local_days(there)[0]
    remove_absence(absence=absence, now=NOW)

    assert while_away == (TUESDAY + WEEK, TUESDAY + dt.timedelta(days=8))
    assert (local_days(here)[0], local_days(there)[0]) == (TUESDAY, TUESDAY + dt.timedelta(days=1))


def test_absence_names_who_is_booked_in_it_only(planned, booked):
    duty = planned()
    first, _second = booked(duty), booked(duty, TUESDAY_AT_9 + 2 * HOUR)

    orphans = orphans_of(save_absence, absence=away(duty.advisor, hours=1))

    assert [orphan.appointment for orphan in orphans] == [first]
    assert not Absence.objects.exists()


def test_absence_asks_about_whoever_is_booked_outside_a_shift_too(planned, booked):
    duty = planned()
    inside = booked(duty)
    late = booked(duty, TUESDAY_AT_9 + 8 * HOUR, is_overbooked=True)
    elsewhere = AppointmentFactory(advisor=duty.advisor, starts_at=TUESDAY_AT_9 + 6 * HOUR, is_overbooked=True)
    booked(duty, TUESDAY_AT_9 + 8 * HOUR, state=State.TO_MOVE)
    resolutions = {one.pk: Resolution(Remedy.CANCEL) for one in (inside, late, elsewhere)}

    orphans = orphans_of(save_absence, absence=away(duty.advisor, hours=12))
    act(save_absence, resolutions, absence=away(duty.advisor, hours=12))

    assert [orphan.appointment for orphan in orphans] == [inside, elsewhere, late]
    assert Appointment.objects.active().count() == 0


@pytest.mark.parametrize("hours", [3, 2])
def test_absence_that_is_entered_already_is_refused(planned, hours):
    duty = planned()
    act(save_absence, absence=away(duty.advisor))

    refused = refusal(save_absence, absence=away(duty.advisor, hours=hours))

    assert str(refused) == "This absence is already entered."
    assert Absence.objects.count() == 1


def test_later_times_are_proposed_first_and_earlier_ones_only_to_whom_can_be_told(planned, booked):
    duty = planned(weekday=3)
    other = planned(last_on=TUESDAY)
    told = booked(duty, WEDNESDAY_AT_9)
    untold = AppointmentFactory(
        site=duty.site, service=told.service, advisor=duty.advisor, starts_at=WEDNESDAY_AT_9 + LENGTH
    )

    first, second = orphans_of(change_day, change=off(duty, WEDNESDAY_AT_9.date()))

    moments = [slot.starts_at for slot in first.slots]
    assert moments[0] > told.starts_at
    assert [moment < told.starts_at for moment in moments] == [False] * 5 + [True] * 2
    assert moments[5] > moments[6] >= NOW + dt.timedelta(hours=told.service.notice_hours)
    assert other.shifts.exists()
    assert all(slot.starts_at > untold.starts_at for slot in second.slots)


def test_shortened_absence_gives_the_rest_back(planned):
    duty = planned()
    absence = away(duty.advisor)
    act(save_absence, absence=absence)
    absence.ends_at = TUESDAY_AT_9 + HOUR

    act(save_absence, absence=absence)

    assert duty.shifts.order_by("starts_at").first().starts_at == TUESDAY_AT_9 + HOUR


def test_orphans_take_as_many_queries_for_one_as_for_many(planned, booked):
    duty, _colleague = planned(), planned()
    booked(duty)
    with CaptureQueriesContext(connection) as one:
        orphans_of(end_duty, duty=duty, last_on=TUESDAY - WEEK)
    for week in range(5):
        booked(duty, TUESDAY_AT_9 + week * WEEK + HOUR)

    with CaptureQueriesContext(connection) as many:
        orphans_of(end_duty, duty=duty, last_on=TUESDAY - WEEK)

    assert len(many) <= len(one)
