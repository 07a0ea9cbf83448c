"""Staff: one row for each role that a person holds somewhere. No password comes or goes, and no message is sent.

What somebody is called, and in which language they read, is theirs to say: a file says it only of whoever has no
account yet.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sites.enums import Language, Role
from sites.exchange.cells import Address, Code, Column, One
from sites.exchange.resource import ExchangeResource, Problem, in_chunks, twice
from sites.exchange.result import RowNote
from sites.models import Membership, Network, User
from sites.rules import MANAGE_REFERENCE, Offer, OwnAddressError, check_is_somebody_else, may_give

OWN = frozenset({"display_name", "language"})


class StaffExchange(ExchangeResource):
    """One row a membership. A role that the file does not name stays: it is taken away on the page of a team."""

    foreign = gettext_lazy("This file is not a list of staff: send a CSV or XLSX file with the columns of the export.")
    permissions = {Network: MANAGE_REFERENCE}
    columns = (
        Column("email", "user__email", kind=Address(), is_required=True),
        Column("display_name", "user__display_name", is_required=True),
        Column("language", "user__language", kind=Code(Language)),
        Column("role", kind=Code(Role), is_required=True),
        Column("site", kind=One("sites")),
        Column("network", kind=One("networks")),
        # The employer; for a partner manager the place where the role is held.
        Column("partner", kind=One("partners")),
    )

    class Meta:
        model = Membership
        import_id_fields = ("email", "role", "site", "network", "partner")

    # --- Finding ---------------------------------------------------------------------------------

    def get_queryset(self) -> Any:
        related = ("user", "site__network", "network", "partner")
        return Membership.objects.select_related(*related).prefetch_related(
            "partner__names", "partner__presences__site__network"
        )

    def filter_export(self, queryset: Any, **_kwargs: Any) -> Any:
        """The roles of those people who may still sign in."""
        held = self.get_queryset().filter(user__in=queryset.filter(is_active=True).values("pk"))
        return held.order_by("user__email", "pk")

    def iter_queryset(self, queryset: Any) -> Iterator[Membership]:
        yield from filter(self.may_see, super().iter_queryset(queryset))

    def load(self, rows: list[dict[str, str]]) -> None:
        self.rows_of: dict[tuple[str, ...], int] = {}
        self.said: dict[tuple[str, str], tuple[str, int]] = {}
        self.noted: set[int] = set()
        self.people: dict[str, User] = {}
        self.roles: dict[tuple[str, ...], Membership] = {}
        for emails in in_chunks(row["email"].lower() for row in rows):
            people = User.objects.filter(email__in=emails).order_by("pk")
            self.people |= {user.email: user for user in (people.select_for_update() if self.is_locking else people)}
            for held in self.get_queryset().filter(user__email__in=emails):
                held.user = self.people[held.user.email]  # one person, however many roles
                self.roles[_key_of(held)] = held

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Membership, bool]:  # noqa: ARG002
        email, role = row["email"].lower(), row["role"].upper()
        place = (row["partner"],) if role == Role.PARTNER_MANAGER else (row["site"], row["network"])
        key = (email, role, *place)
        if key in self.rows_of:
            raise ValidationError({"role": twice(self.rows_of[key])})
        self.rows_of[key] = self.number
        user = self.people.setdefault(email, User(email=email))
        if not user.is_active:
            raise ValidationError({"email": _("This person has left and may not sign in. Invite them again instead.")})
        held = self.roles.get(key)
        self.partner_at_first = held.partner if held else None
        return held or Membership(user=user), held is None

    # --- Checking --------------------------------------------------------------------------------

    def parts(self, instance: Any) -> Iterator[tuple[str, Any]]:
        if instance.user.pk is None:
            yield "user", instance.user
        yield "", instance

    def cells(self, instance: Any) -> dict[str, str]:
        """Without what only the person writes: a manager does not read it of the staff of others either."""
        left_out = OWN if instance.user.pk else ()
        return {name: cell for name, cell in super().cells(instance).items() if name not in left_out}

    def places(self, instance: Any) -> Iterable[Any]:
        return (instance.place,)

    def may_see(self, instance: Any) -> bool:
        """Staff of other networks are not even named."""
        return self.by is None or may_give(self.by, Offer.of(instance))

    def may_write(self, instance: Any) -> bool:
        """The role must be the person's to give."""
        return self.may_see(instance)

    def problems(self, instance: Any) -> Iterator[Problem]:
        if self.by is not None and (self.is_new or self.cells(instance) != self.before):
            try:
                check_is_somebody_else(self.by, instance.user.email)
            except OwnAddressError as error:
                yield "email", str(error)
        partner = instance.partner
        if partner is None or instance.role == Role.PARTNER_MANAGER or partner == self.partner_at_first:
            return
        present = [row.site for row in partner.presences.all() if row.covers_day(self.today)]
        if not any(site == instance.site or site.network == instance.network for site in present):
            text = _("%(partner)s is not at %(place)s today. Add its presence first.")
            yield "partner", text % {"partner": partner, "place": instance.place.name}

    def label(self, instance: Any) -> str:
        return f"{instance.user.email} · {instance.get_role_display()}"

    def import_cell(self, column: Column, instance: Any, row: Any, **kwargs: Any) -> None:
        if column.column_name in OWN and instance.user.pk:
            self._note_own(column, instance, row)
        else:
            super().import_cell(column, instance, row, **kwargs)

    def _note_own(self, column: Column, instance: Any, row: Any) -> None:
        user = instance.user
        if user.pk in self.noted or not row.get(column.column_name):
            return
        # Said of every new role, whatever its cells hold: nobody finds out by trying what a stranger is called.
        if self.is_new or row[column.column_name] != column.cell(instance):
            self.noted.add(user.pk)
            text = _("This person has an account already and keeps their own name and language.")
            self.comparison.notes.append(RowNote(self.number, user.email, text))

    def import_field(self, field: Column, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        if field.column_name in OWN:
            key = (row["email"].lower(), field.column_name)
            cell, number = self.said.setdefault(key, (row[field.column_name], self.number))
            if cell != row[field.column_name]:
                message = _("Row %(number)s says something else about the same person.")
                raise ValidationError(message, params={"number": number})
        super().import_field(field, instance, row, is_m2m, **kwargs)

    # --- Writing ---------------------------------------------------------------------------------

    def models_written(self) -> tuple[type[models.Model], ...]:
        return User, Membership

    def write(self, instance: Any) -> None:
        if instance.user.pk is None:
            instance.user.set_unusable_password()
            self.save_once(instance.user)
        self.save_once(instance)


def _key_of(held: Membership) -> tuple[str, ...]:
    if held.role == Role.PARTNER_MANAGER:
        place: tuple[str, ...] = (held.partner.slug if held.partner else "",)
    else:
        place = (held.site.slug if held.site else "", held.network.slug if held.network else "")
    return (held.user.email, held.role, *place)
