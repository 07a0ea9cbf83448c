import factory

from sites.models import AgeBand, Channel, Duration, Education, HowHeard, Status, Territory
from tests.factories.sites import TermFactory


class PlainTermFactory(TermFactory):
    class Meta:
        abstract = True

    code = factory.Sequence(lambda n: f"term-{n}")
    name_fr = factory.Sequence(lambda n: f"Terme {n}")
    name_nl = factory.Sequence(lambda n: f"Term {n}")
    name_de = factory.Sequence(lambda n: f"Begriff {n}")
    name_en = factory.Sequence(lambda n: f"Term {n}")
    position = factory.Sequence(lambda n: n + 1)


class StatusFactory(PlainTermFactory):
    class Meta:
        model = Status


class EducationFactory(PlainTermFactory):
    class Meta:
        model = Education


class TerritoryFactory(PlainTermFactory):
    class Meta:
        model = Territory


class AgeBandFactory(PlainTermFactory):
    class Meta:
        model = AgeBand


class ChannelFactory(PlainTermFactory):
    class Meta:
        model = Channel


class DurationFactory(PlainTermFactory):
    class Meta:
        model = Duration


class HowHeardFactory(PlainTermFactory):
    class Meta:
        model = HowHeard
