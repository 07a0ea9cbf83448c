from typing import Any

from celery import shared_task
from django.utils import timezone


@shared_task
def purge_contact_authors(**_more: Any) -> None:
    """Forget, each night, who logged the contacts that can no longer be corrected."""
    from visitors.services import purge_contact_authors as purge

    purge(today=timezone.localdate())


@shared_task
def erase_expired_visitors(**_more: Any) -> None:
    """Delete, each night, the visitors whose last day has come."""
    from visitors.services import erase_expired_visitors as erase

    erase(today=timezone.localdate())
