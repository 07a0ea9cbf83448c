from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from citemetiers.kernel.fields import CodesField
from sites.enums import Language, LinkState, ResourceKind
from sites.querysets import ResourceQuerySet


class Resource(models.Model):
    """Something a visitor can use alone: a guide, a tool, a film. Looked up on the web or on the shelf of a site."""

    slug = models.SlugField(_("slug"), unique=True)
    network = models.ForeignKey(
        "sites.Network", on_delete=models.PROTECT, related_name="resources", verbose_name=_("kept up by")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ResourceKind.choices)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("in two sentences"), max_length=500, blank=True)
    themes = models.ManyToManyField("sites.Theme", related_name="resources", blank=True, verbose_name=_("themes"))
    audiences = models.ManyToManyField(
        "sites.Audience", related_name="resources", blank=True, verbose_name=_("publics")
    )
    languages = CodesField(_("languages"), codes=Language.choices, blank=False)
    url = models.URLField(pgettext_lazy("to a web page", "link"), max_length=500, blank=True)
    sites = models.ManyToManyField(
        "sites.Site", through="sites.Holding", related_name="resources", verbose_name=_("on the shelf of")
    )
    reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True)
    is_listed = models.BooleanField(_("shown to the public"), default=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)
    link_state = models.CharField(
        _("state of the link"), max_length=10, choices=LinkState.choices, default=LinkState.UNCHECKED, editable=False
    )
    link_checked_at = models.DateTimeField(_("link checked"), null=True, blank=True, editable=False)
    link_failures = models.PositiveSmallIntegerField(_("looks in a row that found nothing"), default=0, editable=False)
    search_text = models.TextField(_("words to search"), blank=True, editable=False)

    objects = ResourceQuerySet.as_manager()

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "slug",
                "network",
                "kind",
                "title",
                "summary",
                "themes",
                "audiences",
                "languages",
                "url",
                "sites",
                "reviewed_on",
                "is_listed",
                "is_illustrative",
                "link_state",
                "link_checked_at",
                "link_failures",
                "search_text",
            }
        )

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        constraints = [
            models.CheckConstraint(
                name="resource_without_link_is_unchecked",
                condition=~Q(url="") | Q(link_state=LinkState.UNCHECKED, link_checked_at__isnull=True),
                violation_error_message=_("Only a link can have been checked."),
            ),
            models.CheckConstraint(
                name="resource_link_is_a_web_page",
                condition=Q(url="") | Q(url__istartswith="https://") | Q(url__istartswith="http://"),
                violation_error_message=_("A link starts with https:// or http://."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("sites:resource-detail", args=[self.slug])

    def forget_look(self) -> None:
        """What was found at another link says nothing of this one."""
        self.link_state, self.link_checked_at, self.link_failures = LinkState.UNCHECKED, None, 0

    @property
    def host(self) -> str:
        """Whose pages the link opens, as a visitor recognises it."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


class Holding(models.Model):
    """A resource that a site has on its shelf, and the mark under which it stands."""

    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="holdings", verbose_name=_("resource")
    )
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="holdings", verbose_name=_("site"))
    shelf_mark = models.CharField(_("shelf mark"), max_length=50, blank=True)

    class Privacy:
        neutral = frozenset({"id", "resource", "site", "shelf_mark"})

    class Meta:
        verbose_name = _("copy on the shelf")
        verbose_name_plural = _("copies on the shelf")
        constraints = [
            models.UniqueConstraint(
                name="holding_once_a_site",
                fields=["resource", "site"],
                violation_error_message=_("This site already holds this resource."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.shelf_mark}" if self.shelf_mark else str(self.site)
