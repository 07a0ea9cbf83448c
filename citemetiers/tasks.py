"""What the front door does by itself."""

from celery import shared_task


@shared_task
def forget_ended_sessions() -> int:
    """Forget the sessions that have ended, and with them where they were made."""
    from importlib import import_module

    from allauth.usersessions.models import UserSession
    from django.conf import settings

    store = import_module(settings.SESSION_ENGINE).SessionStore
    store.clear_expired()
    ended = [session.pk for session in UserSession.objects.iterator() if not session.exists()]
    return int(UserSession.objects.filter(pk__in=ended).delete()[0])


@shared_task
def forget_old_changes() -> int:
    """Forget who changed what once the days of ``PORTAL_AUDIT_DAYS`` have passed."""
    import datetime as dt

    from auditlog.models import LogEntry
    from django.conf import settings
    from django.utils import timezone

    kept_since = timezone.now() - dt.timedelta(days=settings.PORTAL_AUDIT_DAYS)
    return int(LogEntry.objects.filter(timestamp__lt=kept_since).delete()[0])
