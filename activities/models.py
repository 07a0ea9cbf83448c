"""What a centre offers to groups: open days, their programmes and what was released of them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Deferrable, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from activities.enums import Access, Booking, SessionKind
from activities.querysets import OpenDayQuerySet, ReleaseQuerySet, SessionQuerySet
from citemetiers.kernel.constraints import Period, PgExclusionConstraint
from citemetiers.kernel.fields import CodesField
from sites.enums import Language


class OpenDay(models.Model):
    """One date on which the sites of a network open their doors together."""

    network = models.ForeignKey(
        "sites.Network", on_delete=models.PROTECT, related_name="open_days", verbose_name=_("network")
    )
    day = models.DateField(_("date"))
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    objects = OpenDayQuerySet.as_manager()

    class Privacy:
        neutral = frozenset({"id", "network", "day", "opens_at", "closes_at", "is_illustrative"})

    class Meta:
        verbose_name = _("open day")
        verbose_name_plural = _("open days")
        constraints = [
            models.UniqueConstraint(
                name="open_day_once_a_date",
                fields=["network", "day"],
                violation_error_message=_("This network already has an open day on this date."),
            ),
            models.CheckConstraint(
                name="open_day_ends_after_it_starts",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("Closing time must be later than opening time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} · {self.day}"

    def get_absolute_url(self) -> str:
        return reverse("activities:open-day", args=[self.day.isoformat()])


class Programme(models.Model):
    """What one site offers on an open day."""

    open_day = models.ForeignKey(
        OpenDay, on_delete=models.PROTECT, related_name="programmes", verbose_name=_("open day")
    )
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="programmes", verbose_name=_("site"))

    class Privacy:
        neutral = frozenset({"id", "open_day", "site"})

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [
            models.UniqueConstraint(
                name="programme_once_a_site",
                fields=["open_day", "site"],
                violation_error_message=_("This site already has a programme for this open day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.open_day.day}"


class Session(models.Model):
    """A dated offer to a group, in a room, with seats."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("programme")
    )
    room = models.ForeignKey("sites.Room", on_delete=models.PROTECT, related_name="sessions", verbose_name=_("room"))
    kind = models.CharField(_("kind"), max_length=15, choices=SessionKind.choices)
    title = models.CharField(_("title"), max_length=150)
    summary = models.CharField(_("summary"), max_length=400, blank=True)
    starts_at = models.DateTimeField(pgettext_lazy("period", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("period", "to"))
    themes = models.ManyToManyField("sites.Theme", related_name="sessions", verbose_name=_("themes"))
    audiences = models.ManyToManyField("sites.Audience", related_name="sessions", verbose_name=_("publics"))
    partners = models.ManyToManyField("sites.Partner", related_name="sessions", blank=True, verbose_name=_("partners"))
    languages = CodesField(_("languages"), codes=Language.choices, blank=False)
    booking = models.CharField(_("booking"), max_length=10, choices=Booking.choices, default=Booking.NONE)
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    access = CodesField(_("access"), codes=Access.choices)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    objects = SessionQuerySet.as_manager()

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "public_id",
                "programme",
                "room",
                "kind",
                "title",
                "summary",
                "starts_at",
                "ends_at",
                "themes",
                "audiences",
                "partners",
                "languages",
                "booking",
                "seats",
                "access",
                "is_illustrative",
            }
        )

    class Meta:
        verbose_name = pgettext_lazy("group", "session")
        verbose_name_plural = pgettext_lazy("group", "sessions")
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A session ends later than it starts."),
            ),
            models.CheckConstraint(
                name="session_has_a_seat",
                condition=Q(seats__isnull=True) | Q(seats__gte=1),
                violation_error_message=_("A session has at least one seat."),
            ),
            PgExclusionConstraint(
                name="session_one_a_room_at_a_time",
                expressions=[("room", "="), (Period(), "&&")],
                # Checked row by row, unless an import that swaps rooms puts the check off to its end.
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("This room is already used at this time."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:session-edit", args=[self.public_id])


class Release(models.Model):
    """What was published of a programme: numbered, with its changes, never altered afterwards.

    PostgreSQL refuses any UPDATE or DELETE by a trigger (migration 0002). On SQLite no service
    changes or deletes a release, and the admin does not show it.
    """

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="releases", verbose_name=_("programme")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    released_at = models.DateTimeField(_("released"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="programme_releases",
        null=True,
        blank=True,
        verbose_name=_("released by"),
    )
    content = models.JSONField(_("content"))
    changes = models.JSONField(_("changes"), default=list)
    checksum = models.CharField("SHA-256", max_length=64)

    objects = ReleaseQuerySet.as_manager()

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"released_by": None}
        neutral = frozenset({"id", "programme", "number", "released_at", "content", "changes", "checksum"})

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.UniqueConstraint(
                name="release_number_once_a_programme",
                fields=["programme", "number"],
                violation_error_message=_("This programme was just released by somebody else."),
            ),
            models.CheckConstraint(
                name="release_number_counts_from_one",
                condition=Q(number__gte=1),
                violation_error_message=_("Releases are counted from 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.number}"
