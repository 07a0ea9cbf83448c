"""What other apps may ask of appointments."""

from appointments.services.agenda.marking import mark_arrived, mark_done, mark_no_show, unmark
from appointments.services.agenda.no_shows import NoShowRate, no_show_rate
from appointments.services.booking.book import book_appointment, overbook_appointment, preview_appointment
from appointments.services.booking.by_staff import apologise, ask_to_move, reassign_appointment
from appointments.services.booking.correcting import correct_details, correct_wait
from appointments.services.booking.erasing import forget_visitor
from appointments.services.booking.freed import tend_freed_slots
from appointments.services.booking.moving import cancel_appointment, move_appointment
from appointments.services.booking.offers import decline_offer, find_offer, open_offer_of, take_offer
from appointments.services.booking.scrubbing import scrub_past_appointments
from appointments.services.booking.waiting import (
    end_wait,
    find_wait,
    languages_at,
    open_wait_of,
    scrub_past_waits,
    start_wait,
    start_wait_for,
)
from appointments.services.finding.catalogue import service_at, services_for
from appointments.services.finding.on_duty import is_illustrative, on_duty_at, taken_periods
from appointments.services.finding.search import count_free_by_day, find_first_slots, find_free_slots, find_next_slots
from appointments.services.messages.bounces import take_bounce, take_text_failure
from appointments.services.messages.due import is_within_reach
from appointments.services.messages.failures import count_failures, failures_at, settle_failure
from appointments.services.messages.outbox import send_due_messages
from appointments.services.queue.closing import close_days
from appointments.services.queue.near import tell_near
from appointments.services.rota.copying import Copied, Skipped, copy_week, preview_copy
from appointments.services.rota.duties import Expansion, expand_duty, extend_rota
from appointments.services.rota.expansion import find_horizon
from appointments.services.rota.orphans import Orphan, OrphanedAppointments, Resolution, Resolutions
from appointments.services.rota.planning import (
    change_day,
    end_duty,
    find_day,
    fingerprint_of,
    remove_absence,
    restore_day,
    save_absence,
    save_duty,
)
from appointments.services.rota.stranded import count_orphans, find_orphans, settle_orphans
from appointments.services.rota.week import (
    AbsenceCell,
    DayLoad,
    OffCell,
    Person,
    PersonDay,
    ShiftCell,
    Week,
    WeekDay,
    advisors_here,
    load_of_week,
    week_of,
)
from appointments.services.terms.details import Correction, VisitorDetails, shown_of
from appointments.services.terms.limits import challenge_for, check_act
from appointments.services.terms.links import (
    ExpiredLinkError,
    UnknownLinkError,
    call_of,
    find_by_secret,
    secret_of,
    secret_url,
    wait_secret_of,
)
from appointments.services.terms.policies import can_tell, medium_for, policy_of, video_address_of, ways_of

__all__ = [
    "AbsenceCell",
    "Copied",
    "Correction",
    "DayLoad",
    "Expansion",
    "ExpiredLinkError",
    "NoShowRate",
    "OffCell",
    "Orphan",
    "OrphanedAppointments",
    "Person",
    "PersonDay",
    "Resolution",
    "Resolutions",
    "ShiftCell",
    "Skipped",
    "UnknownLinkError",
    "VisitorDetails",
    "Week",
    "WeekDay",
    "advisors_here",
    "apologise",
    "ask_to_move",
    "book_appointment",
    "call_of",
    "can_tell",
    "cancel_appointment",
    "challenge_for",
    "change_day",
    "check_act",
    "close_days",
    "copy_week",
    "correct_details",
    "correct_wait",
    "count_failures",
    "count_free_by_day",
    "count_orphans",
    "decline_offer",
    "end_duty",
    "end_wait",
    "expand_duty",
    "extend_rota",
    "failures_at",
    "find_by_secret",
    "find_day",
    "find_first_slots",
    "find_free_slots",
    "find_horizon",
    "find_next_slots",
    "find_offer",
    "find_orphans",
    "find_wait",
    "fingerprint_of",
    "forget_visitor",
    "is_illustrative",
    "is_within_reach",
    "languages_at",
    "load_of_week",
    "mark_arrived",
    "mark_done",
    "mark_no_show",
    "medium_for",
    "move_appointment",
    "no_show_rate",
    "on_duty_at",
    "open_offer_of",
    "open_wait_of",
    "overbook_appointment",
    "policy_of",
    "preview_appointment",
    "preview_copy",
    "reassign_appointment",
    "remove_absence",
    "restore_day",
    "save_absence",
    "save_duty",
    "scrub_past_appointments",
    "scrub_past_waits",
    "secret_of",
    "secret_url",
    "send_due_messages",
    "service_at",
    "services_for",
    "settle_failure",
    "settle_orphans",
    "shown_of",
    "start_wait",
    "start_wait_for",
    "take_bounce",
    "take_offer",
    "take_text_failure",
    "taken_periods",
    "tell_near",
    "tend_freed_slots",
    "unmark",
    "video_address_of",
    "wait_secret_of",
    "ways_of",
    "week_of",
]
