import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments.enums import ACTIVE_STATES, BookedBy, Channel, State
from appointments.querysets import AppointmentQuerySet
from citemetiers.kernel.codes import REFERENCE_LENGTH
from citemetiers.kernel.constraints import Period, PgExclusionConstraint
from sites.enums import Language


class Appointment(models.Model):
    """One record from the request to the end of a one-to-one session.

    The visitor may be nobody at all: the code, and the secret link whose fingerprint is kept,
    are enough. The secret itself is recomputed from the id when a message needs it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Empty once the appointment is long over: nothing leads from a code or a link to it any more.
    code = models.CharField(_("reference code"), max_length=REFERENCE_LENGTH, unique=True, null=True, blank=True)
    secret_fingerprint = models.CharField(
        _("fingerprint of the secret link"), max_length=64, unique=True, null=True, blank=True
    )
    service = models.ForeignKey(
        "appointments.Service", on_delete=models.PROTECT, related_name="appointments", verbose_name=_("service")
    )
    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="appointments", verbose_name=_("site")
    )
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("advisor")
    )
    visitor = models.ForeignKey(
        "visitors.Visitor",
        on_delete=models.SET_NULL,
        related_name="appointments",
        null=True,
        blank=True,
        verbose_name=_("visitor"),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.ON_SITE)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    starts_at = models.DateTimeField(pgettext_lazy("period", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("period", "to"))
    free_again_at = models.DateTimeField(
        _("advisor free again"), help_text=_("The end and what stays free after it: nobody else is booked before.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.BOOKED)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    is_cancelled_by_us = models.BooleanField(
        _("cancelled by us"), default=False, help_text=_("The visitor is told that it was not their doing.")
    )
    booked_by = models.CharField(_("booked by"), max_length=10, choices=BookedBy.choices, default=BookedBy.VISITOR)
    is_overbooked = models.BooleanField(
        _("overbooked on purpose"), default=False, help_text=_("Staff gave this time although it was taken.")
    )
    revision = models.PositiveSmallIntegerField(_("revision"), default=0, help_text=_("Counts the moves."))

    objects = AppointmentQuerySet.as_manager()

    # Only find_by_secret reads these along: invented for show; the visitor waits for an earlier moment.
    is_illustrative: bool
    has_open_wait: bool

    class Privacy:
        personal: ClassVar[dict[str, object]] = {"visitor": None, "code": None, "secret_fingerprint": None}
        staff: ClassVar[dict[str, object]] = {"advisor": None}
        neutral = frozenset(
            {
                "id",
                "service",
                "site",
                "channel",
                "language",
                "starts_at",
                "ends_at",
                "free_again_at",
                "booked_by",
                "state",
                "cancelled_at",
                "is_cancelled_by_us",
                "is_overbooked",
                "revision",
            }
        )

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        indexes = [
            models.Index(fields=["site", "starts_at"], name="appointment_by_site_and_start"),
            # Searching asks for some days of some advisors: however long the history, it reads those only. For all
            # states: SQLite uses no index with a condition when the value comes as a parameter.
            models.Index(fields=["advisor", "starts_at"], name="appointment_by_advisor_start"),
        ]
        constraints = [
            models.CheckConstraint(
                name="appointment_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("An appointment ends later than it starts."),
            ),
            models.CheckConstraint(
                name="appointment_frees_its_advisor_after_its_end",
                condition=Q(free_again_at__gte=F("ends_at")),
                violation_error_message=_("An advisor is free again when the appointment has ended, not before."),
            ),
            models.CheckConstraint(
                name="appointment_cancelled_with_its_moment",
                condition=Q(state=State.CANCELLED, cancelled_at__isnull=False)
                | (~Q(state=State.CANCELLED) & Q(cancelled_at__isnull=True)),
                violation_error_message=_("A cancelled appointment says when, another does not."),
            ),
            models.CheckConstraint(
                name="appointment_cancelled_by_us_is_cancelled",
                condition=Q(is_cancelled_by_us=False) | Q(state=State.CANCELLED),
                violation_error_message=_("Only a cancelled appointment was cancelled by us."),
            ),
            PgExclusionConstraint(
                name="appointment_one_at_a_time",
                expressions=[("advisor", "="), (Period(ends="free_again_at"), "&&")],
                condition=Q(state__in=ACTIVE_STATES, is_overbooked=False),
                violation_error_message=_("This time was just taken."),
            ),
        ]

    def __str__(self) -> str:
        return self.code or "–"
