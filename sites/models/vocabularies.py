"""The words in which visits are described: each network its own, mapped to the common list.

A term is never deleted nor rewritten: what was counted keeps the words of its day. To change the words, a version
ends and the next one begins under the same code.
"""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from citemetiers.kernel.constraints import PeriodsApart
from citemetiers.kernel.periods import Dated, days_in_order
from sites.querysets import TermQuerySet, refuse_deletion

TERM_FIELDS = frozenset({"id", "network", "code", "name", "position", "common", "first_on", "last_on"})


class Term(Dated):
    """One version of one word. Without a network it stands on the common list."""

    network = models.ForeignKey(
        "sites.Network",
        on_delete=models.PROTECT,
        related_name="%(class)s_terms",
        null=True,
        blank=True,
        verbose_name=_("network"),
        help_text=_("Empty: the list that all networks have in common."),
    )
    code = models.SlugField(_("code"))
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"))
    common = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="network_terms",
        null=True,
        blank=True,
        verbose_name=_("counts as"),
        help_text=_("The term of the common list under which figures of all networks count it."),
    )

    objects = TermQuerySet.as_manager()

    class Privacy:
        neutral = TERM_FIELDS

    class Meta:
        abstract = True
        constraints = [
            days_in_order("%(class)s_ends_after_it_starts"),
            PeriodsApart(
                name="%(class)s_one_version_a_day",
                same=("code",),
                optional=("network",),
                days=("first_on", "last_on"),
                violation_error_message=_("This code already has a version on some of these days."),
            ),
            PeriodsApart(
                name="%(class)s_one_a_position",
                same=("position",),
                optional=("network",),
                days=("first_on", "last_on"),
                violation_error_message=_("Another term stands at this position on some of these days."),
            ),
            models.CheckConstraint(
                name="%(class)s_is_common_or_mapped",
                condition=Q(network__isnull=True, common__isnull=True) | Q(network__isnull=False, common__isnull=False),
                violation_error_message=_("A term of a network counts as one of the common list."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def common_code(self) -> str:
        """The code under which the common list has this word; one query where a network's own word counts as it."""
        return self.common.code if self.common else self.code

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refused: a term is retired, and what was counted under it keeps its words."""
        refuse_deletion([self])


class Theme(Term):
    """What brings a person here; its position is its key on the desk."""

    question = models.CharField(_("question"), max_length=200, help_text=_("In the words of a visitor."))

    class Privacy:
        neutral = TERM_FIELDS | {"question"}

    class Meta(Term.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")


class Audience(Term):
    """A public that a session, a resource or a contact concerns."""

    class Meta(Term.Meta):
        verbose_name = _("public")
        verbose_name_plural = _("publics")


class Status(Term):
    """What a person does in life, as they say it: pupil, job seeker, employed…"""

    class Meta(Term.Meta):
        verbose_name = pgettext_lazy("of a person", "status")
        verbose_name_plural = pgettext_lazy("of persons", "statuses")


class Education(Term):
    """The highest level of education that a person tells."""

    class Meta(Term.Meta):
        verbose_name = _("level of education")
        verbose_name_plural = _("levels of education")


class Territory(Term):
    """Where a person comes from: a municipality, or a neighbouring country."""

    class Meta(Term.Meta):
        verbose_name = _("territory")
        verbose_name_plural = _("territories")


class AgeBand(Term):
    """An age, as coarse as it is asked."""

    class Meta(Term.Meta):
        verbose_name = _("age band")
        verbose_name_plural = _("age bands")


class Channel(Term):
    """The way in which a person was served."""

    class Meta(Term.Meta):
        verbose_name = _("way of service")
        verbose_name_plural = _("ways of service")


class Duration(Term):
    """How long a contact took, as coarse as it is asked."""

    class Meta(Term.Meta):
        verbose_name = pgettext_lazy("of a contact", "length")
        verbose_name_plural = pgettext_lazy("of contacts", "lengths")


class HowHeard(Term):
    """How a person heard of the place."""

    class Meta(Term.Meta):
        verbose_name = _("how they heard of us")
        verbose_name_plural = _("how they heard of us")


VOCABULARIES: tuple[type[Term], ...] = (
    Theme,
    Audience,
    Status,
    Education,
    Territory,
    AgeBand,
    Channel,
    Duration,
    HowHeard,
)
