import datetime as dt

import factory

from tests.factories.base import PortalFactory
from visitors.models import Visitor


class VisitorFactory(PortalFactory):
    class Meta:
        model = Visitor

    alias = "Robin"
    email = "robin@example.org"
    language = "en"
    erase_on = factory.LazyFunction(lambda: dt.date(2027, 1, 1))
