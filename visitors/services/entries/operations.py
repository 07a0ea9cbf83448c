"""What a device sends of an entry, before anything of it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from django.utils.translation import gettext as _

from visitors import rules
from visitors.enums import NOT_ASKED, DurationBand

LONGEST_WORD = 64
# Other keys tell the moment, and some the device, at which they were made.
RANDOM = 4
# What stays unsaid unless it came up.
DETAILS = (
    "audience",
    "status",
    "education",
    "territory",
    "how_heard",
    "gender",
    "age_band",
    "first_visit",
    "referred_to",
)
DEFAULTS: Mapping[str, Any] = {
    "half_day": "",
    "way": "",
    "language": "",
    "headcount": 1,
    "duration": DurationBand.FROM_15.value,
    **dict.fromkeys(DETAILS, NOT_ASKED),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One edition of an entry: its words as they were sent. The one with the highest edition says what holds."""

    key: UUID
    edition: int
    kind: str
    site: str
    day: str
    themes: tuple[str, ...] = ()
    is_undone: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: Mapping[str, Any]) -> Self:
        """The operation that was sent. Raises VisitorsError where it cannot be told which entry it is about."""
        key, edition = _key(sent.get("key")), _number(sent.get("edition"))
        rules.check_edition(edition)
        themes = sent.get("themes")
        return cls(
            key=key,
            edition=edition,
            kind=_word(sent.get("kind")),
            site=_word(sent.get("site")),
            day=_word(sent.get("day")),
            themes=tuple(dict.fromkeys(map(_word, themes))) if isinstance(themes, list) else (),
            is_undone=sent.get("undone") is True,
            answers={name: sent[name] for name in DEFAULTS if name in sent},
        )

    def word(self, name: str) -> str:
        """The code of one answer; a default where none was sent, nothing where it is no word."""
        return _word(self.answers.get(name, DEFAULTS[name]))

    @property
    def headcount(self) -> int:
        """How many people it was about; none where it is no number."""
        return _number(self.answers.get("headcount", DEFAULTS["headcount"]))


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one operation: kept, or refused for a reason."""

    refusal: rules.VisitorsError | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the entry is in the state that the operation asked for, or in a later one."""
        return self.refusal is None


def _key(sent: Any) -> UUID:
    try:
        key = UUID(_word(sent))
    except ValueError:
        key = None
    if key is None or key.version != RANDOM:
        raise rules.EditionError(_("This entry came without its number. Please log it again."))
    return key


def _number(sent: Any) -> int:
    return sent if type(sent) is int else 0


def _word(sent: Any) -> str:
    # No database takes half a character, or none at all: the word is refused, not the batch.
    return sent if isinstance(sent, str) and len(sent) <= LONGEST_WORD and sent.isprintable() else ""
