import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.enums import Origin, TicketState
from appointments.models import QueueObservation, Seating, Ticket
from appointments.services.queue import seating_of
from appointments.staff_views.queue.acts import stamp_of
from citemetiers.kernel.dates import local_day
from sites.enums import Role
from tests.factories.queue import SeatingFactory, SiteQueueFactory, TicketFactory
from tests.factories.sites import DeskFactory, MembershipFactory, SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

PANEL = reverse("counter:panel")
SEAT = reverse("counter:seat")
NEXT = reverse("counter:call-next")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def site():
    made = SiteFactory(city="Namur", languages=("fr", "nl"))
    SiteQueueFactory(site=made, letter="N")
    return made


@pytest.fixture
def theme():
    return ThemeFactory(code="train", name_en="Train")


@pytest.fixture
def person(site):
    return MembershipFactory(site=site, role=Role.ADVISOR, user__language="en").user


@pytest.fixture
def staff(client, person):
    client.force_login(person)
    return client


@pytest.fixture
def seating(site, person, theme):
    made = {"site": site, "advisor": person, "opened_at": timezone.now(), "themes": [theme]}
    return SeatingFactory(**made, languages=("fr", "en"), desk__name="Desk 2")


def taken(site, theme, *, minutes=0, **given):
    now = timezone.now()
    # Of today, though a test just after midnight lets somebody wait since before.
    made = {"day": local_day(now, tz=site.tz), "taken_at": now - dt.timedelta(minutes=minutes)}
    return TicketFactory(site=site, theme=theme, **made, **given)


def at_desk(site, theme, seating, state=TicketState.RECEIVED, **given):
    now = timezone.now()
    given = {"called_at": now, "times_called": 1, "seating": seating, **given}
    return taken(site, theme, state=state, began_at=now if state == TicketState.RECEIVED else None, **given)


def act(client, ticket, code, *, expects=None, **more):
    data = {"act": code, "expects": expects or stamp_of(ticket), **more}
    return client.post(reverse("counter:act", args=[ticket.pk]), data)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_panel_asks_where_somebody_sits_with_the_free_desk_first(staff, site, theme):
    taken_one = SeatingFactory(site=site, opened_at=timezone.now(), desk__name="Desk 1").desk
    free = DeskFactory(site=site, name="Desk 3")

    form = staff.get(PANEL).context["seat_form"]

    assert form.initial["desk"] == free
    assert taken_one in form.fields["desk"].queryset
    assert form.initial["themes"] == [theme.pk]
    assert form.initial["languages"] == ["fr"]


def test_seat_is_taken_paused_resumed_and_left(staff, site, theme, person):
    desk = DeskFactory(site=site)
    wish = {
        "site": site.slug,
        "act": "open",
        "seat-desk": desk.pk,
        "seat-themes": [theme.pk],
        "seat-languages": ["fr", "nl"],
    }

    for _twice in range(2):
        staff.post(SEAT, wish)
    seating = seating_of(user=person, now=timezone.now())
    assert (seating.desk, seating.languages) == (desk, ("fr", "nl"))
    staff.post(SEAT, {"site": site.slug, "act": "pause"})
    assert seating_of(user=person, now=timezone.now()).paused_at is not None
    staff.post(SEAT, {"site": site.slug, "act": "resume"})
    assert seating_of(user=person, now=timezone.now()).paused_at is None
    for _twice in range(2):
        staff.post(SEAT, {"site": site.slug, "act": "leave"})

    assert seating_of(user=person, now=timezone.now()) is None
    assert Seating.objects.count() == 1


@pytest.mark.parametrize("missing", ["desk", "themes", "languages"])
def test_seat_that_lacks_something_is_refused_in_words(staff, site, theme, missing):
    wish = {
        "site": site.slug,
        "seat-desk": DeskFactory(site=site).pk,
        "seat-themes": [theme.pk],
        "seat-languages": ["fr"],
    }
    del wish[f"seat-{missing}"]

    answer = staff.post(SEAT, wish, follow=True)

    assert "notice--error" in answer.content.decode()
    assert Seating.objects.count() == 0


