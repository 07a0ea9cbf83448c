import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from appointments.enums import Channel
from appointments.forms.mended import MendedForm
from appointments.forms.telephone import TelephoneField
from appointments.models import Service
from appointments.rules import LONGEST_WAIT, WaitError, check_wait_days
from appointments.services import ways_of
from citemetiers.kernel.forms import DateInput
from sites.enums import Language

USUAL_WAIT = dt.timedelta(days=28)


class WaitForm(MendedForm):
    """For which days somebody waits, and how to tell them; an address is optional."""

    # Of the place, when a limit is reached: there is nothing to correct, and one may call instead.
    phone_to_call = ""
    first_on = forms.DateField(label=_("From this day on"), widget=DateInput())
    last_on = forms.DateField(label=_("Until this day"), widget=DateInput())
    language = forms.ChoiceField(label=_("Language of the session"))
    way = forms.ChoiceField(label=_("How shall we meet?"))
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("We write to you as soon as a moment is kept for you."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = TelephoneField(
        label=_("Mobile telephone"),
        help_text=_("Without an e-mail address, we send a text message."),
        required=False,
    )
    # Drawn when the form is shown: pressing the button twice sends the same one twice.
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(  # noqa: PLR0913  what somebody has chosen before, one by one
        self,
        data: Any = None,
        *,
        service: Service,
        spoken: Collection[str],
        today: dt.date,
        language: str,
        way: str,
    ) -> None:
        initial = {"first_on": today, "last_on": today + USUAL_WAIT, "language": language, "way": way}
        super().__init__(data, initial=initial)
        self.today = today
        for name in ("first_on", "last_on"):
            self.fields[name].widget.attrs |= {"min": today.isoformat(), "max": (today + LONGEST_WAIT).isoformat()}
        if not settings.SMS_URL:
            self.fields["phone"].help_text = _("For a session by telephone: we call you at this number.")
        self._offer("language", Language.choices, spoken)
        self._offer("way", Channel.choices, ways_of(service))

    def clean(self) -> dict[str, Any]:
        """The days are judged with everything else, so that all that is wrong is told at once."""
        given = super().clean()
        if "first_on" in given and "last_on" in given:
            try:
                check_wait_days(first_on=given["first_on"], last_on=given["last_on"], today=self.today)
            except WaitError as error:
                self.add_error("last_on", str(error))
        return given

    def _offer(self, name: str, choices: Any, codes: Collection[str]) -> None:
        field = self.fields[name]
        field.choices = [(code, label) for code, label in choices if code in codes]  # type: ignore[attr-defined]
        if len(field.choices) == 1:  # type: ignore[attr-defined]
            self.initial[name] = next(iter(codes))
            field.widget = forms.HiddenInput()
