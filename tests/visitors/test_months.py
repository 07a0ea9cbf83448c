import datetime as dt
from typing import Any

import pytest
from django.conf import settings

from sites.models import Site
from tests.factories.contacts import ContactFactory, EntryAuthorFactory
from tests.factories.counts import TallyFactory, TallyMarginFactory
from tests.factories.sites import SiteFactory, ThemeFactory
from visitors import rules, tasks
from visitors.counting import Cells, count
from visitors.enums import Dimension, Job, JobState
from visitors.models import ClosedMonth, Contact, ContactTheme, JobRun, MonthCube, Tally, TallyMargin
from visitors.services import close_months, delete_old_rows, do_job, tend_log, write_illustrative
from visitors.services.months import CubesDifferError, NotIllustrativeError, rows_go_on

pytestmark = pytest.mark.django_db

MARCH = dt.date(2026, 3, 1)
DAY = dt.date(2026, 3, 10)
# The window of 7 days for the 31st is over when the 8th begins, and an hour later everybody has saved.
CLOSES_AT = dt.datetime(2026, 4, 7, 23, tzinfo=dt.UTC)  # 1 o’clock in Brussels
GOES_AT = dt.datetime(2028, 2, 1, 3, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def site() -> Site:
    return SiteFactory()


def all_cells(sites: list[Site], first: dt.date = dt.date(2026, 1, 1)) -> dict[str, Cells]:
    until = first.replace(year=first.year + 1)
    keys = [site.pk for site in sites]
    return {dimension: count(first, until, sites=keys, dimension=dimension) for dimension in Dimension}


def rows_left() -> list[int]:
    return [model.objects.count() for model in (Contact, ContactTheme, Tally, TallyMargin)]


def made_up(site: Site, day: dt.date = DAY, **more: Any) -> tuple[Contact, list[ContactTheme]]:
    return ContactFactory.build(site=site, day=day, is_illustrative=True, **more), []


def test_month_is_closed_when_its_last_day_can_be_corrected_nowhere(site: Site) -> None:
    assert settings.PORTAL_CORRECTION_DAYS == 7
    ContactFactory(site=site, day=DAY)

    assert close_months(now=CLOSES_AT - MINUTE) == 0
    assert not ClosedMonth.objects.exists()

    assert close_months(now=CLOSES_AT) == 1
    closed = ClosedMonth.objects.get()
    assert (closed.month, closed.rows, closed.closed_on) == (MARCH, 1, dt.date(2026, 4, 8))


def test_month_waits_for_the_site_where_the_day_ends_last(site: Site) -> None:
    ContactFactory(site=site, day=DAY)
    SiteFactory(timezone="America/Montreal")

    assert close_months(now=CLOSES_AT + 5 * 60 * MINUTE) == 0
    assert close_months(now=CLOSES_AT + 6 * 60 * MINUTE) == 1


def test_what_can_still_be_logged_is_never_in_a_closed_month(site: Site) -> None:
    ContactFactory(site=site, day=DAY)
    last = dt.date(2026, 3, 31)
    # Whatever the hour: as long as the rules take an entry for the last day, the month is open.
    for hours in range(-48, 48):
        now = CLOSES_AT + hours * 60 * MINUTE
        close_months(now=now)
        is_closed = ClosedMonth.objects.exists()
        try:
            rules.check_day(last, site=site, now=now, closed=frozenset())
        except rules.WindowError:
            continue
        assert not is_closed

    assert ClosedMonth.objects.exists()


def test_month_with_an_entry_that_can_still_be_moved_waits_for_its_seal(site: Site) -> None:
    contact = ContactFactory(site=site, day=dt.date(2026, 3, 31))
    # It was logged for the 7th and then moved back: until the 14th its author may change it.
    EntryAuthorFactory(entry_key=contact.pk, day=dt.date(2026, 4, 7))

    tend_log(now=CLOSES_AT)
    assert not ClosedMonth.objects.exists()

    tend_log(now=CLOSES_AT + dt.timedelta(days=7))
    assert ClosedMonth.objects.get().rows == 1


def test_longer_window_opens_no_closed_month(site: Site, settings: Any) -> None:
    ContactFactory(site=site, day=DAY)
    close_months(now=CLOSES_AT)
    settings.PORTAL_CORRECTION_DAYS = 60

    with pytest.raises(rules.ClosedMonthError, match="closed"):
        rules.check_day(DAY, site=site, now=CLOSES_AT)


def test_closing_again_changes_nothing(site: Site) -> None:
    ContactFactory(site=site, day=DAY)
    close_months(now=CLOSES_AT)
    before = list(MonthCube.objects.order_by("pk").values())
    ContactFactory(site=site, day=DAY)

    assert close_months(now=CLOSES_AT) == 0
    assert close_months(now=CLOSES_AT + dt.timedelta(days=3)) == 0
    assert list(MonthCube.objects.order_by("pk").values()) == before


def test_every_month_since_the_first_row_is_closed_also_an_empty_one(site: Site) -> None:
    ContactFactory(site=site, day=dt.date(2025, 12, 3))
    TallyFactory(site=site, day=dt.date(2026, 2, 3))
    ContactFactory(site=site, day=dt.date(2026, 4, 3))

    assert close_months(now=CLOSES_AT) == 2
    assert list(ClosedMonth.objects.order_by("month").values_list("month", "rows")) == [
        (dt.date(2025, 12, 1), 1),
        (dt.date(2026, 1, 1), 0),
        (dt.date(2026, 2, 1), 1),
        (MARCH, 0),
    ]


def test_nothing_to_close_is_no_error() -> None:
    assert close_months(now=CLOSES_AT) == 0
    assert delete_old_rows(now=CLOSES_AT) == 0


def test_cubes_hold_codes_of_the_common_list_once_a_contact(site: Site) -> None:
    common = ThemeFactory(code="train")
    own = [ThemeFactory(network=site.network, common=common) for _number in range(2)]
    ContactFactory(site=site, day=DAY, themes=own, headcount=3)

    close_months(now=CLOSES_AT)

    cube = MonthCube.objects.get(dimension=Dimension.THEME)
    assert (cube.code, cube.line, cube.contacts, cube.people) == ("train", "WALK_IN", 1, 3)


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (dt.date(2025, 1, 1), dt.date(2027, 2, 1)),
        (dt.date(2025, 12, 1), dt.date(2027, 2, 1)),
        (dt.date(2026, 1, 1), dt.date(2028, 2, 1)),
    ],
)
def test_rows_go_13_months_after_the_end_of_their_year(month: dt.date, day: dt.date) -> None:
    assert rows_go_on(month) == day


