"""Every page of the administration, tried by everybody: which rows a person sees ends where their networks end."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import get_resolver, reverse

from activities.models import OpenDay
from appointments.models import BookingPolicy, Service, SiteQueue
from citemetiers.permissions import Place
from citemetiers.screens import ACTS, administered
from reporting.models import PublishedFigure
from sites.admin.base import Limited
from sites.enums import HolidayCalendar, Role
from sites.models import (
    VOCABULARIES,
    Closure,
    Desk,
    DropInPause,
    Invitation,
    Network,
    OpeningHours,
    Partner,
    Presence,
    Resource,
    Room,
    SchoolHoliday,
    Season,
    Site,
    SpecialHours,
    User,
)
from tests.factories.appointments import NOW, ServiceFactory
from tests.factories.queue import SiteQueueFactory
from tests.factories.reporting import PublishedFigureFactory
from tests.factories.sites import DeskFactory, UserFactory
from tests.screens import Cast, Door, Spot, make_person, make_spot
from visitors.models import DoorCounter

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "zinnebeke", "waterkant"
NINE, NOON = dt.time(9), dt.time(12)
Model = type[models.Model]
ROW = re.compile(r"^\| `(?P<label>\w+\.[A-Z]\w+)` \| (?P<managers>.*) \| (?P<administrators>.*) \|$")
PAGES = {model._meta.label: model for model in admin.site._registry}
OTHERS = tuple(role for role in Role if role != Role.NETWORK_MANAGER)


def _term(model: Model) -> Callable[[Spot], models.Model]:
    def make(spot: Spot) -> models.Model:
        manager: Any = model._default_manager
        common = manager.create(code=f"common-{spot.network.pk}", name_fr="commun", position=10_000 + spot.network.pk)
        keys = {"code": f"own-{spot.mark}", "name_fr": f"Mot {spot.mark}", "position": 2}
        term: models.Model = manager.create(network=spot.network, common=common, **keys)
        return term

    return make


def _school_holiday(spot: Spot) -> models.Model:
    calendar = HolidayCalendar.FWB if spot.mark == HERE else HolidayCalendar.VLAANDEREN
    Site.objects.filter(pk=spot.site.pk).update(school_calendar=calendar)
    return SchoolHoliday.objects.create(calendar=calendar, name=f"Vacances {spot.mark}")


# One row of each kind, as a spot has it or as it is made for one. Its name, or what its list shows, bears the mark.
SAMPLES: dict[Model, Callable[[Spot], Any]] = {
    Network: lambda spot: spot.network,
    Site: lambda spot: spot.site,
    Room: lambda spot: spot.session.room,
    Desk: lambda spot: DeskFactory(site=spot.site, name=f"Window {spot.mark}"),
    OpeningHours: lambda spot: OpeningHours.objects.create(site=spot.site, weekday=1, opens_at=NINE, closes_at=NOON),
    Season: lambda spot: spot.season,
    SpecialHours: lambda spot: SpecialHours.objects.create(
        site=spot.site, day=NOW.date(), opens_at=NINE, closes_at=NOON
    ),
    DropInPause: lambda spot: DropInPause.objects.create(site=spot.site, starts_at=NOW, message=f"Pause {spot.mark}"),
    Closure: lambda spot: spot.closure,
    SchoolHoliday: _school_holiday,
    Partner: lambda spot: spot.partner,
    Presence: lambda spot: spot.partner.presences.get(),
    User: lambda spot: spot.colleagues[Place.SITE].user,
    Invitation: lambda spot: spot.invitations[Place.SITE],
    Resource: lambda spot: spot.resource,
    OpenDay: lambda spot: spot.open_day,
    Service: lambda spot: ServiceFactory(network=spot.network),
    BookingPolicy: lambda spot: BookingPolicy.objects.create(network=spot.network),
    SiteQueue: lambda spot: SiteQueueFactory(site=spot.site),
    DoorCounter: lambda spot: spot.counter,
    PublishedFigure: lambda spot: PublishedFigureFactory(site=spot.site),
    Authenticator: lambda spot: Authenticator.objects.create(
        user=spot.colleagues[Place.SITE].user, type=Authenticator.Type.TOTP, data={}
    ),
    **{model: _term(model) for model in VOCABULARIES},
}


def sample_of(model: Model) -> Callable[[Spot], Any]:
    """How to make a row of the administration; a new kind must be told."""
    assert model in SAMPLES, (
        f"“{model._meta.label}” is new in the administration. Add a line for it to SAMPLES in "
        "tests/portal/test_admin_permissions.py: the row of a Spot, or how to make one. "
        "Then write docs/permissions.md anew: manage.py permissions."
    )
    return SAMPLES[model]


class Visit:
    """One kind of data, with a row here and one elsewhere."""

    def __init__(self, client: Client, model: Model, spots: tuple[Spot, Spot], cast: Cast) -> None:
        self.model, self.ask = model, Door(client, cast).ask
        self.here, self.elsewhere = spots
        make = sample_of(model)
        self.row, self.other_row = make(self.here), make(self.elsewhere)

    def url(self, page: str, row: Any = None) -> str:
        args = [] if row is None else [row.pk]
        return reverse(f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_{page}", args=args)

    def urls(self) -> list[str]:
        """Every address of this kind of data, about the row here."""
        start = f"{self.model._meta.app_label}_{self.model._meta.model_name}_"
        names = {name for name in _admin_names() if name.startswith(start)}
        pages = {name.removeprefix(start) for name in names}
        assert {"changelist", "add", "change", "delete", "history"} <= pages
        return [self.url(page, self.row if page in {"change", "delete", "history"} else None) for page in sorted(pages)]

    def allowed(self, person: User, row: Any) -> set[str]:
        """What this person can do with a row of this kind, found by trying."""
        urls = {
            "view": self.url("history", row),
            "add": self.url("add"),
            "delete": self.url("delete", row),
            "import": None,
            "export": None,
        }
        for act in ("import", "export"):
            if hasattr(admin.site.get_model_admin(self.model), f"has_{act}_permission"):
                urls[act] = self.url(act)
        found = {act for act, url in urls.items() if url and self.ask(person, url).status_code == 200}
        changed = self.ask(person, self.url("change", row), "post", {"nothing": "given"})
        assert changed.status_code < 500
        # A form that is shown again with its errors was allowed; 403 or 404 was not.
        return found | ({"change"} if changed.status_code in {200, 302} else set())


def _admin_names() -> set[str]:
    (resolver,) = (found for found in get_resolver().url_patterns if getattr(found, "namespace", "") == "admin")
    return {name for name in resolver.reverse_dict if isinstance(name, str)}


@pytest.fixture(scope="module")
def spots(lasting_rows: None) -> tuple[Spot, Spot]:
    return make_spot(HERE), make_spot(ELSEWHERE)


@pytest.fixture(scope="module")
def cast(spots: tuple[Spot, Spot]) -> Cast:
    return Cast(spots)


@pytest.fixture(params=sorted(PAGES))
def visit(request: pytest.FixtureRequest, client: Client, spots: tuple[Spot, Spot], cast: Cast) -> Visit:
    return Visit(client, PAGES[request.param], spots, cast)


@pytest.fixture
def administrator() -> User:
    return User.objects.create_superuser("first@example.org", "a long password", display_name="First")


def documented() -> dict[str, tuple[set[str], set[str]]]:
    """What docs/permissions.md says that network managers and administrators may do with each kind of data."""
    lines = (Path(settings.BASE_DIR) / "docs" / "permissions.md").read_text(encoding="utf-8").splitlines()
    rows = filter(None, (ROW.match(line) for line in lines))
    return {row["label"]: (_acts(row["managers"]), _acts(row["administrators"])) for row in rows}


def _acts(text: str) -> set[str]:
    return set(text.split(", ")) & set(ACTS)


def test_page_is_closed_to_strangers_and_to_staff_who_keep_up_no_network(visit: Visit, cast: Cast) -> None:
    people = [cast.person(role, visit.here) for role in OTHERS]
    tries = [(url, method) for url in visit.urls() for method in ("get", "post")]

    for url, method in tries:
        stranger = visit.ask(None, url, method)
        assert stranger.status_code == 302
        assert stranger["Location"].startswith(reverse("account_login"))
    for person in people:
        assert {visit.ask(person, url, method).status_code for url, method in tries} == {403}, person


def test_page_does_for_whom_it_is_what_the_docs_tell(visit: Visit, administrator: User, cast: Cast) -> None:
    managers, administrators = documented()[visit.model._meta.label]

    assert visit.allowed(cast.person(Role.NETWORK_MANAGER, visit.here), visit.row) == managers
    assert visit.allowed(administrator, visit.row) == administrators


def test_row_of_another_network_does_not_exist(visit: Visit, cast: Cast) -> None:
    stranger, keeper = (cast.person(Role.NETWORK_MANAGER, spot) for spot in (visit.elsewhere, visit.here))

    for page in ("change", "delete", "history"):
        for method in ("get", "post"):
            assert visit.ask(stranger, visit.url(page, visit.row), method).status_code in {403, 404}, page
    shown = visit.ask(stranger, visit.url("changelist"))
    assert HERE not in shown.content.decode()
    if "view" in documented()[visit.model._meta.label][0]:
        assert HERE in visit.ask(keeper, visit.url("changelist")).content.decode()
        assert shown.status_code == 200


def test_row_of_another_network_is_not_offered_as_a_choice(visit: Visit, cast: Cast) -> None:
    stranger = cast.person(Role.NETWORK_MANAGER, visit.elsewhere)
    visible = {url: visit.ask(stranger, url) for url in visit.urls() if HERE not in url}
    visible |= {"own": visit.ask(stranger, visit.url("change", visit.other_row))}

    for url, answer in visible.items():
        assert answer.status_code < 500
        assert HERE not in answer.content.decode(errors="replace"), url


def test_choices_that_are_typed_end_at_ones_networks(client: Client, spots: tuple[Spot, Spot], cast: Cast) -> None:
    visit = Visit(client, Room, spots, cast)
    stranger, keeper = (cast.person(Role.NETWORK_MANAGER, spot) for spot in (visit.elsewhere, visit.here))
    url = f"{reverse('admin:autocomplete')}?app_label=sites&model_name=room&field_name=site&term={HERE}"

    assert visit.ask(stranger, url).json()["results"] == []
    assert len(visit.ask(keeper, url).json()["results"]) == 1


def test_row_cannot_be_moved_into_another_network(client: Client, spots: tuple[Spot, Spot], cast: Cast) -> None:
    visit = Visit(client, Closure, spots, cast)
    keeper = cast.person(Role.NETWORK_MANAGER, visit.elsewhere)
    data = {"network": visit.here.network.pk, "first_on": "2027-01-04", "last_on": "2027-01-05", "reason_fr": "Fermé"}

    refused = visit.ask(keeper, visit.url("add"), "post", data)
    kept = visit.ask(keeper, visit.url("add"), "post", {**data, "network": visit.elsewhere.network.pk})

    assert "network" in refused.context["errors"].data[0].data[0].message or refused.context["adminform"].form.errors
    assert refused.status_code == 200
    assert kept.status_code == 302


def test_manager_of_nothing_any_more_enters_no_longer(client: Client, spots: tuple[Spot, Spot], cast: Cast) -> None:
    visit = Visit(client, Site, spots, cast)
    person = make_person(Role.NETWORK_MANAGER, visit.here)
    person.memberships.all().delete()

    assert visit.ask(User.objects.get(pk=person.pk), reverse("admin:index")).status_code == 403


def test_flag_of_django_alone_opens_nothing(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True))

    assert client.get(reverse("admin:index")).status_code == 403
    assert client.get(reverse("admin:login")).status_code == 403


def test_start_page_lists_what_a_manager_keeps_up_and_no_more(
    client: Client, spots: tuple[Spot, Spot], cast: Cast
) -> None:
    client.force_login(cast.person(Role.NETWORK_MANAGER, spots[0]))

    listed = {row["model"]._meta.label for app in client.get("/admin/").context["app_list"] for row in app["models"]}

    assert listed == {label for label, (managers, _all) in documented().items() if managers}


def test_password_is_changed_where_the_second_factor_is_asked_for(
    client: Client, spots: tuple[Spot, Spot], cast: Cast
) -> None:
    client.force_login(cast.person(Role.NETWORK_MANAGER, spots[0]))

    assert client.get(reverse("admin:password_change"))["Location"] == reverse("account_change_password")
    assert client.get(reverse("admin:login"))["Location"] == reverse("admin:index")


def test_docs_tell_of_every_page_of_the_administration() -> None:
    assert set(documented()) == set(PAGES)
    assert {label for label, _managers, _all in administered()} == set(PAGES)


def test_new_kind_of_data_is_asked_about_in_a_sentence() -> None:
    class Planning(models.Model):
        class Meta:
            app_label = "tests"
            managed = False

        def __str__(self) -> str:
            return ""

    with pytest.raises(AssertionError, match="Add a line for it to SAMPLES"):
        sample_of(Planning)


def test_page_that_forgets_its_limits_is_found(
    client: Client, spots: tuple[Spot, Spot], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Visit(client, Room, spots, cast)
    monkeypatch.setattr(Limited, "within", lambda _page, queryset, _user: queryset)

    with pytest.raises(AssertionError):
        test_row_of_another_network_does_not_exist(visit, cast)
