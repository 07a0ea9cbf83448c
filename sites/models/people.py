import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from sites.enums import Language, Role
from sites.querysets import InvitationQuerySet, MembershipQuerySet


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
        """The roles held at a Site, in a Network or for a Partner; ``None`` asks for any place at all."""
        return {str(held.role) for held in self.held_memberships if place is None or held.covers(place)}


def scope_fits_role(name: str) -> models.CheckConstraint:
    """The constraint that a role is held where it makes sense: at one site, in one network, or for one partner."""
    at_site = Q(site__isnull=False, network__isnull=True)
    in_network = Q(site__isnull=True, network__isnull=False)
    for_partner = Q(site__isnull=True, network__isnull=True, partner__isnull=False)
    return models.CheckConstraint(
        name=name,
        condition=(Q(role=Role.PARTNER_MANAGER) & for_partner)
        | (Q(role=Role.NETWORK_MANAGER) & in_network)
        | (~Q(role__in=(Role.PARTNER_MANAGER, Role.NETWORK_MANAGER)) & (at_site | in_network)),
        violation_error_message=_(
            "Choose one site or one network; a network for a network manager, a partner alone for a partner manager."
        ),
    )


class RoleAtPlace(models.Model):
    """A role, and where it is held: at a site, in a network or for a partner, who is the employer elsewhere."""

    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    site = models.ForeignKey(
        "sites.Site",
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        null=True,
        blank=True,
        verbose_name=_("site"),
    )
    network = models.ForeignKey(
        "sites.Network",
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        null=True,
        blank=True,
        verbose_name=_("network"),
    )
    partner = models.ForeignKey(
        "sites.Partner",
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        null=True,
        blank=True,
        verbose_name=_("employer"),
    )

    class Meta:
        abstract = True

    @property
    def place(self) -> Any:
        """Where the role is held: a Site, a Network or, for a partner manager, a Partner."""
        return self.site or self.network or self.partner


class Membership(RoleAtPlace):
    """The role of a person at one site, in a whole network or for a partner. The employer is for management only."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person"))

    objects = MembershipQuerySet.as_manager()

    class Privacy:
        staff: ClassVar[dict[str, object]] = {"user": None, "partner": None}
        neutral = frozenset({"id", "role", "site", "network"})

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            scope_fits_role("membership_scope_fits_role"),
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
            models.UniqueConstraint(
                name="membership_once_a_partner",
                fields=["user", "role", "partner"],
                condition=Q(role=Role.PARTNER_MANAGER),
                violation_error_message=_("This person already has this role here."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.place}"

    def covers(self, place: Any) -> bool:
        """Whether this membership reaches a Site, a Network or a Partner."""
        if self.role == Role.PARTNER_MANAGER:
            return bool(place == self.partner)
        if self.network_id is not None:
            return bool(place == self.network or getattr(place, "network_id", None) == self.network_id)
        return bool(place == self.site)


def pending_once(name: str, place: str, condition: Q) -> models.UniqueConstraint:
    """The constraint that an address has one pending invitation to a role at a place: it is renewed, not doubled."""
    return models.UniqueConstraint(
        name=name,
        fields=["email", "role", place],
        condition=condition & Q(accepted_at__isnull=True, revoked_at__isnull=True),
        violation_error_message=_("This address is invited to this role already."),
    )


class Invitation(RoleAtPlace):
    """An offer of one role, sent to an e-mail address, good until it expires. The link in it is stored nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.FRENCH)
    invited_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, related_name="sent_invitations", null=True, verbose_name=_("invited by")
    )
    fingerprint = models.CharField(_("fingerprint of the link"), max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failed_at = models.DateTimeField(_("could not be sent"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Privacy:
        staff: ClassVar[dict[str, object]] = {
            "email": "staff@example.org",
            "invited_by": None,
            "partner": None,
            "fingerprint": "",
        }
        neutral = frozenset(
            {
                "id",
                "language",
                "role",
                "site",
                "network",
                "invited_at",
                "expires_at",
                "accepted_at",
                "revoked_at",
                "sent_at",
                "failed_at",
            }
        )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            scope_fits_role("invitation_scope_fits_role"),
            models.CheckConstraint(
                name="invitation_expires_after_it_is_sent",
                condition=Q(expires_at__gt=F("invited_at")),
                violation_error_message=_("An invitation expires after it is sent."),
            ),
            models.CheckConstraint(
                name="invitation_accepted_or_withdrawn",
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                violation_error_message=_("An invitation is accepted or withdrawn, not both."),
            ),
            models.CheckConstraint(
                name="invitation_email_is_lower_case",
                condition=Q(email=Lower("email")),
                violation_error_message=_("Write the e-mail address in lower case."),
            ),
            pending_once("invitation_pending_once_a_site", "site", Q(site__isnull=False)),
            pending_once("invitation_pending_once_a_network", "network", Q(network__isnull=False)),
            pending_once("invitation_pending_once_a_partner", "partner", Q(role=Role.PARTNER_MANAGER)),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"
