"""A duty, as a coordinator writes it: who receives, on which days, for what."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from appointments.forms.place import PersonField, PlaceField, code_of
from appointments.models import Duty
from appointments.recurrence import RecurrenceError, check_recurrence
from appointments.services import advisors_here
from citemetiers.kernel.dates import date_words
from citemetiers.kernel.forms import DateInput, OfferedField, TimeInput
from sites.enums import Weekday
from sites.models import Site, Theme, User

FARTHEST = dt.timedelta(days=3 * 365)
BYDAY = dict(zip(Weekday.values, ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True))
DAY_OF = {code: day for day, code in BYDAY.items()}


class Rhythm:
    """How often: what the form offers in words."""

    WEEKLY, FORTNIGHTLY, MONTHLY, ONCE, OWN = "WEEKLY", "FORTNIGHTLY", "MONTHLY", "ONCE", "OWN"
    CHOICES = (
        (WEEKLY, gettext_lazy("every week")),
        (FORTNIGHTLY, gettext_lazy("every two weeks")),
        (MONTHLY, gettext_lazy("once a month")),
        (ONCE, gettext_lazy("only once")),
        (OWN, gettext_lazy("another rule")),
    )


NTH_CHOICES = (
    ("1", pgettext_lazy("week of the month", "the first")),
    ("2", pgettext_lazy("week of the month", "the second")),
    ("3", pgettext_lazy("week of the month", "the third")),
    ("4", pgettext_lazy("week of the month", "the fourth")),
    ("-1", pgettext_lazy("week of the month", "the last")),
)


class DutyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new duty or one to correct; valid, ``instance`` says what is wished and ``cleaned_data`` holds the themes."""

    advisor = PersonField(label=gettext_lazy("Who receives"))
    rhythm = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Rhythm.CHOICES, initial=Rhythm.WEEKLY, widget=forms.RadioSelect
    )
    nth = forms.ChoiceField(
        label=gettext_lazy("Which of the month"),
        choices=NTH_CHOICES,
        initial="1",
        required=False,
        help_text=gettext_lazy("Such as: the first Tuesday of the month."),
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"), choices=Weekday.choices, coerce=int, empty_value=None, required=False
    )
    recurrence = forms.CharField(
        label=gettext_lazy("Rule"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "In the manner of calendars (RFC 5545), such as FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,WE: "
            "every third week, on Monday and Wednesday."
        ),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}),
    )
    place = PlaceField()

    field_order = (
        "advisor",
        "rhythm",
        "nth",
        "weekday",
        "recurrence",
        "first_on",
        "last_on",
        "starts_at",
        "ends_at",
        "themes",
        "languages",
        "channels",
        "place",
    )

    class Meta:
        model = Duty
        fields = ("advisor", "first_on", "last_on", "starts_at", "ends_at", "themes", "languages", "channels")
        field_classes = {"themes": OfferedField}
        widgets = {
            "first_on": DateInput,
            "last_on": DateInput,
            "starts_at": TimeInput,
            "ends_at": TimeInput,
            "themes": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, site: Site, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.today = site, today
        duty: Duty = self.instance
        duty.site = site
        chosen = code_of(duty.room or duty.desk)
        if duty.pk:
            self.initial.update(place=chosen, **rhythm_of(duty))
        advisor, place, themes = self.fields["advisor"], self.fields["place"], self.fields["themes"]
        assert isinstance(advisor, PersonField)  # noqa: S101  as declared above
        assert isinstance(place, PlaceField)  # noqa: S101
        assert isinstance(themes, OfferedField)  # noqa: S101
        advisor.offer(site, also=duty.advisor_id)
        place.offer(site, also=chosen)
        themes.queryset = _themes(site, duty, today=today)
        for name in ("nth", "weekday", "recurrence"):  # the rhythm says which of them it needs
            self.fields[name].is_one_of_several = True  # type: ignore[attr-defined]  # read by the label
        self.fields["last_on"].help_text = gettext_lazy("Leave it empty: until further notice.")
        self.fields["languages"].initial = site.languages

    def clean(self) -> dict[str, Any]:
        """Turn the words of the form into a day of the week or a rule, and refuse what cannot be meant."""
        data = super().clean() or self.cleaned_data
        self._refuse_wrong_days(data)
        if not self.errors:
            self._refuse_who_left(data)
            self._write_rhythm(data)
        self.instance.room, self.instance.desk = data.get("place") or (None, None)
        return data

    def _refuse_wrong_days(self, data: dict[str, Any]) -> None:
        first_on, last_on = data.get("first_on"), data.get("last_on")
        if data.get("rhythm") == Rhythm.ONCE:
            last_on = data["last_on"] = first_on
        if first_on and not self.instance.pk and first_on < self.today:
            self.add_error("first_on", _("This day is over. Choose today or a later day."))
        elif first_on and first_on > self.today + FARTHEST:
            self.add_error("first_on", _("This is more than three years away. Check the year."))
        if first_on and last_on and last_on < first_on:
            self.add_error("last_on", _("The last day cannot be before the first day."))
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("A duty ends later than it starts."))

    def _refuse_who_left(self, data: dict[str, Any]) -> None:
        """A duty that is over may keep its advisor; nothing new is offered in the name of somebody who has left."""
        advisor, last_on = data["advisor"], data["last_on"]
        is_over = last_on is not None and last_on < self.today
        if not is_over and not _advises(advisor, self.site):
            said = _("%(person)s is not an advisor here. Choose another person, or a last day that is over.")
            self.add_error("advisor", said % {"person": advisor})

    def _write_rhythm(self, data: dict[str, Any]) -> None:
        rhythm, day = data["rhythm"], data.get("weekday")
        if rhythm == Rhythm.OWN:
            self._write_rule((data.get("recurrence") or "").strip().upper())
            return
        if rhythm == Rhythm.ONCE:
            day = data["first_on"].isoweekday()
        if day is None:
            self.add_error("weekday", _("Choose a day of the week."))
            return
        if rhythm == Rhythm.FORTNIGHTLY:
            self._refuse_other_day(data["first_on"], day)
        rules = {
            Rhythm.FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={BYDAY[day]}",
            Rhythm.MONTHLY: f"FREQ=MONTHLY;BYDAY={data.get('nth') or 1}{BYDAY[day]}",
        }
        self.instance.recurrence = rules.get(rhythm, "")
        self.instance.weekday = None if self.instance.recurrence else day

    def _refuse_other_day(self, first_on: dt.date, day: int) -> None:
        """Every second week is counted from that of the first day, which may be over by then."""
        later = (day - first_on.isoweekday()) % 7
        stood = [self.initial.get(name) for name in ("rhythm", "weekday", "first_on")]
        if not later or stood == [Rhythm.FORTNIGHTLY, day, first_on]:
            return
        first = first_on + dt.timedelta(days=later)
        words = [date_words(found, "WEEKDAY_DATE_FORMAT") for found in (first, first + dt.timedelta(weeks=1))]
        said = _("The first day says in which week it begins: choose %(first)s or %(second)s.")
        self.add_error("first_on", said % {"first": words[0], "second": words[1]})

    def _write_rule(self, text: str) -> None:
        try:
            check_recurrence(text)
        except RecurrenceError as error:
            self.add_error("recurrence", str(error))
        else:
            self.instance.weekday, self.instance.recurrence = None, text


