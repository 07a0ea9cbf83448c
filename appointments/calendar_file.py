"""An appointment as a calendar file, with its time zone. Pure: it sends and stores nothing."""

import datetime as dt

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from appointments.enums import Channel, State
from appointments.models import Appointment
from citemetiers.kernel import dates
from citemetiers.kernel.calendar_zones import add_time_zones
from citemetiers.kernel.codes import fingerprint

# A moment that we must change is not sure any more; the page of the link offers others.
STATUS = {State.CANCELLED: "CANCELLED", State.TO_MOVE: "TENTATIVE"}


def calendar_file(appointment: Appointment, *, link: str, now: dt.datetime, call: str = "") -> bytes:
    """The appointment for the visitor's own calendar; neither theme nor advisor is in it. A call is its place."""
    site = appointment.site
    event = Event()
    # Calendars match on the UID; it must not give the key of the row away.
    event.add("uid", f"{fingerprint(str(appointment.pk))[:32]}@citemetiers")
    event.add("sequence", appointment.revision + (appointment.state in STATUS))
    event.add("dtstamp", now)
    event.add("dtstart", appointment.starts_at.astimezone(site.tz))
    event.add("dtend", appointment.ends_at.astimezone(site.tz))
    event.add("status", STATUS.get(State(appointment.state), "CONFIRMED"))
    event.add("summary", _("Appointment, %(site)s") % {"site": site.name})
    is_on_site = appointment.channel == Channel.ON_SITE
    at_distance = call or appointment.get_channel_display()
    event.add("location", vText(place_in_one_line(appointment) if is_on_site else at_distance))
    event.add("description", _description(appointment, link=link))
    event.add("url", link)
    calendar = Calendar()
    calendar.add("prodid", "-//citemetiers//portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    add_time_zones(calendar, now=now)
    return bytes(calendar.to_ical())


def _description(appointment: Appointment, *, link: str) -> str:
    if appointment.state == State.CANCELLED:
        return _("This appointment is cancelled")
    return _("Reference code: %(code)s\nMove or cancel: %(link)s") % {"code": appointment.code, "link": link}


def place_in_one_line(appointment: Appointment) -> str:
    """Street, postcode and town; what was not found is said."""
    site = appointment.site
    address = site.address_on(dates.local_day(appointment.starts_at, tz=site.tz))
    town = f"{address.postcode} {address.town}" if address else site.town
    if address is None or not address.street:
        return _("%(town)s (street to be confirmed)") % {"town": town}
    place = f"{address.street}, {town}"
    if address.is_street_partial:
        return _("%(place)s (address incomplete, to be confirmed)") % {"place": place}
    return place
