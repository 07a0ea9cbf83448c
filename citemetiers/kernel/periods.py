"""Periods of whole days: what holds from one day to another."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DatedQuerySet(models.QuerySet[Any]):
    def on(self, day: dt.date) -> Self:
        """Rows that hold on this day."""
        return self.touching(day, day)

    def touching(self, first_on: dt.date, last_on: dt.date) -> Self:
        """Rows that hold on at least one day of a period; both days included."""
        return self.filter(
            Q(first_on__isnull=True) | Q(first_on__lte=last_on), Q(last_on__isnull=True) | Q(last_on__gte=first_on)
        )


class Dated(models.Model):
    """Something that holds from its first to its last day, both included; an empty end is open."""

    first_on = models.DateField(_("first day"), null=True, blank=True, help_text=_("Empty: since ever."))
    last_on = models.DateField(_("last day"), null=True, blank=True, help_text=_("Empty: until further notice."))

    class Meta:
        abstract = True

    def covers_day(self, day: dt.date) -> bool:
        """Whether it holds on this day."""
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)


def days_in_order(name: str) -> models.CheckConstraint:
    """The constraint that a period of days does not end before it starts."""
    return models.CheckConstraint(
        name=name,
        condition=Q(first_on__isnull=True) | Q(last_on__isnull=True) | Q(last_on__gte=F("first_on")),
        violation_error_message=_("The last day cannot be before the first day."),
    )


def first_of_month(field: str, *, name: str) -> models.CheckConstraint:
    """The constraint that a date stands for a month: it is its first day."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__day": 1}),
        violation_error_message=_("A month is named by its first day."),
    )
