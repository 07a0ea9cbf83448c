"""Figures of past years as others published them; what the portal counts itself is never stored here."""

from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from reporting.enums import Metric, Precision
from reporting.querysets import PublishedFigureQuerySet

ALREADY_RECORDED = _("This figure is already recorded for this scope and period.")


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

    objects = PublishedFigureQuerySet.as_manager()

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
            *(
                models.UniqueConstraint(
                    name=f"published_figure_once_{scope}",
                    fields=[field, "first_month", "last_month", "metric"],
                    condition=condition,
                    violation_error_message=ALREADY_RECORDED,
                )
                for scope, field, condition in (
                    ("a_site", "site", Q(site__isnull=False)),
                    ("a_network", "network", Q(network__isnull=False)),
                    ("elsewhere", "scope_note", ~Q(scope_note="")),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} · {self.get_metric_display()} · {self.period}"

    @property
    def scope(self) -> str:
        """The name of the site, of the network, or of the former organisation."""
        return str(self.site or self.network or self.scope_note)

    @property
    def is_whole_year(self) -> bool:
        """Whether the figure stands for one calendar year."""
        first, last = self.first_month, self.last_month
        return first.year == last.year and (first.month, last.month) == (1, 12)

    @property
    def period(self) -> str:
        """The year, or the months, in the reader's words."""
        if self.is_whole_year:
            return str(self.first_month.year)
        months = [date_format(month, "YEAR_MONTH_FORMAT") for month in (self.first_month, self.last_month)]
        return str(_("%(first)s to %(last)s") % {"first": months[0], "last": months[1]})
