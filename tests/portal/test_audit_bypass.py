"""What is written many rows at once passes by the list of changes: each such place says why it may, or what it does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from citemetiers.audit.watched import WATCHED

ROOT = Path(settings.BASE_DIR)
CODE = ("citemetiers", "sites", "visitors", "activities", "appointments", "reporting")
BULK = {"bulk_create", "bulk_update", "_raw_delete", "aupdate", "abulk_create", "abulk_update"}
WATCHED_NAMES = {model.__name__ for model in WATCHED}
OTHER_NAMES = {model.__name__ for model in apps.get_models()} - WATCHED_NAMES

# Where, and why nothing is lost.
EXPLAINED = {
    "activities/services/importing.py::_write_many": "words of sessions: the releases are their history",
    "appointments/forms/duty.py::__init__": "the labels of a form, no row",
    "appointments/services/messages/bounces.py::switch_off": "an address of a visitor: never told to the list",
    "appointments/services/rota/copying.py::copy_week": "duties: planning is no reference data",
    "appointments/services/booking/erasing.py::forget_visitor": "what is erased for a visitor leaves no trace",
    "appointments/services/messages/failures.py::settle_failure": "messages to visitors are never told to the list",
    "appointments/services/booking/freed.py::_end_waits_without_appointment": "waits are never told to the list",
    "appointments/services/booking/freed.py::_tend": "offers to visitors are never told to the list",
    "appointments/staff_views/planning/duties.py::_answer": "what a page shows, no row",
    "appointments/staff_views/planning/duties.py::save": "what a page shows, no row",
    "citemetiers/demo.py::_load_accounts": "the demo’s own administrator, made a moment before",
    "sites/services/invitations.py::mail_invitation": "whether the mail left is no change of a right",
    "sites/services/links.py::check_links": "found out by the portal, not by a person",
    "sites/services/resources.py::index_resource": "made of the other columns",
    "sites/services/resources.py::index_resources": "made of the other columns",
    "sites/services/terms.py::copy_common_list": "told to the list row by row",
    "sites/services/terms.py::_renumber": "told to the list row by row",
    "sites/services/vocabularies.py::_add_missing": "facts that come with the portal",
    "visitors/services/sealing.py::_rewrite": "the anonymous log is never told to the list",
}


def bypasses(name: str, text: str) -> Iterator[str]:
    """Functions that write rows of a watched, or of an unknown, model without their ``save``."""
    tree = ast.parse(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for function in functions:
        if any(_is_bypass(node) for node in ast.walk(function)):
            yield f"{name}::{function.name}"


def _is_bypass(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    # A queryset takes columns by name; a dictionary takes another dictionary.
    is_update = node.func.attr == "update" and bool(node.keywords) and not node.args
    if not is_update and node.func.attr not in BULK:
        return False
    named = {inner.id for inner in ast.walk(node.func) if isinstance(inner, ast.Name)}
    return bool(named & WATCHED_NAMES) or not named & OTHER_NAMES


def found() -> set[str]:
    files = [path for package in CODE for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}
    return {place for name, text in texts.items() for place in bypasses(name, text)}


def test_whatever_passes_by_the_list_of_changes_says_why() -> None:
    places = found()

    assert places - set(EXPLAINED) == set()
    assert set(EXPLAINED) - places == set()


@pytest.mark.parametrize(
    "line",
    [
        "User.objects.filter(pk=1).update(is_active=False)",
        "site.addresses.update(street='')",
        "rows.update(**columns)",
        "vocabulary.objects.bulk_create(terms)",
        "Site.objects.bulk_update(sites, ['name'])",
    ],
)
def test_bypass_is_found(line: str) -> None:
    assert list(bypasses("a.py", f"def act():\n    {line}\n")) == ["a.py::act"]


@pytest.mark.parametrize(
    "line",
    [
        "names.update(others)",
        "Contact.objects.filter(pk=1).update(headcount=2)",
        "Shift.objects.bulk_create(shifts)",
        "site.save(update_fields=['name'])",
        "digest.update(data)",
    ],
)
def test_bypass_is_not_what_the_list_sees_or_never_holds(line: str) -> None:
    assert list(bypasses("a.py", f"def act():\n    {line}\n")) == []