def rhythm_of(duty: Duty) -> dict[str, Any]:
    """The words of the form for a duty that is written down already."""
    if duty.weekday is not None:
        is_once = duty.first_on == duty.last_on
        return {"rhythm": Rhythm.ONCE if is_once else Rhythm.WEEKLY, "weekday": duty.weekday}
    parts = dict(part.split("=", 1) for part in duty.recurrence.upper().split(";") if "=" in part)
    by_day = parts.pop("BYDAY", "")
    day = DAY_OF.get(by_day[-2:])
    if day and by_day == BYDAY[day] and parts == {"FREQ": "WEEKLY", "INTERVAL": "2"}:
        return {"rhythm": Rhythm.FORTNIGHTLY, "weekday": day}
    if day and by_day[:-2] in dict(NTH_CHOICES) and parts == {"FREQ": "MONTHLY"}:
        return {"rhythm": Rhythm.MONTHLY, "weekday": day, "nth": by_day[:-2]}
    return {"rhythm": Rhythm.OWN, "recurrence": duty.recurrence}


def _advises(user: User, site: Site) -> bool:
    return advisors_here(site).filter(pk=user.pk).exists()


def _themes(site: Site, duty: Duty, *, today: dt.date) -> Any:
    offered = Theme.objects.on_offer(today=today, network=site.network_id)
    if not duty.pk:
        return offered
    # What it was for stays, though the word is retired since.
    kept = Theme.objects.filter(Q(pk__in=offered.values("pk")) | Q(duties=duty))
    return kept.distinct().order_by("position", "pk")


class DutyEndForm(forms.Form):
    """The last day of a duty."""

    last_on = forms.DateField(
        label=gettext_lazy("Last day"), widget=DateInput, help_text=gettext_lazy("The last day on which it holds.")
    )

    def __init__(self, *args: Any, duty: Duty, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.duty, self.today = duty, today

    def clean_last_on(self) -> dt.date:
        """Refuse a day before yesterday: what was cannot be planned away; and more days of somebody who has left."""
        last_on: dt.date = self.cleaned_data["last_on"]
        if last_on < self.today - dt.timedelta(days=1):
            raise forms.ValidationError(_("This day is over. Choose yesterday, today or a later day."))
        if last_on > self.today + FARTHEST:
            raise forms.ValidationError(_("This is more than three years away. Check the year."))
        advisor, stood = self.duty.advisor, self.duty.last_on
        is_longer = stood is not None and last_on > stood
        if last_on >= self.today and is_longer and not _advises(advisor, self.duty.site):
            said = _("%(person)s is not an advisor here: the duty cannot go on.")
            raise forms.ValidationError(said % {"person": advisor})
        return last_on
