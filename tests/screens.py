"""What the tests of permissions need of each staff address: whose it is, and what it names."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.models import OpenDay, Programme, Session
from appointments.enums import Failure, MessageKind, TicketState
from appointments.models import Absence, Appointment, Duty, Message, Ticket
from citemetiers.permissions import Place
from sites.enums import Role, SeasonKind
from sites.models import (
    Address,
    AgeBand,
    Closure,
    Invitation,
    Membership,
    Network,
    Partner,
    Resource,
    Season,
    Site,
    Theme,
    User,
)
from tests.factories.activities import DAY, OpenDayFactory, ProgrammeFactory, SessionFactory
from tests.factories.appointments import AppointmentFactory, DutyFactory
from tests.factories.contacts import ContactFactory
from tests.factories.counts import DoorCounterFactory, TallyFactory
from tests.factories.queue import SeatingFactory, SiteQueueFactory, TicketFactory
from tests.factories.sites import (
    AddressFactory,
    AudienceFactory,
    InvitationFactory,
    MembershipFactory,
    NetworkFactory,
    PartnerFactory,
    PresenceFactory,
    ResourceFactory,
    SiteFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.visitors import VisitorFactory
from tests.sessions import session_of
from visitors.models import DoorCounter, Tally

MOVES_ON = timezone.localdate() + dt.timedelta(days=60)
RECEIVES_ON = timezone.localdate() + dt.timedelta(days=7)


@dataclass
class Spot:
    """A site, its network and its partner, with one row of each kind; every name in it carries the mark."""

    mark: str
    network: Network
    site: Site
    partner: Partner
    open_day: OpenDay
    programme: Programme
    session: Session
    move: Address
    season: Season
    closure: Closure
    resource: Resource
    word: AgeBand
    duty: Duty
    absence: Absence
    appointment: Appointment
    colleagues: dict[Place, Membership]
    invitations: dict[Place, Invitation]
    unreached: Message
    ticket: Ticket
    group: Tally
    counter: DoorCounter


def make_spot(mark: str) -> Spot:
    """One place of the world, apart from any other."""
    network = NetworkFactory(slug=mark, name=f"Network {mark}")
    moved_on = MOVES_ON - dt.timedelta(days=1)
    site = SiteFactory(slug=mark, name=f"Site {mark}", network=network, address__last_on=moved_on)
    with disable_auditlog():  # a partner without a site is everybody's to see; this one has been here for long
        partner = PartnerFactory(slug=mark, name=f"Partner {mark}")
    PresenceFactory(partner=partner, site=site, scope=f"Source {mark}")
    open_day = OpenDayFactory(network=network)
    programme = ProgrammeFactory(open_day=open_day, site=site)
    session = SessionFactory(programme=programme, title_fr=f"Session {mark}", room__name=f"Room {mark}")
    ContactFactory(site=site)
    return Spot(
        mark=mark,
        network=network,
        site=site,
        partner=partner,
        open_day=open_day,
        programme=programme,
        session=session,
        move=AddressFactory(site=site, first_on=MOVES_ON),
        season=Season.objects.create(site=site, kind=SeasonKind.SCHOOL_HOLIDAYS, name=f"Season {mark}"),
        closure=Closure.objects.create(network=network, site=site, first_on=DAY, last_on=DAY, reason=f"Fête {mark}"),
        resource=ResourceFactory(slug=mark, network=network, title_fr=f"Resource {mark}", is_listed=False),
        word=_word(network, mark),
        ticket=_received(site, mark),
        group=TallyFactory(site=site, day=timezone.localdate(timezone=site.tz)),
        counter=DoorCounterFactory(site=site, name=f"Door {mark}"),
        **_rota(site, mark),
        **_people(network, site, partner, mark),
    )


def _unreached(site: Site, mark: str) -> Message:
    now = timezone.now()
    appointment = AppointmentFactory(
        site=site, visitor=VisitorFactory(alias=f"Visitor {mark}"), starts_at=now + dt.timedelta(days=3)
    )
    kind, failure = MessageKind.APOLOGY, Failure.BOUNCED
    message: Message = Message.objects.create(
        appointment=appointment, kind=kind, key=mark, due_at=now, given_up_at=now, failure=failure
    )
    return message


def _received(site: Site, mark: str) -> Ticket:
    """Somebody in session at a desk today."""
    now = timezone.now()
    SiteQueueFactory(site=site)
    seating = SeatingFactory(site=site, opened_at=now, desk__name=f"Desk {mark}")
    ticket: Ticket = TicketFactory(
        site=site, theme=Theme.objects.earliest("pk"), called=True, seating=seating, taken_at=now, called_at=now
    )
    ticket.state, ticket.began_at = TicketState.RECEIVED, now
    ticket.save()
    return ticket


def _people(network: Network, site: Site, partner: Partner, mark: str) -> dict[str, Any]:
    """Who holds a role at each kind of place, and who is invited to one."""
    at = {
        Place.SITE: {"site": site},
        Place.NETWORK: {"site": None, "network": network},
        Place.PARTNER: {"site": site, "partner": partner},
    }
    return {
        "colleagues": {
            place: MembershipFactory(user__display_name=f"{place} {mark}", role=Role.ADVISOR, **keys)
            for place, keys in at.items()
        },
        "invitations": {
            place: InvitationFactory(email=f"{place.lower()}@{mark}.example", role=Role.ADVISOR, **keys)
            for place, keys in at.items()
        },
    }


def _word(network: Network, mark: str) -> AgeBand:
    common = AgeBand.objects.create(code=f"all-{network.pk}", name_fr="Tous", position=network.pk)
    keys = {"code": mark, "name_fr": f"Mot {mark}", "position": 1}
    word: AgeBand = AgeBand.objects.create(network=network, common=common, **keys)
    return word


def _rota(site: Site, mark: str) -> dict[str, Any]:
    """Who receives, who is away, who is booked, and whom no message reached."""
    advisor = MembershipFactory(user__display_name=f"Advisor {mark}", role=Role.ADVISOR, site=site).user
    now = timezone.now()
    return {
        "duty": DutyFactory(advisor=advisor, site=site, weekday=RECEIVES_ON.isoweekday()),
        "absence": Absence.objects.create(advisor=advisor, starts_at=now, ends_at=now + dt.timedelta(days=3)),
        "appointment": AppointmentFactory(site=site, advisor=advisor, starts_at=now + dt.timedelta(days=2)),
        "unreached": _unreached(site, mark),
    }


def make_person(role: Role, spot: Spot, place: Place = Place.SITE) -> User:
    """Somebody who holds one role at one place of a spot, as the constraint of memberships allows."""
    keys: dict[str, Any] = {"site": spot.site}
    if role == Role.PARTNER_MANAGER:
        keys = {"site": None, "partner": spot.partner}
    elif role == Role.NETWORK_MANAGER or place == Place.NETWORK:
        keys = {"site": None, "network": spot.network}
    return MembershipFactory(user=UserFactory(), role=role, **keys).user


class Cast:
    """Each role at each place of some spots: made once and signed in once, for as long as the rows of a module last."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        self._people = {
            (role, spot.mark, at_network): make_person(role, spot, Place.NETWORK if at_network else Place.SITE)
            for role, spot, at_network in product(Role, spots, (False, True))
        }
        self.keys = {person.pk: session_of(person) for person in self._people.values()}

    def person(self, role: Role, spot: Spot, place: Place = Place.SITE) -> User:
        """Whoever holds this role there; the rows of this person stay as they are."""
        return self._people[role, spot.mark, place == Place.NETWORK]


