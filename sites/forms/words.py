"""Words of the vocabularies: what they are called, from when to when, and as what they count."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citemetiers.kernel.forms import DateInput, FilterForm
from sites.enums import Language
from sites.models import Network, Term
from sites.rules.terms import TermError, text_fields


class WordFilterForm(FilterForm):
    q = forms.CharField(label=gettext_lazy("Word or code"), required=False, max_length=100)
    ended = forms.BooleanField(label=gettext_lazy("Show those that have ended, too"), required=False)


class TermForm(forms.Form):
    """The base of what follows: a refusal of the service lands on the field it is about."""

    def add_domain_error(self, error: TermError) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))

    def add_texts(self, vocabulary: type[Term], columns: set[str]) -> None:
        for name, of_name in text_fields(vocabulary).items():
            written: Any = vocabulary._meta.get_field(name)
            label = str(written.verbose_name)
            for column in (column for column in of_name if column in columns):
                code = column.rpartition("_")[2]
                self.fields[column] = forms.CharField(
                    label=f"{label[:1].upper()}{label[1:]} ({Language(code).label})",
                    required=False,
                    max_length=written.max_length,
                    widget=forms.TextInput(attrs={"lang": code}),
                )

    @property
    def texts(self) -> dict[str, str]:
        return {name: text for name, text in self.cleaned_data.items() if name.startswith(("name_", "question_"))}


class WordsForm(TermForm):
    """A term, or its next version."""

    def __init__(
        self, *args: Any, vocabulary: type[Term], network: Network | None, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.add_texts(vocabulary, {column for names in text_fields(vocabulary).values() for column in names})
        if network is not None:
            self.fields["common"] = forms.ModelChoiceField(
                vocabulary.objects.on_offer(today=today),
                label=_("Counts as"),
                help_text=_("The term of the common list under which figures of all networks count it."),
            )
        self.fields["first_on"] = forms.DateField(
            label=_("First day"), widget=DateInput(), help_text=_("Today or later.")
        )


class LastDayForm(TermForm):
    last_on = forms.DateField(label=gettext_lazy("Last day"), widget=DateInput())

    def __init__(self, *args: Any, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("last_on", term.last_on)
        if term.last_on is not None:
            self.fields["last_on"].required = False
            self.fields["last_on"].help_text = _("Empty: until further notice.")


class TranslationForm(TermForm):
    def __init__(self, *args: Any, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_texts(type(term), set(missing_texts(term)))


def missing_texts(term: Term) -> list[str]:
    """The columns of a term that are still without a text."""
    return [column for names in text_fields(type(term)).values() for column in names if not getattr(term, column)]
