"""An appointment as a calendar file, with its time zone. Pure: it sends and stores nothing."""

import datetime as dt

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from appointments.enums import State
from appointments.models import Appointment
from citemetiers.kernel.codes import fingerprint


def calendar_file(appointment: Appointment, *, link: str, now: dt.datetime) -> bytes:
    """The appointment for the visitor's own calendar; neither theme nor advisor is in it."""
    site = appointment.site
    event = Event()
    # Calendars match on the UID; it must not give the key of the row away.
    event.add("uid", f"{fingerprint(str(appointment.pk))[:32]}@citemetiers")
    event.add("sequence", appointment.revision + (appointment.state == State.CANCELLED))
    event.add("dtstamp", now)
    event.add("dtstart", appointment.starts_at.astimezone(site.tz))
    event.add("dtend", appointment.ends_at.astimezone(site.tz))
    event.add("status", "CANCELLED" if appointment.state == State.CANCELLED else "CONFIRMED")
    event.add("summary", _("Appointment, %(site)s") % {"site": site.name})
    event.add("location", vText(place_in_one_line(appointment)))
    event.add(
        "description",
        _("Reference code: %(code)s\nMove or cancel: %(link)s") % {"code": appointment.code, "link": link},
    )
    event.add("url", link)
    calendar = Calendar()
    calendar.add("prodid", "-//citemetiers//portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def place_in_one_line(appointment: Appointment) -> str:
    """Street, postcode and town; what was not found is said."""
    site = appointment.site
    town = f"{site.postcode} {site.city}"
    if not site.street:
        return _("%(town)s (street to be confirmed)") % {"town": town}
    place = f"{site.street}, {town}"
    return _("%(place)s (address incomplete, to be confirmed)") % {"place": place} if site.is_street_partial else place
