"""A moment that somebody gives back: kept for a while, offered to those who wait, then free for all."""

import datetime as dt
import secrets

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from appointments.enums import Answer, State
from appointments.models import FreedSlot, Offer, Service, Wait
from appointments.rules import LEAST_OFFER, last_call
from appointments.services.finding.catalogue import service_at
from appointments.services.finding.on_duty import on_duty_at, taken_periods
from appointments.services.messages import due
from appointments.services.terms.day_hours import morning_after
from appointments.services.terms.policies import policy_of
from citemetiers.kernel.dates import at_local, local_day
from sites.models import Site, Theme

MOST_AT_ONCE = 200
STANDING = (State.BOOKED, State.TO_MOVE)


def keep_back(  # noqa: PLR0913  what makes a moment, one by one
    *,
    advisor_id: int,
    site: Site,
    service: Service,
    starts_at: dt.datetime,
    free_again_at: dt.datetime,
    now: dt.datetime,
) -> FreedSlot | None:
    """Keep a moment that was given back from the public for some random minutes: nobody can give it to a friend.

    It is free at once when it starts too soon to be offered to those who wait. One statement.
    """
    returns_at = now + _random_while()
    if returns_at + LEAST_OFFER > last_call(service, starts_at=starts_at):
        return None
    slot = FreedSlot(
        advisor_id=advisor_id,
        site=site,
        service=service,
        starts_at=starts_at,
        free_again_at=free_again_at,
        returns_at=returns_at,
    )
    [kept] = FreedSlot.objects.bulk_create(
        [slot],
        update_conflicts=True,
        unique_fields=["advisor", "starts_at"],
        update_fields=["site", "service", "free_again_at", "returns_at"],
    )
    return kept