def test_rows_go_on_their_day_and_the_figures_stay(site: Site) -> None:
    ContactFactory(site=site, day=DAY, headcount=3)
    TallyMarginFactory(tally=TallyFactory(site=site, day=DAY))
    ContactFactory(site=site, day=dt.date(2027, 1, 4))
    before = all_cells([site])
    close_months(now=GOES_AT)

    assert delete_old_rows(now=GOES_AT - 5 * 60 * MINUTE) == 0
    assert delete_old_rows(now=GOES_AT) == 2
    assert rows_left() == [1, 1, 0, 0]
    assert all_cells([site]) == before
    assert ClosedMonth.objects.get(month=MARCH).deleted_on == dt.date(2028, 2, 1)
    assert delete_old_rows(now=GOES_AT) == 0


def test_month_that_is_not_closed_keeps_its_rows(site: Site) -> None:
    ContactFactory(site=site, day=DAY)

    assert delete_old_rows(now=GOES_AT) == 0
    assert Contact.objects.count() == 1


def test_rows_that_no_longer_make_the_sums_are_not_deleted(site: Site) -> None:
    ContactFactory(site=site, day=DAY)
    close_months(now=CLOSES_AT)
    ContactFactory(site=SiteFactory(), day=DAY)

    with pytest.raises(CubesDifferError):
        delete_old_rows(now=GOES_AT)

    assert Contact.objects.count() == 2


def test_illustrative_rows_are_added_to_a_closed_month_and_its_cubes(site: Site) -> None:
    theme = ThemeFactory()
    ContactFactory(site=site, day=DAY, themes=[theme], headcount=2)
    close_months(now=CLOSES_AT)
    contact, _none = made_up(site)
    group = TallyFactory.build(site=site, day=DAY, is_illustrative=True)
    margin = TallyMarginFactory.build(tally=group)

    new = write_illustrative(
        contacts=[(contact, [ContactTheme(contact=contact, theme=theme)])], tallies=[(group, [margin])]
    )

    assert new == (1, 1)
    from_cubes = all_cells([site])
    assert ClosedMonth.objects.get().rows == 3
    ClosedMonth.objects.all().delete()
    assert from_cubes == all_cells([site])
    assert sum(sums.illustrative for sums in from_cubes[Dimension.TOTAL].values()) == 2


def test_illustrative_rows_written_again_change_nothing(site: Site) -> None:
    row = made_up(site)
    write_illustrative(contacts=[row])
    close_months(now=CLOSES_AT)
    before = all_cells([site])

    assert write_illustrative(contacts=[row, row]) == (0, 0)
    assert all_cells([site]) == before


