"""Where and when the centres receive people, who works there, and the words they agree on."""

from sites.models.addresses import Address
from sites.models.hours import Closure, DropInPause, OpeningHours, SchoolHoliday, Season, SpecialHours
from sites.models.labels import LabelReminder
from sites.models.partners import Convention, Partner, PartnerName, Presence
from sites.models.people import Invitation, Membership, User
from sites.models.places import Locality, Network, Site
from sites.models.resources import Holding, Resource
from sites.models.rooms import Desk, Room
from sites.models.vocabularies import (
    VOCABULARIES,
    AgeBand,
    Audience,
    Channel,
    Duration,
    Education,
    HowHeard,
    Status,
    Term,
    Territory,
    Theme,
)

__all__ = [
    "VOCABULARIES",
    "Address",
    "AgeBand",
    "Audience",
    "Channel",
    "Closure",
    "Convention",
    "Desk",
    "DropInPause",
    "Duration",
    "Education",
    "Holding",
    "HowHeard",
    "Invitation",
    "LabelReminder",
    "Locality",
    "Membership",
    "Network",
    "OpeningHours",
    "Partner",
    "PartnerName",
    "Presence",
    "Resource",
    "Room",
    "SchoolHoliday",
    "Season",
    "Site",
    "SpecialHours",
    "Status",
    "Term",
    "Territory",
    "Theme",
    "User",
]
