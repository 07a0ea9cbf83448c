"""What visitors say of the house when they leave, of their own accord. Stored apart, with no key to anything."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.periods import first_of_month
from sites.enums import Language
from visitors.enums import Agreement, Found


class SurveyAnswer(models.Model):
    """One filled-in exit survey: a site, a month, a language and five answers that may each be missing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    month = models.DateField(_("month"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    found = models.CharField(_("found what they came for"), max_length=10, choices=Found.choices, blank=True)
    welcome = models.CharField(_("were well received"), max_length=10, choices=Agreement.choices, blank=True)
    wait = models.CharField(_("waited no longer than was right"), max_length=10, choices=Agreement.choices, blank=True)
    next_step = models.CharField(_("know what to do next"), max_length=10, choices=Agreement.choices, blank=True)
    recommend = models.CharField(_("would send a friend"), max_length=10, choices=Agreement.choices, blank=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    QUESTIONS = ("found", "welcome", "wait", "next_step", "recommend")

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "site",
                "month",
                "language",
                "found",
                "welcome",
                "wait",
                "next_step",
                "recommend",
                "is_illustrative",
            }
        )

    class Meta:
        verbose_name = _("answer to the exit survey")
        verbose_name_plural = _("answers to the exit survey")
        indexes = [models.Index(fields=["site", "month"], name="survey_by_site_month")]
        constraints = [
            first_of_month("month", name="survey_month_is_a_first"),
            models.CheckConstraint(
                name="survey_answers_are_listed",
                condition=Q(
                    language__in=Language.values,
                    found__in=["", *Found.values],
                    **{
                        f"{name}__in": ["", *Agreement.values] for name in ("welcome", "wait", "next_step", "recommend")
                    },
                ),
                violation_error_message=_("Choose one of the listed answers."),
            ),
            models.CheckConstraint(
                name="survey_answers_something",
                condition=~Q(found="", welcome="", wait="", next_step="", recommend=""),
                violation_error_message=_("Answer one question at least."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.month:%Y-%m}"
