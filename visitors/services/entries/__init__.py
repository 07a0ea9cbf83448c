"""What is logged at the desk, corrected and taken back, whatever becomes of the network in between."""

from visitors.services.entries.again import Logged, newest_entries, own_entry, undo_entry
from visitors.services.entries.drafts import KindError
from visitors.services.entries.keeping import NotCorrectableError, UnkeptError, keep_entries, keep_entry
from visitors.services.entries.offered import Choice, Choices, choices_at
from visitors.services.entries.operations import DETAILS, Answer, Operation

__all__ = [
    "DETAILS",
    "Answer",
    "Choice",
    "Choices",
    "KindError",
    "Logged",
    "NotCorrectableError",
    "Operation",
    "UnkeptError",
    "choices_at",
    "keep_entries",
    "keep_entry",
    "newest_entries",
    "own_entry",
    "undo_entry",
]
