import datetime as dt

import pytest
from django.core.cache import cache

from appointments.enums import TicketState
from appointments.models import SiteQueue
from appointments.services.queue import Call, board_of, boards_of, pause_desk
from citemetiers.kernel.dates import at_local
from sites.models import Closure, DropInPause, Site
from tests.appointments.queue.lines import MINUTE, open_site, sit_down, wait
from tests.factories.appointments import NOW, AppointmentFactory, ServiceFactory
from tests.factories.queue import QueueObservationFactory, SiteQueueFactory
from tests.factories.sites import NetworkFactory, SiteFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db
LATER = NOW + 60 * MINUTE


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def theme():
    return ThemeFactory(code="work")


@pytest.fixture
def site():
    return open_site()


def _board(site, now=LATER):
    return board_of(site=site, now=now)


def test_board_counts_those_who_wait_by_theme_and_language(site, theme):
    other = ThemeFactory()
    wait(site, theme)
    wait(site, theme, language="nl")
    wait(site, other, language="nl")
    wait(site, theme, state=TicketState.PARKED)
    wait(site, theme, done=True)
    wait(open_site(), theme)
    wait(site, theme, day=NOW.date() - dt.timedelta(days=1))

    board = _board(site)

    assert board.waiting == 3
    assert board.by_theme == ((theme, 2), (other, 1))
    assert board.by_language == (("fr", 1), ("nl", 2))


def test_board_says_until_when_and_from_when_one_may_walk_in(site):
    five, next_eight = (
        at_local(day, time, tz=site.tz)
        for day, time in (
            (dt.date(2026, 11, 23), dt.time(17)),
            (dt.date(2026, 11, 30), dt.time(8)),
        )
    )

    board, evening = _board(site), _board(site, now=five)

    assert (board.is_open, board.until, board.next_opening) == (True, five, next_eight)
    assert (evening.is_open, evening.until, evening.next_opening) == (False, None, next_eight)


def test_board_of_a_closed_or_paused_site_estimates_nothing(site, theme):
    sit_down(site, theme)
    assert _board(site).estimates

    DropInPause.objects.create(site=site, starts_at=NOW, ends_at=LATER + MINUTE, message_en="Full until ten")
    paused = _board(site)
    Closure.objects.create(site=site, network=site.network, first_on=NOW.date(), last_on=NOW.date(), reason_en="Flood")
    closed = _board(site)

    assert (paused.is_open, paused.is_paused, paused.notice, paused.estimates) == (False, True, "Full until ten", ())
    assert (closed.is_open, closed.estimate) == (False, None)


def test_site_of_unknown_hours_is_open_while_a_desk_is(theme):
    site = SiteFactory()
    assert not _board(site).is_open

    sit_down(site, theme)

    assert _board(site).is_open
    assert _board(site).open_desks == 1


def test_board_estimates_what_somebody_receives_for(site, theme):
    other = ThemeFactory(code="zebra")
    ThemeFactory(code="nobody")
    sit_down(site, theme, other, languages=("fr", "nl"))

    board = _board(site)

    assert [(about, spoken) for about, spoken, _one in board.estimates] == [
        (theme, "fr"),
        (theme, "nl"),
        (other, "fr"),
        (other, "nl"),
    ]
    assert all(one.high == 0 for _about, _spoken, one in board.estimates)


def test_estimate_over_all_is_the_middle_one(site, theme):
    slow, slower = ThemeFactory(code="slow"), ThemeFactory(code="slower")
    sit_down(site, theme)
    for about, ahead in ((slow, 3), (slower, 9)):
        sit_down(site, about)
        for minute in range(ahead):
            wait(site, about, minutes=minute)

    board = _board(site)

    assert board.estimate == {about: one for about, _spoken, one in board.estimates}[slow]


def test_words_of_the_network_stand_for_those_of_the_common_list(site, theme):
    own = ThemeFactory(network=site.network, common=theme, code="jobs")
    ThemeFactory(network=NetworkFactory(), common=theme, code="other-jobs")
    wait(site, theme)
    sit_down(site, own)

    board = _board(site)

    assert board.by_theme == ((own, 1),)
    assert [about for about, _spoken, _one in board.estimates] == [own]


def test_last_calls_are_the_newest_first_and_name_nobody(site, theme):
    first, second = sit_down(site, theme), sit_down(site, theme)
    wait(site, theme, number=1, state=TicketState.CALLED, seating=first, called_at=NOW + MINUTE)
    wait(site, theme, number=2, state=TicketState.RECEIVED, seating=second, called_at=LATER, began_at=LATER + MINUTE)
    wait(site, theme, number=3, state=TicketState.NO_SHOW, seating=first, called_at=LATER, ended_at=LATER)

    board = _board(site)

    assert board.last_calls == (Call("N-002", second.desk.name, LATER), Call("N-001", first.desk.name, NOW + MINUTE))
    assert first.advisor.display_name not in repr(board)


def test_second_question_is_no_second_call(site, theme):
    seating = sit_down(site, theme)
    wait(site, theme, state=TicketState.RECEIVED, seating=seating, called_at=LATER, began_at=LATER)

    assert _board(site).last_calls == ()


def test_next_up_are_those_whom_open_desks_call(site, theme):
    seating = sit_down(site, theme)
    wait(site, ThemeFactory(), number=1)
    for number in (4, 2, 3, 5):
        wait(site, theme, minutes=number, number=number)
    wait(site, theme, minutes=9, number=9, is_priority=True)
    assert _board(site).next_up == ("N-009", "N-002", "N-003")

    pause_desk(seating=seating, by=seating.advisor, now=LATER)

    assert _board(site).next_up == ("N-009", "N-001", "N-002")


def test_site_without_a_queue_shows_no_numbers(theme):
    site = SiteFactory()
    wait(site, theme)
    SiteQueue.objects.filter(site=site).delete()
    assert (_board(site).is_used, _board(site).next_up) == (False, ())

    SiteQueueFactory(site=site, is_used=False)

    assert not _board(site).is_used


def test_version_changes_with_what_is_shown_and_not_with_the_clock(site, theme):
    seating = sit_down(site, theme)
    before = _board(site).version
    assert _board(site, now=LATER + dt.timedelta(seconds=20)).version == before

    ticket = wait(site, theme)
    waiting = _board(site).version
    ticket.state, ticket.seating, ticket.called_at = TicketState.CALLED, seating, LATER
    ticket.save()
    called = _board(site).version
    ticket.called_at = LATER + MINUTE
    ticket.save()

    assert len({before, waiting, called, _board(site).version}) == 4


@pytest.mark.parametrize("number", [1, 3])
def test_boards_ask_as_often_for_many_sites_as_for_one(theme, number, django_assert_num_queries):
    for _one in range(number):
        site = open_site()
        seating = sit_down(site, theme, ThemeFactory())
        for minute in range(number):
            wait(site, theme, minutes=minute)
        service = ServiceFactory(network=site.network, theme=theme)
        AppointmentFactory(site=site, service=service, advisor=UserFactory(), starts_at=LATER + MINUTE)
        wait(site, theme, state=TicketState.CALLED, seating=seating, called_at=LATER)
        QueueObservationFactory(site=site, theme=theme)
    sites = list(Site.objects.filter(queue__isnull=False).select_related("network").order_by("pk"))

    with django_assert_num_queries(8):
        boards = boards_of(sites=sites, now=LATER)

    assert [boards[site.pk].waiting for site in sites] == [number] * number


def test_no_site_has_no_board():
    assert boards_of(sites=[], now=LATER) == {}