def test_seat_at_a_desk_of_another_site_is_refused(staff, site, theme):
    wish = {"site": site.slug, "seat-desk": DeskFactory().pk, "seat-themes": [theme.pk], "seat-languages": ["fr"]}

    staff.post(SEAT, wish)

    assert Seating.objects.count() == 0


def test_desk_that_is_taken_is_refused_in_words(staff, site, theme):
    desk = SeatingFactory(site=site, opened_at=timezone.now()).desk

    answer = staff.post(
        SEAT,
        {"site": site.slug, "seat-desk": desk.pk, "seat-themes": [theme.pk], "seat-languages": ["fr"]},
        follow=True,
    )

    assert "Somebody else is at this desk." in text_of(answer)


def test_panel_shows_what_a_desk_needs_of_each_ticket(staff, site, theme, seating):
    taken(site, theme, minutes=12, number=14)
    taken(site, theme, minutes=3, number=15, language="nl", is_priority=True)
    taken(site, ThemeFactory(code="work", name_en="Find work"), number=16)
    taken(site, theme, number=17, state=TicketState.PARKED)

    html = text_of(staff.get(PANEL))

    for words in ("Desk 2", "N-014", "Train", "FR", "walk-in", "waits for 12 min", "3 wait", "goes first"):
        assert words in html
    assert html.index("N-014") < html.index("For other desks") < html.index("N-015") < html.index("N-016")
    assert html.index("Parked") < html.index("N-017")


def test_panel_tells_when_somebody_booked_is_due(staff, site, theme, seating):
    due_at = dt.datetime.combine(timezone.localdate(timezone=site.tz), dt.time(14, 30), tzinfo=site.tz)
    taken(site, theme, number=18, due_at=due_at, origin=Origin.APPOINTMENT)

    assert "booked 14:30" in text_of(staff.get(PANEL))


def test_next_is_called_once_though_the_request_comes_twice(staff, site, theme, seating):
    first, second = taken(site, theme, minutes=9), taken(site, theme, minutes=2)

    for _twice in range(2):
        assert staff.post(NEXT).status_code == 302

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.times_called, second.state) == (TicketState.CALLED, 1, TicketState.WAITING)


def test_next_tells_when_nobody_waits(staff, seating):
    assert "Nobody is waiting for this desk." in text_of(staff.post(NEXT, follow=True))


def test_next_without_a_desk_asks_to_sit_down_first(staff, site, theme):
    taken(site, theme)

    assert "Say first where you sit today." in text_of(staff.post(NEXT, follow=True))


@pytest.mark.parametrize(
    ("before", "code", "after"),
    [
        (TicketState.WAITING, "call", TicketState.CALLED),
        (TicketState.WAITING, "park", TicketState.PARKED),
        (TicketState.WAITING, "left", TicketState.LEFT),
        (TicketState.PARKED, "return", TicketState.WAITING),
        (TicketState.CALLED, "begin", TicketState.RECEIVED),
        (TicketState.CALLED, "park", TicketState.PARKED),
        (TicketState.CALLED, "missing", TicketState.NO_SHOW),
        (TicketState.RECEIVED, "done", TicketState.DONE),
    ],
)
def test_act_leads_on_and_sent_twice_changes_nothing_more(staff, site, theme, seating, before, code, after):
    is_there = before in (TicketState.CALLED, TicketState.RECEIVED)
    ticket = at_desk(site, theme, seating, before) if is_there else taken(site, theme, state=before)
    expects = stamp_of(ticket)

    first = act(staff, ticket, code, expects=expects)
    ticket.refresh_from_db()
    stands = stamp_of(ticket)
    again = act(staff, ticket, code, expects=expects)
    ticket.refresh_from_db()

    assert ticket.state == after
    assert stamp_of(ticket) == stands
    assert (first.status_code, again.url) == (302, first.url)


