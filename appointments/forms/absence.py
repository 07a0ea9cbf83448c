"""When a colleague is away. Why is not asked."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.forms.place import PersonField
from citemetiers.kernel.dates import first_and_last_at
from citemetiers.kernel.forms import DateInput, TimeInput
from sites.models import Site

FARTHEST = dt.timedelta(days=3 * 365)
MIDNIGHT = dt.time(0)


class AbsenceForm(forms.Form):
    """Whole days, or from one time to another. Clean data hold ``period``, half-open."""

    advisor = PersonField(label=gettext_lazy("Who is away"))
    first_on = forms.DateField(label=gettext_lazy("First day"), widget=DateInput)
    last_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DateInput,
        required=False,
        help_text=gettext_lazy("Leave it empty: only this one day."),
    )
    starts_at = forms.TimeField(
        label=gettext_lazy("From which time on the first day"),
        widget=TimeInput,
        required=False,
        help_text=gettext_lazy("Leave both times empty: whole days."),
    )
    ends_at = forms.TimeField(label=gettext_lazy("Until which time on the last day"), widget=TimeInput, required=False)

    def __init__(self, *args: Any, site: Site, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.now = site, now
        advisor = self.fields["advisor"]
        assert isinstance(advisor, PersonField)  # noqa: S101  as declared above
        advisor.offer(site)

    def clean(self) -> dict[str, Any]:
        """Turn the days and times of the site into one period, and refuse one that is over or far away."""
        data = super().clean() or self.cleaned_data
        first_on = data.get("first_on")
        if first_on is None or self.errors:
            return data
        last_on = data.get("last_on") or first_on
        if last_on < first_on:
            self.add_error("last_on", _("The last day cannot be before the first day."))
        elif last_on > self.now.date() + FARTHEST:
            self.add_error("last_on", _("This is more than three years away. Check the year."))
        else:
            self._write_period(data, first_on, last_on)
        return data

    def _write_period(self, data: dict[str, Any], first_on: dt.date, last_on: dt.date) -> None:
        tz, ends_at = self.site.tz, data.get("ends_at")
        starts, _later = first_and_last_at(first_on, data.get("starts_at") or MIDNIGHT, tz=tz)
        until = last_on if ends_at else last_on + dt.timedelta(days=1)
        _earlier, ends = first_and_last_at(until, ends_at or MIDNIGHT, tz=tz)
        if ends <= starts:
            self.add_error("ends_at", _("An absence ends later than it starts."))
        elif ends <= self.now:
            self.add_error("last_on" if data.get("last_on") else "first_on", _("This is over. Check the day."))
        else:
            data["period"] = (starts, ends)
