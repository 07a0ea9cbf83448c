from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Room(models.Model):
    """A room of a site where something can take place. One that is gone is put out of use, never deleted."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="rooms", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=100)
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    is_step_free = models.BooleanField(_("step-free"), null=True, blank=True)
    has_hearing_loop = models.BooleanField(_("hearing loop"), null=True, blank=True)
    is_in_use = models.BooleanField(_("in use"), default=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    class Privacy:
        neutral = frozenset(
            {"id", "site", "name", "seats", "is_step_free", "has_hearing_loop", "is_in_use", "is_illustrative"}
        )

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.UniqueConstraint(
                name="room_name_once_a_site",
                fields=["site", "name"],
                violation_error_message=_("This site already has a room with this name."),
            ),
            models.CheckConstraint(
                name="room_has_a_seat",
                condition=Q(seats__isnull=True) | Q(seats__gte=1),
                violation_error_message=_("A room has at least one seat; leave it empty where it is not known."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Desk(models.Model):
    """A place of a site where an advisor receives one visitor at a time."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="desks", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=50, help_text=_("As it is called out, such as Desk 2."))
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, related_name="desks", null=True, blank=True, verbose_name=_("room")
    )
    is_step_free = models.BooleanField(_("step-free"), null=True, blank=True)
    is_in_use = models.BooleanField(_("in use"), default=True)

    class Privacy:
        neutral = frozenset({"id", "site", "name", "room", "is_step_free", "is_in_use"})

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        constraints = [
            models.UniqueConstraint(
                name="desk_name_once_a_site",
                fields=["site", "name"],
                violation_error_message=_("This site already has a desk with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
