"""Fields that several forms of the planning share: a colleague, and the room or desk where somebody receives."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from appointments.services import advisors_here
from sites.models import Desk, Room, Site, User

ROOM, DESK = "room", "desk"
RoomOrDesk = tuple[Room | None, Desk | None]


def people_of(site: Site, *, also: int | None = None) -> QuerySet[User]:
    """The advisors of a site, those of its whole network included, and one person more; by name."""
    found = User.objects.filter(Q(pk__in=advisors_here(site).values("pk")) | Q(pk=also))
    return found.order_by("display_name", "pk")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the people of a site, or whoever is on it already and has left the team meanwhile."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(queryset=User.objects.none(), label=label, empty_label=_("Choose a person"))

    def offer(self, site: Site, *, also: int | None = None) -> None:
        """Give the people to choose from."""
        self.queryset = people_of(site, also=also)

    def to_python(self, value: Any) -> Any:
        # A number larger than its column is an error of the database, not of the form.
        if value not in self.empty_values and str(value) not in {str(row.pk) for row in self.queryset or ()}:
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})
        return super().to_python(value)


class PlaceField(forms.ChoiceField):
    """A room, a desk or neither. The clean value is both, one of them at most."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Room or desk"),
            required=False,
            help_text=_("Where it is free. Nobody else is planned there at the same time."),
        )
        self.rows: dict[str, Room | Desk] = {}

    def offer(self, site: Site, *, also: str = "") -> None:
        """Give the rooms and desks in use, and the one that is chosen already."""
        rooms, desks = (model.objects.filter(site=site).order_by("name", "pk") for model in (Room, Desk))
        groups = (
            (_("Desks"), {code_of(row): row for row in desks if row.is_in_use or code_of(row) == also}),
            (_("Rooms"), {code_of(row): row for row in rooms if row.is_in_use or code_of(row) == also}),
        )
        self.rows = {code: row for _label, rows in groups for code, row in rows.items()}
        listed = [(label, [(code, str(row)) for code, row in rows.items()]) for label, rows in groups if rows]
        self.choices = [("", _("No fixed place")), *listed]

    def clean(self, value: Any) -> RoomOrDesk:
        """The room and the desk."""
        row = self.rows.get(super().clean(value))
        return row if isinstance(row, Room) else None, row if isinstance(row, Desk) else None


def code_of(row: Room | Desk | None) -> str:
    """How a form names a room or a desk."""
    if row is None:
        return ""
    return f"{ROOM if isinstance(row, Room) else DESK}-{row.pk}"
