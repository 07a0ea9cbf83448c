"""Every staff address, tried by everybody: a stranger, each role here, each role elsewhere, and who has left.

New addresses take part by themselves; tests/screens.py must only be told what they name.
"""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path, reverse

from citemetiers.kernel.access import permission_required
from citemetiers.management.commands import permissions as command
from citemetiers.permissions import PERMISSIONS, Place
from citemetiers.screens import WITHOUT_PERMISSION, Screen, permission_named, staff_screens
from sites.enums import Role
from sites.models import Membership, Site, User
from tests.factories.sites import MembershipFactory, SiteFactory
from tests.screens import Cast, Door, Spot, Target, make_person, make_spot, make_words, target_of

HERE, ELSEWHERE = "zinnebeke", "waterkant"
REFUSED = {401, 403, 404}
SCREENS = [screen for screen in staff_screens() if screen.permission]
ROW = re.compile(r"^\| `/(?P<route>[^`]*)` \| `(?P<name>[^`]*)` \| `(?P<permission>[^`]+)` \| (?P<roles>.*) \|$")


class World:
    """Two places that know nothing of each other, and a door to try."""

    def __init__(self, client: Client, spots: tuple[Spot, Spot], cast: Cast) -> None:
        self.ask: Callable[..., Any] = Door(client, cast).ask
        self.here, self.elsewhere = spots
        self.person = cast.person


@pytest.fixture(scope="module")
def spots(lasting_rows: None) -> tuple[Spot, Spot]:
    make_words()
    return make_spot(HERE), make_spot(ELSEWHERE)


@pytest.fixture(scope="module")
def cast(spots: tuple[Spot, Spot]) -> Cast:
    return Cast(spots)


@pytest.fixture
def world(spots: tuple[Spot, Spot], cast: Cast, db: None, client: Client) -> World:
    return World(client, spots, cast)


