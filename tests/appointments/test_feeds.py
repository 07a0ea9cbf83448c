import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from appointments.agenda_calendar import agenda_calendar
from appointments.enums import State
from appointments.models import CalendarFeed
from appointments.services.agenda.feeds import feed_appointments, find_feed, make_feed, revoke_feed
from sites.enums import Role
from sites.models import Membership, User
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory
from tests.factories.sites import MembershipFactory, SiteFactory, UserFactory
from tests.factories.visitors import VisitorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return SiteFactory(name="Cité des métiers de Namur")


@pytest.fixture
def advisor(site):
    return MembershipFactory(site=site, role=Role.ADVISOR, user__language="en").user


def path_of(address):
    return address.removeprefix("http://localhost:8000")


def secret_in(address):
    return address.rpartition("/")[2].removesuffix(".ics")


def booked(site, advisor, **given):
    given.setdefault("visitor", VisitorFactory(alias="Robin"))
    return AppointmentFactory(site=site, advisor=advisor, service__theme__name_en="Find work", **given)


def events_of(file):
    return Calendar.from_ical(file).walk("VEVENT")


def test_feed_tells_when_where_and_how_and_nothing_of_the_visitor(site, advisor):
    one = booked(site, advisor, channel="PHONE", code="ABC234", language="de")

    file = agenda_calendar(feed_appointments(user=advisor, now=NOW), now=NOW).decode()

    (event,) = events_of(file)
    assert event["summary"] == "Appointment, Cité des métiers de Namur, by telephone"
    assert event.decoded("dtstart") == one.starts_at
    assert event.decoded("dtend") == one.ends_at
    unfolded = file.replace("\r\n ", "")
    for secret in ("Robin", "ABC234", "Find work", "robin@example.org", str(one.pk), one.pk.hex, "de\r\n"):
        assert secret not in unfolded


def test_feed_has_the_time_zone_of_the_site(site, advisor):
    booked(site, advisor)

    file = agenda_calendar(feed_appointments(user=advisor, now=NOW), now=NOW).decode()

    assert "BEGIN:VTIMEZONE" in file
    assert "TZID:Europe/Brussels" in file
    assert "DTSTART;TZID=Europe/Brussels:20261124T090000" in file


def test_feed_holds_the_own_appointments_of_last_week_and_of_those_to_come(site, advisor):
    day = dt.timedelta(days=1)
    shown = [
        booked(site, advisor, starts_at=NOW - 6 * day, state=State.NO_SHOW),
        booked(site, advisor),
        booked(site, advisor, starts_at=NOW + 179 * day),
    ]
    booked(site, advisor, starts_at=NOW - 8 * day)
    booked(site, advisor, starts_at=NOW + 181 * day)
    booked(site, UserFactory())
    booked(site, advisor, state=State.CANCELLED, cancelled_at=NOW)
    booked(site, advisor, state=State.TO_MOVE)
    booked(SiteFactory(), advisor, starts_at=TUESDAY_AT_9 + day)

    assert list(feed_appointments(user=advisor, now=NOW)) == shown


def test_moved_appointment_keeps_its_event_and_counts_up(site, advisor):
    one = booked(site, advisor)
    (before,) = events_of(agenda_calendar([one], now=NOW))

    one.starts_at, one.revision = one.starts_at + dt.timedelta(hours=1), 1
    (after,) = events_of(agenda_calendar([one], now=NOW))

    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)


def test_empty_agenda_is_a_calendar_all_the_same():
    assert Calendar.from_ical(agenda_calendar([], now=NOW))["version"] == "2.0"


@pytest.mark.parametrize("day", [(2026, 3, 29), (2027, 3, 28), (2026, 10, 25), (2027, 10, 31)])
def test_events_around_the_clock_changes_keep_their_instant(site, advisor, day):
    noon = dt.datetime(*day, 12, tzinfo=site.tz)
    one = booked(site, advisor, starts_at=noon.astimezone(dt.UTC))

    (event,) = events_of(agenda_calendar([one], now=NOW))

    assert event.decoded("dtstart").astimezone(dt.UTC) == one.starts_at


