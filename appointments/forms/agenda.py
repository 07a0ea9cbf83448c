from django import forms
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.codes import REFERENCE_LENGTH


class FindForm(forms.Form):
    """The code that a visitor says; case, spaces and hyphens do not count."""

    code = forms.CharField(
        label=_("Reference code"),
        # Room for a space between any two signs.
        max_length=2 * REFERENCE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
