import datetime as dt
from fractions import Fraction

import pytest

from appointments.enums import Outcome
from appointments.services.queue import accuracy_of, waits_by_month
from tests.factories.queue import QueueObservationFactory
from tests.factories.sites import SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER, DECEMBER = (dt.date(2026, month, 1) for month in (10, 11, 12))
TOLD = {"estimated_from": 8, "estimated": 10, "estimated_to": 14}


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def keep(site):
    theme = ThemeFactory()

    def write(number, **columns):
        QueueObservationFactory.create_batch(number, **{"site": site, "theme": theme, "day": OCTOBER} | TOLD | columns)

    return write


def october_of(site):
    return accuracy_of(sites=[site], since=OCTOBER, until=NOVEMBER)


def test_accuracy_is_the_middle_error_and_the_share_within_the_range(site, keep):
    keep(13, waited=10)
    keep(6, waited=20)
    keep(6, waited=8)

    found = october_of(site)

    assert found == (Fraction(0), Fraction(19, 25), 25, 25)


def test_median_error_of_an_even_number_lies_between_the_middle_ones(site, keep):
    keep(13, waited=10)
    keep(13, waited=20)

    assert october_of(site).median_error == Fraction(1, 4)


def test_short_waits_count_for_the_range_and_have_no_error(site, keep):
    keep(20, waited=10)
    keep(5, waited=4)

    assert october_of(site) == (None, Fraction(20, 25), 25, 20)


def test_nothing_is_told_on_a_small_base(site, keep):
    keep(24, waited=10)

    assert october_of(site) == (None, None, 24, 24)


@pytest.mark.parametrize(
    "other",
    [
        {"is_illustrative": True},
        {"is_booked": True},
        {"day": OCTOBER - dt.timedelta(days=1)},
        {"day": NOVEMBER},
        {"outcome": Outcome.LEFT, "waited": None, "lasted": None},
        {"estimated_from": None, "estimated": None, "estimated_to": None},
    ],
    ids=["illustrative", "booked", "month before", "month after", "left", "without an estimate"],
)
def test_accuracy_leaves_out_what_must_not_count(site, keep, other):
    keep(25, waited=10)
    keep(30, **{"waited": 40} | other)

    assert october_of(site) == (Fraction(0), Fraction(1), 25, 25)


def test_accuracy_leaves_out_other_sites(site, keep):
    keep(25, waited=10)
    keep(30, waited=40, site=SiteFactory())

    assert october_of(site).base == 25


def test_waits_are_told_month_by_month(site, keep):
    keep(20, waited=10)
    keep(21, waited=31, estimated_from=None, estimated=None, estimated_to=None)
    keep(3, waited=55, day=NOVEMBER)

    found = waits_by_month(sites=[site], since=OCTOBER, until=dt.date(2027, 1, 1))

    assert found == [(OCTOBER, 31, 41), (NOVEMBER, None, 3), (DECEMBER, None, 0)]


def test_second_question_of_a_visit_is_no_wait(site, keep):
    keep(25, waited=12)
    keep(40, waited=0, estimated_from=None, estimated=None, estimated_to=None)
    keep(2, waited=0)

    (october,) = waits_by_month(sites=[site], since=OCTOBER, until=NOVEMBER)

    assert (october.median, october.base) == (12, 27)


@pytest.mark.parametrize(
    ("since", "until"),
    [(OCTOBER, OCTOBER), (NOVEMBER, OCTOBER), (OCTOBER, dt.date(2026, 11, 2)), (dt.date(2026, 10, 2), NOVEMBER)],
)
@pytest.mark.parametrize("figure", [accuracy_of, waits_by_month])
def test_figures_are_of_whole_months_only(site, figure, since, until):
    with pytest.raises(ValueError, match="whole months"):
        figure(sites=[site], since=since, until=until)


def test_figures_ask_once_each(site, keep, django_assert_num_queries):
    keep(2)
    asked = {"sites": [site, SiteFactory()], "since": OCTOBER, "until": DECEMBER}

    with django_assert_num_queries(2):
        accuracy_of(**asked)
        waits_by_month(**asked)
