"""The queue of a day: tickets, desks, whose turn it is, and what is kept of it."""

from appointments.services.queue.accuracy import Accuracy, MonthOfWaits, accuracy_of, waits_by_month
from appointments.services.queue.board import Board, Call, board_of, boards_of
from appointments.services.queue.calling import (
    RULE,
    begin_session,
    call_again,
    call_next,
    call_this,
    waiting_at,
    whose_turn,
)
from appointments.services.queue.closing import close_days, observe
from appointments.services.queue.demo import ensure_demo_queue
from appointments.services.queue.desks import (
    Defaults,
    close_desk,
    duty_defaults,
    open_desk,
    open_desks,
    pause_desk,
    resume_desk,
    seating_of,
)
from appointments.services.queue.door import door_code, is_door_code, is_screen, renew_screen_key, sign_screen
from appointments.services.queue.estimates import Estimate, closes_before, estimate_for, estimates_of
from appointments.services.queue.invented import seed_observations
from appointments.services.queue.line import Standing, line_of
from appointments.services.queue.near import ask_to_be_told, tell_near
from appointments.services.queue.numbers import label_of, queue_as_seen, queue_of
from appointments.services.queue.offered import Offered, offered_at
from appointments.services.queue.passing import (
    Closed,
    Session,
    finish,
    mark_left,
    mark_missing,
    mark_priority,
    park,
    return_to_line,
    second_session,
    swap_for_appointment,
    transfer,
)
from appointments.services.queue.setting_up import set_up_queue
from appointments.services.queue.swapping import book_instead, moments_instead
from appointments.services.queue.tickets import (
    check_in,
    check_in_by_code,
    find_ticket,
    take_ticket,
    ticket_secret,
    ticket_url,
)

__all__ = [
    "RULE",
    "Accuracy",
    "Board",
    "Call",
    "Closed",
    "Defaults",
    "Estimate",
    "MonthOfWaits",
    "Offered",
    "Session",
    "Standing",
    "accuracy_of",
    "ask_to_be_told",
    "begin_session",
    "board_of",
    "boards_of",
    "book_instead",
    "call_again",
    "call_next",
    "call_this",
    "check_in",
    "check_in_by_code",
    "close_days",
    "close_desk",
    "closes_before",
    "door_code",
    "duty_defaults",
    "ensure_demo_queue",
    "estimate_for",
    "estimates_of",
    "find_ticket",
    "finish",
    "is_door_code",
    "is_screen",
    "label_of",
    "line_of",
    "mark_left",
    "mark_missing",
    "mark_priority",
    "moments_instead",
    "observe",
    "offered_at",
    "open_desk",
    "open_desks",
    "park",
    "pause_desk",
    "queue_as_seen",
    "queue_of",
    "renew_screen_key",
    "resume_desk",
    "return_to_line",
    "seating_of",
    "second_session",
    "seed_observations",
    "set_up_queue",
    "sign_screen",
    "swap_for_appointment",
    "take_ticket",
    "tell_near",
    "ticket_secret",
    "ticket_url",
    "transfer",
    "waiting_at",
    "waits_by_month",
    "whose_turn",
]
