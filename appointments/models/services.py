import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.enums import Channel, WhoBooks
from citemetiers.kernel.fields import CodesField
from sites.enums import Language


class Service(models.Model):
    """What one can come for: a theme at a place, how long, in which ways and languages, with what notice.

    Without a site it holds in the whole network; a site's own service for the same theme goes before it.
    """

    network = models.ForeignKey(
        "sites.Network", on_delete=models.PROTECT, related_name="services", verbose_name=_("network")
    )
    site = models.ForeignKey(
        "sites.Site",
        on_delete=models.PROTECT,
        related_name="services",
        null=True,
        blank=True,
        verbose_name=_("site"),
        help_text=_("Empty: everywhere in the network."),
    )
    theme = models.ForeignKey("sites.Theme", on_delete=models.PROTECT, related_name="services", verbose_name=_("theme"))
    title = models.CharField(
        _("title"), max_length=100, blank=True, help_text=_("What it is called for visitors. Empty: the theme's name.")
    )
    who_books = models.CharField(_("who may book"), max_length=10, choices=WhoBooks.choices, default=WhoBooks.ANYONE)
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), default=45)
    buffer_minutes = models.PositiveSmallIntegerField(
        _("minutes free after it"), default=0, help_text=_("For notes, or to air the room: nobody is booked in them.")
    )
    channels = CodesField(_("channels"), codes=Channel.choices, blank=False)
    languages = CodesField(
        _("languages"), codes=Language.choices, help_text=_("None: every language of those who receive.")
    )
    notice_hours = models.PositiveSmallIntegerField(_("shortest notice, in hours"), default=2)
    horizon_days = models.PositiveSmallIntegerField(_("bookable this many days ahead"), default=42)
    drop_in_percent = models.PositiveSmallIntegerField(
        _("share kept for drop-in, in percent"),
        default=0,
        help_text=_("Of the times of each shift, so many cannot be booked: whoever walks in finds room."),
    )
    is_offered = models.BooleanField(_("offered"), default=True)

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "network",
                "site",
                "theme",
                "title",
                "who_books",
                "minutes",
                "buffer_minutes",
                "channels",
                "languages",
                "notice_hours",
                "horizon_days",
                "drop_in_percent",
                "is_offered",
            }
        )

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [
            models.UniqueConstraint(
                name="service_once_a_theme",
                fields=["network", "theme"],
                condition=Q(site__isnull=True),
                violation_error_message=_("This network already has a service for this theme."),
            ),
            models.UniqueConstraint(
                name="service_once_a_theme_and_site",
                fields=["site", "theme"],
                condition=Q(site__isnull=False),
                violation_error_message=_("This site already has a service of its own for this theme."),
            ),
            models.CheckConstraint(
                name="service_length_is_sensible",
                condition=Q(minutes__range=(5, 240)),
                violation_error_message=_("A session lasts 5 to 240 minutes."),
            ),
            models.CheckConstraint(
                name="service_buffer_is_sensible",
                condition=Q(buffer_minutes__lte=120),
                violation_error_message=_("At most 120 minutes stay free after a session."),
            ),
            models.CheckConstraint(
                name="service_notice_is_sensible",
                condition=Q(notice_hours__lte=720),
                violation_error_message=_("The shortest notice is at most 720 hours."),
            ),
            models.CheckConstraint(
                name="service_horizon_is_sensible",
                condition=Q(horizon_days__range=(1, 366)),
                violation_error_message=_("One books 1 to 366 days ahead."),
            ),
            models.CheckConstraint(
                name="service_drop_in_share_is_a_share",
                condition=Q(drop_in_percent__lte=100),
                violation_error_message=_("A share is 0 to 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} · {self.title or self.theme}"

    @property
    def duration(self) -> dt.timedelta:
        """How long one session lasts."""
        return dt.timedelta(minutes=self.minutes)

    @property
    def buffer(self) -> dt.timedelta:
        """How long the advisor stays free after a session."""
        return dt.timedelta(minutes=self.buffer_minutes)
