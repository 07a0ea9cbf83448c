import datetime as dt

import pytest

from appointments.models import Seating, Ticket
from appointments.queue_rules import DeskError
from appointments.services.queue import (
    call_next,
    close_desk,
    duty_defaults,
    finish,
    open_desk,
    open_desks,
    pause_desk,
    resume_desk,
    seating_of,
    transfer,
)
from tests.appointments.queue.lines import MINUTE, open_site, sit_down, wait
from tests.factories.appointments import NOW, DutyFactory, ShiftFactory
from tests.factories.sites import DeskFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def site():
    return open_site()


@pytest.fixture
def theme():
    return ThemeFactory()


def test_same_desk_opened_again_changes_what_it_serves(site, theme):
    first = sit_down(site, theme)
    other = ThemeFactory()

    again = open_desk(
        site=site, desk=first.desk, by=first.advisor, themes=[other], languages=("fr", "nl"), now=NOW + MINUTE
    )

    assert again == first
    assert (list(again.themes.all()), again.languages, again.opened_at) == ([other], ("fr", "nl"), NOW)


def test_desk_of_somebody_else_is_not_opened(site, theme):
    taken = sit_down(site, theme)

    with pytest.raises(DeskError, match="Somebody else"):
        open_desk(site=site, desk=taken.desk, by=UserFactory(), themes=[theme], languages=("fr",), now=NOW)


def test_nobody_sits_at_two_desks_not_even_at_two_places(site, theme):
    by = sit_down(site, theme).advisor

    for place in (site, open_site()):
        with pytest.raises(DeskError, match="Leave that one first"):
            sit_down(place, theme, by=by)


@pytest.mark.parametrize(
    ("desk", "themes", "languages", "sentence"),
    [
        ({"is_in_use": False}, True, ("fr",), "not in use"),
        ({"site": None}, True, ("fr",), "not in use"),
        ({}, False, ("fr",), "at least one theme"),
        ({}, True, (), "at least one theme"),
    ],
)
def test_desk_needs_a_place_themes_and_languages(site, theme, desk, themes, languages, sentence):
    where = DeskFactory(**({"site": site} | {name: value for name, value in desk.items() if value is not None}))
    if "site" in desk:
        where = DeskFactory()

    with pytest.raises(DeskError, match=sentence):
        open_desk(
            site=site, desk=where, by=UserFactory(), themes=[theme] if themes else [], languages=languages, now=NOW
        )


def test_desk_left_open_yesterday_is_closed_without_a_word(site, theme):
    forgotten = sit_down(site, theme)
    same_desk = sit_down(site, theme)
    now = NOW + DAY

    assert seating_of(user=forgotten.advisor, now=NOW) == forgotten
    assert seating_of(user=forgotten.advisor, now=now) is None
    taken_over = open_desk(
        site=site, desk=same_desk.desk, by=forgotten.advisor, themes=[theme], languages=("fr",), now=now
    )

    assert seating_of(user=forgotten.advisor, now=now) == taken_over
    assert list(open_desks(site=site, now=now)) == [taken_over]
    assert Seating.objects.open().count() == 1


def test_pause_and_leave_twice_are_once(site, theme):
    seating = sit_down(site, theme)
    by = seating.advisor

    paused = [pause_desk(seating=seating, by=by, now=NOW + n * MINUTE).paused_at for n in range(2)]
    resumed = [resume_desk(seating=seating, by=by, now=NOW).paused_at for _time in range(2)]
    closed = [close_desk(seating=seating, by=by, now=NOW + n * MINUTE).closed_at for n in range(2)]

    assert (paused, resumed, closed) == ([NOW, NOW], [None, None], [NOW, NOW])


@pytest.mark.parametrize("act", [pause_desk, resume_desk, close_desk])
def test_desk_is_paused_and_left_by_whoever_sits_there(site, theme, act):
    with pytest.raises(DeskError, match="Somebody else"):
        act(seating=sit_down(site, theme), by=UserFactory(), now=NOW)


def test_closed_desk_is_not_paused(site, theme):
    seating = sit_down(site, theme)
    close_desk(seating=seating, by=seating.advisor, now=NOW)

    with pytest.raises(DeskError, match="closed"):
        pause_desk(seating=seating, by=seating.advisor, now=NOW)


def test_desk_is_not_left_while_a_visitor_is_there(site, theme):
    seating = sit_down(site, theme)
    wait(site, theme, number=3)
    called = call_next(seating=seating, by=seating.advisor, now=NOW)

    with pytest.raises(DeskError, match="N-003 is still at this desk"):
        close_desk(seating=seating, by=seating.advisor, now=NOW)

    finish(ticket=called, by=seating.advisor, now=NOW)
    assert close_desk(seating=seating, by=seating.advisor, now=NOW).closed_at == NOW


def test_whoever_waits_for_a_desk_that_is_left_waits_for_any(site, theme):
    seating = sit_down(site, theme)
    transfer(ticket=wait(site, theme), seating=seating, by=UserFactory(), now=NOW)

    close_desk(seating=seating, by=seating.advisor, now=NOW)

    assert Ticket.objects.get().seating is None


def shift_of(advisor, site, theme, *, hours, desk=None, languages=("fr",)):
    duty = DutyFactory(advisor=advisor, site=site, themes=[theme], languages=languages)
    starts_at = NOW + hours * 60 * MINUTE
    return ShiftFactory(duty=duty, desk=desk, starts_at=starts_at, ends_at=starts_at + 120 * MINUTE)


def test_defaults_are_those_of_the_duty_of_the_moment(site):
    advisor, themes = UserFactory(), [ThemeFactory() for _number in range(3)]
    desk = DeskFactory(site=site)
    shift_of(advisor, site, themes[0], hours=0, desk=desk, languages=("nl",))
    shift_of(advisor, site, themes[1], hours=3)
    shift_of(advisor, open_site(), themes[2], hours=5.5)

    def defaults(hours):
        return duty_defaults(advisor=advisor, site=site, now=NOW + hours * 60 * MINUTE)

    assert defaults(1) == ((themes[0],), ("nl",), desk)
    assert defaults(2.5) == ((themes[1],), ("fr",), None)
    assert defaults(9) == ((themes[1],), ("fr",), None)


def test_without_a_duty_today_there_are_no_defaults(site):
    advisor = UserFactory()
    shift_of(advisor, site, ThemeFactory(), hours=24)

    assert duty_defaults(advisor=advisor, site=site, now=NOW) == ((), (), None)
