"""Numbers as each language writes them."""

from fractions import Fraction

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def grouped(value: int) -> str:
    """A whole number with the thousands set apart."""
    return number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)


@register.filter
def percent(share: Fraction) -> int:
    """A share of one, in whole per cent."""
    return round(100 * share)
