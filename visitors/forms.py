from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sites.enums import Language
from sites.models import Audience, Theme
from visitors.enums import NOT_SAID, AgeBand, Answer, DurationBand, Gender, Way
from visitors.models import LARGEST_PARTY
from visitors.services import Details


class ContactForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
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
    audience = forms.ChoiceField(label=_("Public"))
    gender = forms.ChoiceField(label=_("Gender"), choices=Gender.choices)
    age_band = forms.ChoiceField(label=_("Age"), choices=AgeBand.choices)
    first_visit = forms.ChoiceField(label=_("First visit"), choices=Answer.choices)

    DETAILS = ("audience", "gender", "age_band", "first_visit")

    def __init__(self, *args: Any, themes: Sequence[Theme], audiences: Sequence[Audience], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {theme.code: theme for theme in themes}
        self.audiences = {audience.code: audience for audience in audiences}
        self.fields["themes"].choices = [(code, theme.name) for code, theme in self.offered.items()]  # type: ignore[attr-defined]
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            (Answer.NOT_ASKED.value, Answer.NOT_ASKED.label),
            *((code, audience.name) for code, audience in self.audiences.items()),
            (NOT_SAID, Answer.NOT_SAID.label),
        ]

    def clean(self) -> dict[str, Any]:
        if "key" in self.errors:
            # Without its random key a record could be counted twice.
            self.add_error(None, _("This form came without its number. Here is a fresh one: please log again."))
        return self.cleaned_data

    def clean_themes(self) -> list[Theme]:
        return [self.offered[code] for code in self.cleaned_data["themes"]]

    def answers(self) -> dict[str, Any]:
        """What the service asks for, of a valid form."""
        data = dict(self.cleaned_data)
        said = {name: data.pop(name) for name in self.DETAILS}
        code = said.pop("audience")
        details = Details(audience=self.audiences.get(code), is_audience_unsaid=code == NOT_SAID, **said)
        return data | {"details": details}

    @property
    def tiles(self) -> list[tuple[Theme, bool]]:
        """Each theme on offer, and whether it is chosen."""
        chosen = self["themes"].value() or []
        return [(theme, code in chosen) for code, theme in self.offered.items()]

    @property
    def details(self) -> list[forms.BoundField]:
        """The fields that are only asked if they come up."""
        return [self[name] for name in self.DETAILS]

    @property
    def details_were_given(self) -> bool:
        """Whether the details stay open: somebody answered one, or one of them has an error."""
        return any(name in self.errors or self[name].value() != Answer.NOT_ASKED for name in self.DETAILS)
