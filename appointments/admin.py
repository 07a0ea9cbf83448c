from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.models import Duty, Service
from appointments.services import expand_duty


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin[Service]):
    list_display = ("network", "theme", "minutes", "notice_hours", "horizon_days")
    list_filter = ("network", "theme")
    list_select_related = ("network", "theme")


@admin.register(Duty)
class DutyAdmin(admin.ModelAdmin[Duty]):
    list_display = ("site", "weekday", "starts_at", "ends_at", "advisor", "first_on", "last_on", "is_illustrative")
    list_filter = ("site", "weekday")
    list_select_related = ("site", "advisor")
    filter_horizontal = ("themes",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        done = expand_duty(duty=form.instance, now=timezone.now())
        text = _("Rota: %(created)d shifts added, %(removed)d removed.")
        messages.info(request, text % {"created": done.created, "removed": done.removed})
        if done.booked:
            text = ngettext(
                "%(booked)d appointment stands in a removed shift: agree with the visitor on another time.",
                "%(booked)d appointments stand in removed shifts: agree with the visitors on other times.",
                done.booked,
            )
            messages.warning(request, text % {"booked": done.booked})
