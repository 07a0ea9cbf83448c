import re

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# What takes the place of the room in the address of a network's video calls.
ROOM = "{room}"
VIDEO_ADDRESS = re.compile(r"^https://[A-Za-z0-9.:\[\]-]+/[^\s{}<>\"\\]*\{room\}[^\s{}<>\"\\]*\Z")


class BookingPolicy(models.Model):
    """What a network has decided about reminders, waiting and hoarding. Without a row the defaults hold."""

    network = models.OneToOneField(
        "sites.Network", on_delete=models.CASCADE, related_name="booking_policy", verbose_name=_("network")
    )
    reminder_hours = models.CharField(
        _("reminders, hours before"),
        max_length=40,
        default="48,3",
        blank=True,
        validators=[
            RegexValidator(re.compile(r"^[1-9]\d{0,2}(,[1-9]\d{0,2}){0,4}$"), _("Write whole hours, such as 48,3."))
        ],
        help_text=_("Whole hours, at most five, with commas. Empty: no reminder."),
    )
    is_sms_used = models.BooleanField(
        _("text messages"), default=True, help_text=_("To those who leave a mobile number and no e-mail address.")
    )
    offer_minutes = models.PositiveSmallIntegerField(
        _("an offer stands for, in minutes"), default=120, help_text=_("Then whoever is next is asked.")
    )
    day_from = models.PositiveSmallIntegerField(
        _("text messages and offers from, as an hour"),
        default=8,
        help_text=_("On the clock of the place. At night, reminders by text message and offers of a moment wait."),
    )
    day_until = models.PositiveSmallIntegerField(
        _("text messages and offers until, as an hour"), default=21, help_text=_("24 is midnight.")
    )
    most_upcoming = models.PositiveSmallIntegerField(
        _("upcoming appointments of one address"),
        default=3,
        help_text=_("Of one e-mail address or telephone number; against hoarding."),
    )

    video_address = models.CharField(
        _("address of video calls"),
        max_length=200,
        blank=True,
        validators=[
            RegexValidator(
                VIDEO_ADDRESS,
                _("Write one address that begins with https:// and holds {room} once after the name of the server."),
            )
        ],
        help_text=_(
            "Such as https://meet.example.org/{room}: each appointment puts a secret name of its own there. "
            "Empty: no session by video can be booked."
        ),
    )

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "network",
                "reminder_hours",
                "is_sms_used",
                "offer_minutes",
                "day_from",
                "day_until",
                "most_upcoming",
                "video_address",
            }
        )

    class Meta:
        verbose_name = _("booking policy")
        verbose_name_plural = _("booking policies")
        constraints = [
            models.CheckConstraint(
                name="booking_policy_offer_stands_sensibly",
                condition=Q(offer_minutes__range=(5, 2880)),
                violation_error_message=_("An offer stands 5 minutes to two days."),
            ),
            models.CheckConstraint(
                name="booking_policy_day_ends_after_it_begins",
                condition=Q(day_from__lt=F("day_until"), day_until__lte=24),
                violation_error_message=_("The day begins before it ends, at 24 at the latest."),
            ),
            models.CheckConstraint(
                name="booking_policy_leaves_one_appointment",
                condition=Q(most_upcoming__gte=1),
                violation_error_message=_("Everybody may have at least one appointment."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.network)

    @property
    def hours(self) -> tuple[int, ...]:
        """When reminders leave, in whole hours before, the earliest first."""
        return tuple(sorted({int(part) for part in self.reminder_hours.split(",") if part}, reverse=True))
