"""What a network has decided about its messages, and by which road one of them reaches a visitor."""

from django.conf import settings

from appointments.enums import Channel, Medium
from appointments.models import BookingPolicy, Service
from appointments.texting import takes_texts
from sites.models import Network
from visitors.models import Visitor


def policy_of(network: Network) -> BookingPolicy:
    """The decisions of a network: its saved row, or the defaults, unsaved. Asked once an instance of the network."""
    try:
        saved: BookingPolicy = network.booking_policy
    except BookingPolicy.DoesNotExist:
        hours = ",".join(str(hour) for hour in settings.PORTAL_REMINDER_HOURS)
        first, until = settings.PORTAL_DAY_HOURS
        return BookingPolicy(network_id=network.pk, reminder_hours=hours, day_from=first, day_until=until)
    return saved


def video_address_of(network: Network) -> str:
    """Where video calls of a network take place, with a gap for the room; empty where it holds none."""
    try:
        saved: BookingPolicy = network.booking_policy
    except BookingPolicy.DoesNotExist:
        return ""
    return saved.video_address


def ways_of(service: Service) -> tuple[str, ...]:
    """The ways in which a service can be had: by video only where its network has an address for the calls."""
    ways = tuple(service.channels)
    if Channel.VIDEO not in ways or video_address_of(service.network):
        return ways
    return tuple(code for code in ways if code != Channel.VIDEO)


def medium_for(visitor: Visitor, *, network: Network) -> Medium | None:
    """By which road to reach a visitor: e-mail when it arrives, else a text message; nothing when neither does.

    No text message where the portal has no carrier.
    """
    if visitor.email and visitor.email_failed_at is None:
        return Medium.EMAIL
    is_textable = visitor.phone and visitor.phone_failed_at is None and takes_texts(visitor.phone)
    if settings.SMS_URL and is_textable and policy_of(network).is_sms_used:
        return Medium.SMS
    return None


def can_tell(visitor: Visitor | None, *, network: Network) -> bool:
    """Whether anything reaches who this is about; else they look at their page."""
    return visitor is not None and medium_for(visitor, network=network) is not None
