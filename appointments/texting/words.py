"""What a text message says: place, day, time, code and the secret link. Never a theme, never a name."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from appointments.enums import MessageKind
from appointments.texting.alphabet import to_gsm
from citemetiers.kernel.dates import date_words


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What a text message may tell. Moments are on the wall of the place."""

    moment: dt.datetime
    place: str
    link: str
    code: str = ""
    until: dt.datetime | None = None


def build_text(kind: MessageKind, facts: TextFacts) -> str:
    """The words in the active language."""
    words = {
        "moment": date_words(facts.moment, "D j N H:i"),
        "place": facts.place,
        "code": facts.code,
        "until": date_words(facts.until, "D H:i") if facts.until else "",
        "link": facts.link,
    }
    return to_gsm(_sentence(kind) % words)


def turn_text(*, label: str, place: str, link: str) -> str:
    """The words that say that a turn is near, in the active language."""
    words = {"label": label, "place": place, "link": link}
    return to_gsm(_("Number %(label)s, %(place)s: it is almost your turn. %(link)s") % words)


def _sentence(kind: MessageKind) -> str:
    return {
        MessageKind.CONFIRMATION: _("Booked: %(moment)s, %(place)s. Code %(code)s. Move or cancel: %(link)s"),
        MessageKind.REMINDER: _("Reminder: %(moment)s, %(place)s. Code %(code)s. Move or cancel: %(link)s"),
        MessageKind.MOVED: _("New time: %(moment)s, %(place)s. Code %(code)s. Move or cancel: %(link)s"),
        MessageKind.CANCELLED: _("Cancelled: %(moment)s, %(place)s. Code %(code)s. %(link)s"),
        MessageKind.TO_MOVE: _("Sorry, %(moment)s, %(place)s, cannot be kept. Choose another time: %(link)s"),
        MessageKind.APOLOGY: _("Sorry, we had to cancel %(moment)s, %(place)s. You can book again: %(link)s"),
        MessageKind.FREED: _("A moment is free: %(moment)s, %(place)s. Kept for you until %(until)s: %(link)s"),
    }[kind]
