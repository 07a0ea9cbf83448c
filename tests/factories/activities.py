import datetime as dt

import factory

from activities.enums import SessionKind
from activities.models import OpenDay, Programme, Session
from tests.factories.base import PortalFactory
from tests.factories.sites import AudienceFactory, NetworkFactory, RoomFactory, SiteFactory, ThemeFactory

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
DAY = dt.date(2027, 2, 24)
# Nine o'clock in Brussels in winter.
NINE = dt.datetime(2027, 2, 24, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


class OpenDayFactory(PortalFactory):
    class Meta:
        model = OpenDay

    network = factory.SubFactory(NetworkFactory)
    day = DAY
    opens_at = dt.time(9, 0)
    closes_at = dt.time(18, 30)


class ProgrammeFactory(PortalFactory):
    class Meta:
        model = Programme

    open_day = factory.SubFactory(OpenDayFactory)
    site = factory.SubFactory(SiteFactory, network=factory.SelfAttribute("..open_day.network"))


class SessionFactory(PortalFactory):
    class Meta:
        model = Session

    programme = factory.SubFactory(ProgrammeFactory)
    room = factory.SubFactory(RoomFactory, site=factory.SelfAttribute("..programme.site"))
    kind = SessionKind.WORKSHOP
    title_fr = factory.Sequence(lambda n: f"Atelier {n}")
    starts_at = NINE
    ends_at = NINE + HOUR
    languages = ("fr",)

    @factory.post_generation
    def words(self, create, _extracted, **_kwargs):
        if create:
            self.themes.add(ThemeFactory())
            self.audiences.add(AudienceFactory())
