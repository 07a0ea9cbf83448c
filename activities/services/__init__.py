"""Actions on the programmes of open days."""

from activities.services.content import changes_between, checksum_of, state_of_session
from activities.services.demo import SEED_FILE, ensure_upcoming_open_day, load_open_day, read_seed_programme
from activities.services.importing import SitePlan, compare_programme, import_programme, state_of
from activities.services.releasing import (
    Standing,
    pending_changes,
    release_changed,
    release_programme,
    standing_of,
    state_of_changes,
)
from activities.services.sessions import delete_session, room_named, save_session

__all__ = [
    "SEED_FILE",
    "SitePlan",
    "Standing",
    "changes_between",
    "checksum_of",
    "compare_programme",
    "delete_session",
    "ensure_upcoming_open_day",
    "import_programme",
    "load_open_day",
    "pending_changes",
    "read_seed_programme",
    "release_changed",
    "release_programme",
    "room_named",
    "save_session",
    "standing_of",
    "state_of",
    "state_of_changes",
    "state_of_session",
]
