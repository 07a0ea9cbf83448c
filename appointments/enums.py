from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    """How visitor and advisor meet."""

    ON_SITE = "ON_SITE", _("on site")
    PHONE = "PHONE", _("by telephone")
    VIDEO = "VIDEO", _("by video")


class WhoBooks(models.TextChoices):
    """Who may book a service; each also lets those below it in the list."""

    ANYONE = "ANYONE", pgettext_lazy("who may book", "anyone")
    PRESCRIBER = "PRESCRIBER", pgettext_lazy("who may book", "somebody for another person, or reception")
    RECEPTION = "RECEPTION", pgettext_lazy("who may book", "reception only")


class BookedBy(models.TextChoices):
    """Whose hands booked: the visitor's own, another's for them, or those of reception."""

    VISITOR = "VISITOR", pgettext_lazy("booked by", "the visitor")
    SCHOOL = "SCHOOL", pgettext_lazy("booked by", "a school")
    PARTNER = "PARTNER", pgettext_lazy("booked by", "a partner organisation")
    FAMILY = "FAMILY", pgettext_lazy("booked by", "family or friends")
    RECEPTION = "RECEPTION", pgettext_lazy("booked by", "reception")


PRESCRIBERS = (BookedBy.SCHOOL, BookedBy.PARTNER, BookedBy.FAMILY)


class State(models.TextChoices):
    """Where an appointment stands. Active ones hold the advisor's time."""

    BOOKED = "BOOKED", pgettext_lazy("appointment", "booked")
    ARRIVED = "ARRIVED", pgettext_lazy("appointment", "arrived")
    DONE = "DONE", pgettext_lazy("appointment", "done")
    NO_SHOW = "NO_SHOW", pgettext_lazy("appointment", "did not come")
    TO_MOVE = "TO_MOVE", pgettext_lazy("appointment", "needs another time")
    CANCELLED = "CANCELLED", pgettext_lazy("appointment", "cancelled")


ACTIVE_STATES = (State.BOOKED, State.ARRIVED)


class MessageKind(models.TextChoices):
    CONFIRMATION = "CONFIRMATION", _("confirmation")
    REMINDER = "REMINDER", _("reminder")
    MOVED = "MOVED", pgettext_lazy("message", "moved")
    CANCELLED = "CANCELLED", pgettext_lazy("message", "cancelled")
    TO_MOVE = "TO_MOVE", pgettext_lazy("message", "needs another time")
    APOLOGY = "APOLOGY", pgettext_lazy("message", "cancelled by us")
    FREED = "FREED", pgettext_lazy("message", "a moment freed up")


class Medium(models.TextChoices):
    """By which road a message goes."""

    EMAIL = "EMAIL", _("e-mail")
    SMS = "SMS", _("text message")


class Failure(models.TextChoices):
    """Why a message was given up."""

    REFUSED = "REFUSED", pgettext_lazy("message", "refused")
    BOUNCED = "BOUNCED", pgettext_lazy("message", "came back")
    TOO_LATE = "TOO_LATE", pgettext_lazy("message", "not sent in time")
    UNREACHABLE = "UNREACHABLE", pgettext_lazy("message", "no address that works")


class Answer(models.TextChoices):
    """What became of an offer."""

    TAKEN = "TAKEN", pgettext_lazy("offer", "taken")
    DECLINED = "DECLINED", pgettext_lazy("offer", "declined")
    EXPIRED = "EXPIRED", pgettext_lazy("offer", "expired")


class Remedy(models.TextChoices):
    """What becomes of an appointment that a change of the rota leaves without its advisor."""

    KEEP_WITH = "KEEP_WITH", pgettext_lazy("remedy", "a colleague receives")
    MOVE = "MOVE", pgettext_lazy("remedy", "another time")
    OFFER = "OFFER", pgettext_lazy("remedy", "ask the visitor to choose another time")
    CANCEL = "CANCEL", pgettext_lazy("remedy", "cancel, with an apology")


class Origin(models.TextChoices):
    """Where a ticket was taken."""

    KIOSK = "KIOSK", pgettext_lazy("ticket", "at the kiosk")
    PHONE = "PHONE", pgettext_lazy("ticket", "on the visitor’s own telephone")
    RECEPTION = "RECEPTION", pgettext_lazy("ticket", "by reception")
    APPOINTMENT = "APPOINTMENT", pgettext_lazy("ticket", "on arrival for an appointment")


class TicketState(models.TextChoices):
    """Where a ticket stands."""

    WAITING = "WAITING", pgettext_lazy("ticket", "waiting")
    PARKED = "PARKED", pgettext_lazy("ticket", "parked")
    CALLED = "CALLED", pgettext_lazy("ticket", "called")
    RECEIVED = "RECEIVED", pgettext_lazy("ticket", "in session")
    DONE = "DONE", pgettext_lazy("ticket", "done")
    LEFT = "LEFT", pgettext_lazy("ticket", "left")
    NO_SHOW = "NO_SHOW", pgettext_lazy("ticket", "did not come when called")
    SWAPPED = "SWAPPED", pgettext_lazy("ticket", "swapped for an appointment")


IN_LINE = (TicketState.WAITING, TicketState.PARKED)
AT_A_DESK = (TicketState.CALLED, TicketState.RECEIVED)
ENDED = (TicketState.DONE, TicketState.LEFT, TicketState.NO_SHOW, TicketState.SWAPPED)


class Outcome(models.TextChoices):
    """How a wait ended, in what is kept of it."""

    DONE = "DONE", pgettext_lazy("outcome", "received")
    LEFT = "LEFT", pgettext_lazy("outcome", "left")
    NO_SHOW = "NO_SHOW", pgettext_lazy("outcome", "did not come when called")
    SWAPPED = "SWAPPED", pgettext_lazy("outcome", "swapped for an appointment")
