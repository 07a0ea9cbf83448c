import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_protect
from pytest_django import DjangoAssertNumQueries

from citemetiers import urls
from citemetiers.kernel.errors import error_page

RAISED = {
    "refused": PermissionDenied("no"),
    "unreadable": SuspiciousOperation("bad"),
    "broken": RuntimeError("a secret detail"),
    "database": OperationalError("connection to 10.1.2.3 refused"),
    "interface": InterfaceError("connection already closed"),
}


@login_not_required
@csrf_protect
def raising(_request: HttpRequest, name: str) -> HttpResponse:
    raise RAISED[name]


handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
urlpatterns = [path("raise/<slug:name>/", raising), *urls.urlpatterns]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.logs_errors, pytest.mark.django_db]


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


@pytest.mark.parametrize(
    ("name", "status", "title"),
    [
        ("unreadable", 400, "We could not read this request"),
        ("refused", 403, "This page is not yours to open"),
        ("broken", 500, "Something went wrong on our side"),
        ("database", 503, "The portal is resting for a moment"),
        ("interface", 503, "The portal is resting for a moment"),
    ],
)
def test_error_page_says_what_happened(visitor: Client, name: str, status: int, title: str) -> None:
    response = visitor.get(f"/raise/{name}/")

    assert response.status_code == status
    assert f"<h1>{title}</h1>" in response.text
    assert '<html lang="en">' in response.text
    assert str(RAISED[name]) not in response.text.split("<main")[1] or name == "refused"


def test_refusal_leads_everybody_to_whoever_gives_roles(visitor: Client) -> None:
    assert "Ask whoever gives out the roles at your place." in visitor.get("/raise/refused/").text


def test_unknown_address_is_not_found(visitor: Client) -> None:
    response = visitor.get("/nothing-here/")

    assert response.status_code == 404
    assert "<h1>This page does not exist</h1>" in response.text


@pytest.mark.parametrize("name", ["database", "interface"])
def test_unreachable_database_asks_to_come_back(visitor: Client, name: str) -> None:
    response = visitor.get(f"/raise/{name}/")

    assert response["Retry-After"] == "60"


def test_form_without_its_token_has_expired() -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

    response = client.post("/raise/refused/")

    assert response.status_code == 403
    assert "<h1>This form has expired</h1>" in response.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_method_that_no_form_has_is_refused_as_such(method: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

    response = client.generic(method, "/raise/refused/")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"
    assert "expired" not in response.text


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_error_page_speaks_the_language_of_the_address(visitor: Client, language: str) -> None:
    response = visitor.get(f"/{language}/sites/no-such-place/")

    assert response.status_code == 404
    assert f'<html lang="{language}">' in response.text


def test_error_page_leads_home_and_asks_the_database_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        response = error_page(410, title="This link has <expired>", text="Book another moment.")

    assert response.status_code == 410
    assert "This link has &lt;expired&gt;" in response.text
    assert 'class="button button--primary" href="/"' in response.text
    assert "csrf" not in response.text


@pytest.mark.django_db
def test_refused_method_has_a_page_and_says_what_is_allowed(client: Client) -> None:
    answer = client.post("/en/")

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    assert "This page cannot be used this way" in answer.text
