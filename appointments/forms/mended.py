from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class MendedForm(forms.Form):
    """Nobody can mend a hidden field: say what is wrong above the form, and draw a good one."""

    def clean(self) -> dict[str, Any]:
        """Each broken hidden field is as good as new in the form that comes back."""
        broken = [field for field in self.hidden_fields() if field.errors]
        for field in broken:
            del self.errors[field.name]
            good = self.get_initial_for_field(field.field, field.name)
            self.data = {**dict(self.data.items()), field.html_name: good}
        if broken:
            self.add_error(None, _("This form was no longer complete. Nothing is saved yet: press the button again."))
        return self.cleaned_data
