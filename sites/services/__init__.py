"""Actions on places, people and words."""

from sites.geography import Place, Start, nearest_first, places_now
from sites.holiday_calendar import holidays_among
from sites.opening import DayHours, Opening, Timetable, Why, hours_on, opening_at
from sites.opening_words import opening_words
from sites.services.invitations import (
    InvitationGoneError,
    Step,
    WrongPersonError,
    accept_invitation,
    find_invitation,
    forget_closed_invitations,
    invitation_url,
    invite_person,
    mail_invitation,
    next_step,
    resend_invitation,
    withdraw_invitation,
)
from sites.services.labels import send_label_reminders
from sites.services.links import Manners, check_links
from sites.services.memberships import change_role, consequences_of_ending, end_membership
from sites.services.nearness import UnknownPostcodeError, find_start
from sites.services.places import (
    consequences_of_hours,
    locate,
    lock_site,
    move_site,
    set_week,
    state_of_week,
    weekly_rows,
    withdraw_move,
)
from sites.services.reference import load_reference
from sites.services.resource_examples import ensure_demo_resources
from sites.services.resources import index_resource, index_resources, save_resource, set_shelves
from sites.services.terms import add_term, copy_common_list, reorder_terms, retire_term, reword_term, translate_term
from sites.services.vocabularies import SEED
from sites.timetables import timetables

__all__ = [
    "SEED",
    "DayHours",
    "InvitationGoneError",
    "Manners",
    "Opening",
    "Place",
    "Start",
    "Step",
    "Timetable",
    "UnknownPostcodeError",
    "Why",
    "WrongPersonError",
    "accept_invitation",
    "add_term",
    "change_role",
    "check_links",
    "consequences_of_ending",
    "consequences_of_hours",
    "copy_common_list",
    "end_membership",
    "ensure_demo_resources",
    "find_invitation",
    "find_start",
    "forget_closed_invitations",
    "holidays_among",
    "hours_on",
    "index_resource",
    "index_resources",
    "invitation_url",
    "invite_person",
    "load_reference",
    "locate",
    "lock_site",
    "mail_invitation",
    "move_site",
    "nearest_first",
    "next_step",
    "opening_at",
    "opening_words",
    "places_now",
    "reorder_terms",
    "resend_invitation",
    "retire_term",
    "reword_term",
    "save_resource",
    "send_label_reminders",
    "set_shelves",
    "set_week",
    "state_of_week",
    "timetables",
    "translate_term",
    "weekly_rows",
    "withdraw_invitation",
    "withdraw_move",
]
