import datetime as dt

import pytest
from django import forms
from django.utils import translation

from citemetiers.kernel.forms import FilterForm, TimeInput

WAYS = (("phone", "Phone"), ("video", "Video"))


class Contact(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Only for reminders.")
    alias = forms.CharField(label="Name", required=False)
    way = forms.ChoiceField(label="Way", choices=WAYS, widget=forms.RadioSelect, help_text="Yours to choose.")
    reminder = forms.BooleanField(label="Remind me", required=False)

    def clean(self) -> None:
        raise forms.ValidationError("Just <taken>.")


class Narrowing(FilterForm):
    city = forms.CharField(label="City", required=False)


def group(form: forms.Form, name: str) -> str:
    return " ".join(form[name].as_field_group().split())


def test_field_ties_label_and_help_to_its_input() -> None:
    html = group(Contact(), "email")

    assert '<label class="field__label" for="id_email">E-mail</label>' in html
    assert 'id="id_email_helptext"' in html
    assert 'aria-describedby="id_email_helptext"' in html
    assert "aria-invalid" not in html


def test_field_ties_its_errors_to_its_input() -> None:
    html = group(Contact({}), "email")

    assert 'id="id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert "field--wrong" in html


def test_error_is_told_by_a_sign_and_words() -> None:
    html = group(Contact({}), "email")

    assert "signs.svg#error" in html
    assert "This field is required." in html


def test_group_of_choices_is_a_fieldset_with_a_legend() -> None:
    html = group(Contact({}), "way")

    assert '<fieldset aria-describedby="id_way_helptext id_way_error">' in html
    assert '<legend class="field__label">Way</legend>' in html
    assert html.count('type="radio"') == 2


def test_optional_field_says_so() -> None:
    assert "(optional)" in group(Contact(), "alias")
    assert "(optional)" not in group(Contact(), "email")


def test_filter_marks_nothing_as_optional() -> None:
    assert "(optional)" not in group(Narrowing(), "city")


def test_tick_stands_before_its_label() -> None:
    html = group(Contact(), "reminder")

    assert html.index('type="checkbox"') < html.index('<label class="field__label" for="id_reminder">')
    assert html.count("<label") == 1


def test_errors_of_the_whole_form_are_announced_and_escaped() -> None:
    html = str(Contact({}).non_field_errors())

    assert 'role="alert"' in html
    assert "Just &lt;taken&gt;." in html


def test_form_without_errors_announces_nothing() -> None:
    assert str(Contact().non_field_errors()).strip() == ""


def test_field_without_id_points_nowhere() -> None:
    html = group(Contact(auto_id=False), "email")

    assert "_helptext" not in html


@pytest.mark.parametrize("language", ["fr", "en"])
def test_native_fields_speak_iso_in_every_language(language: str) -> None:
    with translation.override(language):
        begins = TimeInput().render("begins", dt.time(9, 30))

    assert 'value="09:30"' in begins
