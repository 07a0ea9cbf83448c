"""Counts without persons: what was counted in one go, and how many of a group were what."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sites.enums import Language
from visitors.enums import WAYS_OF_KIND, HalfDay, Margin, TallyKind, Way
from visitors.querysets import TallyQuerySet

LARGEST_COUNT = 9_999


class Tally(models.Model):
    """So many people of one half-day, without a record of each.

    A group, an outing or a class is one row with its people; self-service, information and a batch count one act of
    service a person. A batch is what was logged afterwards, one row a theme.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="tallies", verbose_name=_("site"))
    day = models.DateField(_("day"))
    half_day = models.CharField(_("half-day"), max_length=10, choices=HalfDay.choices)
    kind = models.CharField(_("kind"), max_length=20, choices=TallyKind.choices)
    way = models.CharField(_("way of service"), max_length=20, choices=Way.choices, blank=True)
    theme = models.ForeignKey(
        "sites.Theme", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("theme")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True)
    number = models.PositiveSmallIntegerField(_("people"), default=1)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    objects = TallyQuerySet.as_manager()

    class Privacy:
        neutral = frozenset(
            {"id", "site", "day", "half_day", "kind", "way", "theme", "language", "number", "is_illustrative"}
        )

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        indexes = [models.Index(fields=["day", "site", "kind"], name="tally_by_day_site_kind")]
        constraints = [
            models.CheckConstraint(
                name="tally_counts_somebody",
                condition=Q(number__range=(1, LARGEST_COUNT)),
                violation_error_message=_("Count 1 to 9999 people."),
            ),
            models.CheckConstraint(
                name="tally_answers_are_listed",
                condition=Q(half_day__in=HalfDay.values, language__in=["", *Language.values]),
                violation_error_message=_("Choose one of the listed answers."),
            ),
            models.CheckConstraint(
                name="tally_way_belongs_to_kind",
                condition=Q(
                    *[Q(kind=kind, way__in=ways) for kind, ways in WAYS_OF_KIND.items()],
                    _connector=Q.OR,
                ),
                violation_error_message=_("This kind of count has another way of service."),
            ),
            models.CheckConstraint(
                name="tally_batch_has_a_theme",
                condition=~Q(kind=TallyKind.BATCH) | Q(theme__isnull=False),
                violation_error_message=_("Choose a theme."),
            ),
            models.UniqueConstraint(
                name="tally_batch_once",
                fields=["site", "day", "half_day", "way", "theme"],
                condition=Q(kind=TallyKind.BATCH),
                violation_error_message=_("This half-day already has a number for this theme and way."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.day} · {self.get_kind_display()}"


class TallyMargin(models.Model):
    """How many people of a group were what. A margin, never a list of invented people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tally = models.ForeignKey(Tally, on_delete=models.CASCADE, related_name="margins", verbose_name=_("count"))
    margin = models.CharField(_("who"), max_length=20, choices=Margin.choices)
    number = models.PositiveSmallIntegerField(_("people"))

    class Privacy:
        neutral = frozenset({"id", "tally", "margin", "number"})

    class Meta:
        verbose_name = _("part of a group")
        verbose_name_plural = _("parts of groups")
        constraints = [
            models.UniqueConstraint(
                name="tally_margin_once",
                fields=["tally", "margin"],
                violation_error_message=_("This part of the group is already counted."),
            ),
            models.CheckConstraint(
                name="tally_margin_counts",
                condition=Q(margin__in=Margin.values, number__lte=LARGEST_COUNT),
                violation_error_message=_("Choose one of the listed answers."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_margin_display()}: {self.number}"
