import datetime as dt

import pytest

from appointments.enums import WhoBooks
from appointments.models import FreedSlot
from appointments.services import find_free_slots, service_at, services_for
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, ServiceFactory, offer
from tests.factories.sites import SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
DAY = dt.timedelta(days=1)


def find(theme, *sites, **more):
    return find_free_slots(theme=theme, sites=sites or None, now=NOW, **more)


def grid(*numbers, start=TUESDAY_AT_9, step=LENGTH):
    return [start + step * number for number in numbers]


def starts(slots):
    return [slot.starts_at for slot in slots]


def held_by(service, site):
    return {"service": service, "site": site, "advisor": site.shifts.get().advisor}


def test_free_slots_of_a_site_follow_the_grid():
    _service, site, theme = offer()

    assert starts(find(theme, site)) == grid(0, 1, 2, 3)


def test_free_slots_leave_out_booked_ones_but_not_overbooked_or_cancelled_ones():
    service, site, theme = offer()
    held = held_by(service, site)
    AppointmentFactory(**held)
    AppointmentFactory(**held, starts_at=TUESDAY_AT_9 + LENGTH, is_overbooked=True)
    AppointmentFactory(**held, starts_at=TUESDAY_AT_9 + LENGTH * 2, state="CANCELLED", cancelled_at=NOW)

    assert starts(find(theme, site)) == grid(1, 2, 3)


@pytest.mark.parametrize(("returns_in", "free"), [(5, (1, 2, 3)), (-9, (1, 2, 3)), (-10, (0, 1, 2, 3))])
def test_free_slots_leave_out_moments_given_back_until_they_return_or_are_forgotten(returns_in, free):
    service, site, theme = offer()
    FreedSlot.objects.create(
        **held_by(service, site),
        starts_at=TUESDAY_AT_9,
        free_again_at=TUESDAY_AT_9 + LENGTH,
        returns_at=NOW + dt.timedelta(minutes=returns_in),
    )

    assert starts(find(theme, site)) == grid(*free)


def test_free_slots_keep_the_buffer_free_before_and_after_what_is_booked():
    # The grid is 09:00, 10:00 and 11:00; the appointment of another theme holds 09:50 to 10:00.
    service, site, theme = offer(buffer_minutes=15)
    AppointmentFactory(
        **held_by(service, site),
        starts_at=TUESDAY_AT_9 + dt.timedelta(minutes=50),
        ends_at=TUESDAY_AT_9 + dt.timedelta(minutes=55),
        free_again_at=TUESDAY_AT_9 + dt.timedelta(minutes=60),
    )

    assert starts(find(theme, site)) == grid(1, 2, step=dt.timedelta(hours=1))


def test_free_slots_leave_the_share_for_drop_in():
    _service, site, theme = offer(drop_in_percent=50)

    assert starts(find(theme, site)) == grid(0, 2)


def test_free_slots_anywhere_come_first_one_first_across_sites():
    _service, late, theme = offer(starts_at=TUESDAY_AT_9 + DAY)
    _service, early, _theme = offer(theme=theme)

    assert [slot.site_id for slot in find(theme)] == [early.pk] * 4 + [late.pk] * 4


def test_free_slots_of_some_sites_leave_the_others_out():
    _service, one, theme = offer()
    _service, two, _theme = offer(theme=theme)
    offer(theme=theme)

    assert {slot.site_id for slot in find(theme, one, two)} == {one.pk, two.pk}


def test_free_slots_follow_the_length_of_each_network():
    _service, short, theme = offer(minutes=30)
    _service, long, _theme = offer(theme=theme, minutes=90)

    found = [(slot.site_id, slot.ends_at - slot.starts_at) for slot in find(theme)]

    assert found.count((short.pk, dt.timedelta(minutes=30))) == 6
    assert found.count((long.pk, dt.timedelta(minutes=90))) == 2
    assert len(found) == 8


@pytest.mark.parametrize(("language", "number"), [("fr", 4), ("nl", 4), ("de", 0), (None, 4)])
def test_free_slots_follow_the_language_of_the_duty(language, number):
    _service, site, theme = offer(languages=("fr", "nl"))

    assert len(find(theme, site, language=language)) == number


@pytest.mark.parametrize(("language", "number"), [("fr", 4), ("nl", 0), (None, 4)])
def test_free_slots_follow_the_languages_of_the_service(language, number):
    service, site, theme = offer(languages=("fr", "nl"))
    service.languages = ("fr", "de")
    service.save()

    slots = find(theme, site, language=language)

    assert [slot.languages for slot in slots] == [("fr",)] * number


