"""What visitors ask of the catalogue, and what staff write in it."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, TextChoices
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from citemetiers.kernel.forms import DateInput, FilterForm, OfferedField
from citemetiers.kernel.words import fold
from sites.enums import Language, LinkState, ResourceKind
from sites.models import Audience, Holding, Network, Resource, Site, Theme
from sites.querysets import ResourceQuerySet

WEB, SHELF = "web", "shelf"
REVIEW_AFTER = dt.timedelta(days=365)
UNKNOWN_CHOICE = gettext_lazy("This choice is not known here, so it was left out. Choose one of the list.")
TEXTS = tuple(f"{part}_{code}" for code in Language.values for part in ("title", "summary"))

STEPS: dict[str, Callable[[ResourceQuerySet, str], ResourceQuerySet]] = {
    "theme": ResourceQuerySet.on_theme,
    "audience": ResourceQuerySet.for_audience,
    "language": ResourceQuerySet.in_language,
    "kind": lambda resources, kind: resources.filter(kind=kind),
    "where": lambda resources, where: resources.on_the_web() if where == WEB else resources.on_a_shelf(),
    "site": ResourceQuerySet.held_at,
}


class ChoiceFilter(forms.ChoiceField):
    """One of a list, or all; never echoes what a stranger wrote into an address."""

    def __init__(self, *, label: Any, every: Any, choices: Iterable[tuple[str, Any]] = ()) -> None:
        self.every = every
        super().__init__(label=label, required=False, error_messages={"invalid_choice": UNKNOWN_CHOICE})
        self.offer(choices)

    def offer(self, choices: Iterable[tuple[str, Any]]) -> None:
        """Give the list to choose from."""
        self.choices = [("", self.every), *choices]


class CatalogueState(TextChoices):
    """What those who keep up the catalogue look for."""

    BROKEN = "broken", gettext_lazy("Broken links")
    NEVER_REVIEWED = "never-reviewed", gettext_lazy("Never reviewed")
    LONG_AGO = "long-ago", gettext_lazy("Reviewed more than a year ago")
    UNLISTED = "unlisted", gettext_lazy("Taken off the list")


class ResourceFilterForm(FilterForm):
    """Narrows the catalogue. A filter that is not known says so, and the others still hold."""

    q = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    theme = ChoiceFilter(label=gettext_lazy("Theme"), every=gettext_lazy("All themes"))
    audience = ChoiceFilter(label=gettext_lazy("For whom"), every=gettext_lazy("Everyone"))
    language = ChoiceFilter(
        label=gettext_lazy("Language"), every=gettext_lazy("All languages"), choices=Language.choices
    )
    kind = ChoiceFilter(
        label=gettext_lazy("Kind"),
        every=pgettext_lazy("of resource", "All kinds"),
        choices=[(kind.value, kind.label) for kind in ResourceKind],
    )
    where = ChoiceFilter(
        label=gettext_lazy("Where"),
        every=gettext_lazy("On the web or on a shelf"),
        choices=((WEB, gettext_lazy("On the web")), (SHELF, gettext_lazy("On a shelf"))),
    )
    site = ChoiceFilter(label=gettext_lazy("On the shelf of"), every=gettext_lazy("Any place"))

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Site.objects.filter(is_open_to_public=True).by_town()
        self._offer("theme", [(theme.code, theme.name) for theme in Theme.objects.on_offer(today=today)])
        self._offer("audience", [(public.code, public.name) for public in Audience.objects.on_offer(today=today)])
        self._offer("site", [(site.slug, site.name) for site in places])
        self.is_valid()

    @property
    def words(self) -> list[str]:
        """The folded words to look for; letters that stand alone say nothing where there are words."""
        words = list(dict.fromkeys(fold(self.cleaned_data.get("q", "")).split()))
        return [word for word in words if len(word) > 1] or words

    @property
    def narrows(self) -> bool:
        """Whether anything was asked."""
        return any(self.cleaned_data.values()) or bool(self.errors)

    @property
    def narrows_beside_words(self) -> bool:
        """Whether a filter holds beside the words."""
        return any(value for name, value in self.cleaned_data.items() if name != "q")

    def clean_q(self) -> str:
        """Words with at least one letter or digit."""
        words = str(self.cleaned_data["q"])
        if words and not fold(words):
            raise ValidationError(
                _("There is no word in what you typed, so it was left out. Write a word with letters or digits.")
            )
        return words

    def narrow(self, resources: ResourceQuerySet) -> ResourceQuerySet:
        """The resources that were asked for, with their closeness to the words."""
        for name, step in STEPS.items():
            if chosen := self.cleaned_data.get(name):
                resources = step(resources, chosen)
        return resources.matching(self.words)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, ChoiceFilter):
            field.offer(choices)


class CatalogueFilterForm(FilterForm):
    """Narrows the catalogue for those who keep it up."""

    q = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    state = ChoiceFilter(label=gettext_lazy("To do"), every=gettext_lazy("Everything"), choices=CatalogueState.choices)

    def narrow(self, resources: ResourceQuerySet, *, today: dt.date) -> ResourceQuerySet:
        """The resources that were asked for, by title."""
        states = {
            CatalogueState.BROKEN: Q(link_state=LinkState.BROKEN),
            CatalogueState.NEVER_REVIEWED: Q(reviewed_on__isnull=True),
            CatalogueState.LONG_AGO: Q(reviewed_on__lt=today - REVIEW_AFTER),
            CatalogueState.UNLISTED: Q(is_listed=False),
        }
        state = self.cleaned_data.get("state")
        found: Any = resources.filter(states[CatalogueState(state)]) if state else resources
        found = found.matching(fold(self.cleaned_data.get("q", "")).split())
        return found.order_by("-closeness", found.title_order, "pk")  # type: ignore[no-any-return]


class ResourceForm(forms.ModelForm):  # type: ignore[type-arg]
    url = forms.URLField(
        label=pgettext_lazy("to a web page", "link"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("The whole address of the page, such as https://example.org/guide."),
    )

    class Meta:
        model = Resource
        fields = (
            "network",
            *TEXTS,
            "kind",
            "themes",
            "audiences",
            "languages",
            "url",
            "reviewed_on",
            "is_illustrative",
        )
        field_classes = {"themes": OfferedField, "audiences": OfferedField}
        widgets = {
            "themes": forms.CheckboxSelectMultiple,
            "audiences": forms.CheckboxSelectMultiple,
            "reviewed_on": DateInput,
            **{f"summary_{code}": forms.Textarea(attrs={"rows": 2}) for code in Language.values},
        }

    def __init__(self, *args: Any, networks: list[Network], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        is_settled = bool(self.instance.pk) or len(networks) == 1
        if not self.instance.pk and is_settled:
            self.instance.network = networks[0]
        if is_settled:
            del self.fields["network"]
        else:
            self._offer("network", Network.objects.filter(pk__in=[network.pk for network in networks]).order_by("slug"))
        network = self.instance.network_id if is_settled else None
        self._offer("themes", Theme.objects.on_offer(today=today, network=network) | self._own("themes"))
        self._offer("audiences", Audience.objects.on_offer(today=today, network=network) | self._own("audiences"))
        self.fields["is_illustrative"].help_text = _("For trials. The public pages then say that it is an example.")
        for code, language in Language.choices:
            self.fields[f"title_{code}"].label = _("Title (%(language)s)") % {"language": language}
            self.fields[f"title_{code}"].required = False
            self.fields[f"summary_{code}"].label = _("In two sentences (%(language)s)") % {"language": language}

    def clean_reviewed_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["reviewed_on"]
        if day and day > self.today:
            raise ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        titles = [f"title_{code}" for code in Language.values]
        if not any(data.get(title) for title in titles) and not any(title in self.errors for title in titles):
            self.add_error(titles[0], _("Give the title in one language at least."))
        return data

    def _own(self, name: str) -> Any:
        """The words that the resource has already, retired since or not."""
        words = Theme if name == "themes" else Audience
        own = [word.pk for word in getattr(self.instance, name).all()] if self.instance.pk else []
        return words.objects.filter(pk__in=own)

    def _offer(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]


class ShelfForm(forms.Form):
    """Which of the given sites hold a resource, and under which mark."""

    is_filter = True  # as in a filter, every field may stay empty: saying so at each would be noise

    def __init__(self, *args: Any, sites: list[Site], resource: Resource, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = sites
        holdings = Holding.objects.filter(resource=resource.pk).select_related("site").order_by("site__city", "site")
        self.marks = {holding.site: holding.shelf_mark for holding in holdings}
        for site in sites:
            self.fields[f"held_{site.slug}"] = forms.BooleanField(
                label=site.name, required=False, initial=site in self.marks
            )
            self.fields[f"mark_{site.slug}"] = forms.CharField(
                label=format_html('{} <span class="visually-hidden">{}</span>', _("Shelf mark"), site.name),
                required=False,
                max_length=50,
                initial=self.marks.get(site, ""),
            )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """The two fields of each site."""
        return [(self[f"held_{site.slug}"], self[f"mark_{site.slug}"]) for site in self.sites]

    @property
    def others(self) -> list[Site]:
        """Sites that hold the resource and are not asked about."""
        return [site for site in self.marks if site not in self.sites]

    @property
    def shelves(self) -> dict[Site, str | None]:
        """The mark at each site that was asked about; None where it is not on the shelf."""
        data = self.cleaned_data
        return {site: data[f"mark_{site.slug}"] if data[f"held_{site.slug}"] else None for site in self.sites}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for site in self.sites:
            mark = data.get(f"mark_{site.slug}")
            if mark and not data.get(f"held_{site.slug}") and mark != self.marks.get(site):
                self.add_error(f"held_{site.slug}", _("Tick this place, or empty its shelf mark."))
        return data
