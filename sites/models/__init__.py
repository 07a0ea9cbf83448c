"""Where and when the centres receive people, who works there, and the words they agree on."""

from sites.models.hours import Closure, OpeningHours, SchoolHoliday
from sites.models.partners import Partner, Presence
from sites.models.people import Membership, User
from sites.models.places import Locality, Network, Room, Site
from sites.models.vocabularies import Audience, Theme

__all__ = [
    "Audience",
    "Closure",
    "Locality",
    "Membership",
    "Network",
    "OpeningHours",
    "Partner",
    "Presence",
    "Room",
    "SchoolHoliday",
    "Site",
    "Theme",
    "User",
]