class Door:
    """Where one person after another asks for a page; whatever an answer wrote is forgotten."""

    def __init__(self, client: Client, cast: Cast) -> None:
        self.client = client
        self.keys = dict(cast.keys)

    def ask(self, person: User | None, url: str, method: str = "get", data: Any = None) -> Any:
        """The answer to one request, and whether it wrote anything that is watched."""
        self.client.cookies.clear()  # whoever asked before may have been signed out, or in again
        if person is not None:
            if person.pk not in self.keys:
                self.keys[person.pk] = session_of(person)
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.keys[person.pk]
        with transaction.atomic():
            before = LogEntry.objects.count()
            answer: Any = self._send(url, method, data or {})
            answer.has_written = LogEntry.objects.count() != before
            transaction.set_rollback(True)
        return answer

    def _send(self, url: str, method: str, data: Any) -> Any:
        if method == "put":
            return self.client.put(url, json.dumps(data), content_type="application/json")
        return self.client.post(url, data) if method == "post" else self.client.get(url)


Build = Callable[[Spot, Place], dict[str, Any]]


def nothing(_spot: Spot, _place: Place) -> dict[str, Any]:
    """Neither in the address nor in a form."""
    return {}


@dataclass(frozen=True)
class Target:
    """How an address is filled in. One that names no place is a list: it shows everybody their own."""

    kwargs: Build = nothing
    query: Build = nothing
    data: Build = nothing
    # Whoever opens such a page may be anywhere; the row it names is not theirs to see all the same.
    is_list: bool = False
    methods: tuple[str, ...] = ("get", "post")

    def url(self, name: str, spot: Spot, place: Place) -> str:
        """The address, about this spot."""
        query = "&".join(f"{key}={value}" for key, value in self.query(spot, place).items())
        return reverse(name, kwargs=self.kwargs(spot, place)) + (f"?{query}" if query else "")


