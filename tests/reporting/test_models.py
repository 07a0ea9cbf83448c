import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from reporting.models import PublishedFigure
from tests.factories.reporting import PublishedFigureFactory
from tests.factories.sites import NetworkFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wrong", [{"site": None}, {"scope_note": "CEFO"}])
def test_figure_has_exactly_one_scope(wrong: dict[str, Any]) -> None:
    figure = PublishedFigureFactory.build(**({"site": None} | wrong))
    if wrong != {"site": None}:
        figure.network = NetworkFactory()

    with pytest.raises(ValidationError, match="one of the three"):
        figure.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        figure.save()


def test_figure_cannot_end_before_it_starts() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishedFigureFactory(first_month=dt.date(2023, 2, 1), last_month=dt.date(2023, 1, 1))


@pytest.mark.parametrize("scope", ["site", "network", "scope_note"])
def test_figure_is_recorded_once_for_each_scope(scope: str) -> None:
    scopes: dict[str, Any] = {"site": None, "network": None, "scope_note": ""}
    first = PublishedFigureFactory()
    scopes[scope] = {"site": first.site, "network": NetworkFactory(), "scope_note": "CEFO"}[scope]
    PublishedFigure.objects.filter(pk=first.pk).update(**scopes)

    again = PublishedFigureFactory.build(**scopes)

    with pytest.raises(ValidationError, match="already recorded"):
        again.validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


@pytest.mark.parametrize(
    ("language", "last_month", "period"),
    [
        ("en", 12, "2023"),
        ("en", 9, "January 2023 to September 2023"),
    ],
)
def test_period_names_the_year_or_the_months(language: str, last_month: int, period: str) -> None:
    figure = PublishedFigureFactory.build(site=None, last_month=dt.date(2023, last_month, 1))

    with translation.override(language):
        assert figure.period == period


def test_reading_order_puts_totals_after_lines_and_former_organisations_last() -> None:
    total = PublishedFigureFactory(is_total=True, metric="contacts")
    line = PublishedFigureFactory(site=total.site)
    network = PublishedFigureFactory(site=None, network=NetworkFactory())
    former = PublishedFigureFactory(site=None, scope_note="CEFO")

    found = list(PublishedFigure.objects.for_reading())

    assert found == [network, line, total, former]


def test_figure_reads_as_its_scope_unit_and_period() -> None:
    figure = PublishedFigureFactory.build(site=None, scope_note="CEFO")

    assert str(figure) == "CEFO · individual interviews · 2023"
