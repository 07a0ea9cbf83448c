"""What each figure counts, in which unit, and what it leaves out."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reporting.enums import Metric

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
COUNTED = (CONTACTS, PEOPLE, WAY, COVERAGE)

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