def test_real_rows_of_a_closed_month_are_never_counted_anew(site: Site) -> None:
    ContactFactory(site=site, day=DAY, themes=[])
    close_months(now=CLOSES_AT)
    slipped_in = ContactFactory(site=site, day=DAY, themes=[])

    write_illustrative(contacts=[made_up(site)])

    ((_cell, sums),) = count(MARCH, dt.date(2026, 4, 1), sites=[site.pk]).items()
    assert (sums.contacts, sums.illustrative) == (2, 1)
    with pytest.raises(NotIllustrativeError):
        write_illustrative(contacts=[(slipped_in, [])])
    with pytest.raises(NotIllustrativeError):
        write_illustrative(tallies=[(TallyFactory.build(site=site), [])])


def test_nothing_is_added_to_a_month_whose_rows_are_deleted(site: Site) -> None:
    row = made_up(site)
    write_illustrative(contacts=[row])
    close_months(now=GOES_AT)
    delete_old_rows(now=GOES_AT)
    before = all_cells([site])

    assert write_illustrative(contacts=[row, made_up(site)]) == (0, 0)
    assert all_cells([site]) == before
    assert not Contact.objects.exists()


def test_made_up_batch_gives_way_to_the_one_that_somebody_caught_up(site: Site) -> None:
    theme = ThemeFactory()
    real = TallyFactory(site=site, day=DAY, batch=True, theme=theme, number=3)
    other = TallyFactory.build(site=site, day=DAY, batch=True, theme=theme, number=9, is_illustrative=True)

    write_illustrative(tallies=[(other, [])])

    assert list(Tally.objects.values_list("pk", "number")) == [(real.pk, 3)]


# --- Jobs ----------------------------------------------------------------------------------------


def test_job_leaves_its_state(site: Site) -> None:
    ContactFactory(site=site, day=DAY)

    run = do_job(Job.CLOSE, now=CLOSES_AT)

    run.refresh_from_db()
    assert (run.job, run.state, run.rows, run.error) == (Job.CLOSE, JobState.DONE, 1, "")
    assert run.started_at == CLOSES_AT
    assert run.ended_at is not None


def test_job_that_fails_says_so_by_its_kind_and_is_heard_of(site: Site) -> None:
    ContactFactory(site=site, day=DAY)
    close_months(now=CLOSES_AT)
    ContactFactory(site=site, day=DAY)

    with pytest.raises(CubesDifferError):
        do_job(Job.DELETE, now=GOES_AT)

    run = JobRun.objects.get()
    assert (run.state, run.error, run.rows) == (JobState.FAILED, "CubesDifferError", 0)
    assert run.ended_at is not None


def test_run_that_was_cut_off_is_told_as_failed_and_old_runs_are_forgotten() -> None:
    old = JobRun.objects.create(job=Job.SEAL, started_at=CLOSES_AT - dt.timedelta(days=500), state=JobState.DONE)
    stuck = JobRun.objects.create(job=Job.SEAL, started_at=CLOSES_AT - dt.timedelta(days=1))
    beside = JobRun.objects.create(job=Job.SEAL, started_at=CLOSES_AT - MINUTE)

    do_job(Job.SEAL, now=CLOSES_AT)

    states = dict(JobRun.objects.values_list("pk", "state"))
    assert old.pk not in states
    assert (states[stuck.pk], states[beside.pk]) == (JobState.FAILED, JobState.RUNNING)


def test_night_does_all_of_it_by_the_clock(site: Site) -> None:
    author = EntryAuthorFactory(day=dt.date(2020, 1, 7))
    Contact.objects.filter(pk=author.entry_key).update(day=dt.date(2020, 1, 7))
    planned = {line["task"] for line in settings.CELERY_BEAT_SCHEDULE.values()}

    for task in (tasks.seal_entries, tasks.close_months, tasks.delete_old_rows):
        assert task.name in planned
        task()

    assert set(JobRun.objects.values_list("job", "state")) == {(job, JobState.DONE) for job in Job}
    assert ClosedMonth.objects.get(month=dt.date(2020, 1, 1)).deleted_on is not None
    assert not Contact.objects.exists()


def test_all_that_is_due_is_done_in_order(site: Site) -> None:
    ContactFactory(site=site, day=DAY)

    tend_log(now=GOES_AT)

    assert rows_left() == [0, 0, 0, 0]
    assert list(JobRun.objects.order_by("pk").values_list("job", flat=True)) == ["SEAL", "CLOSE", "DELETE"]