@pytest.fixture(autouse=True)
def _language(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def answers(world: World, screen: Screen, person: User | None, place: Place) -> dict[str, Any]:
    """What this person gets of a page about the place here, by method; a method it does not have is left out."""
    target = target_of(screen.name)
    url = target.url(screen.name, world.here, place)
    data = target.data(world.here, place)
    asked = {method: world.ask(person, url, method, data) for method in target.methods}
    return {method: answer for method, answer in asked.items() if answer.status_code != 405}


def leaks(answer: Any, mark: str) -> bool:
    """Whether an answer tells anything of a place."""
    return mark in f"{answer.get('Location', '')} {answer.content.decode(errors='replace')}"


def is_let_in(got: dict[str, Any]) -> bool:
    """Whether the person may use the page: no answer refuses, and none sends to the sign-in page."""
    assert got, "The page answers neither GET nor POST."
    assert all(answer.status_code < 500 for answer in got.values())
    return not any(is_refused(answer) for answer in got.values())


def is_refused(answer: Any) -> bool:
    """Whether an answer says no, in one of the four ways."""
    return answer.status_code in REFUSED or answer.get("Location", "").startswith(reverse("account_login"))


def problems_of_strangers(world: World, screen: Screen, place: Place) -> list[str]:
    """Whatever a person without a sign-in gets but the way to it; a script is told that nobody is signed in."""
    got = answers(world, screen, None, place)
    if getattr(screen.view, "is_for_scripts", False):
        is_sent_away = {method: answer.status_code == 401 for method, answer in got.items()}
    else:
        sent = reverse("account_login")
        is_sent_away = {
            method: answer.status_code == 302 and answer["Location"].startswith(sent) for method, answer in got.items()
        }
    return [f"{method}: a stranger gets {got[method].status_code}" for method, sent in is_sent_away.items() if not sent]


def problems_of_others(world: World, screen: Screen, place: Place, role: Role) -> list[str]:
    """Whatever the same role elsewhere gets of a page about the place here: 404 or 403, or a list of its own."""
    person, target = world.person(role, world.elsewhere, place), target_of(screen.name)
    found = []
    for method, answer in answers(world, screen, person, place).items():
        is_own_list = target.is_list and answer.status_code < 400
        # A page for POST alone may lead back to a list; nothing was looked up for that.
        leads_away = method == "get" and answer.status_code in {302, 303}
        if not (is_refused(answer) or is_own_list or leads_away or (target.is_list and answer.status_code == 422)):
            found.append(f"{method}: {role} of another site gets {answer.status_code}")
        if leaks(answer, named_by_nobody(world.here, target)):
            found.append(f"{method}: {role} of another site reads about this one")
        if answer.has_written and not target.is_list:
            found.append(f"{method}: {role} of another site writes here")
    return found


def named_by_nobody(spot: Spot, target: Target) -> str:
    """What only this place knows. What a form has sent may come back in it."""
    return f" {spot.mark}" if target.is_list else spot.mark


def problems_of_leavers(world: World, screen: Screen, place: Place, role: Role) -> list[str]:
    """Whatever a person gets whose only membership has ended."""
    person = make_person(role, world.here, place)
    Membership.objects.filter(user=person).delete()
    got = answers(world, screen, User.objects.get(pk=person.pk), place)
    return [
        f"{method}: {role} who has left gets {answer.status_code}"
        for method, answer in got.items()
        if answer.status_code not in REFUSED
    ]


def roles_let_in(world: World, screen: Screen, place: Place) -> set[Role]:
    """The roles that can use the page about this kind of place; each of the others was refused with 403 or 404."""
    found = set()
    for role in Role:
        got = answers(world, screen, world.person(role, world.here, place), place)
        if is_let_in(got):
            found.add(role)
    return found


def documented() -> dict[str, set[str]]:
    """The roles of each screen, as docs/permissions.md tells them."""
    lines = (Path(settings.BASE_DIR) / "docs" / "permissions.md").read_text(encoding="utf-8").splitlines()
    rows = filter(None, (ROW.match(line) for line in lines))
    return {row["name"]: set(row["roles"].split(", ")) for row in rows}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_screen_is_opened_by_the_documented_roles_and_nobody_else(world: World, screen: Screen) -> None:
    let_in = {place: roles_let_in(world, screen, place) for place in screen.places}

    assert {str(role.label) for roles in let_in.values() for role in roles} == documented()[screen.name]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_screen_is_closed_to_strangers_to_others_and_to_who_has_left(world: World, screen: Screen) -> None:
    problems = []
    for place in screen.places:
        problems += problems_of_strangers(world, screen, place)
        for role in screen.roles:
            problems += problems_of_others(world, screen, place, role)
            problems += problems_of_leavers(world, screen, place, role)

    assert problems == []


def test_every_staff_address_asks_for_a_permission_or_says_why_not() -> None:
    open_ones = [screen for screen in staff_screens() if not screen.permission]

    assert [screen.name or screen.route for screen in open_ones if not screen.reason] == []
    assert [start for start in WITHOUT_PERMISSION if not _names_any(start, open_ones)] == []


def _names_any(start: str, screens: list[Screen]) -> bool:
    return any((screen.name or screen.route).startswith(start) for screen in screens)


def test_docs_tell_of_every_screen_that_was_tried() -> None:
    assert set(documented()) == {screen.name for screen in SCREENS}


def test_docs_are_written_from_the_code() -> None:
    call_command("permissions", "--check")


def test_stale_docs_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "permissions.md"
    monkeypatch.setattr(command, "PAGE", page)

    with pytest.raises(CommandError, match=r"manage\.py permissions"):
        call_command("permissions", "--check")
    call_command("permissions")
    call_command("permissions", "--check")
    page.write_text(page.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"manage\.py permissions"):
        call_command("permissions", "--check")


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda permission: permission.name)
@pytest.mark.parametrize("role", Role)
@pytest.mark.django_db
def test_permission_is_held_by_the_roles_of_its_row(permission: Any, role: Role) -> None:
    membership = MembershipFactory(role=role)

    assert membership.user.has_perm(permission.name) == (role in permission.roles)
    assert membership.user.has_perm(permission.name, membership.place) == (role in permission.roles)


