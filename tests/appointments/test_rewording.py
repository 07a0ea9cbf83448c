import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment, Duty, Service
from appointments.services import (
    book_appointment,
    find_free_slots,
    is_illustrative,
    move_appointment,
    preview_appointment,
    services_for,
)
from sites.services import retire_term, reword_term
from tests.appointments.pages import given, moment_value
from tests.factories.appointments import offer
from tests.factories.sites import SiteFactory, ThemeFactory, UserFactory

# The clock of PostgreSQL has its say on words, and it is the real one.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

LENGTH = dt.timedelta(minutes=45)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def moment(now):
    return now.replace(hour=10, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)


@pytest.fixture
def today(now):
    return timezone.localdate(now)


def reworded(theme, *, first_on, today):
    texts = {"name_en": "Other words", "question_en": "Other question"}
    by = UserFactory(is_superuser=True)
    return reword_term(term=theme, first_on=first_on, texts=texts, by=by, today=today)


def book(site, theme, moment, now):
    return book_appointment(site=site, theme=theme, language="fr", starts_at=moment, now=now)


@pytest.mark.parametrize("days", [0, 1])
def test_theme_that_is_reworded_can_be_booked_before_and_after(days, now, moment, today):
    service, site, theme = offer(starts_at=moment, theme=ThemeFactory(name_en="Old words"), minutes=45)
    before = book(site, theme, moment, now)

    new = reworded(theme, first_on=today + dt.timedelta(days=days), today=today)
    slots = find_free_slots(theme=new, sites=[site], language="fr", now=now)
    preview = preview_appointment(site=site, theme=new, language="fr", starts_at=slots[0].starts_at, now=now)
    services = Service.objects.count()
    after = book(site, new, slots[0].starts_at, now)

    assert [slot.starts_at for slot in slots] == [moment + LENGTH, moment + 2 * LENGTH, moment + 3 * LENGTH]
    assert (str(preview.service.theme), services) == ("Other words", 1)
    assert str(after.service.theme) == "Other words"
    assert (after.service.minutes, after.service.network) == (service.minutes, service.network)
    assert str(Appointment.objects.get(pk=before.pk).service.theme) == "Old words"
    assert find_free_slots(theme=theme, sites=None, language=None, now=now) == find_free_slots(
        theme=new, sites=None, language=None, now=now
    )


def test_two_who_book_share_the_service_of_the_new_words(now, moment, today):
    _service, site, theme = offer(starts_at=moment)
    new = reworded(theme, first_on=today, today=today)

    first = book(site, new, moment, now)
    second = book(site, new, moment + LENGTH, now)

    assert first.service == second.service
    assert Service.objects.count() == 2


def test_appointment_of_before_is_moved_in_its_own_words(now, moment, today):
    _service, site, theme = offer(starts_at=moment, theme=ThemeFactory(name_en="Old words"))
    appointment = book(site, theme, moment, now)
    new = reworded(theme, first_on=today, today=today)
    book(site, new, moment + LENGTH, now)

    moved = move_appointment(appointment=appointment, starts_at=moment + 2 * LENGTH, now=now)

    assert (moved.starts_at, str(moved.service.theme)) == (moment + 2 * LENGTH, "Old words")


def test_link_to_a_theme_leads_to_its_words_of_today(client, now, moment, today):
    _service, site, theme = offer(starts_at=moment, theme=ThemeFactory(code="work", name_en="Old words"))
    reworded(theme, first_on=today, today=today)
    url = reverse(
        "appointments:book-confirm",
        query={"theme": "work", "site": site.slug, "language": "fr", "starts": f"{moment:%Y-%m-%dT%H:%MZ}"},
    )

    page = client.get(url).content.decode()
    answer = client.post(url, given(moment=moment_value(site, moment)))

    assert "Other words" in page
    assert "Old words" not in page
    assert answer.status_code == 303
    assert str(Appointment.objects.get().service.theme) == "Other words"


def test_theme_that_is_retired_is_not_offered_and_its_appointments_stand(client, now, moment, today):
    _service, site, theme = offer(starts_at=moment, theme=ThemeFactory(code="work"))
    appointment = book(site, theme, moment, now)
    by = UserFactory(is_superuser=True)

    retire_term(term=theme, last_on=today - dt.timedelta(days=1), by=by, today=today)

    assert client.get(reverse("appointments:book", query={"theme": "work"})).status_code == 404
    assert move_appointment(appointment=appointment, starts_at=moment + LENGTH, now=now).service.theme == theme


def test_word_of_a_network_is_booked_under_its_common_theme(now, moment):
    common, site = ThemeFactory(), SiteFactory()
    own = ThemeFactory(network=site.network, common=common)
    offer(starts_at=moment, theme=own, site=site)

    slots = find_free_slots(theme=common, sites=None, language="fr", now=now)
    appointment = book(site, common, moment, now)

    assert len(slots) == 4
    assert appointment.service.theme == common


def test_duty_that_names_both_words_is_one_duty(now, moment, today):
    _service, site, theme = offer(starts_at=moment)
    new = reworded(theme, first_on=today, today=today)
    Duty.objects.get().themes.add(new)

    slots = find_free_slots(theme=new, sites=[site], language="fr", now=now)

    assert [len(slot.advisor_ids) for slot in slots] == [1, 1, 1, 1]


def test_service_of_the_very_words_comes_before_a_newer_one(now, moment, today):
    service, site, theme = offer(starts_at=moment)
    new = reworded(theme, first_on=today, today=today)
    newer = Service.objects.create(network=site.network, theme=new, minutes=30, channels=("ON_SITE",))

    assert services_for(theme, site=site) == [service]
    assert services_for(new, site=site) == [newer]
    assert not is_illustrative(service=newer, site=site, language="fr", period=(moment, moment + LENGTH))
