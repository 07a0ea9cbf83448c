import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from appointments.enums import ACTIVE_STATES, AT_A_DESK, IN_LINE, TicketState
from citemetiers.kernel.fields import holding

if TYPE_CHECKING:
    from appointments.models import Appointment, FreedSlot, Message, Seating, Shift, Ticket, Wait  # noqa: F401  named in the annotations below

CLAIM_LASTS = dt.timedelta(minutes=5)
# Whoever was not told that a moment is cancelled should hear so the day after, too.
FAILURE_CONCERNS_FOR = dt.timedelta(days=1)
# Freed moments are tended each minute; if nobody has for so long, they come back by themselves.
UNTENDED = dt.timedelta(minutes=10)
# A shift ends on the day on which it starts, 25 hours long in autumn; a session and what follows it are shorter by far.
# So an index on the start finds what overlaps a period, however much came before.
LONGEST = dt.timedelta(hours=25)


class ShiftQuerySet(models.QuerySet["Shift"]):
    def for_service(self, service: Any) -> Self:
        """Shifts of advisors who serve the theme of this service, in its network."""
        return self.filter(site__network=service.network_id).on_theme(service.theme)

    def on_theme(self, theme: Any) -> Self:
        """Shifts of advisors who serve a theme, in whichever words their duty names it; each shift once."""
        return self.on_code(theme.common_code)

    def on_code(self, code: Any) -> Self:
        """Shifts of advisors who serve the theme that has this code on the common list; each shift once."""
        duties: Any = self.model._meta.get_field("duty").related_model
        themes = duties._meta.get_field("themes").related_model._default_manager.counting_as_code(code)
        return self.filter(duty__in=duties._default_manager.filter(themes__in=themes))

    def speaking(self, language: str) -> Self:
        """Shifts held in this language."""
        return self.filter(duty__languages__contains=holding(language))

    def within(self, first: Any, until: Any) -> Self:
        """Shifts that overlap the half-open period [first, until)."""
        return self.filter(starts_at__gt=first - LONGEST, starts_at__lt=until, ends_at__gt=first)

    def covering(self, first: Any, until: Any) -> Self:
        """Shifts that contain the whole half-open period [first, until)."""
        return self.filter(starts_at__lte=first, ends_at__gte=until)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def active(self) -> Self:
        """Appointments that hold an advisor's time."""
        return self.filter(state__in=ACTIVE_STATES)

    def within(self, first: Any, until: Any) -> Self:
        """Appointments that overlap the half-open period [first, until), what stays free after them included."""
        return self.filter(starts_at__gt=first - LONGEST, starts_at__lt=until, free_again_at__gt=first)

    def to_scrub(self, *, ended_by: dt.datetime) -> Self:
        """Appointments over by a moment that still have a code or the fingerprint of a link."""
        has_key = Q(code__isnull=False) | Q(secret_fingerprint__isnull=False)
        return self.filter(has_key, ends_at__lte=ended_by)


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, *, now: dt.datetime) -> Self:
        """Messages still owed whose time has come and that no living worker holds."""
        is_free = Q(claimed_at__isnull=True) | Q(claimed_at__lte=now - CLAIM_LASTS)
        return self.filter(is_free, due_at__lte=now, sent_at__isnull=True, given_up_at__isnull=True)

    def with_reader(self) -> Self:
        """With all that writing to the visitor of an appointment takes; an offer, which is rare, is read when asked."""
        return self.select_related("appointment__site__network__booking_policy", "appointment__visitor")

    def with_offer(self) -> Self:
        """With the offers, too, and whom they are made to."""
        return self.with_reader().select_related("offer__wait__site__network", "offer__wait__visitor")

    def unsent_to(self, visitor: Any) -> Self:
        """Messages still owed to one visitor."""
        is_theirs = Q(appointment__visitor=visitor) | Q(offer__wait__visitor=visitor)
        return self.filter(is_theirs, sent_at__isnull=True, given_up_at__isnull=True)

    def failed(self, *, now: dt.datetime) -> Self:
        """Messages given up that nobody has seen to, about a moment that still concerns its reader."""
        last = now - FAILURE_CONCERNS_FOR
        is_current = Q(appointment__starts_at__gt=last) | Q(offer__starts_at__gt=last)
        return self.filter(is_current, given_up_at__isnull=False, settled_at__isnull=True)

    def at(self, sites: Any) -> Self:
        """Messages about a moment at one of these sites."""
        return self.filter(Q(appointment__site__in=sites) | Q(offer__wait__site__in=sites))


class FreedSlotQuerySet(models.QuerySet["FreedSlot"]):
    def holding(self, *, now: Any) -> Self:
        """Moments given back that are still kept from the public; none for long after a worker has died."""
        return self.filter(returns_at__gt=now - UNTENDED)

    def due(self, *, now: dt.datetime) -> Self:
        """Moments given back that come back by now, the longest due first."""
        return self.filter(returns_at__lte=now).order_by("returns_at", "pk")

    def within(self, first: Any, until: Any) -> Self:
        """Moments that overlap the half-open period [first, until)."""
        return self.filter(starts_at__lt=until, free_again_at__gt=first)


class WaitQuerySet(models.QuerySet["Wait"]):
    def open(self, *, today: dt.date) -> Self:
        """Those who still wait, first come first."""
        return self.filter(ended_at__isnull=True, last_on__gte=today).order_by("asked_at", "pk")

    def to_scrub(self, *, ended_by: dt.datetime) -> Self:
        """Those over by a moment that still have the fingerprint of a link or a visitor."""
        has_key = Q(secret_fingerprint__isnull=False) | Q(visitor__isnull=False)
        return self.filter(has_key, Q(ended_at__lte=ended_by) | Q(last_on__lt=ended_by.date()))


class SeatingQuerySet(models.QuerySet["Seating"]):
    def open(self) -> Self:
        """Desks at which somebody receives, paused ones too."""
        return self.filter(closed_at__isnull=True)

    def at(self, site: Any, *, day: dt.date) -> Self:
        """Desks of one site on one day, open or closed since."""
        return self.filter(site=site, day=day)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def at(self, site: Any, *, day: dt.date) -> Self:
        """The tickets of one site on one day."""
        return self.filter(site=site, day=day)

    def waiting(self) -> Self:
        """Those who may be called."""
        return self.filter(state=TicketState.WAITING)

    def in_line(self) -> Self:
        """Those who wait, parked ones too."""
        return self.filter(state__in=IN_LINE)

    def at_a_desk(self) -> Self:
        """Those who are called or in session."""
        return self.filter(state__in=AT_A_DESK)

    def alive(self) -> Self:
        """Those whose visit is not over."""
        return self.filter(ended_at__isnull=True)
