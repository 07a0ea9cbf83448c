from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppointmentsConfig(AppConfig):
    name = "appointments"
    verbose_name = _("One-to-one sessions")

    def ready(self) -> None:
        """Listen for people who leave a place, and for places that open otherwise."""
        from appointments.services.rota import leaving, stranded
        from sites.signals import membership_ended, membership_ending, opening_changed

        membership_ending.connect(leaving.tell_what_stands, dispatch_uid="tell_what_stands")
        membership_ended.connect(leaving.end_duties, dispatch_uid="end_duties")
        opening_changed.connect(stranded.tell_who_is_stranded, dispatch_uid="tell_who_is_stranded")