def _site_query(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"site": spot.site.slug}


def _slug(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"slug": spot.mark}


def _programme(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"day": spot.open_day.day, "site": spot.site.slug}


def _session(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"public_id": spot.session.public_id}


def _move(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"slug": spot.mark, "pk": spot.move.pk}


def _closure(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"slug": spot.mark, "kind": "closures", "pk": spot.closure.pk}


def _invitation(spot: Spot, place: Place) -> dict[str, Any]:
    return {"invitation_id": spot.invitations[place].pk}


def _membership(spot: Spot, place: Place) -> dict[str, Any]:
    return {"pk": spot.colleagues[place].pk}


def _words(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"place": spot.mark, "vocabulary": "age-bands"}


def _word_named(spot: Spot, place: Place) -> dict[str, Any]:
    return {**_words(spot, place), "code": spot.word.code}


def _duty_named(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"slug": spot.mark, "pk": spot.duty.pk}


def _day_of_duty(spot: Spot, place: Place) -> dict[str, Any]:
    return {**_duty_named(spot, place), "day": RECEIVES_ON}


def _absence(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"slug": spot.mark, "pk": spot.absence.pk}


def _appointment(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"pk": spot.appointment.pk}


def _entries(spot: Spot, _place: Place) -> dict[str, Any]:
    entry = {"key": str(uuid.uuid4()), "edition": 1, "kind": "information", "site": spot.site.slug}
    return {"entries": [entry | {"day": timezone.localdate().isoformat(), "half_day": "MORNING"}]}


def _own_entry(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"site": spot.site.slug, "key": uuid.uuid4(), "kind": "information"}


def _ticket(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"pk": spot.ticket.pk}


def _group(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"site": spot.site.slug, "key": spot.group.pk}


def _counter(spot: Spot, _place: Place) -> dict[str, Any]:
    return {"site": spot.site.slug, "counter": spot.counter.pk}


