import datetime as dt

import factory

from tests.factories.base import PortalFactory
from tests.factories.sites import SiteFactory
from visitors.enums import Found
from visitors.models import SurveyAnswer

MONTH = dt.date(2026, 11, 1)


class SurveyAnswerFactory(PortalFactory):
    class Meta:
        model = SurveyAnswer

    site = factory.SubFactory(SiteFactory)
    month = MONTH
    language = "fr"
    found = Found.YES
