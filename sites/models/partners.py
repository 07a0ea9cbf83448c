from django.db import models
from django.utils.translation import gettext_lazy as _


class Partner(models.Model):
    """An organisation that sends staff. Its name is a proper name: never translated."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("A change of name, for instance."))

    class Privacy:
        neutral = frozenset({"id", "slug", "name", "note"})

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """A partner named for a site. Unconfirmed ones come from a source that named the whole network."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="presences", verbose_name=_("partner"))
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="presences", verbose_name=_("site"))
    is_confirmed = models.BooleanField(_("confirmed for this site"), default=False)
    scope = models.CharField(_("what the source says"), max_length=300, blank=True)

    class Privacy:
        neutral = frozenset({"id", "partner", "site", "is_confirmed", "scope"})

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [
            models.UniqueConstraint(
                name="presence_once_a_site",
                fields=["partner", "site"],
                violation_error_message=_("This partner is already named for this site."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.partner} · {self.site}"