def test_act_of_a_stale_page_changes_nothing_and_says_so(staff, site, theme, seating):
    ticket = taken(site, theme, number=14)
    expects = stamp_of(ticket)
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.LEFT, ended_at=timezone.now())

    act(staff, ticket, "call", expects=expects)
    answer = staff.get(PANEL)

    ticket.refresh_from_db()
    assert ticket.state == TicketState.LEFT
    assert "This ticket is in another state by now: left." in text_of(answer)


def test_done_opens_the_log_with_nothing_that_leads_to_the_ticket(staff, site, theme, seating):
    ticket = at_desk(site, theme, seating)

    where = urlsplit(act(staff, ticket, "done").url)

    assert (where.path, where.query) == (reverse("visitors:desk"), "")
    said = {"theme": ["train"], "language": ["fr"], "way": ["WALK_IN"], "duration": ["UNDER_15"]}
    assert parse_qs(where.fragment) == said


def test_act_opens_log_and_panel_at_the_site_of_the_ticket(staff, person, site, theme, seating):
    other = MembershipFactory(site=SiteFactory(city="Liège"), role=Role.ADVISOR, user=person).site
    staff.post(reverse("visitors:site-choose"), {"site": other.slug})
    ticket = at_desk(site, theme, seating)

    log = staff.get(act(staff, ticket, "done").url)

    assert log.context["site"] == site
    assert staff.get(PANEL).context["site"] == site


def test_priority_is_given_and_taken_back(staff, site, theme):
    ticket = taken(site, theme)

    for code, is_first in (("first", True), ("not-first", False)):
        act(staff, ticket, code)
        ticket.refresh_from_db()
        assert ticket.is_priority is is_first


def test_second_question_opens_the_log_of_the_first_and_stays(staff, site, theme, seating):
    other = ThemeFactory(code="work")
    ticket = at_desk(site, theme, seating)
    url, data = reverse("counter:second", args=[ticket.pk]), {"theme": "work", "expects": stamp_of(ticket)}

    shown = staff.get(url)
    first, again = staff.post(url, data), staff.post(url, data)

    ticket.refresh_from_db()
    assert 'value="work"' in shown.content.decode()
    assert 'value="train"' not in shown.content.decode()
    assert (ticket.state, ticket.theme) == (TicketState.RECEIVED, other)
    assert parse_qs(urlsplit(first.url).fragment)["theme"] == ["train"]
    assert again.url == first.url


def test_second_question_on_the_same_theme_is_one_press_which_sent_twice_is_one(staff, site, theme, seating):
    ticket = at_desk(site, theme, seating)
    url, data = reverse("counter:second", args=[ticket.pk]), {"expects": stamp_of(ticket)}

    first, again = staff.post(url, data), staff.post(url, data)
    third = staff.post(url, {"expects": stamp_of(Ticket.objects.get())})

    assert (Ticket.objects.get().state, Ticket.objects.get().theme) == (TicketState.RECEIVED, theme)
    assert parse_qs(urlsplit(first.url).fragment)["theme"] == ["train"]
    assert again.url == third.url == first.url
    assert QueueObservation.objects.count() == 2


@pytest.mark.parametrize("stamp", ["", "old", "RECEIVED.1.x.2.0.", "RECEIVED.1.1.2.0.noon"])
def test_second_question_from_a_form_that_says_nothing_is_refused(staff, site, theme, seating, stamp):
    ticket = at_desk(site, theme, seating)

    answer = staff.post(reverse("counter:second", args=[ticket.pk]), {"expects": stamp}, follow=True)

    assert "This ticket is in another state by now" in text_of(answer)
    assert not QueueObservation.objects.exists()


def test_done_pressed_on_the_page_of_the_first_question_does_not_end_the_second(staff, site, theme, seating):
    ticket = at_desk(site, theme, seating)
    stamp = stamp_of(ticket)
    staff.post(reverse("counter:second", args=[ticket.pk]), {"expects": stamp})

    act(staff, ticket, "left", expects=stamp)

    assert Ticket.objects.get().state == TicketState.RECEIVED


