import datetime as dt

import pytest
from django.utils import timezone

from appointments.enums import BookedBy
from appointments.models import Absence, Appointment
from appointments.rules import FreeTimeError, MomentError, NotOnDutyError
from appointments.services import overbook_appointment
from sites.enums import Role, Weekday
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer
from tests.factories.sites import MembershipFactory, SiteFactory, ThemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

HOUR = dt.timedelta(hours=1)
OVER = "/appointments/new/over/"


def overbook(site, theme, advisor, **more):
    wanted = {"site": site, "theme": theme, "language": "fr", "starts_at": TUESDAY_AT_9, "now": NOW}
    return overbook_appointment(**wanted | {"advisor": advisor} | more)


@pytest.fixture
def place():
    """A site where one advisor receives from nine to twelve and is booked at nine."""
    service, site, theme = offer(horizon_days=14)
    advisor = site.shifts.get().advisor
    MembershipFactory(user=advisor, site=site, role=Role.ADVISOR)
    AppointmentFactory(site=site, service=service, advisor=advisor)
    return site, theme, advisor


@pytest.mark.parametrize(
    ("later", "sentence"),
    [
        (-6 * HOUR, "between 6:00 and 22:00"),
        (12.5 * HOUR, "between 6:00 and 22:00"),
        (dt.timedelta(days=14), "too far ahead"),
    ],
)
def test_time_at_which_nobody_receives_is_not_given(place, later, sentence):
    with pytest.raises(MomentError, match=sentence):
        overbook(*place, starts_at=TUESDAY_AT_9 + later, is_sure=True)


def test_time_outside_the_known_hours_is_not_given(place):
    site, _theme, _advisor = place
    site.opening_hours.create(weekday=Weekday.TUESDAY, opens_at=dt.time(9), closes_at=dt.time(12))

    assert overbook(*place).is_overbooked
    with pytest.raises(MomentError, match="closed at this time"):
        overbook(*place, starts_at=TUESDAY_AT_9 + 3 * HOUR, is_sure=True)


def test_time_that_is_free_is_booked_as_usual(place):
    free = TUESDAY_AT_9 + dt.timedelta(minutes=45)

    with pytest.raises(FreeTimeError, match="book it as usual"):
        overbook(*place, starts_at=free, is_sure=True)

    assert not Appointment.objects.filter(is_overbooked=True).exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [({"starts_at": TUESDAY_AT_9 + 4 * HOUR}, "does not receive then"), ({"language": "nl"}, "does not do this theme")],
)
def test_advisor_who_is_not_on_duty_must_be_meant(place, more, sentence):
    with pytest.raises(NotOnDutyError, match=sentence):
        overbook(*place, **more)

    assert overbook(*place, **more, is_sure=True).is_overbooked


def test_advisor_of_another_theme_must_be_meant(place):
    site, _theme, advisor = place
    _service, _site, other = offer(site=site, theme=ThemeFactory())

    with pytest.raises(NotOnDutyError, match=f"{advisor.display_name} does not do this theme"):
        overbook(site, other, advisor)


# --- The page --------------------------------------------------------------------------------------


@pytest.fixture
def site():
    return SiteFactory(languages=("fr",))


@pytest.fixture
def staff(client, site):
    client.force_login(MembershipFactory(site=site, role=Role.RECEPTION, user__language="en").user)
    return client


@pytest.fixture
def at_ten(site):
    """Tomorrow at ten, when an advisor receives for three hours."""
    day = timezone.localdate(timezone=site.tz) + dt.timedelta(days=1)
    starts_at = dt.datetime.combine(day, dt.time(10), tzinfo=site.tz).astimezone(dt.UTC)
    service, _site, _theme = offer(site=site, starts_at=starts_at)
    advisor = site.shifts.get().advisor
    MembershipFactory(user=advisor, site=site, role=Role.ADVISOR)
    return AppointmentFactory(site=site, service=service, advisor=advisor, starts_at=starts_at, code="ABC234")


def typed(appointment, time="10:00", **more):
    day = appointment.starts_at.astimezone(appointment.site.tz).date()
    keys = {"theme": appointment.service.theme.code, "advisor": appointment.advisor_id, "day": day, "time": time}
    return keys | {"language": "fr", "channel": "ON_SITE", "alias": "Robin", "is_on_purpose": "on"} | more


def text_of(response):
    return " ".join(response.content.decode().split())


def test_taken_time_is_given_on_purpose_and_marked(staff, site, at_ten):
    answer = staff.post(f"{OVER}?site={site.slug}", typed(at_ten), follow=True)

    made = Appointment.objects.get(is_overbooked=True)
    assert (made.starts_at, made.advisor, made.booked_by) == (at_ten.starts_at, at_ten.advisor, BookedBy.RECEPTION)
    assert "overbooked on purpose" in text_of(answer)


def test_form_shows_the_day_of_the_person_and_keeps_what_was_typed(staff, site, at_ten):
    answer = staff.post(f"{OVER}?site={site.slug}", typed(at_ten, look="1"))

    html = text_of(answer)
    assert answer.status_code == 200
    for words in ("Receives from 10:00 to 13:00", "10:00–10:45", "ABC234", "10:45–13:00", 'value="Robin"'):
        assert words in html
    assert "Leave without saving" in html
    assert Appointment.objects.count() == 1


def test_form_says_that_the_person_is_away(staff, site, at_ten):
    Absence.objects.create(advisor=at_ten.advisor, starts_at=at_ten.starts_at, ends_at=at_ten.starts_at + HOUR)

    html = text_of(staff.post(f"{OVER}?site={site.slug}", typed(at_ten, look="1")))

    assert f"away</span> {at_ten.advisor.display_name} 10:00–11:00" in html


def test_free_time_is_refused_with_the_way_to_book_it(staff, site, at_ten):
    answer = staff.post(f"{OVER}?site={site.slug}", typed(at_ten, "10:45"))

    assert answer.status_code == 422
    assert answer.context["form"].errors["time"] == ["This time is free: book it as usual."]
    assert staff.get(answer.context["free_url"]).status_code == 200


def test_person_off_duty_is_asked_for_a_second_time(staff, site, at_ten):
    first = staff.get(f"{OVER}?site={site.slug}")
    asked = staff.post(f"{OVER}?site={site.slug}", typed(at_ten, "15:00"))
    given = staff.post(f"{OVER}?site={site.slug}", typed(at_ten, "15:00", is_sure="on"))

    assert 'name="is_sure"' not in text_of(first)
    assert asked.status_code == 422
    assert "does not receive then" in text_of(asked)
    assert 'name="is_sure"' in text_of(asked)
    assert given.status_code == 302


def test_way_to_a_taken_time_stands_above_the_free_ones_too(staff, site, at_ten):
    query = f"theme={at_ten.service.theme.code}&site={site.slug}&language=fr&channel=ON_SITE"

    html = text_of(staff.get(f"/appointments/new/?{query}"))

    assert html.count("None of these will do") == 2
    assert html.index("None of these will do") < html.index('class="slot"')
