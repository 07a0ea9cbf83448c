"""What the tests of the planning screens have in common: a Tuesday to come, addresses, and what a coordinator types."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from appointments.forms.weeks import week_number
from appointments.models import Duty, Shift
from appointments.services import expand_duty
from sites.enums import Role
from sites.models import Site, Theme, User
from tests.factories.sites import MembershipFactory

TODAY = timezone.localdate()
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
TUESDAY = TODAY + (8 - TODAY.weekday()) * DAY
WEDNESDAY = TUESDAY + DAY
THIS = f"?week={week_number(TUESDAY)}"


def advisor_of(site: Site, name: str) -> User:
    user: User = MembershipFactory(site=site, role=Role.ADVISOR, user__display_name=name).user
    return user


def planned(duty: Duty) -> Duty:
    expand_duty(duty=duty, now=timezone.now())
    return duty


def url(name: str, *args: object) -> str:
    return reverse(f"planning:{name}", args=["namur", *args])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def new_duty(anna: User, theme: Theme, **changed: Any) -> dict[str, Any]:
    return {
        "advisor": anna.pk,
        "rhythm": "WEEKLY",
        "weekday": 2,
        "first_on": TUESDAY.isoformat(),
        "starts_at": "09:00",
        "ends_at": "12:00",
        "themes": [theme.pk],
        "languages": ["fr"],
        **changed,
    }


def one_day(anna: User, **changed: Any) -> dict[str, Any]:
    at_nine = {"on": TUESDAY.isoformat(), "starts_at": "09:00", "ends_at": "12:00", "advisor": anna.pk, "place": ""}
    return {**at_nine, **changed}


def local_times(shift: Shift) -> tuple[dt.date, str, str]:
    starts_at, ends_at = (moment.astimezone(shift.site.tz) for moment in (shift.starts_at, shift.ends_at))
    return starts_at.date(), f"{starts_at:%H:%M}", f"{ends_at:%H:%M}"
