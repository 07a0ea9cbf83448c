import factory

from tests.factories.base import PortalFactory
from tests.factories.contacts import DAY
from tests.factories.sites import SiteFactory
from visitors.enums import HalfDay, TallyKind, Way
from visitors.models import DoorCounter, DoorReading, Tally, TallyMargin


class TallyFactory(PortalFactory):
    """A group, unless said otherwise; ``batch`` is one number caught up, and needs a theme."""

    class Meta:
        model = Tally

    class Params:
        batch = factory.Trait(kind=TallyKind.BATCH, way=Way.WALK_IN)

    site = factory.SubFactory(SiteFactory)
    day = DAY
    half_day = HalfDay.MORNING
    kind = TallyKind.GROUP
    way = Way.GROUP
    number = 12


class TallyMarginFactory(PortalFactory):
    class Meta:
        model = TallyMargin

    tally = factory.SubFactory(TallyFactory)
    margin = "WOMEN"
    number = 7


class DoorCounterFactory(PortalFactory):
    class Meta:
        model = DoorCounter

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda n: f"Door {n}")


class DoorReadingFactory(PortalFactory):
    """A reading of a counter; with ``estimate`` a guess for the whole site instead."""

    class Meta:
        model = DoorReading

    class Params:
        estimate = factory.Trait(counter=None, reading_in=None, estimated_entries=40)

    counter = factory.SubFactory(DoorCounterFactory)
    site = factory.LazyAttribute(lambda reading: reading.counter.site if reading.counter else None)
    day = DAY
    reading_in = 1000
