"""What each figure counts, in which unit, and what it leaves out."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reporting.enums import Metric
from visitors.enums import Line

Text = str | Promise


@dataclass(frozen=True)
class Definition:
    """One figure, so that anyone can recompute it."""

    code: str
    name: Text
    unit: Text
    text: Text
    not_counted: Text


CONTACTS = Definition(
    code="contacts",
    name=_("contacts"),
    unit=_("acts of service"),
    text=_(
        "One act of service to one person or one small party, such as a couple or a parent with a child. "
        "Someone who comes back is a new contact. A group session is one contact for each line of the log."
    ),
    not_counted=_(
        "Passages at the door, calls nobody answered, appointments nobody came to, pupils met in their school."
    ),
)
PEOPLE = Definition(
    code="people",
    name=_("people"),
    unit=_("headcount of the contacts"),
    text=_(
        "How many people the contacts served, added up. For groups these are the participants present. "
        "A person who comes twice is counted twice: with anonymity nobody can know how many different people came."
    ),
    not_counted=_("People who waited or passed by without being served. This is never a number of different visitors."),
)
WAY = Definition(
    code="way",
    name=_("way of service"),
    unit=_("a quality of each contact"),
    text=_("How the person was served: one-to-one, at a distance, in a group, by themselves, or on an outing."),
    not_counted=_("A contact has exactly one way of service: the first one, if the person went on to another."),
)
COVERAGE = Definition(
    code="coverage",
    name=_("coverage"),
    unit=_("months with at least one contact"),
    text=_("The months of the period in which the site logged something. An empty month is a gap or a closure."),
    not_counted=_("It does not say whether every contact of a month was logged."),
)
NO_SHOWS = Definition(
    code="no_shows",
    name=_("appointments nobody came to"),
    unit=_("percent of the appointments of which somebody said what became of them"),
    text=_(
        "Of the one-to-one appointments of the period that reception or an advisor marked, the share marked "
        "“did not come”. The others arrived."
    ),
    not_counted=_(
        "Cancelled appointments, and those that nobody marked. No share is told on fewer than 25 appointments, "
        "nor of a single advisor or day."
    ),
)
BATCHED = Definition(
    code="batched",
    name=_("contacts logged in a batch"),
    unit=_("acts of service"),
    text=_(
        "Contacts of which only the number was caught up afterwards, a half-day and a theme at a time. They are in the "
        "contacts; nothing else was asked of them."
    ),
    not_counted=_("Contacts that were logged one by one, however late."),
)
COUNTED = (CONTACTS, PEOPLE, WAY, BATCHED, COVERAGE, NO_SHOWS)

INFORMATION = Definition(
    code="information",
    name=Line.INFORMATION.label,
    unit=_("people who asked"),
    text=_("People who asked something at reception and were answered at once: the way, the hours, a leaflet."),
    not_counted=_("They are no contacts and are never added to them. Whoever then sees an advisor is a contact, too."),
)
PUPILS_COUNTED = Definition(
    code="pupils_counted",
    name=Line.PUPILS.label,
    unit=pgettext_lazy("unit of a published figure", "pupils"),
    text=_("Pupils who were met in their school, or received with their class."),
    not_counted=_("They are no contacts and are never added to them. Pupils who come by themselves are contacts."),
)
ENTRIES = Definition(
    code="entries",
    name=_("entries at the door"),
    unit=_("people who came in"),
    text=_(
        "What the counters at the doors saw, corrected, halved where a visit passes twice, and without the staff. "
        "Estimated is what was guessed, or what one reading says of several days."
    ),
    not_counted=_(
        "Days without a reading or an estimate: they are unknown, not zero. Somebody who comes in is not yet a "
        "contact, and the two are never added."
    ),
)
BESIDE = (INFORMATION, PUPILS_COUNTED, ENTRIES)
UNIT_OF_LINE: dict[str, Text] = {Line.INFORMATION: INFORMATION.unit, Line.PUPILS: PUPILS_COUNTED.unit}

_NOT_ESTIMATED = _("Booked visitors, tickets without an estimate, and people who left before they were called.")
WAITED = (
    Definition(
        code="wait",
        name=_("wait without an appointment"),
        unit=_("minutes"),
        text=_("From taking a number to being called: half of the people of the month waited no longer."),
        not_counted=_(
            "People who left before they were called, and second questions of one visit. Nothing is told on fewer "
            "than 25 people, nor of one site or one day."
        ),
    ),
    Definition(
        code="error",
        name=_("error of the estimate"),
        unit=_("percent of the wait"),
        text=_(
            "How far the estimate on a ticket was from the wait that followed; half of the estimates were nearer. "
            "Of waits of 5 minutes or more: of a shorter one a single minute is already a large share."
        ),
        not_counted=_NOT_ESTIMATED,
    ),
    Definition(
        code="range",
        name=_("within the range"),
        unit=_("percent of the estimates"),
        text=_("How often the wait lay between the two numbers that the ticket told, such as 15–25 minutes."),
        not_counted=_NOT_ESTIMATED,
    ),
)

PUBLISHED = (
    Definition(
        code=Metric.VISITORS_PUBLISHED,
        name=Metric.VISITORS_PUBLISHED.label,
        unit=pgettext_lazy("unit of a published figure", "visitors"),
        text=_("Visitors in the sense of the publication, which the line itself repeats."),
        not_counted=_("It is not a number of contacts: the two are never added nor compared."),
    ),
    Definition(
        code=Metric.INTERVIEWS,
        name=Metric.INTERVIEWS.label,
        unit=pgettext_lazy("unit of a published figure", "interviews"),
        text=_("Individual advice interviews held in the year, as published."),
        not_counted=_("Group activities, self-service and outings."),
    ),
    Definition(
        code=Metric.SELF_SERVICE,
        name=Metric.SELF_SERVICE.label,
        unit=pgettext_lazy("unit of a published figure", "people, each time they came"),
        text=_("People who used the documentation or the multimedia room, as published."),
        not_counted=_("People who saw an advisor one-to-one."),
    ),
    Definition(
        code=Metric.PARTICIPANTS,
        name=Metric.PARTICIPANTS.label,
        unit=pgettext_lazy("unit of a published figure", "participants"),
        text=_("People present at group activities, as published."),
        not_counted=_("People who registered and did not come, where the publication says so."),
    ),
    Definition(
        code=Metric.OUTREACH,
        name=Metric.OUTREACH.label,
        unit=pgettext_lazy("unit of a published figure", "people met"),
        text=_("People met at fairs, at events and on other outings, as published."),
        not_counted=_("People served at the site itself."),
    ),
    Definition(
        code=Metric.PUPILS,
        name=Metric.PUPILS.label,
        unit=pgettext_lazy("unit of a published figure", "pupils"),
        text=_("Pupils informed in their school or received with their class, as published."),
        not_counted=_("Pupils who came by themselves. Pupils are always counted beside the visitors."),
    ),
    Definition(
        code=Metric.CONTACTS,
        name=_("contacts, as published"),
        unit=pgettext_lazy("unit of a published figure", "contacts"),
        text=_("Contacts in the sense of the publication; where its lines are known, they are shown with their sum."),
        not_counted=_("It is not a number of different people."),
    ),
    Definition(
        code=Metric.CONTACTS_TARGET,
        name=Metric.CONTACTS_TARGET.label,
        unit=pgettext_lazy("unit of a published figure", "contacts aimed at"),
        text=_("A number that was aimed at, not reached: a target is never added to a count."),
        not_counted=_("Everything: it is a wish, not a count."),
    ),
)

# The way of service that a published line stands for, where it stands for one.
WAY_OF_METRIC: dict[str, Text] = {
    Metric.INTERVIEWS: pgettext_lazy("way of service", "one-to-one"),
    Metric.SELF_SERVICE: pgettext_lazy("way of service", "self-service"),
    Metric.PARTICIPANTS: pgettext_lazy("way of service", "group"),
    Metric.OUTREACH: pgettext_lazy("way of service", "outreach"),
}
UNIT_OF_METRIC: dict[str, Text] = {definition.code: definition.unit for definition in PUBLISHED}
