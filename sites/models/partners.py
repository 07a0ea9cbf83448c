import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.constraints import PeriodsApart
from citemetiers.kernel.periods import Dated, DatedQuerySet, days_in_order
from sites.querysets import PartnerQuerySet


class Partner(models.Model):
    """An organisation that sends staff. Its name has dates: see PartnerName."""

    slug = models.SlugField(_("slug"), unique=True)
    work = models.CharField(
        _("what it does for visitors"), max_length=300, blank=True, help_text=_("One plain sentence.")
    )
    url = models.URLField(_("website"), blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("A change of name, for instance."))

    objects = PartnerQuerySet.as_manager()

    class Privacy:
        neutral = frozenset({"id", "slug", "work", "url", "note"})

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name_on(timezone.localdate()) if self.pk else self.slug

    def name_on(self, day: dt.date) -> str:
        """The name it bore on this day, in the reader's language where it has one of its own in it."""
        return next((row.name for row in self.names.all() if row.covers_day(day)), self.slug)


class PartnerName(Dated):
    """What a partner is called from one day to another. A proper name: one language is enough, none is translated."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="names", verbose_name=_("partner"))
    name = models.CharField(
        _("name"),
        max_length=200,
        help_text=_("Another language only where the partner has another name in it."),
    )

    objects = DatedQuerySet.as_manager()

    class Privacy:
        neutral = frozenset({"id", "partner", "name", "first_on", "last_on"})

    class Meta:
        verbose_name = _("name of a partner")
        verbose_name_plural = _("names of partners")
        constraints = [
            days_in_order("partner_name_ends_after_it_starts"),
            PeriodsApart(
                name="partner_name_one_a_day",
                same=("partner",),
                days=("first_on", "last_on"),
                violation_error_message=_("This partner already has a name on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Convention(Dated):
    """The agreement under which a partner takes part in a network; both days included."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="conventions", verbose_name=_("partner")
    )
    network = models.ForeignKey(
        "sites.Network", on_delete=models.PROTECT, related_name="conventions", verbose_name=_("network")
    )

    objects = DatedQuerySet.as_manager()

    class Privacy:
        neutral = frozenset({"id", "partner", "network", "first_on", "last_on"})

    class Meta:
        verbose_name = _("convention")
        verbose_name_plural = _("conventions")
        constraints = [
            days_in_order("convention_ends_after_it_starts"),
            PeriodsApart(
                name="convention_one_a_day",
                same=("partner", "network"),
                days=("first_on", "last_on"),
                violation_error_message=_("This partner already has a convention on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} · {self.network}"


class Presence(Dated):
    """A partner named for a site, from one day to another. Unconfirmed ones come from a source for a whole network."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="presences", verbose_name=_("partner"))
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="presences", verbose_name=_("site"))
    is_confirmed = models.BooleanField(_("confirmed for this site"), default=False)
    scope = models.CharField(_("what the source says"), max_length=300, blank=True)

    objects = DatedQuerySet.as_manager()

    class Privacy:
        neutral = frozenset({"id", "partner", "site", "is_confirmed", "scope", "first_on", "last_on"})

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [
            days_in_order("presence_ends_after_it_starts"),
            PeriodsApart(
                name="presence_once_a_site",
                same=("partner", "site"),
                days=("first_on", "last_on"),
                violation_error_message=_("This partner is already named for this site."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} · {self.site}"
