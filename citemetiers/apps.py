from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ReferenceAdminConfig(AdminConfig):
    """Django's administration behind our own door."""

    default_site = "citemetiers.administration.ReferenceSite"


class PortalConfig(AppConfig):
    name = "citemetiers"

    def ready(self) -> None:
        """Give roles their permissions. Listen to allauth: what it writes of a session, and a second factor set up."""
        from allauth.mfa.signals import authenticator_added
        from allauth.usersessions.models import UserSession
        from django.db.models.signals import pre_save

        from citemetiers.accounts.second_factor import remember_set_up
        from citemetiers.accounts.sessions import keep_little
        from citemetiers.audit.watched import watch_all
        from citemetiers.permissions import grant_all

        grant_all()
        watch_all()
        pre_save.connect(keep_little, sender=UserSession, dispatch_uid="keep_little")
        authenticator_added.connect(remember_set_up, dispatch_uid="remember_set_up")
