"""What each model declares about its columns, and the walk that proves the log anonymous."""

from collections.abc import Iterable

from django.db import models


def declared(model: type[models.Model]) -> tuple[dict[str, object], dict[str, object], frozenset[str]]:
    """The personal, staff and neutral fields that ``class Privacy`` of a model names."""
    privacy = getattr(model, "Privacy", None)
    return (
        dict(getattr(privacy, "personal", {})),
        dict(getattr(privacy, "staff", {})),
        frozenset(getattr(privacy, "neutral", ())),
    )


def unclassified_fields(model: type[models.Model]) -> set[str]:
    """Fields that the model's ``Privacy`` does not name exactly once, and names without a field."""
    personal, staff, neutral = declared(model)
    named = [*personal, *staff, *neutral]
    columns = {field.name for field in model._meta.get_fields() if _is_own(field)}
    translated = {name for name in columns if _base_of_translation(name, columns)}
    wrong = (columns - translated) ^ set(named)
    return wrong | {name for name in named if named.count(name) > 1}


def reachable_from(starts: Iterable[type[models.Model]]) -> dict[type[models.Model], str]:
    """Every model that a row of ``starts`` can lead to, with the path that leads there.

    A row leads to what its own foreign keys name, and to whatever names the row itself
    (a foreign key that points at an anonymous row says whose row it is). From a shared row,
    such as a site, only its own foreign keys lead on: all rows of the site share them.
    """
    found: dict[type[models.Model], str] = {}
    pending = [(model, model.__name__, True) for model in starts]
    while pending:
        model, path, is_anonymous = pending.pop()
        if model in found:
            continue
        found[model] = path
        for field in model._meta.get_fields(include_hidden=True):
            if not field.is_relation or field.related_model is None or isinstance(field.related_model, str):
                continue
            is_outgoing = not field.auto_created or field.concrete
            if is_outgoing or is_anonymous:
                step = f"{path} → {field.name}"
                pending.append((field.related_model, step, is_anonymous and not is_outgoing))
    return found


def _is_own(field: object) -> bool:
    return bool(getattr(field, "concrete", False)) or (
        getattr(field, "many_to_many", False) and not getattr(field, "auto_created", False)
    )


def _base_of_translation(name: str, columns: set[str]) -> bool:
    base, _separator, language = name.rpartition("_")
    return language in {"fr", "nl", "de", "en"} and base in columns
