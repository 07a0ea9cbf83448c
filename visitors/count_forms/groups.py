import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from citemetiers.kernel.forms import DateInput
from sites.enums import Language
from sites.models import Theme
from visitors.enums import HalfDay, Margin, TallyKind
from visitors.models import LARGEST_COUNT
from visitors.services.tallies import GENDERS, GROUP_KINDS, Group

AGES = (Margin.UNDER_18, Margin.FROM_18, Margin.UNDER_25, Margin.FROM_25, Margin.FROM_45, Margin.FROM_65)
OTHERS = (Margin.JOB_SEEKERS, Margin.FIRST_VISITS)
TOO_MANY = {"min_value": _("Count 1 to 9999 people."), "max_value": _("Count 1 to 9999 people.")}
PART = {"min_value": _("Count 0 to 9999 people."), "max_value": _("Count 0 to 9999 people.")}


class NumberInput(forms.NumberInput):
    """A native number field that brings up the digits of a telephone."""

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "numeric"})


class GroupForm(forms.Form):
    """People met in one go, and how many of them were what."""

    MARGINS = (*GENDERS, *AGES, *OTHERS)

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What was it?"),
        widget=forms.RadioSelect,
    )
    day = forms.DateField(label=_("Day"), widget=DateInput)
    half_day = forms.ChoiceField(label=_("Half-day"), choices=HalfDay.choices)
    number = forms.IntegerField(
        label=_("People in all"), min_value=1, max_value=LARGEST_COUNT, widget=NumberInput, error_messages=TOO_MANY
    )
    theme = forms.ChoiceField(
        label=_("Theme"),
        required=False,
        error_messages={"invalid_choice": _("This theme is no longer offered. Choose another one.")},
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", pgettext_lazy("language of a group", "not counted")), *Language.choices],
    )

    def __init__(
        self, *args: Any, themes: Sequence[Theme], window: tuple[dt.date, dt.date], kept: Theme | None = None, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.fields["kind"].choices = [(kind.value, capfirst(kind.label)) for kind in GROUP_KINDS]  # type: ignore[attr-defined]
        offered = {theme.code: theme for theme in themes}
        # A group keeps a theme that has retired since, until somebody chooses another one.
        self.themes = ({kept.code: kept} if kept else {}) | offered
        self.fields["theme"].choices = [  # type: ignore[attr-defined]
            ("", pgettext_lazy("theme of a group", "none or several")),
            *((code, theme.name) for code, theme in self.themes.items()),
        ]
        first, today = window
        self.fields["day"].widget.attrs |= {"min": first.isoformat(), "max": today.isoformat()}
        for margin in Margin:
            self.fields[margin.value] = forms.IntegerField(
                label=margin.label,
                required=False,
                min_value=0,
                max_value=LARGEST_COUNT,
                widget=NumberInput,
                error_messages=PART,
            )
            self.fields[margin.value].is_one_of_several = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Say what to do where the random key is missing: without it a group could be counted twice."""
        if "key" in self.errors:
            self.add_error(None, _("This form came without its number. Here is a fresh one: please save again."))
        return self.cleaned_data

    @property
    def parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields of the parts of a group, each kind under its heading."""
        return [
            (_("Gender"), [self[margin] for margin in GENDERS]),
            (_("Age"), [self[margin] for margin in AGES]),
            (_("What else you know"), [self[margin] for margin in OTHERS]),
        ]

    @property
    def parts_were_given(self) -> bool:
        """Whether the parts stay open: one was counted, or has an error."""
        return any(margin in self.errors or self[margin].value() not in {None, ""} for margin in Margin.values)

    def group(self) -> Group:
        """What a valid form counts."""
        data = self.cleaned_data
        margins = {margin: data[margin] for margin in Margin.values if data[margin] is not None}
        theme = self.themes.get(data["theme"])
        return Group(data["kind"], data["day"], data["half_day"], data["number"], theme, data["language"], margins)


def filled_from(group: Group) -> dict[str, Any]:
    """The answers of a form that shows what is counted of a group."""
    facts = {"kind": group.kind, "day": group.day, "half_day": group.half_day, "number": group.number}
    code = group.theme.code if group.theme else ""
    return {**facts, "theme": code, "language": group.language, **group.margins}


def kind_asked(value: str) -> str:
    """The kind of count that an address asks for, else a group."""
    return value if value in GROUP_KINDS else TallyKind.GROUP.value
