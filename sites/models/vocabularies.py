from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.querysets import AudienceQuerySet, ThemeQuerySet


class Theme(models.Model):
    """What brings a person here. Never deleted: past contacts keep their theme."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    question = models.CharField(_("question"), max_length=200, help_text=_("In the words of a visitor."))
    position = models.PositiveSmallIntegerField(_("key on the desk"), unique=True)
    is_retired = models.BooleanField(_("retired"), default=False)

    objects = ThemeQuerySet.as_manager()

    class Privacy:
        neutral = frozenset({"id", "code", "name", "question", "position", "is_retired"})

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self) -> str:
        return self.name


class Audience(models.Model):
    """A public that a session or a contact concerns. Never deleted."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    is_retired = models.BooleanField(_("retired"), default=False)

    objects = AudienceQuerySet.as_manager()

    class Privacy:
        neutral = frozenset({"id", "code", "name", "position", "is_retired"})

    class Meta:
        verbose_name = _("public")
        verbose_name_plural = _("publics")

    def __str__(self) -> str:
        return self.name
