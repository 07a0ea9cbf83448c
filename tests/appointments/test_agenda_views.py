import datetime as dt

import pytest
from django.utils import timezone

from appointments.enums import BookedBy, State
from appointments.models import Absence, Message
from sites.enums import Role
from sites.models import Closure
from tests.factories.appointments import AppointmentFactory, DutyFactory, offer
from tests.factories.sites import MembershipFactory, SiteFactory, UserFactory
from tests.factories.visitors import VisitorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]


@pytest.fixture
def site():
    return SiteFactory(city="Namur")


@pytest.fixture
def person(site):
    return MembershipFactory(site=site, role=Role.RECEPTION, user__language="en").user


@pytest.fixture
def staff(client, person):
    client.force_login(person)
    return client


def start_of(site, *, hours=0):
    """A moment of today at this site, wherever the clock stands: twelve noon, give or take."""
    noon = dt.datetime.combine(timezone.localdate(timezone=site.tz), dt.time(12), tzinfo=site.tz)
    return noon.astimezone(dt.UTC) + dt.timedelta(hours=hours)


def booked(site, **given):
    given.setdefault("starts_at", start_of(site))
    return AppointmentFactory(site=site, service__theme__name_en="Find work", **given)


def text_of(response):
    return " ".join(response.content.decode().split())


def test_day_shows_what_staff_need_of_an_appointment(staff, site):
    one = booked(
        site,
        code="ABC234",
        advisor__display_name="Ada",
        visitor=VisitorFactory(alias="Robin"),
        channel="PHONE",
        language="de",
        is_overbooked=True,
        booked_by=BookedBy.SCHOOL,
    )

    html = text_of(staff.get("/appointments/"))

    shown = ("12:00", "12:45", "45 min", "ABC234", "Find work", "DE", "by telephone", "Robin", "Ada", "booked")
    for words in (*shown, "overbooked on purpose", "booked for somebody else"):
        assert words in html
    assert f"/appointments/{one.pk}/" in html


def test_reception_sees_the_whole_site_first_and_an_advisor_the_own_day(staff, client, site):
    booked(site, code="ABC234")
    advisor = MembershipFactory(site=site, role=Role.ADVISOR, user__language="en").user
    booked(site, code="XYZ789", advisor=advisor)

    whole = text_of(staff.get("/appointments/"))
    client.force_login(advisor)
    own, asked = text_of(client.get("/appointments/")), text_of(client.get("/appointments/?whose=site"))

    assert "ABC234" in whole
    assert "XYZ789" in whole
    assert "ABC234" not in own
    assert "XYZ789" in own
    assert "ABC234" in asked


def test_free_stretch_to_come_leads_to_the_booking_of_that_day(staff, site):
    starts_at = start_of(site) + dt.timedelta(days=1)
    offer(site=site, starts_at=starts_at)
    day = starts_at.astimezone(site.tz).date()

    html = text_of(staff.get(f"/appointments/?day={day}"))

    assert "15:00</time> free" in html
    assert f"/appointments/new/?site={site.slug}&amp;day={day}" in html


def test_free_stretch_that_is_over_leads_nowhere(staff, site):
    offer(site=site, starts_at=start_of(site) - dt.timedelta(days=1))

    html = text_of(staff.get(f"/appointments/?day={(start_of(site) - dt.timedelta(days=1)).date()}"))

    assert "15:00</time> was free" in html


@pytest.mark.parametrize(("failed", "is_told"), [(True, True), (False, False)])
def test_visitors_whom_no_message_reached_are_told_of(staff, site, failed, is_told):
    one = booked(site, starts_at=start_of(site) + dt.timedelta(days=1))
    due_at = start_of(site) - dt.timedelta(days=1)
    failure = {"given_up_at": due_at, "failure": "REFUSED"} if failed else {"sent_at": due_at}
    Message.objects.create(appointment=one, kind="REMINDER", medium="EMAIL", key="a", due_at=due_at, **failure)

    html = text_of(staff.get("/appointments/"))

    assert ("1 visitor was not reached by a message." in html) == is_told
    assert ('href="/appointments/messages/"' in html) == is_told


