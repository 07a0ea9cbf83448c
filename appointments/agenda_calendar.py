"""An advisor's agenda as a calendar file, with its time zones. Pure: it reads and stores nothing."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vDuration, vText

from appointments.models import Appointment
from citemetiers.kernel.calendar_zones import add_time_zones
from citemetiers.kernel.codes import fingerprint

ASK_AGAIN_AFTER = dt.timedelta(minutes=15)


def agenda_calendar(appointments: Iterable[Appointment], *, now: dt.datetime) -> bytes:
    """When and where the advisor is booked, and in which way. No code, no theme, no language, nothing of a visitor."""
    calendar = Calendar()
    calendar.add("prodid", "-//citemetiers//portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Appointments"))
    calendar.add("refresh-interval", vDuration(ASK_AGAIN_AFTER), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASK_AGAIN_AFTER))
    for appointment in appointments:
        calendar.add_component(_event(appointment, now=now))
    add_time_zones(calendar, now=now)
    return bytes(calendar.to_ical())


def _event(appointment: Appointment, *, now: dt.datetime) -> Event:
    site = appointment.site
    event = Event()
    # Another UID than in the visitor's own file: the two calendars cannot be laid side by side.
    event.add("uid", f"{fingerprint(f'agenda {appointment.pk}')[:32]}@citemetiers")
    event.add("sequence", appointment.revision)
    event.add("dtstamp", now)
    event.add("dtstart", appointment.starts_at.astimezone(site.tz))
    event.add("dtend", appointment.ends_at.astimezone(site.tz))
    event.add("status", "CONFIRMED")
    event.add("class", "PRIVATE")
    words = {"site": site.name, "channel": appointment.get_channel_display()}
    event.add("summary", _("Appointment, %(site)s, %(channel)s") % words)
    event.add("location", vText(site.name))
    return event
