"""Who may do what: the one table. Pages and services ask for its names, the docs are written from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from citemetiers.kernel.access import grant
from sites.enums import Role


class Place(models.TextChoices):
    """What a permission is asked for, beside the person."""

    SITE = "SITE", pgettext_lazy("where a permission holds", "a site")
    NETWORK = "NETWORK", pgettext_lazy("where a permission holds", "a network")
    PARTNER = "PARTNER", pgettext_lazy("where a permission holds", "a partner")


@dataclass(frozen=True)
class Permission:
    """One row of the table: what it allows, who holds it, and at which kinds of place it is asked for."""

    name: str
    allows: Promise
    roles: tuple[Role, ...]
    places: tuple[Place, ...] = (Place.SITE,)


PERMISSIONS = (
    Permission(
        "visitors.log_contact",
        _("Log contacts and counts at the desk, correct and take back one’s own."),
        (Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER),
    ),
    Permission(
        "visitors.count_groups",
        _("Count groups, outings, pupils and what is caught up in a batch, for the team of a site."),
        (Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER),
    ),
    Permission(
        "visitors.keep_doors",
        _("Keep the door counters of a site, and what they show."),
        (Role.RECEPTION, Role.COORDINATOR, Role.SITE_MANAGER),
    ),
    Permission(
        "appointments.keep_agenda",
        _("See the appointments of a site, book and change them for visitors, say who came."),
        (Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER),
    ),
    Permission(
        "appointments.work_queue",
        _("See the queue of a site, give numbers, call visitors to a desk and receive them."),
        (Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER),
    ),
    Permission(
        "appointments.keep_screens",
        _("Say whether a site gives numbers, and enrol its kiosks and displays."),
        (Role.COORDINATOR, Role.SITE_MANAGER),
    ),
    Permission(
        "appointments.plan_rota",
        _("Plan who receives when: duties, absences, single days, and what becomes of appointments."),
        (Role.COORDINATOR, Role.SITE_MANAGER),
    ),
    Permission(
        "activities.edit_programme",
        _("Write, import and release the programme of an open day."),
        (Role.COORDINATOR, Role.SITE_MANAGER, Role.NETWORK_MANAGER),
    ),
    Permission(
        "reporting.read_figures",
        _("Read the exact figures, and take them away as a file."),
        (Role.SITE_MANAGER, Role.NETWORK_MANAGER),
    ),
    Permission(
        "sites.edit_site",
        _("Correct the facts of a site: address, contact details, hours, closing days, rooms."),
        (Role.COORDINATOR, Role.SITE_MANAGER, Role.NETWORK_MANAGER),
    ),
    Permission(
        "sites.edit_resources",
        _("Keep up the catalogue of resources, and what stands on the shelf of a site."),
        (Role.COORDINATOR, Role.SITE_MANAGER, Role.NETWORK_MANAGER),
        (Place.SITE, Place.NETWORK),
    ),
    Permission(
        "sites.manage_team",
        _("Invite people, change their roles and end their access, as far as one’s own role goes."),
        (Role.COORDINATOR, Role.SITE_MANAGER, Role.PARTNER_MANAGER, Role.NETWORK_MANAGER),
        (Place.SITE, Place.NETWORK, Place.PARTNER),
    ),
    Permission(
        "sites.manage_reference",
        _("Enter the administration: places, partners, words and rights of a network, and their files."),
        (Role.NETWORK_MANAGER,),
        (Place.NETWORK,),
    ),
    Permission(
        "sites.read_audit",
        _("Read who changed which reference data or right, and when."),
        (Role.SITE_MANAGER, Role.PARTNER_MANAGER, Role.NETWORK_MANAGER),
        (Place.SITE, Place.NETWORK, Place.PARTNER),
    ),
)


def grant_all(permissions: Iterable[Permission] = PERMISSIONS) -> None:
    """Let every row of the table be asked for with ``user.has_perm``."""
    for permission in permissions:
        grant(permission.name, *permission.roles)
