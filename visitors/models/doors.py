"""Passages at the door: what a counter shows, and what was only estimated."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.periods import Dated, days_in_order
from visitors.querysets import DoorReadingQuerySet

MOST_DIGITS = 9


class DoorCounter(Dated):
    """A device that counts passages at a door of a site.

    One that cannot tell directions counts each visit twice. What the staff passes is subtracted; ``calibration`` is
    how many passages it counts for 100 real ones.
    """

    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="door_counters", verbose_name=_("site")
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("Where it hangs, such as main door."))
    is_two_way = models.BooleanField(_("tells in from out"), default=False)
    digits = models.PositiveSmallIntegerField(
        _("digits"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DIGITS)],
        help_text=_("After so many digits it begins again at zero."),
    )
    calibration = models.PositiveSmallIntegerField(
        _("counts for 100 passages"),
        default=100,
        validators=[MinValueValidator(10), MaxValueValidator(1000)],
        help_text=_("100 where it counts right; 95 where it misses five in a hundred."),
    )
    staff_entries = models.PositiveSmallIntegerField(
        _("entries of staff a day"), default=0, help_text=_("Subtracted from each day that has entries.")
    )

    class Privacy:
        neutral = frozenset(
            {"id", "site", "name", "is_two_way", "digits", "calibration", "staff_entries", "first_on", "last_on"}
        )

    class Meta:
        verbose_name = _("door counter")
        verbose_name_plural = _("door counters")
        constraints = [
            days_in_order("door_counter_ends_after_it_starts"),
            models.UniqueConstraint(
                name="door_counter_name_once_a_site",
                fields=["site", "name"],
                violation_error_message=_("This site already has a counter with this name."),
            ),
            models.CheckConstraint(
                name="door_counter_can_count",
                condition=Q(digits__range=(1, MOST_DIGITS), calibration__range=(10, 1000)),
                violation_error_message=_("A counter has 1 to 9 digits and counts 10 to 1000 for 100 passages."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DoorReading(models.Model):
    """What a counter showed when a day ended, or how many people came in where that was only estimated."""

    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="door_readings", verbose_name=_("site")
    )
    counter = models.ForeignKey(
        DoorCounter,
        on_delete=models.PROTECT,
        related_name="readings",
        null=True,
        blank=True,
        verbose_name=_("door counter"),
    )
    day = models.DateField(_("day"))
    reading_in = models.PositiveIntegerField(_("reading, in"), null=True, blank=True)
    reading_out = models.PositiveIntegerField(_("reading, out"), null=True, blank=True)
    estimated_entries = models.PositiveIntegerField(_("estimated entries"), null=True, blank=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    objects = DoorReadingQuerySet.as_manager()

    class Privacy:
        neutral = frozenset(
            {"id", "site", "counter", "day", "reading_in", "reading_out", "estimated_entries", "is_illustrative"}
        )

    class Meta:
        verbose_name = _("door reading")
        verbose_name_plural = _("door readings")
        constraints = [
            models.UniqueConstraint(
                name="door_reading_once_a_day",
                fields=["counter", "day"],
                violation_error_message=_("This counter already has a reading on this day."),
            ),
            models.UniqueConstraint(
                name="door_estimate_once_a_day",
                fields=["site", "day"],
                condition=Q(counter__isnull=True),
                violation_error_message=_("This day already has an estimate."),
            ),
            models.CheckConstraint(
                name="door_reading_is_read_or_estimated",
                condition=Q(counter__isnull=False, reading_in__isnull=False, estimated_entries__isnull=True)
                | Q(
                    counter__isnull=True,
                    reading_in__isnull=True,
                    reading_out__isnull=True,
                    estimated_entries__isnull=False,
                ),
                violation_error_message=_("Give the reading of a counter, or an estimate without a counter."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counter or self.site} · {self.day}"
