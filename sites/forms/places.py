"""The facts of one site, a form for each question that a coordinator answers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sites.enums import SeasonKind
from sites.forms.facts import FactForm, in_languages
from sites.models import (
    Address,
    Closure,
    Desk,
    DropInPause,
    Partner,
    Presence,
    Room,
    Season,
    Site,
    SpecialHours,
)
from sites.rules import MOST_SEATS, PlaceError, check_postcode, check_presence_fits, postcodes_of

STREET = ("street", "is_street_partial", "postcode", "city")
ACCESS = ("is_step_free", "has_lift", "has_hearing_loop", "has_adapted_toilet")
TEXTS_OF_ADDRESS = ("parking", "transport", "note")


class AddressFactForm(FactForm):
    """An address: its postcode is one that the country knows, so that the nearest place can be found."""

    def clean_postcode(self) -> str:
        """Refuse a postcode that the shipped table of the country does not hold."""
        postcode = str(self.cleaned_data["postcode"]).strip()
        try:
            check_postcode(postcode, known=postcodes_of(self.site.network.country))
        except PlaceError as error:
            raise ValidationError(str(error)) from None
        return postcode


class ContactForm(FactForm):
    url = forms.URLField(label=gettext_lazy("Website"), required=False, max_length=200, assume_scheme="https")

    field_order = ("phone", "email", "url", "languages", "school_calendar")

    class Meta:
        model = Site
        fields = ("phone", "email", "url", "languages", "school_calendar")


class LabelForm(FactForm):
    class Meta:
        model = Site
        fields = ("label_status", "label_since_on", "label_until_on")


class AddressForm(AddressFactForm):
    texts = TEXTS_OF_ADDRESS

    class Meta:
        model = Address
        fields = (*STREET, *ACCESS, *in_languages(*TEXTS_OF_ADDRESS))


class MoveForm(AddressFactForm):
    texts = ("note",)

    class Meta:
        model = Address
        fields = ("first_on", *STREET, *ACCESS, *in_languages("note"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_on"].required = True
        self.fields["first_on"].help_text = gettext_lazy("From this day on, visitors are sent to the new address.")

    def _post_clean(self) -> None:
        # The present address still runs on: the service ends it first, then the new one is checked whole.
        self.instance = forms.models.construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)


class ClosureForm(FactForm):
    texts = ("reason",)

    class Meta:
        model = Closure
        fields = ("first_on", "last_on", *in_languages("reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.network = self.site.network

    def clean(self) -> dict[str, Any]:
        """Refuse days that are over, that are far away, or that are written down already."""
        data = super().clean()
        self.refuse_far_day("last_on", first=data.get("first_on"))
        days = {"first_on": data.get("first_on"), "last_on": data.get("last_on")}
        if all(days.values()) and self.site.closures.filter(**days).exclude(pk=self.instance.pk).exists():
            self.add_error("first_on", _("These closing days are written down already."))
        return data


class SpecialHoursForm(FactForm):
    texts = ("reason",)

    class Meta:
        model = SpecialHours
        fields = ("day", "opens_at", "closes_at", "is_by_appointment", *in_languages("reason"))

    def clean(self) -> dict[str, Any]:
        """Refuse a day that is over or far away, and one on which closing days of the place win."""
        data = super().clean()
        self.refuse_far_day("day")
        day = data.get("day")
        if day and Closure.objects.covering(day, day).filter(site=self.site).exists():
            self.add_error("day", _("The place is closed on this day by its own closing days. Change those first."))
        return data


class PauseForm(FactForm):
    texts = ("message",)
    needs_text = True

    class Meta:
        model = DropInPause
        fields = ("starts_at", "ends_at", *in_languages("message"))

    def clean(self) -> dict[str, Any]:
        """Refuse a suspension that is over or ends far away."""
        data = super().clean()
        self.refuse_far_day("ends_at")
        return data


class SeasonForm(FactForm):
    texts = ("name",)
    needs_text = True

    class Meta:
        model = Season
        fields = ("kind", "first_on", "last_on", *in_languages("name"))

    def clean(self) -> dict[str, Any]:
        """Ask for both days where the season has days, and for none where the school calendar gives them."""
        data = super().clean()
        is_dated = data.get("kind") == SeasonKind.DATED
        for name in ("first_on", "last_on"):
            if is_dated and not data.get(name) and not self.has_error(name):
                self.add_error(name, _("Give both days of the season."))
            elif not is_dated:
                data[name] = None
        return data


class RoomForm(FactForm):
    seats = forms.IntegerField(label=gettext_lazy("Seats"), required=False, min_value=1, max_value=MOST_SEATS)

    field_order = ("name", "seats", "is_step_free", "has_hearing_loop", "is_in_use")

    class Meta:
        model = Room
        fields = ("name", "seats", "is_step_free", "has_hearing_loop", "is_in_use")


class DeskForm(FactForm):
    class Meta:
        model = Desk
        fields = ("name", "room", "is_step_free", "is_in_use")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room = self.fields["room"]
        assert isinstance(room, forms.ModelChoiceField)  # noqa: S101  by the model
        room.queryset = Room.objects.filter(site=self.site, is_in_use=True).order_by("name", "pk")


class PresenceForm(FactForm):
    class Meta:
        model = Presence
        fields = ("partner", "first_on", "last_on", "is_confirmed")

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partner = self.fields["partner"]
        assert isinstance(partner, forms.ModelChoiceField)  # noqa: S101  by the model
        partner.queryset = Partner.objects.by_name(today=today)
        if self.instance.pk:
            partner.disabled = True

    def clean(self) -> dict[str, Any]:
        """Refuse a partner that has left the network by then."""
        data = super().clean()
        if data.get("partner") and not self.errors:
            presence = Presence(
                partner=data["partner"], site=self.site, first_on=data["first_on"], last_on=data["last_on"]
            )
            try:
                check_presence_fits(presence)
            except PlaceError as error:
                raise ValidationError({error.field or "partner": str(error)}) from None
        return data
