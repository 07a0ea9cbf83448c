"""Who receives when, and whose time is no longer free."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import BigIntegerField, CharField, DateTimeField, QuerySet, SlugField, UUIDField

from appointments.models import Appointment, FreedSlot, Service, Shift
from appointments.services.finding.openings import is_open_at
from appointments.services.terms.policies import ways_of
from appointments.slots import OnDuty, Period, Rhythm, moments_of
from citemetiers.kernel.fields import holding
from citemetiers.kernel.questions import Given, IsOneOf, Question
from sites.models import Site


def rhythm_of(service: Service) -> Rhythm:
    """How the sessions of a service follow one another in a shift."""
    return Rhythm(service.duration, service.buffer, service.drop_in_percent)


def as_offered(shift: OnDuty, *, service: Service, language: str | None, channel: str | None) -> OnDuty | None:
    """The shift in the languages and ways that both it and the service have; none where it has not those wanted."""
    languages = shift.languages
    if service.languages:
        languages = tuple(code for code in languages if code in service.languages)
    channels = ways_of(service)
    if shift.channels:
        channels = tuple(code for code in channels if code in shift.channels)
    if not languages or not channels:
        return None
    if (language and language not in languages) or (channel and channel not in channels):
        return None
    return shift._replace(languages=languages, channels=channels)


def on_duty_at(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    service: Service,
    site: Site,
    language: str,
    period: Period,
    channel: str | None = None,
    lock: bool = False,
    is_open: bool | None = None,
) -> list[OnDuty]:
    """Who receives for the service in this language and way and offers exactly this period.

    Nobody on a closed day, outside the openings or in the share kept for drop-in. With ``lock``, advisors and
    shifts are held until the transaction ends. Whoever has just asked whether the site is open may say so in
    ``is_open``: one query then, two otherwise.
    """
    if is_open is None:
        is_open = is_open_at(site, period=period)
    if not is_open:
        return []
    asked = _covering(service=service, site=site, language=language, period=period)
    rows = [_on_duty(shift) for shift in (LOCKED if lock else COVERING).ask(**asked)]
    offered = (as_offered(row, service=service, language=language, channel=channel) for row in rows)
    rhythm = rhythm_of(service)
    return [row for row in offered if row is not None and period in moments_of(row, rhythm=rhythm)]


def is_illustrative(
    *, service: Service, site: Site, language: str, period: Period, advisor_id: int | None = None
) -> bool:
    """Whether every duty that offers this period, or that of one advisor, is invented for show."""
    shifts = COVERING.ask(**_covering(service=service, site=site, language=language, period=period))
    invented = [shift.duty.is_illustrative for shift in shifts if advisor_id in (None, shift.advisor_id)]
    return bool(invented) and all(invented)


def taken_periods(
    advisor_ids: Collection[int],
    *,
    within: Period,
    now: dt.datetime,
    but: Appointment | None = None,
    but_slot: FreedSlot | None = None,
) -> dict[int, list[Period]]:
    """When each advisor is no longer free, each appointment a period, the first one first; one query.

    Active appointments hold them, overbooked ones do not; so do moments given back that are still kept. The
    appointment or the kept moment of who asks may be left out.
    """
    rows = TAKEN.ask(
        advisors=advisor_ids,
        first=within[0],
        until=within[1],
        now=now,
        but=but.pk if but else NOBODY,
        but_slot=but_slot.pk if but_slot else 0,
    )
    taken: dict[int, list[Period]] = defaultdict(list)
    for advisor_id, starts_at, ends_at in rows:
        taken[advisor_id].append((starts_at, ends_at))
    return {advisor_id: sorted(periods) for advisor_id, periods in taken.items()}


def _ask_taken() -> QuerySet[Appointment, tuple[int, dt.datetime, dt.datetime]]:
    within = Given("first", DateTimeField()), Given("until", DateTimeField())
    columns = ("advisor_id", "starts_at", "free_again_at")
    held = Appointment.objects.active().within(*within).filter(IsOneOf("advisor_id", "advisors"), is_overbooked=False)
    kept = FreedSlot.objects.holding(now=Given("now", DateTimeField())).within(*within)
    kept = kept.filter(IsOneOf("advisor_id", "advisors")).exclude(pk=Given("but_slot", BigIntegerField()))
    return held.exclude(pk=Given("but", UUIDField())).values_list(*columns).union(kept.values_list(*columns), all=True)


NOBODY, TAKEN = uuid.UUID(int=0), Question(_ask_taken)


def _covering(*, service: Service, site: Site, language: str, period: Period) -> dict[str, Any]:
    theme = service.theme.common_code
    return {"theme": theme, "site": site.pk, "language": holding(language), "first": period[0], "until": period[1]}


def _ask_covering(*lock: str) -> QuerySet[Shift, Shift]:
    moment = DateTimeField()
    rows = Shift.objects.covering(Given("first", moment), Given("until", moment)).on_code(Given("theme", SlugField()))
    rows = rows.filter(site=Given("site", BigIntegerField()), duty__languages__contains=Given("language", CharField()))
    of_duty = ("duty__languages", "duty__channels", "duty__is_illustrative")
    columns = ("site", "advisor", "starts_at", "ends_at", *of_duty, *(f"{name}__id" for name in lock))
    return rows.select_related("duty", *lock).only(*columns).order_by("advisor_id", "pk")


def _ask_locked() -> QuerySet[Shift, Shift]:
    # In one order, the advisor first like whoever changes the rota, so that nobody waits in a ring.
    return _ask_covering("advisor").select_for_update(of=("advisor", "self", "duty"), no_key=True)


COVERING, LOCKED = Question(_ask_covering), Question(_ask_locked)


def _on_duty(shift: Shift) -> OnDuty:
    duty = shift.duty
    return OnDuty(
        site_id=shift.site_id,
        advisor_id=shift.advisor_id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        languages=duty.languages,
        channels=duty.channels,
        is_illustrative=duty.is_illustrative,
    )
