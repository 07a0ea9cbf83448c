from typing import Any

from celery import shared_task
from django.utils import timezone

from sites.emails.invitations import NotSentError


@shared_task(autoretry_for=(NotSentError,), max_retries=6, retry_backoff=60, retry_backoff_max=3600)
def send_invitation(*, invitation_id: str, **_more: Any) -> None:
    """Mail an invitation; where the mail server does not take it, try again, ever more rarely, seven times in all."""
    from sites.services import mail_invitation

    mail_invitation(invitation_id=invitation_id, now=timezone.now())


@shared_task
def forget_closed_invitations(**_more: Any) -> None:
    """Forget, each night, the addresses in invitations that were closed long ago."""
    from sites.services import forget_closed_invitations as forget

    forget(now=timezone.now())


@shared_task
def send_label_reminders(**_more: Any) -> None:
    """Remind, each morning, those who answer for a label that runs out."""
    from sites.services import send_label_reminders as send

    send(now=timezone.now())


@shared_task
def index_resources(**_more: Any) -> None:
    """Keep, each night, the words of the catalogue in step with the themes."""
    from sites.services import index_resources as index

    index()


@shared_task
def check_links(**_more: Any) -> None:
    """Look, several times a night, at the links of the catalogue that are due."""
    from sites.services import Manners
    from sites.services import check_links as check

    check(now=timezone.now(), manners=Manners())
