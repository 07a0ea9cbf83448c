"""The gallery of components, in DEBUG only."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citemetiers.kernel.components import BUTTON_VARIANTS, NOTICE_KINDS
from citemetiers.kernel.forms import TimeInput

BADGE_VARIANTS = ("neutral", "info", "success", "warning")
THEMES = ("direction", "train", "work", "business", "mobility", "recognition")
WAYS = (("on-site", "On site"), ("phone", "Phone"), ("video", "Video"))


class GalleryForm(forms.Form):
    """One field of each kind; sent empty, it shows each kind of error."""

    email = forms.EmailField(label="E-mail", help_text="Only for reminders; deleted two weeks later.")
    alias = forms.CharField(label="What may we call you?", required=False)
    way = forms.ChoiceField(
        label="How do we talk?", choices=WAYS, widget=forms.RadioSelect, help_text="You may change."
    )
    themes = forms.MultipleChoiceField(
        label="What is it about?",
        choices=[(code, code.title()) for code in THEMES],
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label="Language", choices=settings.LANGUAGES)
    begins = forms.TimeField(label="Begins", widget=TimeInput)
    people = forms.IntegerField(label="People", min_value=1, max_value=9)
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    file = forms.FileField(label="Programme file")
    reminder = forms.BooleanField(label="Remind me the day before", help_text="One message, no more.")
    closed = forms.CharField(label="Closed field", initial="Cannot be changed here", disabled=True, required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse always: the gallery shows what a refusal looks like."""
        raise forms.ValidationError("This moment has just been taken. The next ones are below.")


@login_not_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    context = {
        "grounds": ("light", "dark"),
        "colours": _names_in("css/tokens.css", r"--((?:colour|theme)-[a-z-]+):"),
        "signs": _names_in("img/signs.svg", r'<symbol id="([a-z]+)"'),
        "themes": THEMES,
        "button_variants": BUTTON_VARIANTS,
        "notice_kinds": NOTICE_KINDS,
        "badge_variants": BADGE_VARIANTS,
        "form": GalleryForm(auto_id="fresh_%s"),
        "refused_form": GalleryForm(data={}, auto_id="refused_%s"),
        "numbers": ((1, 1204, 86), (2, 987, 112)),
        "markup": "<b>not markup</b>",
    }
    return render(request, "styleguide.html", context)


def _names_in(path: str, pattern: str) -> list[str]:
    text = (settings.BASE_DIR / "static" / path).read_text(encoding="utf-8")
    return list(dict.fromkeys(re.findall(pattern, text)))
