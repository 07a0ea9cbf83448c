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
from appointments.models import Duty, Service
from appointments.services import extend_rota
from reporting.services import ensure_demo_contacts, load_published_figures
from sites.enums import Role, Weekday
from sites.models import Membership, Network, Site, Theme, User
from sites.services import load_reference

PASSWORD = "open-to-everyone"  # noqa: S105  printed on the screen, and only where DEMO=1
SESSION_MINUTES = 45
MORNING = (dt.time(9), dt.time(12))
AFTERNOON = (dt.time(13), dt.time(16))
# Two illustrative advisors a site: who receives on which days, for which themes.
ROTA = (
    ((Weekday.MONDAY, Weekday.TUESDAY, Weekday.THURSDAY), ("direction", "train", "work", "recognition")),
    (
        (Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.FRIDAY),
        ("direction", "work", "business", "mobility", "recognition"),
    ),
)


@dataclass(frozen=True)
class Account:
    """A demo account: which role it plays, and where."""

    name: str
    role: Role
    site: str = ""
    networks: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """Under a name that no mail can reach."""
        return f"{self.name}@demo.example"


ACCOUNTS = (
    Account("reception", Role.RECEPTION, site="namur"),
    Account("advisor", Role.ADVISOR, site="namur"),
    Account("coordinator", Role.COORDINATOR, networks=("wallonie",)),
    Account("manager", Role.SITE_MANAGER, site="bruxelles"),
    Account("network", Role.NETWORK_MANAGER, networks=("wallonie", "bruxelles")),
)


ADMINISTRATOR = "admin@demo.example"


def accounts() -> list[tuple[str, str]]:
    """Every demo account with its role, in the reader's language."""
    return [*((account.email, str(account.role.label)) for account in ACCOUNTS), (ADMINISTRATOR, _("administration"))]


def load(*, now: dt.datetime, say: Callable[[str], None]) -> None:
    """Load or complete the demonstration, telling each step."""
    say("13 sites, two networks, partners, themes, publics, school calendars")
    load_reference()
    say("Published figures of past years")
    load_published_figures()
    say("Open day of 21 February 2024, 12 programmes")
    load_open_day(now=now)
    ensure_upcoming_open_day(now=now)
    say("Demo accounts and an illustrative rota")
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        _load_accounts()
        _load_rota(now.date())
    extend_rota(now=now)
    say("Illustrative contacts of this year")
    ensure_demo_contacts(now=now)


def welcome(address: str, *, seconds: float) -> str:
    """What the terminal shows once the demo is ready."""
    people = "\n".join(f"    {email:28} {role}" for email, role in accounts())
    mail = getattr(settings, "EMAIL_FILE_PATH", None)
    return (
        f"\nReady in {seconds:.0f} s: {address}\n\n"
        f"  Staff sign in at {address}accounts/login/ with the password “{PASSWORD}”:\n{people}\n\n"
        f"  Mail is written to {mail} (one file a message, within a minute of a booking).\n"
        f"  Rows marked “illustrative” are invented. Stop with Ctrl-C.\n"
    )


def _load_accounts() -> None:
    for account in ACCOUNTS:
        user = _ensure_user(account.email, str(account.role.label))
        for site in Site.objects.filter(slug=account.site):
            Membership.objects.get_or_create(user=user, role=account.role, site=site)
        for network in Network.objects.filter(slug__in=account.networks):
            Membership.objects.get_or_create(user=user, role=account.role, network=network)
    admin = _ensure_user(ADMINISTRATOR, "administration")
    if not admin.is_superuser:
        User.objects.filter(pk=admin.pk).update(is_staff=True, is_superuser=True)


def _ensure_user(email: str, name: str) -> User:
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, PASSWORD, display_name=name)


def _load_rota(first_on: dt.date) -> None:
    themes = {theme.code: theme for theme in Theme.objects.all()}
    for network in Network.objects.all():
        for theme in themes.values():
            Service.objects.get_or_create(
                network=network, theme=theme, defaults={"minutes": SESSION_MINUTES, "channels": ("ON_SITE",)}
            )
    if Duty.objects.filter(is_illustrative=True).exists():
        return
    for site in Site.objects.for_public():
        for number, (weekdays, codes) in enumerate(ROTA, start=1):
            advisor = _ensure_user(f"advisor-{number}.{site.slug}@demo.example", f"Advisor {number}, {site.city}")
            Membership.objects.get_or_create(user=advisor, role=Role.ADVISOR, site=site)
            for weekday in weekdays:
                _load_duties(advisor, site, weekday, [themes[code] for code in codes], first_on)


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
