"""What a visitor chose to leave with us, and the anonymous log. Nothing joins the two."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from sites.enums import Language
from visitors.enums import AgeBand, Answer, DurationBand, Gender, HalfDay, Way
from visitors.querysets import ContactAuthorQuerySet, ContactQuerySet, VisitorQuerySet

LARGEST_PARTY = 50


class Visitor(models.Model):
    """The only row with a visitor's personal data; everything in it is optional but its end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alias = models.CharField(_("name or alias"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneNumberField(_("telephone"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    erase_on = models.DateField(_("erased on"))

    objects = VisitorQuerySet.as_manager()

    class Privacy:
        personal: ClassVar[dict[str, object]] = {"alias": "", "email": "", "phone": ""}
        neutral = frozenset({"id", "language", "erase_on"})

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")

    def __str__(self) -> str:
        return str(self.id)


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
    audience = models.ForeignKey(
        "sites.Audience",
        on_delete=models.PROTECT,
        related_name="contacts",
        null=True,
        blank=True,
        verbose_name=_("public"),
    )
    is_audience_unsaid = models.BooleanField(_("did not wish to say their public"), default=False)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender.choices, default=Gender.NOT_ASKED)
    age_band = models.CharField(_("age"), max_length=10, choices=AgeBand.choices, default=AgeBand.NOT_ASKED)
    first_visit = models.CharField(_("first visit"), max_length=10, choices=Answer.choices, default=Answer.NOT_ASKED)
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
            models.CheckConstraint(
                name="contact_public_is_named_or_unsaid",
                condition=Q(audience__isnull=True) | Q(is_audience_unsaid=False),
                violation_error_message=_("Name the public, or say that the person did not wish to tell it."),
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


class ContactAuthor(models.Model):
    """Who may still undo or correct a contact. Kept apart from the log, purged after the window.

    ``contact_key`` is no relation on purpose: once this row is gone, nothing leads back.
    """

    contact_key = models.UUIDField(_("contact"), primary_key=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_authorships", verbose_name=_("author")
    )
    written_at = models.DateTimeField(_("written"))

    objects = ContactAuthorQuerySet.as_manager()

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"author": None, "written_at": None}
        neutral = frozenset({"contact_key"})

    class Meta:
        verbose_name = _("author of a contact")
        verbose_name_plural = _("authors of contacts")
        indexes = [models.Index(fields=["author", "written_at"], name="contact_author_newest")]

    def __str__(self) -> str:
        return str(self.contact_key)
