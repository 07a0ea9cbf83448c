"""A moment that somebody wants: what it would be, and one try after the other until it is theirs or refused."""

import datetime as dt
import uuid
from collections.abc import Callable

from django.db import IntegrityError

from appointments.enums import Channel, State, WhoBooks
from appointments.models import Appointment, Service
from appointments.rules import AppointmentError, MomentError, SlotTaken, check_asker, not_offered
from appointments.services.finding.catalogue import service_at
from appointments.services.finding.search import find_next_slots
from appointments.services.terms.wording import in_words_of
from appointments.slots import Slot
from sites.models import Site, Theme

MOST_TRIES = 5
NO_OVERLAP = "appointment_one_at_a_time"


def wanted_appointment(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    site: Site,
    theme: Theme,
    language: str,
    starts_at: dt.datetime,
    channel: str = Channel.ON_SITE,
    who: WhoBooks = WhoBooks.ANYONE,
    service: Service | None = None,
) -> Appointment:
    """What booking this moment would give, unsaved and without an advisor."""
    service = service or service_at(theme, site=site)
    if service is None or not site.is_open_to_public:
        raise not_offered()
    check_asker(service, who=who)
    service = in_words_of(service, theme)
    ends_at = starts_at + service.duration
    return Appointment(
        service=service,
        site=site,
        language=language,
        channel=channel,
        starts_at=starts_at,
        ends_at=ends_at,
        free_again_at=ends_at + service.buffer,
    )


def first_that_fits(
    write: Callable[[], Appointment], *, wanted: Appointment, now: dt.datetime, who: WhoBooks = WhoBooks.ANYONE
) -> Appointment:
    """Try until it is written or refused; what was written by pressing the button before is the answer, too."""
    for _try in range(MOST_TRIES):
        try:
            return write()
        except (AppointmentError, IntegrityError) as error:
            twin = Appointment.objects.filter(pk=wanted.pk).first()
            if twin and _is_same(twin, wanted):
                return twin
            if isinstance(error, AppointmentError) or NO_OVERLAP in str(error):
                raise _with_others(error, wanted=wanted, now=now, who=who) from error
            # The code was drawn before, or what the button gave was moved or cancelled since: another one.
            if twin:
                wanted.pk = uuid.uuid4()
            collision = error
    raise collision


def _is_same(twin: Appointment, wanted: Appointment) -> bool:
    """Whether the button was pressed twice; not so when the first was moved or cancelled meanwhile."""
    asked = (wanted.service_id, wanted.site_id, wanted.starts_at)
    given = (twin.service_id, twin.site_id, twin.starts_at)
    return given == asked and twin.state not in (State.CANCELLED, State.TO_MOVE)


def _with_others(
    error: AppointmentError | IntegrityError, *, wanted: Appointment, now: dt.datetime, who: WhoBooks
) -> AppointmentError:
    """The refusal, with other moments when it is about the moment."""
    if isinstance(error, SlotTaken | IntegrityError):
        return SlotTaken(next_slots=_offered_instead(wanted, now=now, who=who))
    if isinstance(error, MomentError):
        return MomentError(str(error), next_slots=_offered_instead(wanted, now=now, who=who))
    return error


def _offered_instead(wanted: Appointment, *, now: dt.datetime, who: WhoBooks) -> list[Slot]:
    return find_next_slots(
        theme=wanted.service.theme,
        site=wanted.site,
        language=wanted.language,
        channel=wanted.channel,
        after=wanted.starts_at,
        now=now,
        who=who,
    )
