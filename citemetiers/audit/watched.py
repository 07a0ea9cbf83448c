"""What is watched, field by field: reference data and rights, one line a model. What is not named is not kept."""

from functools import partial
from typing import Any

from auditlog.context import auditlog_disabled
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db import models
from django.db.models.signals import m2m_changed, pre_save
from modeltranslation.translator import translator

from appointments.models import BookingPolicy, Service, SiteQueue
from citemetiers.audit.entries import complete, facts_of
from sites.models import (
    VOCABULARIES,
    Address,
    Closure,
    Convention,
    Desk,
    DropInPause,
    Holding,
    Invitation,
    Membership,
    Network,
    OpeningHours,
    Partner,
    PartnerName,
    Presence,
    Resource,
    Room,
    SchoolHoliday,
    Season,
    Site,
    SpecialHours,
    User,
)
from visitors.models import DoorCounter

Model = type[models.Model]

# All that staff write of these.
REFERENCE: tuple[Model, ...] = (
    Network,
    Site,
    Address,
    Room,
    Desk,
    Season,
    OpeningHours,
    SpecialHours,
    DropInPause,
    Closure,
    SchoolHoliday,
    Partner,
    PartnerName,
    Convention,
    Presence,
    *VOCABULARIES,
    Resource,
    Holding,
    Service,
    BookingPolicy,
    DoorCounter,
)
# Of people, only what gives or takes a right, or says whose it is.
RIGHTS: dict[Model, tuple[str, ...]] = {
    User: ("email", "display_name", "is_active", "is_staff", "is_superuser"),
    Membership: ("user", "role", "site", "network", "partner"),
    Invitation: (
        "email",
        "role",
        "site",
        "network",
        "partner",
        "expires_at",
        "accepted_at",
        "revoked_at",
    ),
}
# Of a queue what is decided about it: its key is a secret, and its numbers move all day.
DECIDED: dict[Model, tuple[str, ...]] = {SiteQueue: ("site", "is_used", "letter")}
# What may hold an e-mail address; the list is read for longer than an account is kept.
NAMES_OF_PEOPLE = ("email", "display_name")
WATCHED: tuple[Model, ...] = (*REFERENCE, *RIGHTS, *DECIDED)
# Written by the portal itself: found again by a nightly look, or made of the other columns.
MADE_BY_THE_PORTAL = frozenset({"link_state", "link_checked_at", "search_text"})


def fields_of(model: Model) -> list[str]:
    """The columns that are watched: of a translated text those of its languages, not the one that mirrors them."""
    if model in RIGHTS or model in DECIDED:
        return list(RIGHTS.get(model) or DECIDED[model])
    mirrored = set(translator.get_options_for_model(model).all_fields) if _is_translated(model) else set()
    left_out = mirrored | MADE_BY_THE_PORTAL
    return [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in left_out]


def watch_all() -> None:
    """Register every model of this page; each entry learns where it happened and who did it."""
    for model in WATCHED:
        # Asked by the package of every row it writes about.
        model.add_to_class("get_additional_data", facts_of)
        masked = [name for name in NAMES_OF_PEOPLE if name in RIGHTS.get(model, ())]
        hide = "citemetiers.audit.entries.hide_address"
        auditlog.register(model, include_fields=fields_of(model), mask_fields=masked, mask_callable=hide)
        for field in model._meta.local_many_to_many:
            through: Any = field.remote_field.through
            if through._meta.auto_created:
                _watch_choices(field)
    pre_save.connect(complete, sender=LogEntry, dispatch_uid="complete_audit_entry")


def _is_translated(model: Model) -> bool:
    return model in set(translator.get_registered_models())


def _watch_choices(field: Any) -> None:
    """The package keeps the names of what was chosen, in the writer's language; keys can be read in any."""
    receiver = partial(_choice_changed, field.name)
    m2m_changed.connect(
        receiver,
        sender=field.remote_field.through,
        weak=False,
        dispatch_uid=f"audit_{field.model.__name__}_{field.name}",
    )


def _choice_changed(name: str, *, instance: Any, action: str, reverse: bool, pk_set: Any, **_signal: Any) -> None:
    acts = {"post_add": "add", "post_remove": "delete", "pre_clear": "delete"}
    if reverse or action not in acts or auditlog_disabled.get():
        return
    keys = getattr(instance, name).values_list("pk", flat=True) if action == "pre_clear" else pk_set
    LogEntry.objects.log_m2m_changes(sorted(keys), instance, acts[action], name)
