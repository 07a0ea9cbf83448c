"""Messages that reached nobody, for the staff who can still reach the visitor in another way."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from appointments.models import Appointment, Message, Offer
from appointments.services.messages.due import reader_of
from sites.models import Site
from visitors.models import Visitor


@dataclass(slots=True)
class Unreached:
    """A visitor who was not told: about what, which messages, the newest first."""

    about: Appointment | Offer
    site: Site
    reader: Visitor | None
    messages: list[Message] = field(default_factory=list)

    @property
    def ways(self) -> list[Message]:
        """The messages, those of one kind that failed for one reason told once."""
        return list({(one.kind, one.medium, one.failure): one for one in reversed(self.messages)}.values())[::-1]


def failures_at(*, sites: Collection[Site], now: dt.datetime) -> list[Unreached]:
    """Whom nothing reached at these sites, last failed first; one entry for each appointment or offer."""
    found: dict[tuple[str, object], Unreached] = {}
    given_up = Message.objects.failed(now=now).at(sites).with_offer()
    for message in given_up.order_by("-given_up_at", "-pk"):
        about = message.appointment or message.offer
        if about is None:
            continue
        site = about.site if isinstance(about, Appointment) else about.wait.site
        entry = Unreached(about=about, site=site, reader=reader_of(message))
        found.setdefault((about._meta.label, about.pk), entry).messages.append(message)
    return list(found.values())


def count_failures(*, site: Site, now: dt.datetime) -> int:
    """How many visitors of a site nothing reached."""
    given_up = Message.objects.failed(now=now).at([site])
    return given_up.order_by().values("appointment", "offer").distinct().count()


def settle_failure(*, message: Message, now: dt.datetime) -> None:
    """Somebody reached the visitor: all that failed about this appointment or offer is seen to."""
    same = Message.objects.filter(appointment=message.appointment_id, offer=message.offer_id)
    same.filter(given_up_at__isnull=False, settled_at__isnull=True).update(settled_at=now)
