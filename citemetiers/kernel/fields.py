"""Columns that Django does not bring."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

SEPARATOR = ","


if TYPE_CHECKING:
    TextColumn = models.CharField[Iterable[str], tuple[str, ...]]
else:
    TextColumn = models.CharField


class CodesField(TextColumn):
    """A small set of codes, stored as ``,fr,nl,`` so that both databases can search it.

    In Python it is a tuple in the order of ``codes``; an unknown code is refused.
    """

    def __init__(self, *args: Any, codes: Iterable[tuple[str, Any]] = (), **kwargs: Any) -> None:
        self.codes = list(codes)
        kwargs.setdefault("max_length", 100)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", ())
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_args: Any) -> tuple[str, ...]:
        return self._split(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (list, tuple, set)):
            return self._in_order(value)
        return self._split(value)

    def get_prep_value(self, value: Any) -> str:
        codes = self.to_python(value)
        return f"{SEPARATOR}{SEPARATOR.join(codes)}{SEPARATOR}" if codes else ""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def validate(self, value: Any, model_instance: models.Model | None) -> None:  # noqa: ARG002  Django's signature
        unknown = [code for code in value if code not in dict(self.codes)]
        if unknown:
            raise ValidationError(_("“%(code)s” is not one of the choices."), params={"code": unknown[0]})
        if not value and not self.blank:
            raise ValidationError(self.error_messages["blank"], code="blank")

    def run_validators(self, value: Any) -> None:
        super().run_validators(self.get_prep_value(value))

    def formfield(self, **kwargs: Any) -> Any:
        options = {
            "choices": self.codes,
            "widget": forms.CheckboxSelectMultiple,
            "required": not self.blank,
            "label": kwargs.pop("label", capfirst(self.verbose_name)),
            "help_text": self.help_text,
        }
        return forms.MultipleChoiceField(**options)

    def _split(self, value: str | None) -> tuple[str, ...]:
        return tuple(code for code in (value or "").split(SEPARATOR) if code)

    def _in_order(self, value: Iterable[str]) -> tuple[str, ...]:
        given = set(value)
        known = [code for code, _label in self.codes if code in given]
        return (*known, *sorted(given - set(known)))


def holding(code: str) -> str:
    """What to look for with ``__contains`` in a CodesField to find rows that hold one code."""
    return f"{SEPARATOR}{code}{SEPARATOR}"
