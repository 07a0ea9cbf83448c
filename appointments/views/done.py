"""What was just done is told for some minutes; a bookmark of that page then tells the plain facts."""

import datetime as dt
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse

from appointments.models import Appointment, Wait

DONE_IS_NEWS = dt.timedelta(minutes=10)


def done_url(what: str, secret: str, *, page: str = "appointments:appointment") -> str:
    """The page of the secret link that tells what was just done."""
    url = reverse(page, args=[secret])
    return f"{url}?{urlencode({'done': _signer(secret).sign(what)})}"


def just_done(signed: str, *, secret: str, found: Appointment | Wait) -> str:
    """What was done some minutes ago at most, as the address says under our signature."""
    try:
        done = _signer(secret).unsign(signed, max_age=DONE_IS_NEWS)
    except signing.BadSignature:
        return ""
    return "" if done == "erased" and found.visitor is not None else done


def _signer(secret: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"appointments.done.{secret}")