@pytest.mark.parametrize(
    ("of_duty", "asked", "shown"),
    [
        ((), None, ("ON_SITE", "PHONE")),
        ((), "PHONE", ("ON_SITE", "PHONE")),
        (("PHONE", "VIDEO"), None, ("PHONE",)),
        (("PHONE", "VIDEO"), "ON_SITE", None),
        ((), "VIDEO", None),
        (("VIDEO",), None, None),
    ],
)
def test_free_slots_follow_the_channels_of_service_and_duty(of_duty, asked, shown):
    _service, site, theme = offer(channels=("ON_SITE", "PHONE"))
    site.duties.update(channels=of_duty)

    slots = find(theme, site, channel=asked)

    assert {slot.channels for slot in slots} == ({shown} if shown else set())


def test_free_slots_respect_notice_and_horizon():
    _service, site, theme = offer(notice_hours=25, horizon_days=7)
    offer(site=site, theme=theme, starts_at=TUESDAY_AT_9 + dt.timedelta(weeks=1))

    # 09:00 is 25 hours away exactly; the Tuesday after lies beyond the week.
    assert starts(find(theme, site)) == grid(0, 1, 2, 3)


def test_free_slots_need_no_notice_for_reception_and_are_never_past():
    _service, site, theme = offer(notice_hours=48, starts_at=NOW - LENGTH)

    assert find(theme, site) == []
    assert starts(find(theme, site, who=WhoBooks.RECEPTION)) == grid(0, 1, 2, start=NOW)


@pytest.mark.parametrize(
    ("who_books", "who"),
    [
        ("ANYONE", {"ANYONE", "PRESCRIBER", "RECEPTION"}),
        ("PRESCRIBER", {"PRESCRIBER", "RECEPTION"}),
        ("RECEPTION", {"RECEPTION"}),
    ],
)
def test_free_slots_are_for_those_who_may_book_the_service(who_books, who):
    _service, site, theme = offer(who_books=who_books)

    assert {one for one in WhoBooks if find(theme, site, who=one)} == who


def test_free_slots_start_within_the_time_asked_for():
    _service, site, theme = offer()

    slots = find(theme, site, since=TUESDAY_AT_9 + LENGTH, until=TUESDAY_AT_9 + LENGTH * 3)

    assert starts(slots) == grid(1, 2)


def test_free_slots_leave_out_sites_not_shown_to_the_public():
    _service, site, theme = offer(site=SiteFactory(is_open_to_public=False))

    assert find(theme) == find(theme, site) == []


def test_free_slots_of_a_theme_nobody_serves_are_none():
    offer()

    assert find(ThemeFactory()) == []


def test_free_slots_see_the_advisors_appointments_at_other_sites():
    _service, site, theme = offer()
    AppointmentFactory(advisor=site.shifts.get().advisor, starts_at=TUESDAY_AT_9)

    assert find(theme, site)[0].starts_at == TUESDAY_AT_9 + LENGTH


def test_free_slots_follow_the_sites_own_service_before_that_of_its_network():
    _service, own, theme = offer()
    _service, other, _theme = offer(site=SiteFactory(network=own.network), theme=theme)
    ServiceFactory(network=own.network, site=own, theme=theme, minutes=90)

    assert [slot.site_id for slot in find(theme)].count(own.pk) == 2
    assert [slot.site_id for slot in find(theme)].count(other.pk) == 4


def test_service_that_counts_is_the_sites_own_and_where_it_is_not_offered_there_is_none():
    of_network, site, theme = offer()
    elsewhere = SiteFactory(network=site.network)
    own = ServiceFactory(network=site.network, site=site, theme=theme, is_offered=False)

    assert service_at(theme, site=site) is None
    assert service_at(theme, site=elsewhere) == of_network
    assert find(theme, site) == services_for(theme, site=site) == []
    assert services_for(theme, site=None) == [of_network]

    own.is_offered = True
    own.save()

    assert service_at(theme, site=site) == own
    assert services_for(theme, site=None) == [of_network, own]


def test_service_of_a_network_that_is_not_offered_is_none():
    service, site, theme = offer(is_offered=False)

    assert service_at(theme, site=site) is None
    assert find(theme) == []
    assert not service.is_offered


@pytest.mark.parametrize("number", [1, 3])
def test_free_slots_cost_five_queries_however_many_sites(number, django_assert_num_queries):
    theme = ThemeFactory()
    for _site in range(number):
        offer(theme=theme, advisors=2)

    with django_assert_num_queries(5):
        assert len(find(theme)) == 4 * number
