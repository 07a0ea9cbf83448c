"""What each model declares about its columns, and the walk that proves the log anonymous."""

import uuid
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models

Model = type[models.Model]
Paths = dict[Model, str]

# Columns that hold one of a few words, a small number or a day. All others could hold a name, an hour or a key.
SMALL_COLUMNS = frozenset(
    {models.BooleanField, models.DateField, models.PositiveSmallIntegerField, models.SmallIntegerField}
)
INSTANTS = (models.DateTimeField, models.TimeField, models.DurationField)


def declared(model: Model) -> tuple[dict[str, object], dict[str, object], frozenset[str]]:
    """The personal, staff and neutral fields that ``class Privacy`` of a model names."""
    privacy = getattr(model, "Privacy", None)
    return (
        dict(getattr(privacy, "personal", {})),
        dict(getattr(privacy, "staff", {})),
        frozenset(getattr(privacy, "neutral", ())),
    )


def unclassified_fields(model: Model) -> set[str]:
    """Fields that the model's ``Privacy`` does not name exactly once, and names without a field."""
    personal, staff, neutral = declared(model)
    named = [*personal, *staff, *neutral]
    columns = {field.name for field in model._meta.get_fields() if _is_own(field)}
    return (columns ^ set(named)) | {name for name in named if named.count(name) > 1}


def reachable_from(starts: Iterable[Model], *, shared: Collection[Model] = ()) -> Paths:
    """Every model that a row of ``starts`` can lead to, with the path that leads there.

    A row leads to what it names and to whatever names it, in both directions, as far as rows
    go. Only the models in ``shared``, the vocabularies that thousands of rows have in common,
    are left by their own foreign keys alone: that a site has staff says nothing of a contact.
    """
    found: Paths = {}
    pending = [(_concrete(model), model.__name__) for model in starts]
    while pending:
        model, path = pending.pop()
        if model in found:
            continue
        found[model] = path
        named = _named_by(model)
        naming = [] if model in shared else _naming(model)
        pending += [(other, f"{path} → {step}") for other, step in (*named, *naming)]
    return found


def leaks(starts: Iterable[Model], *, shared: Collection[Model] = ()) -> list[str]:
    """Each way in which identity, an exact time, free text or an order of writing can be reached, in words."""
    starts = [_concrete(model) for model in starts]
    found = reachable_from(starts, shared=shared)
    return sorted(leak for model, path in found.items() for leak in _leaks_of(model, path, is_shared=model in shared))


def _leaks_of(model: Model, path: str, *, is_shared: bool) -> Iterator[str]:
    personal, staff, _neutral = declared(model)
    if not hasattr(model, "Privacy"):
        yield f"{path}: nobody declared what it holds"
    for name in (*personal, *staff):
        yield f"{path}.{name}: identity"
    for field in model._meta.get_fields(include_hidden=True):
        if isinstance(field, GenericForeignKey):
            yield f"{path}.{field.name}: may name anything"
        elif isinstance(field, models.Field) and field.concrete and not field.is_relation:
            problem = _problem_of_shared(field) if is_shared else _problem_of(field)
            if problem:
                yield f"{path}.{field.name}: {problem}"


def _problem_of_shared(field: Any) -> str:
    return "an exact time" if isinstance(field, INSTANTS) else ""


def _problem_of(field: Any) -> str:
    if isinstance(field, INSTANTS):
        return "an exact time"
    if field.primary_key:
        is_random = type(field) is models.UUIDField and field.default is uuid.uuid4
        return "" if is_random else "a key that is not random tells the order of writing"
    if type(field) is models.CharField and field.choices:
        return ""
    # Exact types: a subclass may widen what the column holds, as DateTimeField does with DateField.
    return "" if type(field) in SMALL_COLUMNS else "a column that can hold free text or a key"


def _named_by(model: Model) -> Iterator[tuple[Model, str]]:
    """What a row of the model names: foreign keys, parent links, many-to-many and their tables."""
    for field in model._meta.get_fields(include_hidden=True):
        if not field.is_relation or (field.auto_created and not field.concrete):
            continue
        through = getattr(getattr(field, "remote_field", None), "through", None)
        for other in (field.related_model, through):
            if isinstance(other, type):
                yield _concrete(other), field.name


def _naming(model: Model) -> Iterator[tuple[Model, str]]:
    """What names a row of the model, hidden or not, and what may name any row of any model."""
    for field in model._meta.get_fields(include_hidden=True):
        if field.is_relation and field.auto_created and not field.concrete:
            through = getattr(field, "through", None)
            for other in (field.related_model, through):
                if isinstance(other, type):
                    yield _concrete(other), f"{other.__name__} (names it)"
    for other in model._meta.apps.get_models(include_auto_created=True):
        if any(isinstance(field, GenericForeignKey) for field in other._meta.private_fields):
            yield _concrete(other), f"{other.__name__} (may name it)"


def _concrete(model: Model) -> Model:
    """A proxy shows the rows of another model."""
    return model._meta.concrete_model or model


def _is_own(field: Any) -> bool:
    if hasattr(field, "translated_field"):  # the text of one language: classified by the field it translates
        return False
    return bool(field.concrete or (field.many_to_many and not field.auto_created))
