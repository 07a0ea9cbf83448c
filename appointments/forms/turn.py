from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.phonenumber import PhoneNumber

from appointments.forms.telephone import TelephoneField
from appointments.texting import takes_texts


class TurnForm(forms.Form):
    """Where to tell a visitor that their turn is near; a number only where the portal sends text messages."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = TelephoneField(
        label=gettext_lazy("Mobile telephone"),
        required=False,
    )

    def __init__(self, data: Any = None, *, has_texts: bool) -> None:
        super().__init__(data)
        if not (settings.SMS_URL and has_texts):
            del self.fields["phone"]
            self.fields["email"].required = True
            return
        for field in self.fields.values():
            field.is_one_of_several = True  # type: ignore[attr-defined]  # read by the label
        self.fields["email"].help_text = _("One of the two is enough: an e-mail address or a mobile number.")

    def clean_phone(self) -> PhoneNumber | None:
        """Refuse a number that receives no text messages."""
        phone: PhoneNumber | None = self.cleaned_data["phone"] or None
        if phone is not None and not takes_texts(phone):
            raise forms.ValidationError(_("We cannot send text messages to this number."))
        return phone

    def clean(self) -> dict[str, Any]:
        """Refuse a form without any address."""
        given = super().clean() or self.cleaned_data
        if not self.errors and not (given.get("email") or given.get("phone")):
            self.add_error(None, _("Leave an address, or go back without one."))
        return given
