"""One look and one wiring for every form."""

from django import forms
from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Renders each field with templates/components/field.html: label, help and errors wired for readers."""

    field_template_name = "components/field.html"


class FilterForm(forms.Form):
    """Narrows a list by GET: every field may stay empty, so none is marked as optional."""

    is_filter = True


class TimeInput(forms.TimeInput):
    """A native time field."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")
