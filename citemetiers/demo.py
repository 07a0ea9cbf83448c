"""The demonstration: recorded facts, and rows that are plainly marked as illustrative.

Loading is repeatable and moves with today: whatever is missing for the days ahead is added,
nothing that a person changed is touched.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from activities.services import ensure_upcoming_open_day, load_open_day
from appointments.enums import Channel
from appointments.models import Appointment, Duty, Service
from appointments.services import book_appointment, extend_rota, find_free_slots
from appointments.services.queue import ensure_demo_queue
from appointments.slots import Slot
from citemetiers.kernel.dates import at_local, local_day
from reporting.services import ensure_demo_contacts, ensure_demo_counts, ensure_demo_doors, load_published_figures
from sites.enums import Role, Weekday
from sites.models import Membership, Network, Partner, Site, Theme, User
from sites.services import ensure_demo_resources, load_reference
from visitors.services import ensure_demo_answers, tend_log

PASSWORD = "open-to-everyone"  # noqa: S105  printed on the screen, and only where DEMO=1
DOMAIN = "@demo.example"
SESSION_MINUTES = 45
CHANNELS = (Channel.ON_SITE, Channel.PHONE)
MORNING = (dt.time(9), dt.time(12))
AFTERNOON = (dt.time(13), dt.time(16))
Planned = tuple[tuple[Weekday, ...], tuple[str, ...]]
# Two illustrative advisors a site: who receives on which days, for which themes.
ROTA: tuple[Planned, ...] = (
    ((Weekday.MONDAY, Weekday.TUESDAY, Weekday.THURSDAY), ("direction", "train", "work", "recognition")),
    (
        (Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.FRIDAY),
        ("direction", "work", "business", "mobility", "recognition"),
    ),
)
# Here the account of the advisor receives, too: on one of any two working days, and never alone.
LIVELY = "namur"
OF_ACCOUNT: Planned = ((Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.THURSDAY), ("direction", "work", "recognition"))
# Each of these on each of the next days: whoever receives has a visitor.
BOOKED_THEMES = ("direction", "work")
BOOKED_DAYS, LOOK_DAYS = 2, 14


@dataclass(frozen=True)
class Account:
    """A demo account: which role it plays, and where."""

    name: str
    role: Role
    site: str = ""
    networks: tuple[str, ...] = ()
    partner: str = ""

    @property
    def email(self) -> str:
        """Under a name that no mail can reach."""
        return f"{self.name}{DOMAIN}"


ACCOUNTS = (
    Account("reception", Role.RECEPTION, site="namur"),
    Account("advisor", Role.ADVISOR, site="namur"),
    Account("coordinator", Role.COORDINATOR, networks=("wallonie",)),
    Account("manager", Role.SITE_MANAGER, site="bruxelles"),
    Account("partner", Role.PARTNER_MANAGER, partner="forem"),
    Account("network", Role.NETWORK_MANAGER, networks=("wallonie", "bruxelles")),
)


ADMINISTRATOR = f"admin{DOMAIN}"


def accounts() -> list[tuple[str, str]]:
    """Every demo account with its role, in the reader's language."""
    return [*((account.email, str(account.role.label)) for account in ACCOUNTS), (ADMINISTRATOR, _("administration"))]


def is_shared(email: str) -> bool:
    """Whether this account belongs to everybody who tries the demonstration, and not to a person."""
    return settings.DEMO and email.endswith(DOMAIN)


def load(*, now: dt.datetime, say: Callable[[str], None]) -> None:
    """Load or complete the demonstration, telling each step."""
    say("13 sites, two networks, partners, themes, publics, school calendars")
    load_reference()
    say("Published figures of past years")
    load_published_figures()
    say("Open day of 21 February 2024, 12 programmes")
    load_open_day(now=now)
    ensure_upcoming_open_day(now=now)
    say("An illustrative catalogue of resources")
    ensure_demo_resources(now=now)
    say("Demo accounts and an illustrative rota")
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        _load_accounts()
        _load_rota(now.date())
    extend_rota(now=now)
    _load_appointments(now)
    say("Today’s queue at Namur and Brussels, and illustrative waits of past weeks")
    ensure_demo_queue(now=now)
    say("Illustrative contacts, counts and doors of this year")
    ensure_demo_contacts(now=now)
    ensure_demo_counts(now=now)
    ensure_demo_doors(now=now)
    say("Months that are over are closed")
    tend_log(now=now)
    say("Illustrative answers to the exit survey")
    ensure_demo_answers(now=now)


