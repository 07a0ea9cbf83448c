"""Reception books, moves and cancels for a visitor who calls."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from appointments.enums import Channel
from appointments.forms.place import PersonField
from appointments.forms.telephone import TelephoneField
from appointments.services import video_address_of
from citemetiers.kernel.dates import at_local
from citemetiers.kernel.forms import DateInput, FilterForm, TimeInput
from sites.enums import Language
from sites.models import Site, Theme, User

# Beyond these a calendar runs out of days, and nobody has an appointment.
FIRST_MOMENT, LAST_MOMENT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2199, 12, 31, tzinfo=dt.UTC)
IN_THE_CALENDAR = (MinValueValidator(FIRST_MOMENT), MaxValueValidator(LAST_MOMENT))
DAY_IN_THE_CALENDAR = (MinValueValidator(FIRST_MOMENT.date()), MaxValueValidator(LAST_MOMENT.date()))

# What a way to meet cannot do without.
NEEDED: dict[str, tuple[str, Any]] = {
    Channel.PHONE: ("phone", gettext_lazy("Ask for a telephone number: the advisor calls at the chosen time.")),
}


class How(TextChoices):
    """Who calls an appointment off."""

    VISITOR = "VISITOR", pgettext_lazy("who cancels", "The visitor asks for it")
    US = "US", pgettext_lazy("who cancels", "We cannot keep it: say sorry in the message")


class ThemeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the themes that are offered today, by its code."""

    def __init__(self) -> None:
        super().__init__(
            queryset=Theme.objects.none(),
            to_field_name="code",
            label=gettext_lazy("What is it about?"),
            empty_label=gettext_lazy("Choose a theme"),
        )

    def to_python(self, value: Any) -> Any:
        # A null sign is an error of the database, not of the form.
        if value and not str(value).isprintable():
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})
        return super().to_python(value)


class WishForm(FilterForm):
    """What the caller needs: the answer is a list of free moments."""

    theme = ThemeField()
    site = forms.ChoiceField(label=gettext_lazy("Where?"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)
    channel = forms.ChoiceField(label=gettext_lazy("How?"), choices=Channel.choices)
    day = forms.DateField(label=gettext_lazy("From"), widget=DateInput, required=False, validators=DAY_IN_THE_CALENDAR)

    def __init__(self, *args: Any, sites: Sequence[Site], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = {site.slug: site for site in sites}
        offer_themes(self, today=today)
        offer_ways(self, sites=sites)
        everywhere = [("", _("At all my sites"))] if len(sites) > 1 else []
        self.fields["site"].choices = [*everywhere, *((site.slug, site.name) for site in sites)]  # type: ignore[attr-defined]

    def clean_site(self) -> Site | None:
        """The site itself; none where all of them will do."""
        return self.kept.get(self.cleaned_data["site"])


class MomentForm(WishForm):
    """The same, and one of the moments."""

    starts = forms.DateTimeField(widget=forms.HiddenInput, validators=IN_THE_CALENDAR)


class MoveForm(forms.Form):
    """The new moment."""

    starts = forms.DateTimeField(validators=IN_THE_CALENDAR)


class CallerForm(forms.Form):
    """What the caller wishes to leave: all of it may stay empty."""

    alias = forms.CharField(
        label=gettext_lazy("Name or nickname"),
        help_text=gettext_lazy("What shall we call the person? Any name will do."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("For the confirmation, a reminder, and the link to move or cancel."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = TelephoneField(
        label=gettext_lazy("Telephone"),
        help_text=gettext_lazy("For a reminder by text message, or to call back."),
        required=False,
        autocomplete="off",
    )
    # Drawn when the form is shown: pressing the button twice sends the same one twice.
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)

    def __init__(self, *args: Any, channel: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.SMS_URL:
            self.fields["phone"].help_text = gettext_lazy("To call back.")
        needed = NEEDED.get(channel)
        if needed:
            field = self.fields[needed[0]]
            field.required, field.error_messages["required"] = True, needed[1]


class OverbookForm(CallerForm):
    """A time that is taken, given all the same."""

    theme = ThemeField()
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)
    channel = forms.ChoiceField(label=gettext_lazy("How?"), choices=Channel.choices)
    advisor = PersonField(label=gettext_lazy("Who receives"))
    day = forms.DateField(label=gettext_lazy("Day"), widget=DateInput, validators=DAY_IN_THE_CALENDAR)
    time = forms.TimeField(label=gettext_lazy("Time"), widget=TimeInput)
    is_on_purpose = forms.BooleanField(
        label=gettext_lazy("I give this time although it is taken"),
        help_text=gettext_lazy("Two people may then wait for the same advisor. Everybody at the site sees the mark."),
    )
    # Asked only where the person is not on duty then or not for this.
    is_sure = forms.BooleanField(label=gettext_lazy("I give the time all the same."), required=False)
    field_order = (
        *("theme", "advisor", "day", "time", "language", "channel", "is_on_purpose", "is_sure"),
        *("alias", "email", "phone"),
    )

    def __init__(self, *args: Any, site: Site, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        offer_themes(self, today=today)
        offer_ways(self, sites=[site])
        advisor = self.fields["advisor"]
        assert isinstance(advisor, PersonField)  # noqa: S101  as declared above
        advisor.offer(site)

    def advisor_and_day(self) -> tuple[User, dt.date] | None:
        """Whose day it is about, sent or not; none as long as either is missing."""
        try:
            return tuple(self.fields[name].clean(self[name].value()) for name in ("advisor", "day"))
        except ValidationError:
            return None

    def clean(self) -> dict[str, Any]:
        """Day and time as one moment on the walls of the site."""
        data = super().clean() or self.cleaned_data
        if data.get("day") and data.get("time") is not None:
            try:
                data["starts_at"] = at_local(data["day"], data["time"], tz=self.site.tz)
            except ValueError:
                self.add_error("time", _("The clocks change at this time. Choose another one."))
        return data


class CancelForm(forms.Form):
    """Why it is called off: the visitor reads another message."""

    how = forms.ChoiceField(
        label=gettext_lazy("Why is it cancelled?"), choices=How.choices, initial=How.VISITOR, widget=forms.RadioSelect
    )


def offer_themes(form: forms.Form, *, today: dt.date) -> None:
    """Give the themes that can be chosen today, in their order."""
    form.fields["theme"].queryset = Theme.objects.on_offer(today=today)  # type: ignore[attr-defined]


def offer_ways(form: forms.Form, *, sites: Sequence[Site]) -> None:
    """Give the ways to meet that exist at one of the sites: by video only where a network has an address for calls."""
    has_video = any(video_address_of(site.network) for site in sites)
    form.fields["channel"].choices = [  # type: ignore[attr-defined]
        (code, label) for code, label in Channel.choices if has_video or code != Channel.VIDEO
    ]