def test_address_is_opened_by_a_calendar_program_without_a_sign_in(client, site, advisor):
    booked(site, advisor, starts_at=timezone.now() + dt.timedelta(days=1))

    answer = client.get(path_of(make_feed(user=advisor, now=NOW)))

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    assert "private" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert len(events_of(answer.content)) == 1
    assert not answer.cookies


def test_secret_is_kept_as_a_fingerprint_alone(advisor):
    address = make_feed(user=advisor, now=NOW)

    feed = CalendarFeed.objects.get()
    assert secret_in(address) not in {feed.fingerprint, str(feed)}
    assert len(secret_in(address)) >= 32
    assert feed.made_on == dt.date(2026, 11, 23)


def test_new_address_kills_the_old_one_and_revoking_kills_it_too(advisor):
    old, new = (make_feed(user=advisor, now=NOW) for _time in range(2))

    assert find_feed(secret=secret_in(old)) is None
    assert find_feed(secret=secret_in(new)) == advisor
    revoke_feed(user=advisor)
    revoke_feed(user=advisor)
    assert find_feed(secret=secret_in(new)) is None


@pytest.mark.parametrize("leave", ["membership", "switched off"])
def test_address_of_a_former_advisor_opens_nothing(client, site, advisor, leave):
    booked(site, advisor, starts_at=timezone.now())
    address = path_of(make_feed(user=advisor, now=NOW))
    if leave == "membership":
        Membership.objects.all().delete()
    else:
        User.objects.update(is_active=False)

    answer = client.get(address)

    assert answer.status_code == 404
    assert "BEGIN:VEVENT" not in answer.content.decode()


def test_administrator_without_a_site_has_no_feed(advisor):
    administrator = UserFactory(is_superuser=True)

    assert find_feed(secret=secret_in(make_feed(user=administrator, now=NOW))) is None


@pytest.mark.parametrize("secret", ["forged", "%00", "a" * 300, "é"])
def test_unknown_address_opens_nothing(client, advisor, secret):
    make_feed(user=advisor, now=NOW)

    answer = client.get(f"/feeds/agenda/{secret}.ics")

    assert answer.status_code == 404
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("number", [1, 3])
def test_feed_takes_three_queries_however_many_appointments(client, site, advisor, number, django_assert_num_queries):
    address = path_of(make_feed(user=advisor, now=NOW))
    for days in range(number):
        booked(site, advisor, starts_at=timezone.now() + dt.timedelta(days=days))

    with django_assert_num_queries(3):
        assert len(events_of(client.get(address).content)) == number


# --- The page that makes it ------------------------------------------------------------------------


@pytest.fixture
def staff(client, advisor):
    client.force_login(advisor)
    return client


def test_address_is_shown_once(staff, advisor):
    page = reverse("agenda:subscription")

    before = staff.get(page).content.decode()
    sent = staff.post(page)
    made = staff.get(sent["Location"])
    after = staff.get(page).content.decode()

    address = made.context["address"]
    assert "Make my address" in before
    assert address in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert sent["Location"] == page
    assert staff.get(path_of(address)).status_code == 200
    assert CalendarFeed.objects.count() == 1
    assert secret_in(address) not in after
    assert "agenda_feed_address" not in staff.session
    assert "the old one dies" in after


def test_address_is_revoked_from_the_page(staff):
    address = path_of(staff.post(reverse("agenda:subscription"), follow=True).context["address"])

    answer = staff.post(reverse("agenda:subscription-revoke"), follow=True)

    assert "opens nothing any more" in answer.content.decode()
    assert staff.get(address).status_code == 404


def test_address_is_the_own_one(staff, advisor):
    other = make_feed(user=MembershipFactory(role=Role.ADVISOR).user, now=NOW)

    staff.post(reverse("agenda:subscription"))
    staff.post(reverse("agenda:subscription-revoke"))

    assert find_feed(secret=secret_in(other)) is not None
    assert not CalendarFeed.objects.filter(user=advisor).exists()