def welcome(address: str, *, seconds: float) -> str:
    """What the terminal shows once the demo is ready."""
    people = "\n".join(f"    {email:28} {role}" for email, role in accounts())
    mail = getattr(settings, "EMAIL_FILE_PATH", None)
    return (
        f"\nReady in {seconds:.0f} s: {address}\n\n"
        f"  Staff sign in at {address}accounts/login/ with the password “{PASSWORD}”:\n{people}\n\n"
        f"  Mail is written to {mail} (one file a message, within a minute of a booking).\n"
        f"  Text messages are written to {settings.SMS_URL.partition('://')[2] or 'nowhere'}.\n"
        f"  Rows marked “illustrative” are invented. Stop with Ctrl-C.\n"
    )


def _load_accounts() -> None:
    for account in ACCOUNTS:
        user = _ensure_user(account.email, str(account.role.label))
        for site in Site.objects.filter(slug=account.site):
            Membership.objects.get_or_create(user=user, role=account.role, site=site)
        for network in Network.objects.filter(slug__in=account.networks):
            Membership.objects.get_or_create(user=user, role=account.role, network=network)
        for partner in Partner.objects.filter(slug=account.partner):
            Membership.objects.get_or_create(user=user, role=account.role, partner=partner)
    admin = _ensure_user(ADMINISTRATOR, "administration")
    if not admin.is_superuser:
        User.objects.filter(pk=admin.pk).update(is_staff=True, is_superuser=True)


def _ensure_user(email: str, name: str) -> User:
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, PASSWORD, display_name=name)


def _load_rota(first_on: dt.date) -> None:
    themes = {theme.code: theme for theme in Theme.objects.on_offer(today=first_on)}
    for network in Network.objects.all():
        for theme in themes.values():
            # Reworded since, it is the same theme: its service stands.
            if not Service.objects.filter(network=network, theme__code=theme.code).exists():
                Service.objects.create(network=network, theme=theme, minutes=SESSION_MINUTES, channels=CHANNELS)
    if not Duty.objects.filter(is_illustrative=True).exists():
        for site in Site.objects.for_public():
            for number, planned in enumerate(ROTA, start=1):
                advisor = _ensure_user(f"advisor-{number}.{site.slug}{DOMAIN}", f"Advisor {number}, {site.city}")
                Membership.objects.get_or_create(user=advisor, role=Role.ADVISOR, site=site)
                _load_week(advisor, site, planned, themes, first_on)
    account = User.objects.get(email=f"advisor{DOMAIN}")
    if not account.duties.exists():
        _load_week(account, Site.objects.get(slug=LIVELY), OF_ACCOUNT, themes, first_on)


def _load_week(advisor: User, site: Site, planned: Planned, themes: dict[str, Theme], first_on: dt.date) -> None:
    weekdays, codes = planned
    for weekday in weekdays:
        _load_duties(advisor, site, weekday, [themes[code] for code in codes], first_on)


def _load_appointments(now: dt.datetime) -> None:
    """Visitors who stay nobody, on the next days on which somebody receives; none where one is booked already."""
    site = Site.objects.select_related("network").get(slug=LIVELY)
    if Appointment.objects.filter(site=site, starts_at__gt=now).exists():
        return
    themes = list(Theme.objects.on_offer(today=now.date()).filter(code__in=BOOKED_THEMES))
    tomorrow = local_day(now, tz=site.tz) + dt.timedelta(days=1)
    ahead = [slot for theme in themes for slot in _slots(site, theme, tomorrow, days=LOOK_DAYS, now=now)]
    days = sorted({local_day(slot.starts_at, tz=site.tz) for slot in ahead})[:BOOKED_DAYS]
    for day in days:
        for theme in themes:
            for slot in _slots(site, theme, day, days=1, now=now)[:1]:
                language, starts_at = slot.languages[0], slot.starts_at
                book_appointment(site=site, theme=theme, language=language, starts_at=starts_at, now=now)


def _slots(site: Site, theme: Theme, first_on: dt.date, *, days: int, now: dt.datetime) -> list[Slot]:
    since, until = (at_local(first_on + dt.timedelta(days=more), dt.time(), tz=site.tz) for more in (0, days))
    return find_free_slots(theme=theme, sites=[site], channel=Channel.ON_SITE, since=since, until=until, now=now)


def _load_duties(advisor: User, site: Site, weekday: Weekday, themes: list[Theme], first_on: dt.date) -> None:
    for starts_at, ends_at in (MORNING, AFTERNOON):
        duty = Duty.objects.create(
            advisor=advisor,
            site=site,
            weekday=weekday,
            starts_at=starts_at,
            ends_at=ends_at,
            first_on=first_on,
            languages=site.languages,
            is_illustrative=True,
        )
        duty.themes.set(themes)