def test_every_permission_stands_in_the_table_once_and_is_asked_for_or_administered() -> None:
    names = [permission.name for permission in PERMISSIONS]

    assert len(names) == len(set(names))
    assert set(names) == {screen.permission for screen in SCREENS} | {"sites.manage_reference"}


def test_page_whose_permission_is_misspelt_is_found() -> None:
    with pytest.raises(StopIteration):
        permission_named("sites.edit_sites")


# --- Controls: the same machinery finds pages without their checks ---------------------------------


@permission_required("sites.edit_site")
def _forgets_the_place(_request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse(Site.objects.get(slug=slug).name)


@permission_required("sites.edit_site")
def _forgets_and_writes(_request: HttpRequest, slug: str) -> HttpResponse:
    site = Site.objects.get(slug=slug)
    site.phone = "+32 2 000 00 00"
    site.save()
    return HttpResponse(status=403)


def _forgets_the_permission(_request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse(status=404 if slug is None else 200)


Control = Callable[..., HttpResponse]


def _screen_of(view: Control) -> Screen:
    (screen,) = staff_screens([path("controls/<slug:slug>/", view, name="places:place-detail")])
    return Screen(screen.route, screen.name, screen.permission or "sites.edit_site", screen.view)


@pytest.fixture
def control(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[Control], Screen]:
    """Puts a careless view behind the address of a real one."""

    def stand_in(view: Control) -> Screen:
        def ask(person: User | None, _url: str, method: str, _data: Any = None) -> Any:
            request = getattr(RequestFactory(), method)("/")
            request.user = person or SimpleNamespace(has_perm=lambda *_asked: True)
            with transaction.atomic():
                before = LogEntry.objects.count()
                try:
                    answer: Any = view(request, slug=HERE)
                except PermissionDenied:
                    answer = HttpResponse(status=403)
                answer.has_written = LogEntry.objects.count() != before
                transaction.set_rollback(True)
            return answer

        monkeypatch.setattr(world, "ask", ask)
        return _screen_of(view)

    return stand_in


def test_page_that_forgets_the_place_is_found(world: World, control: Callable[[Control], Screen]) -> None:
    screen = control(_forgets_the_place)

    found = problems_of_others(world, screen, Place.SITE, Role.COORDINATOR)

    assert "get: COORDINATOR of another site gets 200" in found
    assert "get: COORDINATOR of another site reads about this one" in found


def test_page_that_writes_before_it_refuses_is_found(world: World, control: Callable[[Control], Screen]) -> None:
    screen = control(_forgets_and_writes)

    assert "post: COORDINATOR of another site writes here" in problems_of_others(
        world, screen, Place.SITE, Role.COORDINATOR
    )


def test_page_that_forgets_the_permission_is_found(world: World, control: Callable[[Control], Screen]) -> None:
    screen = control(_forgets_the_permission)

    assert staff_screens([path("controls/", _forgets_the_permission, name="controls")])[0].reason == ""
    assert roles_let_in(world, screen, Place.SITE) == set(Role)
    assert problems_of_leavers(world, screen, Place.SITE, Role.ADVISOR)
    assert problems_of_strangers(world, screen, Place.SITE)


def test_new_address_is_asked_about_in_a_sentence() -> None:
    with pytest.raises(AssertionError, match=r"Add a line for it to TARGETS in tests/screens.py"):
        target_of("controls")


@pytest.mark.django_db
def test_network_role_reaches_every_site_of_it_and_no_other() -> None:
    site = SiteFactory()
    person = MembershipFactory(role=Role.NETWORK_MANAGER, network=site.network).user

    assert person.has_perm("sites.edit_site", site)
    assert not person.has_perm("sites.edit_site", SiteFactory())
