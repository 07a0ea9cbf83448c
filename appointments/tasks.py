from typing import Any

from celery import shared_task
from django.utils import timezone


@shared_task
def send_due_messages(**_more: Any) -> None:
    """Send the confirmations and reminders whose time has come."""
    from appointments.services import send_due_messages as send

    send(now=timezone.now())


@shared_task
def scrub_past_appointments(**_more: Any) -> None:
    """Take, each night, code and link from the appointments that are long over."""
    from appointments.services import scrub_past_appointments as scrub

    scrub(now=timezone.now())


@shared_task
def extend_rota(**_more: Any) -> None:
    """Write, each night, the shifts of one more day ahead."""
    from appointments.services import extend_rota as extend

    extend(now=timezone.now())


@shared_task
def tend_freed_slots(**_more: Any) -> None:
    """Offer, each minute, what was given back to those who wait, else give it to everybody."""
    from appointments.services import tend_freed_slots as tend

    tend(now=timezone.now())


@shared_task
def scrub_past_waits(**_more: Any) -> None:
    """Take, each night, the link from the waits that are long over."""
    from appointments.services import scrub_past_waits as scrub

    scrub(now=timezone.now())


@shared_task
def close_queue_days(**_more: Any) -> None:
    """Keep, of each queue whose local day is over, half-hours without a key, and delete its tickets."""
    from appointments.services import close_days

    close_days(now=timezone.now())


@shared_task
def tell_near(**_more: Any) -> None:
    """Tell, every some seconds, those who asked for it that their turn is near."""
    from appointments.services import tell_near as tell

    tell(now=timezone.now())
