from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.forms.telephone import TelephoneField
from appointments.services import Correction, shown_of
from visitors.models import Visitor


class CorrectionForm(forms.Form):
    """What a visitor left, to put right: an address is not shown whole, so an empty field leaves it as it is."""

    alias = forms.CharField(
        label=gettext_lazy("Name or nickname"),
        help_text=gettext_lazy("So that we know what to call you. Any name will do."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    is_email_removed = forms.BooleanField(label=gettext_lazy("Remove the e-mail address"), required=False)
    phone = TelephoneField(
        label=gettext_lazy("Telephone"),
        required=False,
    )
    is_phone_removed = forms.BooleanField(label=gettext_lazy("Remove the telephone number"), required=False)

    def __init__(self, data: Any = None, *, visitor: Visitor | None, has_alias: bool = True, is_call: bool = False):
        shown = shown_of(visitor)
        super().__init__(data, initial={"alias": shown.alias})
        if not has_alias:
            del self.fields["alias"]
        self._tell("email", shown.email, _("You get a confirmation, a reminder, and the link to move or cancel."))
        by_text = _("For a reminder by text message, or if we have to change something at short notice.")
        at_once = _("If we have to change something at short notice.")
        why = by_text if settings.SMS_URL else at_once
        self._tell("phone", shown.phone, _("We call you at this number.") if is_call else why)
        if is_call and shown.phone:
            del self.fields["is_phone_removed"]

    def clean(self) -> dict[str, Any]:
        """Refuse to give and to remove at once."""
        given = super().clean() or self.cleaned_data
        for name in ("email", "phone"):
            if given.get(name) and given.get(f"is_{name}_removed"):
                self.add_error(name, _("Write a new one or remove the old one, not both."))
        return given

    @cached_property
    def correction(self) -> Correction:
        """What is wanted, once the form is valid."""
        return Correction(
            alias=self.cleaned_data.get("alias"), email=self._wanted("email"), phone=self._wanted("phone")
        )

    def _wanted(self, name: str) -> str | None:
        if self.cleaned_data.get(f"is_{name}_removed"):
            return ""
        return str(self.cleaned_data[name] or "") or None

    def _tell(self, name: str, shown: str, why: str) -> None:
        if shown:
            why = _("We have %(address)s. Leave the field empty to keep it.") % {"address": shown}
        else:
            del self.fields[f"is_{name}_removed"]
        self.fields[name].help_text = why
