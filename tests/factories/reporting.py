import datetime as dt

import factory

from reporting.enums import Metric, Precision
from reporting.models import PublishedFigure
from tests.factories.base import PortalFactory
from tests.factories.sites import SiteFactory


class PublishedFigureFactory(PortalFactory):
    class Meta:
        model = PublishedFigure

    class Params:
        year = 2023

    site = factory.SubFactory(SiteFactory)
    first_month = factory.LazyAttribute(lambda figure: dt.date(figure.year, 1, 1))
    last_month = factory.LazyAttribute(lambda figure: dt.date(figure.year, 12, 1))
    metric = Metric.INTERVIEWS
    value = 100
    precision = Precision.EXACT
    definition_fr = definition_nl = definition_de = definition_en = "individual interviews of the year"
    source = "annual report"
