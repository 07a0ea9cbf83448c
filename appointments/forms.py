import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from appointments.enums import Channel
from appointments.models import Service


class ReachForm(forms.Form):
    """How the visitor may be reached: all of it may stay empty."""

    alias = forms.CharField(
        label=_("Name or nickname"),
        help_text=_("So that we know what to call you. Any name will do."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("You get a confirmation, a reminder, and the link to move or cancel."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = PhoneNumberField(
        label=_("Telephone"),
        help_text=_("Only used if we have to change something at short notice."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    channel = forms.ChoiceField(label=_("How shall we meet?"), widget=forms.RadioSelect, required=False)
    # Drawn when the form is shown: pressing the button twice sends the same one twice.
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, service: Service, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, label) for code, label in Channel.choices if code in service.channels]
        channel = self.fields["channel"]
        if len(choices) == 1:
            self.fields["channel"] = forms.ChoiceField(choices=choices, initial=choices[0][0], widget=forms.HiddenInput)
        else:
            channel.choices = choices  # type: ignore[attr-defined]
            channel.initial, channel.required = choices[0][0], True

    def clean(self) -> dict[str, Any]:
        """Nobody can mend a hidden field: say what is wrong above the form, and draw a good one."""
        for field in self.hidden_fields():
            if field.errors:
                del self.errors[field.name]
                self.add_error(
                    None, _("This form was no longer complete. Nothing is booked yet: press the button again.")
                )
                good = self.get_initial_for_field(field.field, field.name)
                self.data = {**dict(self.data.items()), field.html_name: good}
        return self.cleaned_data
