"""One look and one wiring for every form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Renders each field with templates/components/field.html: label, help and errors wired for readers."""

    field_template_name = "components/field.html"


class FilterForm(forms.Form):
    """Narrows a list by GET: every field may stay empty, so none is marked as optional."""

    is_filter = True


class OfferedField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several of the rows that are offered; no other value reaches the database."""

    def clean(self, value: Any) -> Any:
        # Looked for among others, a number larger than its column is an error of the database, not of the form.
        offered = {str(row.pk) for row in self.queryset or ()}
        for given in value or ():
            if str(given) not in offered:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": given})
        return super().clean(value)


class DateInput(forms.DateInput):
    """A native date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A native time field."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class MomentInput(forms.DateTimeInput):
    """A native field for a day and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")
