"""What a visitor left with us, the anonymous log, and what stays of it. Nothing joins the first to the others."""

from visitors.models.contacts import LARGEST_EDITION, LARGEST_PARTY, WORDS_NAMED, Contact, ContactTheme, EntryAuthor
from visitors.models.doors import DoorCounter, DoorReading
from visitors.models.months import ClosedMonth, JobRun, MonthCube
from visitors.models.survey import SurveyAnswer
from visitors.models.tallies import LARGEST_COUNT, Tally, TallyMargin
from visitors.models.visitor import Visitor

__all__ = [
    "LARGEST_COUNT",
    "LARGEST_EDITION",
    "LARGEST_PARTY",
    "WORDS_NAMED",
    "ClosedMonth",
    "Contact",
    "ContactTheme",
    "DoorCounter",
    "DoorReading",
    "EntryAuthor",
    "JobRun",
    "MonthCube",
    "SurveyAnswer",
    "Tally",
    "TallyMargin",
    "Visitor",
]
