"""What the forms of a site's facts have in common."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citemetiers.kernel.forms import DateInput, MomentInput, TimeInput
from sites.enums import Language
from sites.models import Site

UNKNOWN_YES_NO = (("", gettext_lazy("to be confirmed")), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no")))
FARTHEST = dt.timedelta(days=3 * 365)
# Where a person mends what the database would refuse.
FIELD_OF_CONSTRAINT = {
    "site_label_ends_after_it_starts": "label_until_on",
    "address_one_a_day": "first_on",
    "closure_ends_after_it_starts": "last_on",
    "special_hours_end_after_they_start": "closes_at",
    "special_hours_apart": "opens_at",
    "drop_in_pause_ends_after_it_starts": "ends_at",
    "season_has_the_days_of_its_kind": "last_on",
    "season_of_school_holidays_once_a_site": "kind",
    "season_one_a_day": "first_on",
    "room_name_once_a_site": "name",
    "desk_name_once_a_site": "name",
    "presence_ends_after_it_starts": "last_on",
    "presence_once_a_site": "partner",
}


def in_languages(*names: str) -> tuple[str, ...]:
    """The columns of translated fields, in the order of the languages."""
    return tuple(f"{name}_{code}" for name in names for code in Language.values)


class FactForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row of one site. ``texts`` are written in the site's own languages first, the others stay folded."""

    texts: tuple[str, ...] = ()
    needs_text = False

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        self.seen = _state_of(self.instance, self._meta.fields or ())
        if not isinstance(self.instance, Site):
            self.instance.site = site
        for name, field in self.fields.items():
            if isinstance(field, forms.NullBooleanField):
                field.widget = forms.Select(choices=UNKNOWN_YES_NO)
            if isinstance(field, forms.DateTimeField):
                field.widget = MomentInput()
            elif isinstance(field, forms.DateField):
                field.widget = DateInput()
            elif isinstance(field, forms.TimeField):
                field.widget = TimeInput()
            self._name_language(name, field)

    def _name_language(self, name: str, field: forms.Field) -> None:
        stem, _separator, code = name.rpartition("_")
        if stem in self.texts:
            label = self._meta.model._meta.get_field(stem).verbose_name
            field.label = f"{label[:1].upper()}{label[1:]} ({Language(code).label})"
            field.required = False
            field.widget.attrs["lang"] = code
            if self.needs_text:
                field.is_one_of_several = True  # type: ignore[attr-defined]  # read by the label
                field.help_text = _("One language at least.") if code == self.site.languages[0] else ""

    def plain(self) -> list[BoundField]:
        """The fields that are always shown."""
        folded = {field.name for field in self.folded()}
        return [field for field in self.visible_fields() if field.name not in folded]

    def folded(self) -> list[BoundField]:
        """The texts in languages that the site does not speak."""
        return [
            field
            for field in self.visible_fields()
            if field.name.rpartition("_")[0] in self.texts and field.name[-2:] not in self.site.languages
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for one language at least, where the text is what visitors read."""
        data = super().clean() or self.cleaned_data
        if self.needs_text:
            names = in_languages(*self.texts)
            if not any(data.get(name) for name in names) and not any(self.has_error(name) for name in names):
                first = f"{self.texts[0]}_{self.site.languages[0]}"
                self.add_error(first, _("Write it in one language at least."))
        for stem in self.texts:  # the column of the first language is never empty of a value, only of words
            data[f"{stem}_fr"] = data.get(f"{stem}_fr") or ""
        return data

    def refuse_far_day(self, name: str, *, first: dt.date | None = None) -> None:
        """Refuse a last day that is over, or so far away that the year must be wrong."""
        value = self.cleaned_data.get(name)
        if value is None or self.has_error(name):
            return
        today = timezone.localdate(timezone=self.site.tz)
        day = timezone.localtime(value, self.site.tz).date() if isinstance(value, dt.datetime) else value
        if day < today and not (first and first > day):
            self.add_error(name, _("This day is over. Check the year."))
        elif day > today + FARTHEST:
            self.add_error(name, _("This is more than three years away. Check the year."))

    def _update_errors(self, errors: ValidationError) -> None:
        # Django tells every broken constraint at the head of the form.
        told: dict[str, list[ValidationError]] = {}
        for name, problems in errors.update_error_dict({}).items():
            for problem in problems:
                field = self._field_of(problem) if name == NON_FIELD_ERRORS else name
                told.setdefault(field, []).append(problem)
        super()._update_errors(ValidationError(told))  # type: ignore[misc]  # private, and the only way in

    def _field_of(self, problem: ValidationError) -> str:
        """The field at which a broken constraint can be mended; the head of the form where it shows none."""
        for constraint in self.instance._meta.constraints:
            if str(constraint.get_violation_error_message()) == str(problem.message):
                field = FIELD_OF_CONSTRAINT.get(constraint.name, NON_FIELD_ERRORS)
                return field if field in self.fields else NON_FIELD_ERRORS
        return NON_FIELD_ERRORS

    def _get_validation_exclusions(self) -> set[str]:
        # The site is no field of the form, and yet part of what may stand only once.
        found: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return found - {"site", "network"}


def _state_of(row: Any, names: Iterable[str]) -> str:
    """A fingerprint of what a form shows of a row, to notice a change by somebody else before it is undone."""
    values = [str(getattr(row, row._meta.get_field(name).attname)) for name in names] if row.pk else []
    return hashlib.sha256("\n".join(values).encode()).hexdigest()