def test_closed_day_says_so_and_keeps_what_is_booked(staff, site):
    day = (start_of(site) + dt.timedelta(days=3)).date()
    one = booked(site, starts_at=start_of(site) + dt.timedelta(days=3))
    offer(site=site, starts_at=start_of(site) + dt.timedelta(days=3))
    Closure.objects.create(network=site.network, site=site, first_on=day, last_on=day, reason="Inventory")

    html, week = (text_of(staff.get(f"/appointments/{page}?day={day}&whose=mine")) for page in ("", "week/"))
    whole = text_of(staff.get(f"/appointments/?day={day}"))

    assert "The site is closed on this day" in html
    assert one.code in whole
    assert "</time> free" not in whole
    assert "closed" in week


def test_day_of_somebody_elses_site_does_not_exist(staff):
    assert staff.get(f"/appointments/?site={SiteFactory().slug}").status_code == 404
    assert staff.get(f"/appointments/week/?site={SiteFactory().slug}").status_code == 404


@pytest.mark.parametrize("day", ["nonsense", "2026-02-30", "0001-01-01", "9999-12-31", "%00", ""])
@pytest.mark.parametrize("path", ["/appointments/", "/appointments/week/"])
def test_day_that_is_none_is_today(staff, path, day):
    answer = staff.get(f"{path}?day={day}&whose=nobody")

    assert answer.status_code == 200
    assert answer.context["day"] == answer.context["today"]


def test_site_is_asked_once_a_day_and_the_desk_knows_it(staff, person, site):
    other = MembershipFactory(user=person, site=SiteFactory(city="Mons"), role=Role.RECEPTION).site

    first = staff.get("/appointments/")
    choice = staff.get(first["Location"])
    wrong = staff.post("/appointments/site/", {"site": SiteFactory().slug})
    staff.post("/appointments/site/", {"site": other.slug})
    shown = staff.get("/appointments/")

    assert first["Location"] == "/appointments/site/"
    assert "Mons" in text_of(choice)
    assert wrong.status_code == 404
    assert shown.context["site"] == other
    assert staff.get("/desk/").context["site"] == other
    assert staff.get(f"/appointments/?site={site.slug}").context["site"] == site


@pytest.mark.parametrize("path", ["/appointments/?whose=site", "/appointments/week/", "/appointments/week/?whose=mine"])
def test_page_takes_as_many_queries_for_three_as_for_one(staff, person, site, path, django_assert_max_num_queries):
    counts = []

    for number in (1, 2):
        for _more in range(number):
            offer(site=site, starts_at=start_of(site, hours=-3))
            booked(site, visitor=VisitorFactory(alias="Robin"), advisor=person, is_overbooked=True)
        with django_assert_max_num_queries(12) as queries:
            assert staff.get(path).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_marks_go_from_booked_to_done_and_back(staff, site):
    one = booked(site, starts_at=start_of_now(site))
    states = []
    for mark in ("ARRIVED", "DONE", "UNDO", "NO_SHOW", "UNDO"):
        answer = staff.post(f"/appointments/{one.pk}/mark/", {"mark": mark, "whose": "site"})
        one.refresh_from_db()
        states.append(one.state)
        assert answer.status_code == 302
        assert staff.get(answer["Location"]).status_code == 200

    assert states == [State.ARRIVED, State.DONE, State.BOOKED, State.NO_SHOW, State.BOOKED]


def start_of_now(site):
    """A moment of today that has come."""
    midnight = dt.datetime.combine(timezone.localdate(timezone=site.tz), dt.time(), tzinfo=site.tz)
    return midnight.astimezone(dt.UTC)


def test_done_leads_to_the_log_of_the_desk(staff, site):
    booked(site, starts_at=start_of_now(site), state=State.DONE)

    assert 'href="/desk/">Log the contact at the desk' in text_of(staff.get("/appointments/"))


def test_mark_comes_back_as_the_day_alone_when_the_page_asks_for_a_part(staff, site):
    one = booked(site, starts_at=start_of_now(site))

    answer = staff.post(
        f"/appointments/{one.pk}/mark/", {"mark": "ARRIVED"}, headers={"HX-Request": "true"}, follow=True
    )

    html = answer.content.decode()
    assert 'id="agenda"' in html
    assert "<html" not in html
    assert "arrived" in html


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ("ARRIVED", "on a later day"),
        ("NO_SHOW", "has not begun"),
        ("nonsense", "Say what became of this appointment"),
        ("", "Say what became of this appointment"),
    ],
)
def test_refused_mark_is_told_above_the_day_of_the_appointment(staff, site, mark, sentence):
    one = booked(site, starts_at=start_of(site) + dt.timedelta(days=2))

    answer = staff.post(f"/appointments/{one.pk}/mark/", {"mark": mark})

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert one.code in text_of(answer)
    one.refresh_from_db()
    assert one.state == State.BOOKED


