"""Only this one: one day of a duty, moved, given to a colleague or at another time."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from appointments.forms.place import PersonField, PlaceField, code_of
from appointments.models import DutyChange
from citemetiers.kernel.forms import DateInput, TimeInput
from sites.models import Site

FARTHEST = dt.timedelta(days=3 * 365)


class DayChangeForm(forms.Form):
    """What a duty does on one of its days instead. Valid, ``change()`` says it."""

    on = forms.DateField(label=gettext_lazy("Day"), widget=DateInput)
    starts_at = forms.TimeField(label=gettext_lazy("from"), widget=TimeInput)
    ends_at = forms.TimeField(label=pgettext_lazy("time", "to"), widget=TimeInput)
    advisor = PersonField(label=gettext_lazy("Who receives"))
    place = PlaceField()

    def __init__(self, *args: Any, site: Site, today: dt.date, now_planned: DutyChange, **kwargs: Any) -> None:
        self.site, self.today, self.now_planned = site, today, now_planned
        chosen = code_of(now_planned.room or now_planned.desk)
        kwargs["initial"] = initial_of(now_planned) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        advisor, place = self.fields["advisor"], self.fields["place"]
        assert isinstance(advisor, PersonField)  # noqa: S101  as declared above
        assert isinstance(place, PlaceField)  # noqa: S101
        advisor.offer(site, also=now_planned.advisor_id)
        place.offer(site, also=chosen)

    def clean_on(self) -> dt.date:
        """Refuse a day that is over or far away."""
        on: dt.date = self.cleaned_data["on"]
        if on < self.today:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        if on > self.today + FARTHEST:
            raise forms.ValidationError(_("This is more than three years away. Check the year."))
        return on

    def clean(self) -> dict[str, Any]:
        """Refuse times in the wrong order."""
        data = super().clean() or self.cleaned_data
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("A duty ends later than it starts."))
        return data

    def change(self) -> DutyChange:
        """The change that is wished, not saved."""
        data = self.cleaned_data
        room, desk = data["place"]
        return DutyChange(
            duty=self.now_planned.duty,
            day=self.now_planned.day,
            on=data["on"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            advisor=data["advisor"],
            room=room,
            desk=desk,
        )


def initial_of(change: DutyChange) -> dict[str, Any]:
    """What a form shows of a change; of a day that is off, what the duty would do."""
    of = change.duty if change.is_off else change
    return {
        "on": change.on or change.day,
        "starts_at": of.starts_at,
        "ends_at": of.ends_at,
        "advisor": of.advisor_id,
        "place": code_of(of.room or of.desk),
    }


def values_of(change: DutyChange) -> dict[str, str]:
    """The same as a form sends it, for a change that is asked for without showing the form."""
    initial = initial_of(change)
    times = {name: f"{initial[name]:%H:%M}" for name in ("starts_at", "ends_at")}
    return {name: str(value) for name, value in (initial | times).items()}
