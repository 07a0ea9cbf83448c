from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy

from visitors.enums import SURVEY_ANSWERS, SurveyQuestion

LONGEST_KEY = 120
# Chosen at first, so that whoever answered by mistake can take it back without a script.
NO_ANSWER = ("", pgettext_lazy("answer of a visitor", "No answer"))


class SurveyForm(forms.Form):
    """Five questions, none of which has to be answered."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_KEY, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in SurveyQuestion:
            self.fields[question.value] = forms.ChoiceField(
                label=question.label,
                choices=[*SURVEY_ANSWERS[question], NO_ANSWER],
                widget=forms.RadioSelect,
                required=False,
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        """The five questions in their order."""
        return [self[question.value] for question in SurveyQuestion]

    def answers(self) -> dict[str, str]:
        """What was answered, of a valid form."""
        return {question.value: self.cleaned_data[question.value] for question in SurveyQuestion}
