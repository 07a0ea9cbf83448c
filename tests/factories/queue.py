import datetime as dt
import uuid

import factory

from appointments.enums import Origin, Outcome, TicketState
from appointments.models import QueueObservation, Seating, SiteQueue, Ticket
from appointments.services.queue import queue_of
from citemetiers.kernel.codes import fingerprint, secret_for
from citemetiers.kernel.dates import local_day
from tests.factories.appointments import NOW
from tests.factories.base import PortalFactory
from tests.factories.sites import DeskFactory, SiteFactory, ThemeFactory, UserFactory


class SiteQueueFactory(PortalFactory):
    class Meta:
        model = SiteQueue
        django_get_or_create = ("site",)

    site = factory.SubFactory(SiteFactory)
    letter = "N"
    screen_key = factory.LazyFunction(lambda: uuid.uuid4().hex)


class SeatingFactory(PortalFactory):
    class Meta:
        model = Seating

    site = factory.SubFactory(SiteFactory)
    advisor = factory.SubFactory(UserFactory)
    desk = factory.SubFactory(DeskFactory, site=factory.SelfAttribute("..site"))
    languages = ("fr",)
    opened_at = NOW
    day = factory.LazyAttribute(lambda made: local_day(made.opened_at, tz=made.site.tz))

    @factory.post_generation
    def themes(seating, create, extracted, **_more):  # noqa: N805  factory_boy passes the seating
        if create and extracted:
            seating.themes.set(extracted)


class TicketFactory(PortalFactory):
    class Meta:
        model = Ticket

    class Params:
        called = factory.Trait(
            state=TicketState.CALLED,
            seating=factory.SubFactory(SeatingFactory, site=factory.SelfAttribute("..site")),
            called_at=factory.LazyAttribute(lambda made: made.taken_at + dt.timedelta(minutes=12)),
            times_called=1,
        )
        done = factory.Trait(
            called=True,
            state=TicketState.DONE,
            began_at=factory.LazyAttribute(lambda made: made.called_at + dt.timedelta(minutes=1)),
            ended_at=factory.LazyAttribute(lambda made: made.began_at + dt.timedelta(minutes=30)),
        )

    id = factory.Faker("uuid4", cast_to=None)
    site = factory.SubFactory(SiteFactory)
    number = factory.Sequence(lambda n: n % 9999 + 1)
    theme = factory.SubFactory(ThemeFactory)
    language = "fr"
    origin = Origin.KIOSK
    taken_at = NOW
    queued_at = factory.SelfAttribute("taken_at")
    day = factory.LazyAttribute(lambda made: local_day(made.taken_at, tz=made.site.tz))
    secret_fingerprint = factory.LazyAttribute(lambda made: fingerprint(secret_for("ticket", made.id)))

    @factory.post_generation
    def queue(ticket, create, extracted, **_more):  # noqa: N805  factory_boy passes the ticket
        if create:
            queue_of(ticket.site)  # a queue gave the number


class QueueObservationFactory(PortalFactory):
    class Meta:
        model = QueueObservation

    site = factory.SubFactory(SiteFactory)
    theme = factory.SubFactory(ThemeFactory)
    language = "fr"
    day = NOW.date()
    half_hour = 18
    outcome = Outcome.DONE
    waited = 10
    lasted = 30
