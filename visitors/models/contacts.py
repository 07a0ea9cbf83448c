"""The anonymous log, and who may still correct it, kept apart."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sites.enums import Language
from visitors.enums import AgeBand, Answer, DurationBand, Gender, HalfDay, Way
from visitors.querysets import ContactQuerySet, EntryAuthorQuerySet

LARGEST_PARTY = 50
LARGEST_EDITION = 32_000
# Details that are words of a vocabulary, by what their constraint calls them: named, unsaid or not asked.
WORDS_NAMED = {
    "public": "audience",
    "status": "status",
    "education": "education",
    "territory": "territory",
    "how_heard": "how_heard",
}


def _word(to: str, name: Any) -> Any:
    """A word that may have come up."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=name)


class Contact(models.Model):
    """One act of service to one person or one small party, without anything that names them.

    No link, no exact time, no author, no free text (product.md, “What a contact holds”).
    The random key tells neither moment nor order.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="contacts", verbose_name=_("site"))
    day = models.DateField(_("day"))
    half_day = models.CharField(_("half-day"), max_length=10, choices=HalfDay.choices)
    way = models.CharField(_("way of service"), max_length=20, choices=Way.choices)
    themes = models.ManyToManyField(
        "sites.Theme", through="ContactTheme", related_name="contacts", verbose_name=_("themes")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    headcount = models.PositiveSmallIntegerField(_("people"), default=1)
    duration = models.CharField(_("length"), max_length=10, choices=DurationBand.choices)
    audience = _word("sites.Audience", _("public"))
    is_audience_unsaid = models.BooleanField(_("did not wish to say their public"), default=False)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender.choices, default=Gender.NOT_ASKED)
    age_band = models.CharField(_("age"), max_length=10, choices=AgeBand.choices, default=AgeBand.NOT_ASKED)
    first_visit = models.CharField(_("first visit"), max_length=10, choices=Answer.choices, default=Answer.NOT_ASKED)
    status = _word("sites.Status", pgettext_lazy("of a person", "status"))
    is_status_unsaid = models.BooleanField(_("did not wish to say their status"), default=False)
    education = _word("sites.Education", _("level of education"))
    is_education_unsaid = models.BooleanField(_("did not wish to say their education"), default=False)
    territory = _word("sites.Territory", _("territory"))
    is_territory_unsaid = models.BooleanField(_("did not wish to say where they come from"), default=False)
    how_heard = _word("sites.HowHeard", _("how they heard of us"))
    is_how_heard_unsaid = models.BooleanField(_("did not wish to say how they heard of us"), default=False)
    referred_to = _word("sites.Partner", _("passed on to"))
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    objects = ContactQuerySet.as_manager()

    class Privacy:
        neutral = frozenset(
            {
                "id",
                "site",
                "day",
                "half_day",
                "way",
                "themes",
                "language",
                "headcount",
                "duration",
                "audience",
                "is_audience_unsaid",
                "gender",
                "age_band",
                "first_visit",
                "status",
                "is_status_unsaid",
                "education",
                "is_education_unsaid",
                "territory",
                "is_territory_unsaid",
                "how_heard",
                "is_how_heard_unsaid",
                "referred_to",
                "is_illustrative",
            }
        )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [models.Index(fields=["day", "site", "way"], name="contact_by_day_site_way")]
        constraints = [
            models.CheckConstraint(
                name="contact_party_is_small",
                condition=Q(headcount__range=(1, LARGEST_PARTY)),
                violation_error_message=_("A contact is one person or one small party: 1 to 50 people."),
            ),
            # No column of the log can be misused as a place for free text, not even by hand.
            models.CheckConstraint(
                name="contact_answers_are_listed",
                condition=Q(
                    half_day__in=HalfDay.values,
                    way__in=Way.values,
                    language__in=Language.values,
                    duration__in=DurationBand.values,
                    gender__in=Gender.values,
                    age_band__in=AgeBand.values,
                    first_visit__in=Answer.values,
                ),
                violation_error_message=_("Choose one of the listed answers."),
            ),
            *(
                models.CheckConstraint(
                    name=f"contact_{name}_is_named_or_unsaid",
                    condition=Q(**{f"{field}__isnull": True}) | Q(**{f"is_{field}_unsaid": False}),
                    violation_error_message=_("Name it, or say that the person did not wish to tell it."),
                )
                for name, field in WORDS_NAMED.items()
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.day} · {self.get_way_display()}"


class ContactTheme(models.Model):
    """A theme that a contact was about. Its own random key hides the order of writing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", verbose_name=_("contact"))
    theme = models.ForeignKey("sites.Theme", on_delete=models.PROTECT, related_name="+", verbose_name=_("theme"))

    class Privacy:
        neutral = frozenset({"id", "contact", "theme"})

    class Meta:
        verbose_name = _("theme of a contact")
        verbose_name_plural = _("themes of contacts")
        constraints = [
            models.UniqueConstraint(
                name="contact_theme_once",
                fields=["contact", "theme"],
                violation_error_message=_("This theme is already named for this contact."),
            )
        ]

    def __str__(self) -> str:
        return str(self.theme)


class EntryAuthor(models.Model):
    """Who may still correct or undo a contact or a count. Kept apart from the log, forgotten after the window.

    ``entry_key`` is no relation on purpose: once this row is gone, nothing leads back. It knows a day and the order
    of one person's own entries, and no hour. An entry that was undone leaves its number here, so that a late copy of
    it is not counted; the same entry again counts only under a higher edition.
    """

    entry_key = models.UUIDField(_("contact or count"), primary_key=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="entry_authorships",
        null=True,
        verbose_name=_("author"),
    )
    day = models.DateField(_("day"))
    position = models.PositiveIntegerField(_("place among the author’s own"), default=0)
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    is_undone = models.BooleanField(_("undone"), default=False)

    objects = EntryAuthorQuerySet.as_manager()

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"author": None, "position": 0}
        neutral = frozenset({"entry_key", "day", "edition", "is_undone"})

    class Meta:
        verbose_name = _("author of an entry")
        verbose_name_plural = _("authors of entries")
        indexes = [
            models.Index(fields=["author", "position"], name="entry_author_newest"),
            models.Index(fields=["day"], name="entry_author_day"),
        ]
        constraints = [
            models.CheckConstraint(
                name="entry_author_edition_is_a_number",
                condition=Q(edition__range=(1, LARGEST_EDITION)),
                violation_error_message=_("An entry has been corrected too often."),
            )
        ]

    def __str__(self) -> str:
        return str(self.entry_key)
