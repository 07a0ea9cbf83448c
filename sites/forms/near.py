"""What a visitor may ask of the list of sites."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.forms import FilterForm
from sites.geography import Start
from sites.services import UnknownPostcodeError, find_start


class NearForm(FilterForm):
    """A postcode; clean data hold the ``Start`` it stands for, or None when nothing was asked."""

    near = forms.CharField(
        label=_("Your postcode"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "size": 8}),
    )

    def clean_near(self) -> Start | None:
        """The middle of the places that share the postcode."""
        asked = str(self.cleaned_data["near"])
        try:
            return find_start(asked) if asked.strip() else None
        except UnknownPostcodeError as error:
            raise ValidationError(str(error)) from error