def test_second_question_of_somebody_not_in_session_is_refused(staff, site, theme):
    ticket = taken(site, theme, number=14)

    answer = staff.get(reverse("counter:second", args=[ticket.pk]), follow=True)

    assert "This ticket is in another state by now: waiting." in text_of(answer)


def test_ticket_is_passed_on_to_a_desk_and_keeps_its_place(staff, site, theme, seating):
    other = SeatingFactory(site=site, opened_at=timezone.now(), desk__name="Desk 5", themes=[theme])
    ticket = at_desk(site, theme, seating)
    url = reverse("counter:pass-on", args=[ticket.pk])

    assert "Desk 5" in text_of(staff.get(url))
    answer = staff.post(url, {"desk": other.pk, "expects": stamp_of(ticket)}, follow=True)

    queued_at = ticket.queued_at
    ticket.refresh_from_db()
    assert (ticket.state, ticket.seating, ticket.queued_at) == (TicketState.WAITING, other, queued_at)
    assert "Passed on. The place in line is kept." in text_of(answer)
    assert "for Desk 5" in text_of(answer)


@pytest.mark.parametrize(
    ("data", "words"),
    [({}, "Choose where this visitor goes on."), ({"theme": "work", "expects": "old"}, "is in another state by now")],
)
def test_pass_on_is_refused_in_words(staff, site, theme, data, words):
    ThemeFactory(code="work")
    ticket = taken(site, theme)

    answer = staff.post(reverse("counter:pass-on", args=[ticket.pk]), data)

    assert answer.status_code == 422
    assert words in text_of(answer)


@pytest.mark.parametrize("page", ["ticket", "pass-on", "second", "act", "slip"])
def test_ticket_of_another_site_or_day_is_not_found(staff, theme, site, page):
    elsewhere = taken(SiteFactory(), theme)
    old = TicketFactory(site=site, theme=theme, taken_at=timezone.now() - dt.timedelta(days=2))

    assert {staff.get(reverse(f"counter:{page}", args=[one.pk])).status_code for one in (elsewhere, old)} == {404}


def test_panel_answers_304_until_something_changes(staff, site, theme, seating):
    first = staff.get(PANEL, headers=HTMX)
    same = staff.get(PANEL, headers=HTMX | {"If-None-Match": first["ETag"]})
    taken(site, theme)
    changed = staff.get(PANEL, headers=HTMX | {"If-None-Match": first["ETag"]})

    assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
    assert "<html" not in first.content.decode()
    assert "HX-Request" in first["Vary"]
    assert "no-cache" in first["Cache-Control"]


def test_panel_says_what_it_must_once_and_not_as_304(staff, seating):
    before = staff.get(PANEL, headers=HTMX)
    staff.post(NEXT)

    told = staff.get(PANEL, headers=HTMX | {"If-None-Match": before["ETag"]})

    assert told.status_code == 200
    assert "Nobody is waiting for this desk." in text_of(told)
    assert "no-store" in told["Cache-Control"]


def test_panel_costs_the_same_with_more_tickets(staff, site, theme, seating, django_assert_max_num_queries):
    staff.get(PANEL)
    counted = []
    for number in (1, 3):
        for _one in range(number):
            taken(site, theme)
        with django_assert_max_num_queries(40) as queries:
            staff.get(PANEL)
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_somebody_at_a_desk_elsewhere_is_told_so(staff, site, person):
    other = MembershipFactory(user=person, site=SiteFactory(city="Huy"), role=Role.ADVISOR).site
    SeatingFactory(site=other, advisor=person, opened_at=timezone.now(), desk__name="Desk 9")

    assert "You are still at Desk 9 in Huy." in text_of(staff.get(f"{PANEL}?site={site.slug}"))