def test_only_marks_that_would_be_kept_are_offered(staff, site):
    booked(site, starts_at=start_of(site) + dt.timedelta(days=2))
    day = (start_of(site) + dt.timedelta(days=2)).date()

    later = text_of(staff.get(f"/appointments/?day={day}"))
    booked(site, starts_at=start_of_now(site))
    today = text_of(staff.get("/appointments/"))

    assert 'name="mark"' not in later
    assert 'value="ARRIVED"' in today
    assert 'value="NO_SHOW"' in today
    assert 'value="UNDO"' not in today


def test_mark_elsewhere_does_not_exist(staff):
    other = booked(SiteFactory(), starts_at=start_of_now(SiteFactory()))

    assert staff.post(f"/appointments/{other.pk}/mark/", {"mark": "ARRIVED"}).status_code == 404
    other.refresh_from_db()
    assert other.state == State.BOOKED


def test_sign_in_that_leads_back_to_a_mark_shows_the_day(staff, site):
    one = booked(site)

    assert staff.get(f"/appointments/{one.pk}/mark/")["Location"].startswith("/appointments/?")


def test_week_shows_the_own_appointments_and_the_site_in_numbers(staff, person, site):
    booked(site, advisor=person, code="ABC234")
    offer(site=site, starts_at=start_of(site))

    mine = text_of(staff.get("/appointments/week/?whose=mine"))
    whole = text_of(staff.get("/appointments/week/?whose=site"))

    assert "ABC234" in mine
    assert "1 booked" in whole
    assert "12:00–15:00" in whole


def test_page_goes_into_no_cache(staff):
    assert "no-store" in staff.get("/appointments/")["Cache-Control"]


def away(person, site, *, first=0, until=24):
    midnight = start_of(site, hours=-12)
    since, back = (midnight + dt.timedelta(hours=hours) for hours in (first, until))
    return Absence.objects.create(advisor=person, starts_at=since, ends_at=back)


def test_absence_of_whoever_receives_here_is_told_on_the_day_and_in_the_week(staff, site):
    offer(site=site, starts_at=start_of(site))
    there, gone = site.shifts.get().advisor, DutyFactory(site=site).advisor
    away(there, site, first=15, until=17)
    away(gone, site)
    away(UserFactory(display_name="Stranger"), site)

    day, week = (text_of(staff.get(f"/appointments/{page}?whose=site")) for page in ("", "week/"))

    assert f"away</span> {there.display_name} 15:00–17:00" in day
    assert f"away</span> {gone.display_name}</p>" in day
    assert f'{there.display_name} <span class="badge' in day
    assert gone.display_name in week
    assert week.count("away</span>") == 2
    assert "Stranger" not in day + week


def test_own_week_tells_the_own_absence(staff, person, site):
    hours = -24 * start_of(site).weekday()
    away(person, site, first=hours, until=hours + 24)

    assert "away</span>" in text_of(staff.get("/appointments/week/?whose=mine"))


def test_nothing_booked_is_no_link_in_the_week(staff, site):
    offer(site=site, starts_at=start_of(site))

    assert "0 booked</a>" not in text_of(staff.get("/appointments/week/?whose=site"))
    assert "0 booked" in text_of(staff.get("/appointments/week/?whose=site"))


def test_card_that_needs_another_time_leads_to_move(staff, site):
    one = booked(site, state=State.TO_MOVE)

    assert f'href="/appointments/{one.pk}/move/"' in text_of(staff.get("/appointments/"))


def test_key_for_done_works_straight_from_booked(staff, site):
    one = booked(site, starts_at=start_of_now(site))

    shown = text_of(staff.get("/appointments/"))
    staff.post(f"/appointments/{one.pk}/mark/", {"mark": "DONE"})

    one.refresh_from_db()
    assert 'data-agenda-key="D" hidden' in shown
    assert "D also works straight from" in shown
    assert one.state == State.DONE


def test_name_of_the_service_stands_under_its_theme(staff, site):
    one = booked(site, service__title_en="Quick chat")

    for page in ("", f"{one.pk}/", f"{one.pk}/move/", "week/?whose=mine"):
        assert ("Quick chat" in text_of(staff.get(f"/appointments/{page}"))) == ("mine" not in page)