def tend_freed_slots(*, now: dt.datetime) -> int:
    """Offer each moment whose time has come to whoever waits first, else give it to the public; how many are offered.

    What an offer before said nothing about has expired. Two workers at once offer each moment once. Nobody is woken:
    a moment that comes back at night is offered in the morning, or given to the public where that would be too late.
    """
    _end_waits_without_appointment(now=now)
    due = FreedSlot.objects.due(now=now)
    return sum(_tend(pk, now=now) for pk in due.values_list("pk", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def _tend(pk: int, *, now: dt.datetime) -> bool:
    slot = lock_slot(pk, is_waited_for=False)
    if slot is None or slot.returns_at > now:
        return False
    open_offers = slot.offers.filter(answer="")
    open_offers.filter(expires_at__lte=now).update(answer=Answer.EXPIRED)
    standing = open_offers.order_by("pk").first()
    morning = morning_after(now, site=slot.site)
    if standing is None and morning is not None:
        _keep_until(morning if _is_worth_keeping(slot, until=morning, now=now) else None, slot=slot)
        return False
    offer = standing or _offer(slot, now=now)
    _keep_until(offer.expires_at if offer else None, slot=slot)
    return offer is not None and standing is None


def _keep_until(moment: dt.datetime | None, *, slot: FreedSlot) -> None:
    """Keep it from the public until then, or give it back at once."""
    if moment is None:
        slot.delete()
        return
    slot.returns_at = moment
    slot.save(update_fields=["returns_at"])


def _is_worth_keeping(slot: FreedSlot, *, until: dt.datetime, now: dt.datetime) -> bool:
    """Whether somebody waits for it who would have the time to answer in the morning."""
    tz = slot.site.tz
    noon = at_local(local_day(until, tz=tz), dt.time(12), tz=tz)
    is_late_enough = until + LEAST_OFFER <= last_call(slot.service, starts_at=slot.starts_at) and slot.starts_at >= noon
    return is_late_enough and _first_waiter(slot, now=now) is not None


def lock_slot(pk: int | None, *, is_waited_for: bool = True) -> FreedSlot | None:
    """Hold one moment given back until the transaction ends; none when it is gone, or held by another worker."""
    rows = FreedSlot.objects.select_for_update(of=("self",), skip_locked=not is_waited_for)
    found = (
        rows.select_related("site__network__booking_policy", "service__theme").filter(pk=pk)
        if pk is not None
        else rows.none()
    )
    return found.first()


def _offer(slot: FreedSlot, *, now: dt.datetime) -> Offer | None:
    stands = dt.timedelta(minutes=policy_of(slot.site.network).offer_minutes)
    expires_at = min(now + stands, last_call(slot.service, starts_at=slot.starts_at))
    if expires_at < now + LEAST_OFFER:
        return None
    wait = _first_waiter(slot, now=now)
    if wait is None:
        return None
    offer = Offer.objects.create(wait=wait, slot=slot, starts_at=slot.starts_at, made_at=now, expires_at=expires_at)
    due.plan_offer(offer=offer, now=now)
    return offer


def _first_waiter(slot: FreedSlot, *, now: dt.datetime) -> Wait | None:
    service = service_at(slot.service.theme, site=slot.site)
    if service is None or not slot.site.is_open_to_public or _is_taken(slot, now=now):
        return None
    received: dict[tuple[str, str], bool] = {}
    waiting = _waiting_for(slot, now=now)
    for wait in waiting.select_related("visitor", "site__network"):
        way = (wait.language, wait.channel)
        if way not in received:
            received[way] = _is_received(slot, service, language=wait.language, channel=wait.channel)
        if received[way] and _is_still_first(wait, waiting):
            return wait
    return None


def _waiting_for(slot: FreedSlot, *, now: dt.datetime) -> QuerySet[Wait]:
    """Those whom this moment fits, first come first: asked once for it, and with no other offer open."""
    tz = slot.site.tz
    day = local_day(slot.starts_at, tz=tz)
    is_earlier = Q(appointment__state=State.BOOKED, appointment__starts_at__gt=slot.starts_at)
    is_wanted = Q(appointment=None) | Q(appointment__state=State.TO_MOVE) | is_earlier
    asked = Offer.objects.filter(Q(slot=slot) | Q(answer="", expires_at__gt=now))
    return (
        Wait.objects.open(today=local_day(now, tz=tz))
        .filter(is_wanted, site=slot.site, theme__in=Theme.objects.counting_as(slot.service.theme))
        .filter(first_on__lte=day, last_on__gte=day)
        .exclude(pk__in=asked.values("wait"))
    )


def _is_still_first(wait: Wait, waiting: QuerySet[Wait]) -> bool:
    """Look again with the wait held: another worker may just have offered it another moment."""
    list(Wait.objects.select_for_update().filter(pk=wait.pk).values_list("pk", flat=True))
    return waiting.filter(pk=wait.pk).exists()


def _is_taken(slot: FreedSlot, *, now: dt.datetime) -> bool:
    within = (slot.starts_at, slot.free_again_at)
    return bool(taken_periods({slot.advisor_id}, within=within, now=now, but_slot=slot))


def _is_received(slot: FreedSlot, service: Service, *, language: str, channel: str) -> bool:
    """Whether this advisor still receives then; a rota may have changed since."""
    period = (slot.starts_at, slot.starts_at + service.duration)
    on_duty = on_duty_at(service=service, site=slot.site, language=language, period=period, channel=channel)
    return any(shift.advisor_id == slot.advisor_id for shift in on_duty)


def _end_waits_without_appointment(*, now: dt.datetime) -> None:
    """Whoever gave up the appointment wants no earlier one."""
    given_up = Wait.objects.filter(ended_at=None, appointment__isnull=False)
    given_up.exclude(appointment__state__in=STANDING).update(ended_at=now)


def _random_while() -> dt.timedelta:
    least, most = settings.PORTAL_FREED_MINUTES[0] * 60, settings.PORTAL_FREED_MINUTES[-1] * 60
    return dt.timedelta(seconds=least + secrets.randbelow(most - least + 1))
