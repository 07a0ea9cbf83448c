"""What one writes to invite a person, to accept, and to change a role."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from sites.enums import Language, Role
from sites.models import Invitation, Membership, Network, Partner, Presence, Site, User
from sites.rules import Offer, PeopleError, roles_to_choose, roles_to_give


class PeopleForm(forms.Form):
    def add_domain_error(self, error: PeopleError) -> None:
        """Show the refusal at the field it belongs to."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


class InviteForm(PeopleForm):
    """To a site or a network: which role, employed by whom. To a partner: at which site its advisor works."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("At work, and of one person alone: whoever reads it can accept."),
        max_length=Invitation._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"))
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"))
    partner: Any = forms.ModelChoiceField(
        Partner.objects.none(), label=_("Employer"), required=False, empty_label=_("No partner")
    )
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=Language.choices)

    def __init__(self, *args: Any, place: Site | Network | Partner, by: User, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        self.fields["language"].initial = by.language
        if isinstance(place, Partner):
            del self.fields["role"], self.fields["partner"]
            self._offer_sites(place, today=today)
        else:
            del self.fields["site"]
            self._offer_roles(place, by=by)
            self._offer_partners(place, today=today)

    def clean(self) -> dict[str, Any]:
        """A partner manager is one of a partner."""
        cleaned = super().clean() or {}
        if cleaned.get("role") == Role.PARTNER_MANAGER and not cleaned.get("partner"):
            self.add_error("partner", ValidationError(_("Choose the partner whose people they will manage.")))
        return cleaned

    def offer(self) -> Offer:
        """What the valid form offers."""
        cleaned = self.cleaned_data
        if isinstance(self.place, Partner):
            return Offer(Role.ADVISOR, site=cleaned["site"], partner=self.place)
        if cleaned["role"] == Role.PARTNER_MANAGER:
            return Offer(cleaned["role"], partner=cleaned["partner"])
        where = {"site": self.place} if isinstance(self.place, Site) else {"network": self.place}
        return Offer(cleaned["role"], partner=cleaned["partner"], **where)

    def _offer_roles(self, place: Site | Network, *, by: User) -> None:
        role: Any = self.fields["role"]
        role.choices = [(given.value, given.label) for given in roles_to_give(by, place)]

    def _offer_sites(self, partner: Partner, *, today: dt.date) -> None:
        site: Any = self.fields["site"]
        here = Presence.objects.on(today).filter(partner=partner, site=OuterRef("pk"))
        site.queryset = Site.objects.filter(Exists(here)).by_town()
        site.help_text = _("Where your organisation is present today.")

    def _offer_partners(self, place: Site | Network, *, today: dt.date) -> None:
        partner: Any = self.fields["partner"]
        where = {"site": place} if isinstance(place, Site) else {"site__network": place}
        here = Presence.objects.on(today).filter(partner=OuterRef("pk"), **where)
        partner.queryset = Partner.objects.by_name(today=today).filter(Exists(here))
        partner.help_text = _("For the management alone; visitors do not see it.")


class RoleForm(PeopleForm):
    """Another role at the same place."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, membership: Membership, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"role": membership.role}})
        role: Any = self.fields["role"]
        role.choices = [(given.value, given.label) for given in roles_to_choose(by, membership)]


class AcceptForm(PeopleForm):
    """The name of a person who is new here."""

    display_name = forms.CharField(
        label=_("Your name"),
        help_text=_("As your colleagues know you. Visitors do not see it."),
        max_length=User._meta.get_field("display_name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
