import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.enums import Origin, TicketState
from appointments.models import SiteQueue, Ticket
from appointments.services.queue import Estimate, estimates
from sites.enums import Role
from tests.factories.appointments import AppointmentFactory
from tests.factories.queue import SeatingFactory, SiteQueueFactory, TicketFactory
from tests.factories.sites import MembershipFactory, SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

TAKE = reverse("counter:take")
CHECK_IN = reverse("counter:check-in")
SCREENS = reverse("counter:screens")
RENEW = reverse("counter:screens-renew")


@pytest.fixture
def theme():
    return ThemeFactory(code="train", name_en="Train")


@pytest.fixture
def site(theme):
    made = SiteFactory(city="Namur", languages=("fr", "nl"))
    SiteQueueFactory(site=made, letter="N")
    SeatingFactory(site=made, opened_at=timezone.now(), themes=[theme], languages=("fr",))
    return made


@pytest.fixture
def staff(client, site):
    client.force_login(MembershipFactory(site=site, role=Role.RECEPTION, user__language="en").user)
    return client


@pytest.fixture
def keeper(client, site):
    client.force_login(MembershipFactory(site=site, role=Role.SITE_MANAGER, user__language="en").user)
    return client


def wish(site, **changes):
    return {"site": site.slug, "theme": "train", "language": "fr", "token": uuid.uuid4(), **changes}


def text_of(response):
    return " ".join(response.content.decode().split())


def test_number_is_given_once_and_shown_with_its_link(staff, site):
    asked = wish(site, is_priority="on")

    slip, again = staff.post(TAKE, asked), staff.post(TAKE, asked)
    html = text_of(staff.get(slip.url))

    ticket = Ticket.objects.get()
    assert (ticket.origin, ticket.is_priority, ticket.language) == (Origin.RECEPTION, True, "fr")
    assert slip.url == again.url
    assert f"N-{ticket.number:03}" in html
    assert "<svg" in html
    assert "data-print" in html


def test_take_begins_with_the_language_of_the_place(staff):
    html = text_of(staff.get(TAKE))

    assert 'value="fr" selected' in html
    assert 'data-desk-key="' in html


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"theme": ""}, "This field is required."),
        ({"theme": "\x00"}, "Select a valid choice."),
        ({"language": "nl"}, "Nobody receives in this language today."),
    ],
)
def test_take_refuses_in_words(staff, site, changes, words):
    answer = staff.post(TAKE, wish(site, **changes))

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Ticket.objects.count() == 0


def test_take_at_another_site_is_not_found(staff):
    assert staff.post(TAKE, wish(SiteFactory(), token=uuid.uuid4())).status_code == 404


def test_booked_visitor_is_checked_in_by_code(staff, site, theme):
    starts_at = timezone.now()
    AppointmentFactory(site=site, service__theme=theme, code="ABC234", starts_at=starts_at)

    slip = staff.post(CHECK_IN, {"site": site.slug, "code": "abc 234"})

    ticket = Ticket.objects.get()
    assert (ticket.origin, ticket.due_at) == (Origin.APPOINTMENT, starts_at)
    assert slip.url == reverse("counter:slip", args=[ticket.pk])


def test_unknown_code_is_refused_and_may_be_typed_again(staff, site):
    answer = staff.post(CHECK_IN, {"site": site.slug, "code": "ZZZ999"})

    assert answer.status_code == 422
    assert "No appointment here has this code." in text_of(answer)
    assert 'value="ZZZ999"' in text_of(answer)


def test_slip_of_a_ticket_that_is_over_promises_no_wait(staff, site, theme):
    over = {"state": TicketState.LEFT, "ended_at": timezone.now()}
    estimate = {"estimated_from": 5, "estimated": 10, "estimated_to": 15}
    ticket = TicketFactory(site=site, theme=theme, taken_at=timezone.now(), **over, **estimate)

    assert "Wait: " not in text_of(staff.get(reverse("counter:slip", args=[ticket.pk])))


def test_slip_of_a_ticket_that_may_not_be_called_before_closing_says_so(staff, site, theme, monkeypatch):
    ticket = TicketFactory(site=site, theme=theme, taken_at=timezone.now())
    late = Estimate(30, 40, 50, is_past_closing=True)
    monkeypatch.setattr(estimates, "estimates_of", lambda **_asked: {ticket.pk: late})

    shown = text_of(staff.get(reverse("counter:slip", args=[ticket.pk])))

    assert "Perhaps we close before it is your turn." in shown


def test_screens_are_closed_to_reception(staff):
    assert staff.get(SCREENS).status_code == 403


def test_looking_at_screens_makes_no_queue_and_saving_does(keeper, site):
    SiteQueue.objects.all().delete()

    looked = keeper.get(f"{SCREENS}?site={site.slug}")
    keeper.get(f"{reverse('counter:panel')}?site={site.slug}")
    keeper.post(RENEW, {"site": site.slug})
    assert SiteQueue.objects.count() == 0
    keeper.post(SCREENS, {"site": site.slug, "is_used": "on", "letter": "N"})

    assert "Save the numbers above first" in text_of(looked)
    assert "key=" not in text_of(looked)
    assert f"key={SiteQueue.objects.get().screen_key}" in text_of(keeper.get(f"{SCREENS}?site={site.slug}"))


def test_screens_show_the_addresses_that_enrol(keeper, site):
    html = text_of(keeper.get(f"{SCREENS}?site={site.slug}"))

    key = site.queue.screen_key
    assert f"/fr/kiosk/{site.slug}/?key={key}" in html
    assert f"/fr/display/{site.slug}/?key={key}" in html


def test_screens_save_letter_and_use(keeper, site):
    keeper.post(SCREENS, {"site": site.slug, "letter": "Q"})

    assert SiteQueue.objects.values_list("letter", "is_used").get(site=site) == ("Q", False)


def test_screens_refuse_what_is_no_letter(keeper, site):
    answer = keeper.post(SCREENS, {"site": site.slug, "letter": "é", "is_used": "on"})

    assert answer.status_code == 422
    assert SiteQueue.objects.get(site=site).letter == "N"


@pytest.mark.parametrize(("data", "is_renewed"), [({}, False), ({"is_sure": "on"}, True)])
def test_screens_are_renewed_by_who_is_sure(keeper, site, data, is_renewed):
    before = site.queue.screen_key

    keeper.post(RENEW, {"site": site.slug, **data})

    assert (SiteQueue.objects.get(site=site).screen_key != before) is is_renewed


def test_screens_of_another_site_are_not_found(keeper):
    other = SiteQueueFactory(site=SiteFactory(slug="huy")).site

    assert keeper.get(f"{SCREENS}?site={other.slug}").status_code == 404
    assert keeper.post(RENEW, {"site": other.slug, "is_sure": "on"}).status_code == 404
