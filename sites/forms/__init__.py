"""What visitors ask of the list of sites, and what staff write about places and people."""

from sites.forms.near import NearForm
from sites.forms.people import AcceptForm, InviteForm, RoleForm

__all__ = ["AcceptForm", "InviteForm", "NearForm", "RoleForm"]
