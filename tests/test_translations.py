"""Four languages, complete from the first page: English is the source, the others lack nothing."""

from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.checkers import python_format
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils import translation

from citemetiers import texts

LANGUAGES = ("fr", "nl", "de")
# More words than this are no name, no format and no address.
SENTENCE = 4


@pytest.fixture(scope="module")
def collected() -> Catalog:
    return texts.collect()


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, (tuple, list)) else (message.string,)


def problems(collected: Catalog, translated: Catalog) -> Iterator[str]:
    """What a reader would see in the wrong language, or not at all."""
    for message in collected:
        if not message.id:
            continue
        found = translated.get(message.id, context=message.context)
        if found is None or not all(_strings(found)):
            yield f"missing: {message.id!r} at {message.locations[:1]}"
        elif found.fuzzy:
            yield f"fuzzy: {message.id!r}"
        else:
            yield from _placeholder_problems(translated, found)


def _placeholder_problems(catalogue: Catalog, message: Message) -> Iterator[str]:
    try:
        python_format(catalogue, message)
    except Exception as error:  # noqa: BLE001  Babel's own class for a wrong placeholder
        yield f"placeholders: {message.id!r}: {error}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_lacks_no_text(collected: Catalog, language: str) -> None:
    found = list(problems(collected, texts.read_catalogue(language)))

    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_holds_no_text_that_is_used_no_more(collected: Catalog, language: str) -> None:
    used = {(message.id, message.context) for message in collected}

    unused = [message.id for message in texts.read_catalogue(language) if (message.id, message.context) not in used]

    assert unused == []


def test_collect_finds_texts_of_code_and_of_templates(collected: Catalog) -> None:
    assert collected.get("What brings you here?") is not None
    assert collected.get("Closing time must be later than opening time.") is not None
    assert collected.get("advisor", context="role") is not None


def test_problems_names_what_is_missing_fuzzy_or_wrongly_filled() -> None:
    source, translated = Catalog(), Catalog(locale="fr")
    for text in ("missing", "empty", "unsure", "good"):
        source.add(text)
    source.add("for %(name)s", flags={"python-format"})
    translated.add("empty", "")
    translated.add("unsure", "incertain", flags={"fuzzy"})
    translated.add("good", "bon")
    translated.add("for %(name)s", "pour %(nom)s", flags={"python-format"})

    kinds = [problem.split(":")[0] for problem in problems(source, translated)]

    assert kinds == ["missing", "missing", "fuzzy", "placeholders"]


@pytest.mark.parametrize(("one", "other"), [("fr", "nl"), ("fr", "de"), ("nl", "de")])
def test_no_sentence_is_the_same_in_two_languages(one: str, other: str) -> None:
    others = texts.read_catalogue(other)
    written = (message for message in texts.read_catalogue(one) if message.id)  # the header apart
    sentences = [message for message in written if len(_strings(message)[0].split()) > SENTENCE]

    shared = [
        message.id
        for message in sentences
        if _strings(message) == _strings(others.get(message.id, context=message.context) or message)
    ]

    assert sentences
    assert shared == []


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "trop court"), ("nl", "te kort"), ("de", "zu kurz"), ("en", "too short")]
)
def test_short_password_is_refused_in_the_language_of_the_page(language: str, words: str) -> None:
    with translation.override(language), pytest.raises(ValidationError, match=words):
        MinimumLengthValidator(12).validate("piet")
