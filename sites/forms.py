"""What a visitor may ask of the list of sites."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Avg
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.forms import FilterForm
from sites.geography import Start
from sites.models import Locality, Network


class NearForm(FilterForm):
    """A postcode; clean data hold the ``Start`` it stands for, or None when nothing was asked."""

    near = forms.CharField(
        label=_("Your postcode"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "size": 8}),
    )

    def clean_near(self) -> Start | None:
        """The middle of the places that share the postcode."""
        postcode = self.cleaned_data["near"].strip().upper().removeprefix("B-")
        if not postcode:
            return None
        middle = Locality.objects.filter(postcode=postcode, country__in=Network.objects.values("country")).aggregate(
            latitude=Avg("latitude"), longitude=Avg("longitude")
        )
        if middle["latitude"] is None:
            raise ValidationError(_("We do not know this postcode. Write it as on a letter, such as 5000."))
        return Start(postcode, middle["latitude"], middle["longitude"])
