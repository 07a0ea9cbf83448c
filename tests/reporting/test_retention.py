import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import DjangoAssertNumQueries

from sites.enums import Role
from sites.models import Site, User
from tests.factories.contacts import ContactFactory
from tests.factories.sites import MembershipFactory, SiteFactory
from visitors.enums import Job, JobState
from visitors.models import ClosedMonth, JobRun
from visitors.services import retention_on, tend_log

pytestmark = pytest.mark.django_db

PAGE = "reports:retention"
NOW = timezone.now()
LAST_YEAR = timezone.localdate(NOW).year - 1


def run(job: Job, *, hours: int, state: JobState = JobState.DONE, **more: object) -> JobRun:
    return JobRun.objects.create(job=job, state=state, started_at=NOW - dt.timedelta(hours=hours), **more)


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.RECEPTION, Role.COORDINATOR])
def test_other_roles_are_refused(client: Client, site: Site, role: Role) -> None:
    client.force_login(MembershipFactory(role=role, site=site).user)

    assert client.get(reverse(PAGE)).status_code == 403


def test_portal_that_never_logged_anything_says_so(client: Client, manager: User) -> None:
    client.force_login(manager)

    answer = client.get(reverse(PAGE))

    assertContains(answer, "has not run yet", count=len(Job))
    assertContains(answer, "Nothing is logged yet")
    assertContains(answer, "No rows were deleted yet.")


def test_page_tells_jobs_months_and_when_rows_go(client: Client, manager: User, site: Site) -> None:
    ContactFactory(site=site, day=dt.date(LAST_YEAR, 3, 2))
    ClosedMonth.objects.create(
        month=dt.date(2020, 5, 1), closed_on=dt.date(2020, 6, 9), rows=4, deleted_on=dt.date(2022, 2, 1)
    )
    tend_log(now=NOW)
    client.force_login(manager)

    answer = client.get(reverse(PAGE))

    assertContains(answer, "badge--success", count=len(Job))
    assertContains(answer, f"March {LAST_YEAR}")
    assertContains(answer, f"1 February {LAST_YEAR + 2}")
    assertContains(answer, "Of 1 month, May 2020, only the sums remain.")
    assertContains(answer, "open, can be closed from")


def test_job_that_failed_was_cut_off_or_is_late_is_told(client: Client, manager: User) -> None:
    run(Job.SEAL, hours=30)
    run(Job.SEAL, hours=6, state=JobState.FAILED, error="OperationalError")
    run(Job.CLOSE, hours=9, state=JobState.RUNNING)
    run(Job.DELETE, hours=80)
    client.force_login(manager)

    answer = client.get(reverse(PAGE))

    assertContains(answer, "Kind of error: OperationalError.")
    assertContains(answer, "Last done:")
    assertContains(answer, "was cut off")
    assertContains(answer, "Never done so far.")
    assertContains(answer, "is late")
    assert [one.is_good for one in retention_on(now=NOW).jobs] == [False, False, False]


def test_job_that_runs_now_is_neither_good_nor_cut_off() -> None:
    run(Job.SEAL, hours=0, state=JobState.RUNNING)

    (seal, _close, _delete) = retention_on(now=NOW).jobs

    assert not seal.is_cut_off
    assert not seal.is_good


def test_rows_of_all_sites_are_told_to_whoever_reads_them_all(client: Client, manager: User, site: Site) -> None:
    for _number in range(7):
        ContactFactory(site=site, day=dt.date(LAST_YEAR, 3, 2), themes=[])
    tend_log(now=NOW)
    client.force_login(manager)

    assertContains(client.get(reverse(PAGE)), "Rows</th>", count=2)

    SiteFactory(network=site.network)
    assertNotContains(client.get(reverse(PAGE)), "Rows</th>")


def test_number_of_queries_does_not_grow_with_months(
    client: Client, manager: User, site: Site, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(manager)
    counts = []
    for month in (11, 3):
        ContactFactory(site=site, day=dt.date(LAST_YEAR, month, 2))
        tend_log(now=NOW)
        with django_assert_max_num_queries(20) as captured:
            client.get(reverse(PAGE))
        counts.append(len(captured))

    assert counts[0] == counts[1]
