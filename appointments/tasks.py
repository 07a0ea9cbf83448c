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
