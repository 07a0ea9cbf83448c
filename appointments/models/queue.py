"""The queue of one day at one site: who waits, who receives at which desk, and what is known of it afterwards.

A ticket lives for a day. What is kept of it is an observation without a key, to the half-hour (docs/adr/0022).
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments.enums import AT_A_DESK, ENDED, Origin, Outcome, TicketState
from appointments.querysets import SeatingQuerySet, TicketQuerySet
from citemetiers.kernel.fields import CodesField
from sites.enums import Language

HALF_HOURS_A_DAY = 48
LONGEST_NUMBER = 9999


class SiteQueue(models.Model):
    """How a site runs its queue, and the last number given; locked while a number is given."""

    site = models.OneToOneField("sites.Site", on_delete=models.CASCADE, related_name="queue", verbose_name=_("site"))
    is_used = models.BooleanField(_("visitors take a number"), default=True)
    letter = models.CharField(_("letter"), max_length=1, help_text=_("What every number begins with, such as N."))
    screen_key = models.CharField(_("key of its screens"), max_length=64, editable=False)
    day = models.DateField(_("day"), null=True, blank=True)
    last_number = models.PositiveSmallIntegerField(_("last number"), default=0)

    class Privacy:
        neutral = frozenset({"id", "site", "is_used", "letter", "screen_key", "day", "last_number"})

    class Meta:
        verbose_name = _("queue of a site")
        verbose_name_plural = _("queues of sites")
        constraints = [
            models.CheckConstraint(
                name="site_queue_letter_is_a_capital",
                condition=Q(letter__regex=r"^[A-Z]$"),
                violation_error_message=_("Choose one letter from A to Z."),
            ),
            models.CheckConstraint(
                name="site_queue_numbers_fit_on_a_ticket",
                condition=Q(last_number__lte=LONGEST_NUMBER),
                violation_error_message=_("A queue gives 9999 numbers a day at most."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.site)


class Seating(models.Model):
    """An advisor at a desk on one day: open until closed; while paused nobody new is called there."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="seatings", verbose_name=_("site"))
    day = models.DateField(_("day"))
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seatings", verbose_name=_("advisor")
    )
    desk = models.ForeignKey("sites.Desk", on_delete=models.PROTECT, related_name="seatings", verbose_name=_("desk"))
    themes = models.ManyToManyField("sites.Theme", related_name="seatings", verbose_name=_("themes"))
    languages = CodesField(_("languages"), codes=Language.choices, blank=False)
    opened_at = models.DateTimeField(_("opened"))
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = SeatingQuerySet.as_manager()

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset({"id", "site", "day", "desk", "themes", "languages", "opened_at", "paused_at", "closed_at"})

    class Meta:
        verbose_name = _("open desk")
        verbose_name_plural = _("open desks")
        constraints = [
            models.UniqueConstraint(
                name="seating_one_open_an_advisor",
                fields=["advisor"],
                condition=Q(closed_at__isnull=True),
                violation_error_message=_("You are at another desk. Leave that one first."),
            ),
            models.UniqueConstraint(
                name="seating_one_open_a_desk",
                fields=["desk"],
                condition=Q(closed_at__isnull=True),
                violation_error_message=_("Somebody else is at this desk."),
            ),
            models.CheckConstraint(
                name="seating_closes_after_it_opens",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                violation_error_message=_("A desk closes after it opens."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.desk} · {self.day}"


class Ticket(models.Model):
    """One visitor in the queue of one day: a walk-in, or a booked visitor who has arrived.

    Nobody is asked who they are: a theme and a language. The secret link is recomputed from the id.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="tickets", verbose_name=_("site"))
    day = models.DateField(_("day"))
    number = models.PositiveSmallIntegerField(_("number"), validators=[MaxValueValidator(LONGEST_NUMBER)])
    theme = models.ForeignKey("sites.Theme", on_delete=models.PROTECT, related_name="tickets", verbose_name=_("theme"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    origin = models.CharField(_("taken"), max_length=12, choices=Origin.choices)
    appointment = models.OneToOneField(
        "appointments.Appointment",
        on_delete=models.SET_NULL,
        related_name="ticket",
        null=True,
        blank=True,
        verbose_name=_("appointment"),
    )
    visitor = models.ForeignKey(
        "visitors.Visitor",
        on_delete=models.SET_NULL,
        related_name="tickets",
        null=True,
        blank=True,
        verbose_name=_("visitor"),
    )
    secret_fingerprint = models.CharField(_("fingerprint of the secret link"), max_length=64, unique=True)
    is_priority = models.BooleanField(_("goes first"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=TicketState.choices, default=TicketState.WAITING)
    taken_at = models.DateTimeField(_("taken"))
    queued_at = models.DateTimeField(_("in line since"), help_text=_("Kept when the ticket is parked or passed on."))
    due_at = models.DateTimeField(_("booked for"), null=True, blank=True)
    seating = models.ForeignKey(
        Seating,
        on_delete=models.PROTECT,
        related_name="tickets",
        null=True,
        blank=True,
        verbose_name=_("desk"),
        help_text=_("Where the visitor is called or received, or is wanted."),
    )
    called_at = models.DateTimeField(_("called"), null=True, blank=True)
    times_called = models.PositiveSmallIntegerField(_("times called"), default=0)
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    estimated_from = models.PositiveSmallIntegerField(_("estimated wait from (minutes)"), null=True, blank=True)
    estimated = models.PositiveSmallIntegerField(_("estimated wait (minutes)"), null=True, blank=True)
    estimated_to = models.PositiveSmallIntegerField(_("estimated wait to (minutes)"), null=True, blank=True)
    near_told_at = models.DateTimeField(_("told that the turn is near"), null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Privacy:
        personal: ClassVar[dict[str, object]] = {"visitor": None, "appointment": None, "secret_fingerprint": None}
        neutral = frozenset(
            {
                "id",
                "site",
                "day",
                "number",
                "theme",
                "language",
                "origin",
                "is_priority",
                "state",
                "taken_at",
                "queued_at",
                "due_at",
                "seating",
                "called_at",
                "times_called",
                "began_at",
                "ended_at",
                "estimated_from",
                "estimated",
                "estimated_to",
                "near_told_at",
            }
        )

    class Meta:
        verbose_name = pgettext_lazy("queue", "ticket")
        verbose_name_plural = pgettext_lazy("queue", "tickets")
        indexes = [models.Index(fields=["site", "day", "state"], name="ticket_by_site_day_state")]
        constraints = [
            models.UniqueConstraint(
                name="ticket_number_once_a_day",
                fields=["site", "day", "number"],
                violation_error_message=_("This number is taken today."),
            ),
            models.UniqueConstraint(
                name="ticket_one_at_a_desk",
                fields=["seating"],
                condition=Q(state__in=AT_A_DESK),
                violation_error_message=_("Somebody is at this desk already."),
            ),
            models.CheckConstraint(
                name="ticket_at_a_desk_names_it",
                condition=~Q(state__in=AT_A_DESK) | Q(seating__isnull=False, called_at__isnull=False),
                violation_error_message=_("Whoever is called is called to a desk."),
            ),
            models.CheckConstraint(
                name="ticket_ended_with_its_moment",
                condition=Q(state__in=ENDED, ended_at__isnull=False) | (~Q(state__in=ENDED) & Q(ended_at__isnull=True)),
                violation_error_message=_("A ticket that is over says when, another does not."),
            ),
            models.CheckConstraint(
                name="ticket_estimate_is_whole",
                condition=Q(estimated_from__isnull=True, estimated__isnull=True, estimated_to__isnull=True)
                | Q(
                    estimated_from__isnull=False,
                    estimated__isnull=False,
                    estimated_to__isnull=False,
                    estimated_from__lte=F("estimated"),
                    estimated__lte=F("estimated_to"),
                ),
                violation_error_message=_("An estimate has a range and lies within it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number:03}"


class QueueObservation(models.Model):
    """What is kept of a ticket: no number, no desk, no key to anything, the half-hour in which it was taken.

    The random key tells neither moment nor order.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="queue_observations", verbose_name=_("site")
    )
    day = models.DateField(_("day"))
    half_hour = models.PositiveSmallIntegerField(
        _("half-hour"), help_text=_("Of the local day in which the ticket was taken: 0 is midnight, 18 is nine.")
    )
    theme = models.ForeignKey(
        "sites.Theme", on_delete=models.PROTECT, related_name="queue_observations", verbose_name=_("theme")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    is_booked = models.BooleanField(_("booked"), default=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    waited = models.PositiveSmallIntegerField(_("waited (minutes)"), null=True, blank=True)
    lasted = models.PositiveSmallIntegerField(_("lasted (minutes)"), null=True, blank=True)
    estimated_from = models.PositiveSmallIntegerField(_("estimated wait from (minutes)"), null=True, blank=True)
    estimated = models.PositiveSmallIntegerField(_("estimated wait (minutes)"), null=True, blank=True)
    estimated_to = models.PositiveSmallIntegerField(_("estimated wait to (minutes)"), null=True, blank=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "site",
                "day",
                "half_hour",
                "theme",
                "language",
                "is_booked",
                "outcome",
                "waited",
                "lasted",
                "estimated_from",
                "estimated",
                "estimated_to",
                "is_illustrative",
            }
        )

    class Meta:
        verbose_name = _("queue observation")
        verbose_name_plural = _("queue observations")
        indexes = [models.Index(fields=["site", "day"], name="observation_by_site_and_day")]
        constraints = [
            models.CheckConstraint(
                name="queue_observation_in_a_day",
                condition=Q(half_hour__lt=HALF_HOURS_A_DAY),
                violation_error_message=_("A day has 48 half-hours."),
            ),
            models.CheckConstraint(
                name="queue_observation_of_a_session_says_both",
                condition=~Q(outcome=Outcome.DONE) | Q(waited__isnull=False, lasted__isnull=False),
                violation_error_message=_("A session that took place has a wait and a length."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.day} · {self.half_hour}"
