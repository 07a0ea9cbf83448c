import datetime as dt

import factory

from appointments.models import Appointment, Duty, Service, Shift
from citemetiers.kernel.codes import fingerprint, new_reference, secret_for
from citemetiers.kernel.dates import local_day
from sites.enums import Weekday
from tests.factories.base import PortalFactory
from tests.factories.sites import NetworkFactory, SiteFactory, ThemeFactory, UserFactory

# A Monday morning in winter: 08:00 in Brussels is 07:00 UTC. Nothing but weekends is closed until 25 December.
NO_HOLIDAYS = "ZZ"  # a country of which nobody knows a legal holiday
NOW = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
TUESDAY_AT_9 = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
MINUTES = 45


class ServiceFactory(PortalFactory):
    class Meta:
        model = Service

    network = factory.SubFactory(NetworkFactory)
    theme = factory.SubFactory(ThemeFactory)
    minutes = MINUTES
    channels = ("ON_SITE",)


class DutyFactory(PortalFactory):
    class Meta:
        model = Duty

    advisor = factory.SubFactory(UserFactory)
    site = factory.SubFactory(SiteFactory)
    weekday = Weekday.TUESDAY
    starts_at = dt.time(9)
    ends_at = dt.time(12)
    first_on = dt.date(2026, 1, 1)
    languages = ("fr",)

    @factory.post_generation
    def themes(duty, create, extracted, **_more):  # noqa: N805  factory_boy passes the duty
        if create and extracted:
            duty.themes.set(extracted)


class ShiftFactory(PortalFactory):
    class Meta:
        model = Shift

    duty = factory.SubFactory(DutyFactory)
    advisor = factory.SelfAttribute("duty.advisor")
    site = factory.SelfAttribute("duty.site")
    starts_at = TUESDAY_AT_9
    ends_at = factory.LazyAttribute(lambda shift: shift.starts_at + dt.timedelta(hours=3))
    stands_for_on = factory.LazyAttribute(lambda shift: local_day(shift.starts_at, tz=shift.site.tz))


class AppointmentFactory(PortalFactory):
    class Meta:
        model = Appointment

    code = factory.LazyFunction(new_reference)
    secret_fingerprint = factory.LazyAttribute(lambda made: fingerprint(secret_for("appointment", made.id)))
    id = factory.Faker("uuid4", cast_to=None)
    site = factory.SubFactory(SiteFactory)
    service = factory.SubFactory(ServiceFactory, network=factory.SelfAttribute("..site.network"))
    advisor = factory.SubFactory(UserFactory)
    language = "fr"
    starts_at = TUESDAY_AT_9
    ends_at = factory.LazyAttribute(lambda made: made.starts_at + dt.timedelta(minutes=MINUTES))
    free_again_at = factory.LazyAttribute(lambda made: made.ends_at + made.service.buffer)


def offer(*, advisors=1, starts_at=TUESDAY_AT_9, site=None, theme=None, languages=("fr",), **service):
    """A site where a theme can be booked: a service, and a shift of three hours for each advisor."""
    site = site or SiteFactory()
    theme = theme or ThemeFactory()
    made = Service.objects.filter(network=site.network, theme=theme).first()
    made = made or ServiceFactory(network=site.network, theme=theme, **service)
    for _number in range(advisors):
        duty = DutyFactory(site=site, languages=languages, themes=[theme])
        ShiftFactory(duty=duty, starts_at=starts_at)
    return made, site, theme
