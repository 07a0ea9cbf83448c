"""What a reader may narrow the list of changes to."""

import datetime as dt
from typing import Any

from auditlog.models import LogEntry
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from citemetiers.audit.entries import READ_AUDIT, key_of
from citemetiers.audit.watched import WATCHED
from citemetiers.kernel.forms import FilterForm
from sites.models import Network, Partner, Site, User

EVERYTHING = ("", pgettext_lazy("a choice without limits", "all"))


class DayInput(forms.DateInput):
    """A native date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class EntryFilterForm(FilterForm):
    """Choices come from what the reader may see: nobody learns here what else there is."""

    place = forms.ChoiceField(label=_("Place"), required=False)
    kind = forms.ChoiceField(label=pgettext_lazy("of data", "Kind"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    first_on = forms.DateField(label=_("From"), required=False, widget=DayInput())
    last_on = forms.DateField(label=_("Until"), required=False, widget=DayInput())

    def __init__(self, *args: Any, by: User, entries: "QuerySet[LogEntry]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {"place": _places(by), "kind": _kinds(), "person": _people(entries)}
        for name, choices in offered.items():
            field: Any = self.fields[name]
            field.choices = [EVERYTHING, *choices]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that is turned round."""
        data = super().clean() or self.cleaned_data
        first_on, last_on = data.get("first_on"), data.get("last_on")
        if first_on and last_on and last_on < first_on:
            raise ValidationError({"last_on": _("The last day cannot be before the first day.")})
        return data

    def narrow(self, entries: "QuerySet[LogEntry]") -> "QuerySet[LogEntry]":
        """The entries that were asked for; a choice that was refused narrows nothing."""
        data = self.cleaned_data
        if data.get("place"):
            entries = entries.filter(additional_data__places__has_key=data["place"])
        if data.get("kind"):
            app_label, model = data["kind"].split(".")
            entries = entries.filter(content_type=ContentType.objects.get_by_natural_key(app_label, model))
        if data.get("person"):
            entries = entries.filter(actor=int(data["person"]))
        return entries.filter(_within(data.get("first_on"), data.get("last_on")))


def _within(first_on: dt.date | None, last_on: dt.date | None) -> Q:
    period = Q()
    if first_on:
        period &= Q(timestamp__gte=_midnight(first_on))
    if last_on:
        period &= Q(timestamp__lt=_midnight(last_on + dt.timedelta(days=1)))
    return period


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _kinds() -> list[tuple[str, str]]:
    named = [(model._meta.label_lower, capfirst(str(model._meta.verbose_name))) for model in WATCHED]
    return sorted(named, key=lambda choice: choice[1].casefold())


def _people(entries: "QuerySet[LogEntry]") -> list[tuple[str, str]]:
    acted = entries.order_by().filter(actor__isnull=False).values("actor").distinct()
    people = User.objects.filter(pk__in=acted).order_by("display_name", "pk")
    return [(str(person.pk), person.display_name) for person in people]


def _places(by: User) -> list[tuple[str, str]]:
    if by.is_superuser:
        networks, sites = list(Network.objects.order_by("name")), list(Site.objects.by_town())
        return _as_choices([*networks, *sites])
    readable = [held.place for held in by.held_memberships if by.has_perm(READ_AUDIT, held.place)]
    networks = [place for place in readable if isinstance(place, Network)]
    own = [place.pk for place in readable if isinstance(place, Site)]
    sites = list(Site.objects.filter(Q(pk__in=own) | Q(network__in=networks)).by_town())
    partners = [place for place in readable if isinstance(place, Partner)]
    return _as_choices([*networks, *sites, *partners])


def _as_choices(places: list[Any]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((key_of(place), str(place)) for place in places))
