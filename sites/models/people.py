from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from sites.enums import Language, Role


class UserAccounts(BaseUserManager["User"]):
    """Creates people who sign in; the e-mail address is compared without case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in with an e-mail address; without a password, by e-mailed code."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who may do everything; for the first set-up."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A member of staff. Visitors never have an account."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True)
    display_name = models.CharField(_("name shown to colleagues"), max_length=100)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.FRENCH)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects = UserAccounts()  # type: ignore[assignment,misc]

    class Privacy:
        staff: ClassVar[dict[str, object]] = {
            "email": "staff@example.org",
            "display_name": "",
            "password": "",
            "last_login": None,
        }
        neutral = frozenset(
            {
                "id",
                "language",
                "is_active",
                "is_staff",
                "is_superuser",
                "date_joined",
                "groups",
                "user_permissions",
            }
        )

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints = [
            models.CheckConstraint(
                name="user_email_is_lower_case",
                condition=Q(email=Lower("email")),
                violation_error_message=_("Write the e-mail address in lower case."),
            )
        ]

    def __str__(self) -> str:
        return self.display_name

    @cached_property
    def held_memberships(self) -> list["Membership"]:
        """The memberships of this person, read once a request."""
        return list(self.memberships.select_related("site__network", "network", "partner").order_by("pk"))

    def roles_at(self, place: Any | None) -> set[str]:
        """The roles held at a Site or a Network; ``None`` asks for any place at all."""
        return {str(held.role) for held in self.held_memberships if place is None or held.covers(place)}


class Membership(models.Model):
    """The role of a person at one site or in a whole network; the employer is for management only."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    site = models.ForeignKey(
        "sites.Site",
        on_delete=models.PROTECT,
        related_name="memberships",
        null=True,
        blank=True,
        verbose_name=_("site"),
    )
    network = models.ForeignKey(
        "sites.Network",
        on_delete=models.PROTECT,
        related_name="memberships",
        null=True,
        blank=True,
        verbose_name=_("network"),
    )
    partner = models.ForeignKey(
        "sites.Partner",
        on_delete=models.PROTECT,
        related_name="memberships",
        null=True,
        blank=True,
        verbose_name=_("employer"),
    )

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"user": None, "partner": None}
        neutral = frozenset({"id", "role", "site", "network"})

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                name="membership_has_one_scope",
                condition=Q(site__isnull=False, network__isnull=True) | Q(site__isnull=True, network__isnull=False),
                violation_error_message=_("Choose one site or one network."),
            ),
            models.UniqueConstraint(
                name="membership_once_a_site",
                fields=["user", "role", "site"],
                condition=Q(site__isnull=False),
                violation_error_message=_("This person already has this role here."),
            ),
            models.UniqueConstraint(
                name="membership_once_a_network",
                fields=["user", "role", "network"],
                condition=Q(network__isnull=False),
                violation_error_message=_("This person already has this role here."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.site or self.network}"

    def covers(self, place: Any) -> bool:
        """Whether this membership reaches a Site or a Network."""
        if self.network_id is not None:
            return bool(place == self.network or getattr(place, "network_id", None) == self.network_id)
        return bool(place == self.site)
