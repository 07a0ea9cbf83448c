"""Actions on what visitors left with us, and on the anonymous log."""

from visitors.services.contacts import Details, log_contact, purge_contact_authors, undo_contact
from visitors.services.erasure import erase_expired_visitors, erase_visitor, postpone_erasure, register_visitor

__all__ = [
    "Details",
    "erase_expired_visitors",
    "erase_visitor",
    "log_contact",
    "postpone_erasure",
    "purge_contact_authors",
    "register_visitor",
    "undo_contact",
]