LIST = Target(is_list=True)
TARGETS: dict[str, Target] = {
    "visitors:desk": LIST,
    "visitors:site-choose": Target(data=_site_query, is_list=True),
    "visitors:contact-log": Target(data=_site_query, is_list=True),
    **{
        f"visitors:{act}": Target(data=_own_entry, is_list=True)
        for act in ("contact-undo", "contact-again", "count-one")
    },
    "visitors:shell": Target(query=_site_query),
    "visitors:entries": Target(data=_entries, is_list=True, methods=("put",)),
    **{
        f"visitors:{page}": Target(data=_site_query, is_list=True)
        for page in ("batch", "group-list", "group-add", "counter-add")
    },
    "visitors:door-list": Target(
        data=lambda spot, _place: {"site": spot.site.slug, "day": timezone.localdate()}, is_list=True
    ),
    **{
        f"visitors:{page}": Target(data=_site_query, is_list=True)
        for page in ("door-import", "door-import-confirm", "door-example")
    },
    **{f"visitors:group-{page}": Target(data=_group, is_list=True) for page in ("change", "remove")},
    "visitors:counter-change": Target(query=_counter, data=_counter),
    **{f"agenda:{page}": Target(query=_site_query) for page in ("day", "week", "new", "new-details", "overbook")},
    **{f"agenda:{page}": LIST for page in ("find", "subscription", "subscription-revoke")},
    "agenda:site-choose": Target(data=_site_query, is_list=True),
    **{f"agenda:{page}": Target(_appointment) for page in ("appointment", "mark", "move", "cancel")},
    "agenda:message-list": LIST,
    "agenda:message-settle": Target(lambda spot, _place: {"pk": spot.unreached.pk}),
    **{f"counter:{page}": Target(query=_site_query, data=_site_query, is_list=True) for page in ("panel", "take")},
    **{f"counter:{page}": Target(data=_site_query, is_list=True) for page in ("seat", "call-next", "check-in")},
    **{f"counter:{page}": Target(_ticket) for page in ("ticket", "act", "pass-on", "second", "slip")},
    "counter:screens": Target(query=_site_query),
    "counter:screens-renew": Target(query=_site_query, data=_site_query),
    "programmes:programme-list": LIST,
    "programmes:programme-import": LIST,
    "programmes:programme-import-confirm": LIST,
    "programmes:programme-example": LIST,
    "programmes:session-edit": Target(_session),
    "programmes:session-delete": Target(_session),
    "programmes:open-day-release": Target(lambda spot, _place: {"day": spot.open_day.day, "network": spot.mark}),
    "programmes:programme-detail": Target(_programme),
    "programmes:session-add": Target(_programme),
    "programmes:programme-release": Target(_programme),
    "places:place-list": LIST,
    "places:move-edit": Target(_move),
    "places:move-withdraw": Target(_move),
    "places:place-season-week": Target(lambda spot, _place: {"slug": spot.mark, "season": spot.season.pk}),
    "places:row-add": Target(lambda spot, _place: {"slug": spot.mark, "kind": "rooms"}),
    "places:row-edit": Target(_closure),
    "places:row-remove": Target(_closure),
    **{f"places:place-{page}": Target(_slug) for page in ("detail", "contact", "label", "address", "move", "week")},
    "planning:week": LIST,
    **{
        f"planning:{page}": Target(_slug)
        for page in ("site-week", "week-copy", "duty-add", "absence-add", "orphan-list")
    },
    **{f"planning:duty-{page}": Target(_duty_named) for page in ("edit", "end")},
    **{f"planning:day-{page}": Target(_day_of_duty) for page in ("change", "move", "restore")},
    "planning:absence-remove": Target(_absence),
    "catalogue:resource-list": LIST,
    "catalogue:resource-add": LIST,
    **{f"catalogue:resource-{page}": Target(_slug) for page in ("edit", "shelves", "reviewed", "listed")},
    "reports:figure-list": Target(query=_site_query),
    "reports:figure-export": Target(lambda _spot, _place: {"year": timezone.localdate().year}, query=_site_query),
    "reports:retention": Target(is_list=True),
    "reports:survey": Target(query=_site_query),
    "reports:survey-export": Target(lambda _spot, _place: {"period": timezone.localdate().year}, query=_site_query),
    "audit:entry-list": LIST,
    "team:team-list": LIST,
    **{
        f"team:{place}-{page}": Target(_slug) for place in ("site", "network", "partner") for page in ("team", "invite")
    },
    "team:invitation-resend": Target(_invitation),
    "team:invitation-withdraw": Target(_invitation),
    "team:membership-role": Target(_membership),
    "team:membership-end": Target(_membership),
    "words:word-index": LIST,
    **{f"words:word-{page}": Target(_words) for page in ("list", "add", "copy")},
    "words:word-order": Target(_words, data=lambda spot, _place: {"move": f"up:{spot.word.code}"}),
    **{f"words:word-{page}": Target(_word_named) for page in ("reword", "retire", "translate")},
}


def target_of(name: str) -> Target:
    """How the tests fill in an address; a new one must be told."""
    assert name in TARGETS, (
        f"“{name}” is a new staff address. Add a line for it to TARGETS in tests/screens.py: which row of a Spot its "
        "address names, and LIST if it names none. Then write docs/permissions.md anew: manage.py permissions."
    )
    return TARGETS[name]


def make_words() -> None:
    """Words that forms cannot do without."""
    ThemeFactory()
    AudienceFactory()
