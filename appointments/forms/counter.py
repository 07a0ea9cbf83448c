"""The queue at the desk: where somebody sits today, a number for a visitor, and the screens at the door."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from appointments.forms.reception import ThemeField
from appointments.models import Seating
from citemetiers.kernel.codes import REFERENCE_LENGTH
from citemetiers.kernel.forms import OfferedField
from sites.enums import Language
from sites.models import Desk, Site, Theme

CAPITALS = [(letter, letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]


class SeatForm(forms.Form):
    """At which desk somebody receives today, for what and in which languages."""

    prefix = "seat"  # it stands beside the log, which has themes too

    desk = forms.ModelChoiceField(
        label=pgettext_lazy("where one receives", "Desk"), queryset=Desk.objects.none(), empty_label=None
    )
    themes = OfferedField(
        label=gettext_lazy("Themes"),
        queryset=Theme.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one theme.")},
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=Language.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one language.")},
    )

    def __init__(self, *args: Any, site: Site, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = Seating.objects.at(site, day=today).open().values("desk")
        desks = Desk.objects.filter(site=site, is_in_use=True).order_by("name", "pk")
        self.fields["desk"].queryset = desks  # type: ignore[attr-defined]
        # A desk that somebody left open yesterday is free; one that is taken is refused with a sentence.
        self.free = desks.exclude(pk__in=taken)
        self.fields["themes"].queryset = Theme.objects.on_offer(today=today, network=site.network_id)  # type: ignore[attr-defined]


class TakeForm(forms.Form):
    """A number for somebody who stands at reception."""

    theme = ThemeField()
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)
    is_priority = forms.BooleanField(
        label=gettext_lazy("Goes first"),
        help_text=gettext_lazy("For somebody who cannot wait for long. Nobody sees why."),
        required=False,
    )
    # Drawn when the form is shown: sent twice, it gives one number.
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, site: Site, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Theme.objects.on_offer(today=today, network=site.network_id)
        self.fields["theme"].queryset = offered  # type: ignore[attr-defined]

    @property
    def tiles(self) -> list[tuple[Theme, bool]]:
        """Each theme on offer, and whether it is chosen."""
        chosen = self["theme"].value()
        return [(theme, theme.code == chosen) for theme in self.fields["theme"].queryset]  # type: ignore[attr-defined]


class ArrivalForm(forms.Form):
    """The code of somebody who has an appointment."""

    code = forms.CharField(
        label=gettext_lazy("Reference code"),
        max_length=2 * REFERENCE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class ScreensForm(forms.Form):
    """Whether visitors take a number, and what it begins with."""

    is_used = forms.BooleanField(label=gettext_lazy("Visitors take a number"), required=False)
    letter = forms.ChoiceField(label=pgettext_lazy("of a number", "Letter"), choices=CAPITALS)


class RenewForm(forms.Form):
    """The wish to begin anew with every screen."""

    is_sure = forms.BooleanField(
        label=gettext_lazy("Every kiosk and display of this site stops until it is enrolled again."),
        error_messages={"required": gettext_lazy("Tick that you are sure.")},
    )
