from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sites.enums import Language
from sites.models import Site, Theme
from visitors.enums import NOT_ASKED, NOT_SAID, AgeBand, Answer, DurationBand, EntryKind, Gender, HalfDay, Way
from visitors.models import LARGEST_EDITION, LARGEST_PARTY
from visitors.rules import VisitorsError
from visitors.services.entries import DETAILS, Choices, Operation

NO_NUMBER = _("This form came without its number. Here is a fresh one: please log again.")


class WordSelect(forms.Select):
    """A list of words, drawn in one go: Django draws each of six hundred municipalities with a template of its own."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002  Django's signature
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        chosen = "" if value is None else str(value)
        words = (
            f'<option value="{escape(code)}"{" selected" if code == chosen else ""}>{escape(label)}</option>'
            for code, label in self.choices
        )
        return format_html("<select{}>{}</select>", attributes, SafeString("".join(words)))


def _detail(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, widget=WordSelect, required=False)


class ContactForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    edition = forms.IntegerField(
        widget=forms.HiddenInput, required=False, initial=1, min_value=1, max_value=LARGEST_EDITION
    )
    # Asked of a correction alone: a contact is logged on the day, and in the half-day, in which it is logged.
    day = forms.DateField(label=_("Day"), required=False)
    half_day = forms.ChoiceField(label=_("Half-day"), choices=HalfDay.choices, required=False)
    themes = forms.MultipleChoiceField(
        label=_("What was it about?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one theme."),
            "invalid_choice": _("This theme is no longer offered. Choose another one."),
        },
    )
    way = forms.ChoiceField(label=pgettext_lazy("of service", "Way"), choices=Way.choices)
    duration = forms.ChoiceField(label=_("Length"), choices=DurationBand.choices)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    headcount = forms.IntegerField(
        label=_("People"),
        min_value=1,
        max_value=LARGEST_PARTY,
        error_messages={
            "min_value": _("A contact is one person or one small party: 1 to 50 people."),
            "max_value": _("A contact is one person or one small party: 1 to 50 people."),
        },
    )
    audience = _detail(_("Public"))
    status = _detail(pgettext_lazy("of a person", "Status"))
    education = _detail(_("Level of education"))
    territory = _detail(_("Comes from"))
    how_heard = _detail(_("How they heard of us"))
    gender = _detail(_("Gender"))
    age_band = _detail(_("Age"))
    first_visit = _detail(_("First visit"))
    referred_to = _detail(_("Passed on to"))

    LISTED = {"gender": Gender, "age_band": AgeBand, "first_visit": Answer}

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered: dict[str, Theme] = {theme.code: theme for theme in choices.themes}
        self._offer("themes", [(code, theme.name) for code, theme in self.offered.items()])
        for name, listed in self.LISTED.items():
            self._offer(name, listed.choices)
        for name, words in choices.details.items():
            unsaid = [] if name == "referred_to" else [(NOT_SAID, Answer.NOT_SAID.label)]
            self._offer(name, [(NOT_ASKED, Answer.NOT_ASKED.label), *words, *unsaid])

    def _offer(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # all of these are fields of choices

    def clean(self) -> dict[str, Any]:
        if "key" in self.errors or "edition" in self.errors:
            # Without its random key a record could be counted twice.
            self.add_error(None, str(NO_NUMBER))
        return self.cleaned_data

    def clean_edition(self) -> int:
        return self.cleaned_data["edition"] or 1

    @property
    def is_correction(self) -> bool:
        """Whether a valid form is about an entry that was logged before."""
        return bool(self.cleaned_data["edition"] > 1)

    def operation(self, site: Site, *, moment: tuple[Any, str]) -> Operation:
        """What a valid form asks for; a correction says itself when it was."""
        data = self.cleaned_data
        day, half_day = (data["day"] or moment[0], data["half_day"] or moment[1]) if self.is_correction else moment
        said = {name: data[name] or NOT_ASKED for name in DETAILS}
        return Operation.read(
            {
                **{name: data[name] for name in ("edition", "themes", "way", "duration", "language", "headcount")},
                **said,
                "key": str(data["key"]),
                "kind": EntryKind.CONTACT.value,
                "site": site.slug,
                "day": day.isoformat(),
                "half_day": half_day,
            }
        )

    def refuse(self, error: VisitorsError) -> None:
        """Say beside its field why the entry was not kept."""
        self.add_error(error.field if error.field in self.fields else None, str(error))

    @property
    def tiles(self) -> list[tuple[Theme, bool]]:
        """Each theme on offer, and whether it is chosen."""
        chosen = self["themes"].value() or []
        return [(theme, code in chosen) for code, theme in self.offered.items()]

    @property
    def details(self) -> list[forms.BoundField]:
        """The fields that are only asked if they come up."""
        return [self[name] for name in DETAILS]

    @property
    def details_were_given(self) -> bool:
        """Whether the details stay open: somebody answered one, or one of them has an error."""
        return any(name in self.errors or self[name].value() not in (None, "", NOT_ASKED) for name in DETAILS)
