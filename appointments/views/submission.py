"""What the pages that book do with the form: one try, then the code, or the same page with a sentence."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from appointments.enums import PRESCRIBERS, BookedBy, Channel, WhoBooks
from appointments.forms import ReachForm
from appointments.rules import AppointmentError, MomentError, SlotTaken
from appointments.services import VisitorDetails, book_appointment, secret_of
from appointments.views.done import done_url
from appointments.views.offers import Offer, offers_of
from appointments.views.protection import check_proof, proof_context
from appointments.views.wish import UnknownWishError, Wish, read_choice
from sites.models import Site


@dataclass(frozen=True, slots=True)
class Attempt:
    """A booking that was refused, or none yet: the form as it was sent, and the moments to offer instead."""

    form: ReachForm
    chosen: str = ""
    error: AppointmentError | None = None

    @property
    def status(self) -> HTTPStatus:
        """How the page answers."""
        if isinstance(self.error, SlotTaken):
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.form.errors else HTTPStatus.OK

    def context(self, request: HttpRequest, wish: Wish, *, reader: str) -> dict[str, Any]:
        """What the form needs on any page."""
        instead = self._instead(wish, reader=reader)
        return proof_context(request) | {
            "error": self.error,
            "form": self.form,
            # What was refused is not to be had; what is offered instead is ticked by the visitor alone.
            "chosen": "" if isinstance(self.error, MomentError) else self.chosen,
            "instead": instead,
            "is_taken": isinstance(self.error, SlotTaken),
            "retention_days": settings.PORTAL_RETENTION_DAYS,
        }

    def _instead(self, wish: Wish, *, reader: str) -> list[Offer]:
        slots = self.error.next_slots if isinstance(self.error, MomentError) else ()
        if not slots:
            return []
        if wish.site and {slot.site_id for slot in slots} == {wish.site.pk}:
            sites = {wish.site.pk: wish.site}
        else:
            sites = {site.pk: site for site in Site.objects.for_public()}
        return offers_of(slots, wish=wish, sites=sites, reader=reader)


def first_attempt(*, way: str) -> Attempt:
    """An empty form."""
    return Attempt(ReachForm(way=way))


def try_to_book(request: HttpRequest, wish: Wish, *, reader: str) -> HttpResponse | Attempt:
    """Book what was sent and lead to its page, or say why not."""
    chosen, way = request.POST.get("moment", ""), request.POST.get("way", "")
    form = ReachForm(request.POST, way=way if way in Channel.values else wish.channel or Channel.ON_SITE)
    if not form.is_valid():
        return Attempt(form, chosen)
    try:
        wanted = read_choice(chosen, wish=wish, instead=request.POST.getlist("instead"))
        _check_proof(request, wanted, token=form.cleaned_data["token"])
        return _book(wanted, form.cleaned_data, reader=reader)
    except AppointmentError as error:
        form.add_error(None, str(error))
        return Attempt(form, chosen, error)


def _check_proof(request: HttpRequest, wanted: Wish, *, token: UUID) -> None:
    """One proof is for one moment; the button pressed twice needs no second one."""
    if wanted.site is None or wanted.starts_at is None:
        raise UnknownWishError
    act = f"{token} {wanted.site.pk} {wanted.starts_at.isoformat()}"
    check_proof(request, network_id=wanted.site.network_id, act=act)


def _book(wish: Wish, given: dict[str, Any], *, reader: str) -> HttpResponse:
    booked_by = BookedBy(given["booked_by"])
    details = VisitorDetails(
        alias=given["alias"], email=given["email"], phone=str(given["phone"] or ""), language=reader
    )
    asked: dict[str, Any] = {"theme": wish.theme, "site": wish.site, "starts_at": wish.starts_at}
    appointment = book_appointment(
        **asked,
        language=wish.language,
        channel=given["way"],
        details=details,
        token=given["token"],
        booked_by=booked_by,
        who=WhoBooks.PRESCRIBER if booked_by in PRESCRIBERS else WhoBooks.ANYONE,
        now=timezone.now(),
    )
    response = redirect(done_url("booked", secret_of(appointment)))
    response.status_code = HTTPStatus.SEE_OTHER
    return response
