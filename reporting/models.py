"""Figures of past years as others published them; what the portal counts itself is never stored here."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reporting.enums import Metric, Precision


class PublishedFigure(models.Model):
    """A figure from before the portal, with its unit, its definition and its source.

    The scope is a site, a network, or a former organisation named in ``scope_note``.
    """

    site = models.ForeignKey(
        "sites.Site",
        on_delete=models.PROTECT,
        related_name="published_figures",
        null=True,
        blank=True,
        verbose_name=_("site"),
    )
    network = models.ForeignKey(
        "sites.Network",
        on_delete=models.PROTECT,
        related_name="published_figures",
        null=True,
        blank=True,
        verbose_name=_("network"),
    )
    scope_note = models.CharField(_("other scope"), max_length=100, blank=True)
    first_month = models.DateField(_("first month"))
    last_month = models.DateField(_("last month"))
    metric = models.CharField(_("what is counted"), max_length=30, choices=Metric.choices)
    value = models.PositiveIntegerField(_("value"))
    precision = models.CharField(_("precision"), max_length=10, choices=Precision.choices)
    precision_note = models.CharField(_("as printed"), max_length=60, blank=True)
    definition = models.CharField(_("definition"), max_length=300)
    source = models.CharField(_("source"), max_length=200)
    is_total = models.BooleanField(_("total of the other lines of its year and site"), default=False)

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "site",
                "network",
                "scope_note",
                "first_month",
                "last_month",
                "metric",
                "value",
                "precision",
                "precision_note",
                "definition",
                "source",
                "is_total",
            }
        )

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        constraints = [
            models.CheckConstraint(
                name="published_figure_has_one_scope",
                condition=Q(site__isnull=False, network__isnull=True, scope_note="")
                | Q(site__isnull=True, network__isnull=False, scope_note="")
                | (Q(site__isnull=True, network__isnull=True) & ~Q(scope_note="")),
                violation_error_message=_("Choose a site, a network or another scope: one of the three."),
            ),
            models.CheckConstraint(
                name="published_figure_ends_after_it_starts",
                condition=Q(last_month__gte=F("first_month")),
                violation_error_message=_("The last month cannot be before the first month."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site or self.network or self.scope_note} · {self.metric} · {self.first_month:%Y}"
