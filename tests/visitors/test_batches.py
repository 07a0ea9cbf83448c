"""The batch grid: a number for each half-day and theme, set by the team, told apart from what was logged."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.models import Closure, OpeningHours, Site, Theme, User
from tests.factories.counts import TallyFactory
from tests.factories.sites import ThemeFactory
from visitors import rules
from visitors.count_forms.batch import NUMBER, SEEN, name_of
from visitors.enums import HalfDay, TallyKind, Way
from visitors.models import ClosedMonth, Tally
from visitors.services.batches import Cell, CellError, ChangedCellsError, Place, Spot, read_grid, save_batch
from visitors.services.counting_rules import CountError

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 24, 14, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
MORNING, AFTERNOON = HalfDay.MORNING.value, HalfDay.AFTERNOON.value
BATCH = reverse("visitors:batch")


def _place(code: str = "work", *, day: dt.date = TODAY, half_day: str = MORNING) -> Place:
    return Place(Spot(day, half_day), code)


def _save(site: Site, by: User, *cells: Cell, way: str = Way.WALK_IN, now: dt.datetime = NOW) -> int:
    return save_batch(site=site, way=way, cells=cells, by=by, now=now)


def _numbers(site: Site, way: str = Way.WALK_IN) -> dict[Place, int]:
    return dict(read_grid(site=site, way=way, now=NOW).numbers)


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


# --- Setting numbers -------------------------------------------------------------------------------


def test_number_of_a_cell_is_one_row_marked_as_batch(site: Site, themes: list[Theme], advisor: User) -> None:
    changed = _save(site, advisor, Cell(_place("work"), 14, 0), Cell(_place("train"), 0, 0))

    tally = Tally.objects.get()
    assert changed == 1
    assert (tally.kind, tally.way, tally.theme, tally.number) == (TallyKind.BATCH, Way.WALK_IN, themes[1], 14)
    assert (tally.day, tally.half_day) == (TODAY, MORNING)


def test_number_is_set_and_not_added_and_zero_takes_it_away(site: Site, themes: list[Theme], advisor: User) -> None:
    _save(site, advisor, Cell(_place("work"), 14, 0), Cell(_place("train"), 3, 0))

    _save(site, advisor, Cell(_place("work"), 9, 14), Cell(_place("train"), 0, 3))

    assert _numbers(site) == {_place("work"): 9}


def test_same_batch_sent_twice_changes_nothing(site: Site, themes: list[Theme], advisor: User) -> None:
    cell = Cell(_place("work"), 14, 0)

    assert (_save(site, advisor, cell), _save(site, advisor, cell)) == (1, 0)
    assert _numbers(site) == {_place("work"): 14}


def test_ways_of_service_are_apart(site: Site, themes: list[Theme], advisor: User) -> None:
    _save(site, advisor, Cell(_place("work"), 14, 0))
    _save(site, advisor, Cell(_place("work"), 2, 0), way=Way.PHONE)

    assert _numbers(site) == {_place("work"): 14}
    assert _numbers(site, Way.PHONE) == {_place("work"): 2}


def test_corrected_number_gets_a_fresh_key(site: Site, themes: list[Theme], advisor: User) -> None:
    _save(site, advisor, Cell(_place("work"), 14, 0))
    before = Tally.objects.get().pk

    _save(site, advisor, Cell(_place("work"), 9, 14))

    assert Tally.objects.get().pk != before


# --- A colleague meanwhile -------------------------------------------------------------------------


def test_cell_that_a_colleague_changed_is_told_and_nothing_is_written(
    site: Site, themes: list[Theme], advisor: User, colleague: User
) -> None:
    _save(site, colleague, Cell(_place("work"), 5, 0))

    with pytest.raises(ChangedCellsError) as refused:
        _save(site, advisor, Cell(_place("work"), 3, 0), Cell(_place("train"), 8, 0))

    assert refused.value.now_there == {_place("work"): 5}
    assert _numbers(site) == {_place("work"): 5}


def test_colleague_in_another_cell_is_no_conflict(
    site: Site, themes: list[Theme], advisor: User, colleague: User
) -> None:
    _save(site, colleague, Cell(_place("work"), 5, 0))

    _save(site, advisor, Cell(_place("work"), 0, 0), Cell(_place("train"), 8, 0))

    assert _numbers(site) == {_place("work"): 5, _place("train"): 8}


# --- What cannot be --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "number", "sentence"),
    [
        (_place(day=TODAY + dt.timedelta(days=1)), 1, "A day to come"),
        (_place(day=TODAY - dt.timedelta(days=8)), 1, "for 7 days"),
        (_place("nothing"), 1, "Choose one of the listed answers."),
        (_place(), 10_000, "Count 1 to 9999 contacts."),
        (_place(), -1, "Count 1 to 9999 contacts."),
    ],
)
def test_number_that_cannot_be_is_told_at_its_cell_and_nothing_is_written(
    site: Site, themes: list[Theme], advisor: User, place: Place, number: int, sentence: str
) -> None:
    with pytest.raises(CellError, match=sentence) as refused:
        _save(site, advisor, Cell(_place("train"), 8, 0), Cell(place, number, 0))

    assert refused.value.place == place
    assert Tally.objects.count() == 0


def test_closed_month_takes_no_batch(site: Site, themes: list[Theme], advisor: User) -> None:
    later = NOW + dt.timedelta(days=9)
    ClosedMonth.objects.create(month=TODAY.replace(day=1), closed_on=later.date(), rows=0)

    with pytest.raises(CellError, match="This month is closed"):
        _save(site, advisor, Cell(_place(day=dt.date(2026, 11, 30)), 1, 0), now=later)


@pytest.mark.parametrize("way", [Way.GROUP, Way.SELF_SERVICE, "NOTHING"])
def test_way_that_is_not_caught_up_is_refused(site: Site, themes: list[Theme], advisor: User, way: str) -> None:
    with pytest.raises(CountError, match="Choose one"):
        _save(site, advisor, Cell(_place(), 1, 0), way=way)


def test_stranger_writes_nothing(site: Site, themes: list[Theme], stranger: User) -> None:
    with pytest.raises(rules.WrongSiteError):
        _save(site, stranger, Cell(_place(), 1, 0))


def test_retired_theme_can_be_taken_away_and_not_raised(site: Site, themes: list[Theme], advisor: User) -> None:
    theme = ThemeFactory(code="typing", name_en="Typing pool", last_on=TODAY - dt.timedelta(days=1))
    TallyFactory(batch=True, site=site, day=TODAY, theme=theme, number=4)

    with pytest.raises(CellError, match="“Typing pool” is no longer offered"):
        _save(site, advisor, Cell(_place("typing"), 5, 4))
    _save(site, advisor, Cell(_place("typing"), 0, 4))

    assert Tally.objects.count() == 0


# --- The half-days and themes of the grid ----------------------------------------------------------


def test_grid_shows_the_half_days_on_which_the_site_was_open(site: Site, themes: list[Theme]) -> None:
    for weekday in range(1, 6):
        OpeningHours.objects.create(site=site, weekday=weekday, opens_at=dt.time(9), closes_at=dt.time(12))
    OpeningHours.objects.create(site=site, weekday=1, opens_at=dt.time(13), closes_at=dt.time(16))
    Closure.objects.create(
        network=site.network, site=site, first_on=dt.date(2026, 11, 20), last_on=dt.date(2026, 11, 20), reason="Fête"
    )

    grid = read_grid(site=site, way=Way.WALK_IN, now=NOW)

    found = {(spot.day.day, spot.half_day) for spot in grid.open_spots}
    mornings = {(day, MORNING) for day in (17, 18, 19, 23, 24)}
    assert found == {*mornings, (23, AFTERNOON)}
    assert len(grid.spots) == 16


def test_grid_ends_with_the_half_day_that_has_begun(site: Site, themes: list[Theme]) -> None:
    in_the_morning = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)

    grid = read_grid(site=site, way=Way.WALK_IN, now=in_the_morning)

    assert grid.spots[-1] == Spot(TODAY, MORNING)


def test_grid_of_a_site_without_hours_shows_the_working_week(site: Site, themes: list[Theme]) -> None:
    grid = read_grid(site=site, way=Way.WALK_IN, now=NOW)

    assert {spot.day.isoweekday() for spot in grid.open_spots} == set(range(1, 6))


def test_theme_is_offered_on_its_days_alone(site: Site, themes: list[Theme]) -> None:
    ThemeFactory(code="late", first_on=TODAY)

    grid = read_grid(site=site, way=Way.WALK_IN, now=NOW)

    assert "late" in grid.offered[TODAY]
    assert "late" not in grid.offered[TODAY - dt.timedelta(days=1)]


# --- The page --------------------------------------------------------------------------------------


@pytest.fixture
def here(site: Site, themes: list[Theme]) -> Place:
    """A cell of the half-day that has begun."""
    day, half_day = rules.moment_at(site, now=timezone.now())
    return Place(Spot(day, half_day), "work")


def _post(client: Client, site: Site, *cells: tuple[Place, str, str], **more: str) -> Any:
    data = {"site": site.slug, "way": "WALK_IN", "all": "1", **more}
    for place, number, seen in cells:
        data |= {name_of(NUMBER, place): number, name_of(SEEN, place): seen}
    return client.post(BATCH, data)


def test_page_saves_and_shows_sums(desk_client: Client, site: Site, here: Place) -> None:
    response = _post(desk_client, site, (here, "14", ""), way="PHONE")
    shown = desk_client.get(response.url)

    assert response.url == f"{BATCH}?way=PHONE"
    assert Tally.objects.get().way == Way.PHONE
    assert shown.context["total"] == 14
    assert "1 number is saved." in _text(shown)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("ten", "Write a whole number."),
        ("-3", "Count 0 to 9999 contacts."),
        ("10000", "Count 0 to 9999 contacts."),
        ("9" * 40, "Count 0 to 9999 contacts."),
    ],
)
def test_page_tells_at_the_cell_what_is_wrong(
    desk_client: Client, site: Site, here: Place, number: str, sentence: str
) -> None:
    response = _post(desk_client, site, (here, number, ""), (here._replace(theme="train"), "5", ""))

    assert response.status_code == 422
    assert response.context["form"].errors[name_of(NUMBER, here)] == [sentence]
    assert Tally.objects.count() == 0


def test_page_shows_both_numbers_of_a_conflict_and_saving_again_replaces(
    desk_client: Client, site: Site, here: Place, themes: list[Theme]
) -> None:
    TallyFactory(batch=True, site=site, day=here.spot.day, half_day=here.spot.half_day, theme=themes[1], number=5)

    refused = _post(desk_client, site, (here, "3", ""))
    text = _text(refused)
    seen = refused.context["form"][name_of(SEEN, here)].value()
    again = _post(desk_client, site, (here, "3", str(seen)))

    assert refused.status_code == 422
    assert "A colleague wrote 5 here. Save again to replace it." in text
    assert again.status_code == 302
    assert Tally.objects.get().number == 3


def test_number_for_a_day_out_of_the_window_is_said_to_be_left_out(
    desk_client: Client, site: Site, here: Place
) -> None:
    old = Place(Spot(here.spot.day - dt.timedelta(days=9), MORNING), "work")

    response = _post(desk_client, site, (old, "5", ""), (here, "4", ""))

    assert response.status_code == 422
    assert "cannot be counted any more" in _text(response)
    assert Tally.objects.count() == 0


def test_half_day_with_a_number_is_shown_though_the_site_was_closed(
    desk_client: Client, site: Site, here: Place, themes: list[Theme]
) -> None:
    OpeningHours.objects.create(
        site=site, weekday=here.spot.day.isoweekday() % 7 + 1, opens_at=dt.time(9), closes_at=dt.time(17)
    )
    before = {row.spot for row in desk_client.get(BATCH).context["rows"]}
    TallyFactory(batch=True, site=site, day=here.spot.day, half_day=here.spot.half_day, theme=themes[0])

    after = {row.spot for row in desk_client.get(BATCH).context["rows"]}

    assert after - before == {here.spot}
    assert "too</a>" in _text(desk_client.get(BATCH))


def test_page_without_themes_says_so(desk_client: Client, site: Site) -> None:
    assert "No theme is on offer" in _text(desk_client.get(BATCH))


def test_page_takes_few_queries(
    desk_client: Client, site: Site, here: Place, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(9):
        desk_client.get(BATCH)
    with django_assert_max_num_queries(20):
        _post(desk_client, site, *((here._replace(theme=code), "4", "") for code in ("work", "train")))
