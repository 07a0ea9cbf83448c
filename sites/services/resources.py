"""What is written of a resource: itself, the shelves it stands on, and the words it is found by."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.text import slugify

from citemetiers.kernel.words import fold
from sites.models import Audience, Holding, Resource, Site, Theme
from sites.rules.resources import check_can_be_found, check_holds_shelf, check_keeps_up

# The shelf mark at each site that holds a resource; None where a site has it no longer.
Shelves = Mapping[Site, str | None]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
SLUG_LENGTH = 50


@transaction.atomic
def save_resource(
    *, resource: Resource, themes: Iterable[Theme], audiences: Iterable[Audience], shelves: Shelves, by: Any
) -> Resource:
    """Write a resource with its words and the given shelves, ready to be found; a new link is not checked yet."""
    check_keeps_up(by, resource.network)
    resource.slug = resource.slug or _free_slug(resource)
    if resource.url != Resource.objects.filter(pk=resource.pk).values_list("url", flat=True).first():
        resource.forget_look()
    resource.save()
    resource.themes.set(themes)
    resource.audiences.set(audiences)
    _write_shelves(resource, shelves, by)
    index_resource(resource=resource)
    return resource


@transaction.atomic
def set_shelves(*, resource: Resource, shelves: Shelves, by: Any) -> None:
    """Say for the given sites whether they hold a resource, and under which mark; other shelves stay as they are."""
    # Two sites that give a resource away at once must not leave it without any place.
    Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
    _write_shelves(resource, shelves, by)


def index_resource(*, resource: Resource) -> None:
    """Keep the words under which a resource is found. Whatever writes a resource or its themes calls this after."""
    codes = [theme.code for theme in resource.themes.all()]
    words = _words_of(resource, Theme.objects.filter(code__in=codes))
    if words != resource.search_text:
        resource.search_text = words
        Resource.objects.filter(pk=resource.pk).update(search_text=words)


def index_resources() -> int:
    """Bring the words of every resource up to date, after themes got new names; tells how many had changed."""
    changed, versions = [], list(Theme.objects.all())
    for resource in Resource.objects.prefetch_related("themes").order_by("pk"):
        words = _words_of(resource, versions)
        if words != resource.search_text:
            resource.search_text = words
            changed.append(resource)
    Resource.objects.bulk_update(changed, ["search_text"], batch_size=200)
    return len(changed)


def _write_shelves(resource: Resource, shelves: Shelves, by: Any) -> None:
    for site, mark in shelves.items():
        check_holds_shelf(by, site)
        if mark is None:
            # One by one: a deletion of many rows at once would leave no trace of who did it.
            for holding in resource.holdings.filter(site=site):
                holding.delete()
        else:
            Holding.objects.update_or_create(resource=resource, site=site, defaults={"shelf_mark": mark})
    check_can_be_found(resource)


def _words_of(resource: Resource, versions: Iterable[Theme]) -> str:
    """All that a visitor may type, in any language, folded, with a space at both ends of each word.

    A theme is found by its names of all times: a resource keeps the version it was given, people the word they know.
    """
    given = {(theme.network_id, theme.code) for theme in resource.themes.all()}
    texts = [getattr(resource, f"{field}_{code}") for code in LANGUAGES for field in ("title", "summary")]
    for theme in sorted(versions, key=lambda version: version.pk):
        if (theme.network_id, theme.code) in given:
            texts += [getattr(theme, f"name_{code}") for code in LANGUAGES]
    for code in LANGUAGES:
        with translation.override(code):
            texts.append(resource.get_kind_display())
    words = dict.fromkeys(fold(" ".join(text for text in texts if text)).split())
    return f" {' '.join(words)} "


def _free_slug(resource: Resource) -> str:
    titles = (getattr(resource, f"title_{code}") for code in LANGUAGES)
    base = slugify(fold(next((title for title in titles if title), "")))[:SLUG_LENGTH].strip("-") or "resource"
    taken = {"add"} | set(
        Resource.objects.filter(slug__startswith=base[: SLUG_LENGTH - 5]).values_list("slug", flat=True)
    )
    numbered = (f"{base[: SLUG_LENGTH - 5]}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)
