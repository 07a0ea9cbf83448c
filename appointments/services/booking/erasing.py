"""Forget the visitor of an appointment at once; the appointment stands."""

from django.db import transaction
from django.db.models import Q

from appointments.models import Appointment, Message, Wait
from appointments.services.booking.moving import locked
from appointments.services.messages import due
from visitors.models import Visitor
from visitors.services import erase_visitor


@transaction.atomic
def forget_visitor(*, appointment: Appointment) -> None:
    """Erase what the visitor left: here, where they wait for an earlier moment, on a ticket; and every message owed.

    The appointment stands, without a name.
    """
    current = locked(appointment)
    known = current.visitor
    due.drop_unsent(appointment=current)
    Message.objects.filter(offer__wait__appointment=current, sent_at=None).delete()
    waits = Wait.objects.filter(appointment=current)
    elsewhere = Visitor.objects.filter(Q(waits__in=waits) | Q(tickets__appointment=current))
    for visitor in elsewhere.distinct().order_by("pk"):
        erase_visitor(visitor=visitor)
    waits.update(**Wait.Privacy.personal)
    if known is not None:
        erase_visitor(visitor=known)
