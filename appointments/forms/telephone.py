from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField


class TelephoneField(PhoneNumberField):  # type: ignore[misc]
    """A telephone number as people write it: of this country without a prefix, of any other with it."""

    default_error_messages = {
        "invalid": _("This is no telephone number. One from another country begins with + and its prefix.")
    }

    def __init__(self, *, autocomplete: str = "tel", **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": autocomplete, "inputmode": "tel"})
        super().__init__(widget=widget, **options)
