import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.forms import DateInput
from citemetiers.kernel.sheets import DraftError, Sheet, SheetError, read_sheet, unseal
from citemetiers.kernel.words import fold
from visitors.models import DoorCounter, DoorReading
from visitors.models.doors import MOST_DIGITS
from visitors.services.door_checks import DoorEntry, problems_of_span
from visitors.services.door_files import LAYOUT, layout_of_doors

SALT = "visitors.door-import"
# What a counter counted stays what it was: these are settled by its first reading.
SETTLED = ("is_two_way", "digits", "calibration", "staff_entries")
LARGEST = 10**MOST_DIGITS - 1
WRONG = {
    "invalid": _("Write a whole number."),
    "min_value": _("Write a whole number."),
    "max_value": _("This number is too large: no counter has more than 9 digits."),
}


class DoorDayForm(forms.Form):
    """What the counters of a site showed when one day ended, and an estimate where they did not count."""

    def __init__(
        self, *args: Any, counters: Sequence[DoorCounter], rows: Mapping[int | None, DoorReading], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.counters = list(counters)
        for counter in self.counters:
            there = rows.get(counter.pk)
            label = gettext("%(counter)s: in") % {"counter": counter} if counter.is_two_way else counter.name
            self._add(f"in-{counter.pk}", label, there.reading_in if there else None)
            if counter.is_two_way:
                label = gettext("%(counter)s: out") % {"counter": counter}
                self._add(f"out-{counter.pk}", label, there.reading_out if there else None)
        there = rows.get(None)
        self._add("estimate", _("Estimated entries"), there.estimated_entries if there else None)
        self.fields["estimate"].help_text = _("For the whole site, only where the counters did not count.")

    def _add(self, name: str, label: Any, there: int | None) -> None:
        self.fields[name] = forms.IntegerField(
            label=label,
            required=False,
            min_value=0,
            max_value=LARGEST,
            initial=there,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            error_messages=WRONG,
        )
        self.fields[name].is_one_of_several = True  # type: ignore[attr-defined]

    @property
    def doors(self) -> list[list[forms.BoundField]]:
        """The fields of each counter."""
        names = [(f"in-{counter.pk}", f"out-{counter.pk}") for counter in self.counters]
        return [[self[name] for name in both if name in self.fields] for both in names]

    def entries(self, day: dt.date) -> list[DoorEntry]:
        """What a valid form says; the row of an entry is the place of its counter."""
        data = self.cleaned_data
        found = [
            DoorEntry(place, day, counter, data[f"in-{counter.pk}"], data.get(f"out-{counter.pk}"))
            for place, counter in enumerate(self.counters)
        ]
        return [*found, DoorEntry(len(found), day, estimate=data["estimate"])]

    def field_of(self, row: int, part: str) -> str | None:
        """The field that a problem belongs to; None where it is about the day."""
        if row == len(self.counters):
            return "estimate"
        name = f"{part}-{self.counters[row].pk}"
        return name if name in self.fields else None


class DoorCounterForm(forms.ModelForm):  # type: ignore[type-arg]
    """A counter at a door. Once it has a reading, how it counts is settled: another way is another counter."""

    class Meta:
        model = DoorCounter
        fields = ("name", *SETTLED, "first_on", "last_on")
        widgets = {"first_on": DateInput(), "last_on": DateInput()}

    def __init__(self, *args: Any, is_settled: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff_entries"] = forms.IntegerField(
            label=self.fields["staff_entries"].label,
            help_text=self.fields["staff_entries"].help_text,
            min_value=0,
            max_value=1000,
            initial=0,
        )
        for name in SETTLED:
            self.fields[name].disabled = is_settled

    def clean_name(self) -> str:
        """A name that no other counter of the site has, however it is spelt: files find counters by it."""
        name: str = self.cleaned_data["name"]
        others = DoorCounter.objects.filter(site=self.instance.site_id).exclude(pk=self.instance.pk)
        if any(fold(other) == fold(name) for other in others.values_list("name", flat=True)):
            raise ValidationError(gettext("This site already has a counter with this name."))
        return name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for field, sentence in problems_of_span(self.instance, data.get("first_on"), data.get("last_on")):
            if field in data:
                self.add_error(field, sentence)
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # The page gives the site, and a name is given once a site.
        return super()._get_validation_exclusions() - {"site"}  # type: ignore[misc,no-any-return]


class DoorImportForm(forms.Form):
    """A file with readings."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, up to 5 MB and 5,000 rows, with the headings of the example."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"empty": _("The file is empty.")},
    )

    def clean_file(self) -> Sheet:
        try:
            # One byte more than allowed is enough to refuse a file without reading the rest of it.
            return read_sheet(self.cleaned_data["file"].read(LAYOUT.max_bytes + 1), layout=layout_of_doors())
        except SheetError as error:
            raise ValidationError(str(error)) from None


class DoorDraftForm(forms.Form):
    """What a preview carries to its own confirmation."""

    draft = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_draft(self) -> tuple[Sheet, list[Any]]:
        try:
            return unseal(self.cleaned_data["draft"], by=self.by, salt=SALT)
        except DraftError as error:
            raise ValidationError(str(error)) from None
