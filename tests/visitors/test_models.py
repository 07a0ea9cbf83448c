from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tests.factories.contacts import DAY, ContactFactory, EntryAuthorFactory
from tests.factories.sites import AudienceFactory
from tests.factories.vocabularies import EducationFactory, HowHeardFactory, StatusFactory, TerritoryFactory
from visitors.models import LARGEST_EDITION, WORDS_NAMED, Contact, ContactTheme

pytestmark = pytest.mark.django_db

WORDS: dict[str, Any] = {
    "status": StatusFactory,
    "education": EducationFactory,
    "territory": TerritoryFactory,
    "how_heard": HowHeardFactory,
}


@pytest.mark.parametrize("headcount", [0, 51])
def test_party_is_small(headcount: int) -> None:
    contact = ContactFactory()
    contact.headcount = headcount

    with pytest.raises(ValidationError, match="1 to 50 people"):
        contact.validate_constraints()
    with pytest.raises(IntegrityError):
        contact.save()


@pytest.mark.parametrize("field", ["half_day", "way", "language", "duration", "gender", "age_band", "first_visit"])
def test_answer_is_one_of_the_list(field: str) -> None:
    contact = ContactFactory()
    setattr(contact, field, "Jo"[:2])

    with pytest.raises(ValidationError, match="Choose one of the listed answers"):
        contact.validate_constraints()
    with pytest.raises(IntegrityError):
        contact.save()


def test_every_column_of_words_is_held_to_its_list() -> None:
    listed: Any = next(c for c in Contact._meta.constraints if c.name == "contact_answers_are_listed")

    bound = {name.removesuffix("__in") for name, _values in listed.condition.children}

    assert bound == {field.name for field in Contact._meta.get_fields() if getattr(field, "choices", None)}


@pytest.mark.parametrize("name", WORDS_NAMED.values())
def test_word_is_named_or_unsaid(name: str) -> None:
    contact = ContactFactory(**{f"is_{name}_unsaid": True})
    factory = {"audience": AudienceFactory, **WORDS}[name]
    setattr(contact, name, factory())

    with pytest.raises(ValidationError, match="Name it, or say"):
        contact.validate_constraints()
    with pytest.raises(IntegrityError):
        contact.save()


@pytest.mark.parametrize("edition", [0, LARGEST_EDITION + 1])
def test_edition_is_a_number_that_can_still_be_followed(edition: int) -> None:
    author = EntryAuthorFactory()
    author.edition = edition

    with pytest.raises(ValidationError, match="corrected too often"):
        author.validate_constraints()
    with pytest.raises(IntegrityError):
        author.save()


def test_theme_is_named_once() -> None:
    contact = ContactFactory()
    again = ContactTheme(contact=contact, theme=contact.themes.get())

    with pytest.raises(ValidationError, match="already named"):
        again.validate_constraints()
    with pytest.raises(IntegrityError):
        again.save()


def test_texts_of_rows_name_nobody() -> None:
    contact = ContactFactory(site__name="Cité des métiers de Namur")
    author = EntryAuthorFactory(entry_key=contact.pk)

    assert str(contact) == f"Cité des métiers de Namur · {DAY} · one-to-one, walk-in"
    assert str(ContactTheme.objects.get()) == str(contact.themes.get())
    assert str(author) == str(contact.pk)
