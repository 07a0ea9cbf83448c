"""The queue of a site and the numbers that it gives, each day from one on."""

import datetime as dt
import secrets
import string
import unicodedata

from django.utils.translation import gettext as _

from appointments.models import SiteQueue, Ticket
from appointments.models.queue import LONGEST_NUMBER
from appointments.queue_rules import QueueClosedError
from citemetiers.kernel.codes import SECRET_BYTES
from sites.models import Site


def queue_of(site: Site) -> SiteQueue:
    """The queue of a site; at the first use it is made, with the first letter of the town and a random key."""
    made = {"letter": _letter_of(site.city), "screen_key": new_screen_key()}
    queue, _is_new = SiteQueue.objects.get_or_create(site=site, defaults=made)
    queue.site = site
    return queue


def queue_as_seen(site: Site) -> SiteQueue:
    """The queue of a site to look at: where none was made yet, one that is not kept and has no key."""
    found = SiteQueue.objects.filter(site=site).first() or SiteQueue(letter=_letter_of(site.city))
    found.site = site
    return found


def label_of(ticket: Ticket, queue: SiteQueue) -> str:
    """The number as it is shown and called: N-014."""
    return f"{queue.letter}-{ticket.number:03}"


def new_screen_key() -> str:
    """A key that opens the kiosk and the displays of a site."""
    return secrets.token_urlsafe(SECRET_BYTES)


def lock_queue(site: Site) -> SiteQueue:
    """The queue of a site, held until the transaction ends: before its desks, and these before tickets."""
    queue = queue_of(site)
    return SiteQueue.objects.select_for_update(of=("self",), no_key=True).get(pk=queue.pk)


def next_number(queue: SiteQueue, *, today: dt.date) -> int:
    """The next number of a day of a queue that is held; each day begins with one."""
    if queue.day != today:
        queue.day, queue.last_number = today, 0
    if queue.last_number >= LONGEST_NUMBER:
        raise QueueClosedError(_("A queue gives 9999 numbers a day at most."))
    queue.last_number += 1
    queue.save(update_fields=["day", "last_number"])
    return queue.last_number


def _letter_of(city: str) -> str:
    plain = unicodedata.normalize("NFKD", city).upper()
    return next((sign for sign in plain if sign in string.ascii_uppercase), "A")
