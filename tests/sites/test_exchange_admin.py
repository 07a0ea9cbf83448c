import datetime as dt
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from sites.enums import Role
from sites.models import Membership, Room, Site
from tests.factories.sites import (
    MembershipFactory,
    NetworkFactory,
    PartnerFactory,
    ResourceFactory,
    RoomFactory,
    SiteFactory,
    UserFactory,
)
from tests.sites.exchange import namur, rows_of

pytestmark = pytest.mark.django_db

LISTS = ("site", "partner", "room", "resource", "user")


def url(page, name="site"):
    return reverse(f"admin:sites_{name}_{page}")


@pytest.fixture(autouse=True)
def _password_is_enough(settings):
    settings.PORTAL_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def site():
    return namur(NetworkFactory(slug="wallonie"))


@pytest.fixture
def manager(client, site):
    user = MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=site.network).user
    client.force_login(user)
    return user


def upload(client, text, *, name="site", filename="list.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(url("import", name), {"file": SimpleUploadedFile(filename, data)})


def draft_of(response):
    return re.search(r'name="draft" value="([^"]+)"', response.content.decode()).group(1)


def confirm(client, response, *, name="site", **options):
    return client.post(url("process_import", name), {"draft": draft_of(response)}, **options)


# --- Who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("page", ["import", "export", "process_import"])
def test_only_who_keeps_up_a_network_comes_in(client, site, name, page):
    assert client.get(url(page, name)).status_code == 302

    for role in (Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER):
        client.force_login(MembershipFactory(role=role, site=site).user)
        assert client.get(url(page, name)).status_code == 403
        assert client.post(url(page, name)).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_every_page_opens_and_leads_to_the_others(client, manager, name):
    changelist = client.get(url("changelist", name)).content.decode()

    assert url("import", name) in changelist
    assert url("export", name) in changelist
    assert client.get(url("import", name)).status_code == 200
    assert client.get(url("export", name)).status_code == 200
    assert client.get(url("process_import", name)).status_code == 302


# --- In ------------------------------------------------------------------------------------------


def test_import_shows_the_differences_then_writes(client, manager, site):
    preview = upload(client, "slug;phone\r\nnamur;+32 81 11 11 11\r\n")

    content = preview.content.decode()
    assert preview.status_code == 200
    assert "+32 81 00 00 00</del>" in content
    assert "+32 81 11 11 11</ins>" in content
    assert Site.objects.get().phone == "+32 81 00 00 00"
    done = confirm(client, preview, follow=True)
    assert "1 row was imported." in done.content.decode()
    assert Site.objects.get().phone == "+32 81 11 11 11"


def test_file_of_a_belgian_windows_is_read(client, manager, site):
    preview = upload(client, "slug;name\r\nnamur;Cité de l’été, à 5 €\r\n".encode("cp1252"))

    confirm(client, preview)

    assert Site.objects.get().name == "Cité de l’été, à 5 €"


def test_xlsx_is_told_apart_by_its_content(client, manager, site):
    book = openpyxl.Workbook()
    for line in (["slug", "label_until_on"], ["namur", dt.datetime(2027, 6, 30)]):  # noqa: DTZ001
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)

    confirm(client, upload(client, stream.getvalue(), filename="list.csv"))

    assert Site.objects.get().label_until_on == dt.date(2027, 6, 30)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "This file is not a list of sites: send a CSV or XLSX file"),
        (b"", "The file is empty."),
        (b"hello;world\r\n1;2", "This file is not a list of sites"),
        (b"slug;telephone\r\nnamur;1", "This column is unknown: telephone."),
        (b"phone\r\n1", "This column is missing: slug."),
        (b"x" * (12 * 1024 * 1024 + 1), "The file is larger than 12 MB."),
        (b"slug\r\n" + b"namur\r\n" * 20_001, "The file has more than 20,000 rows."),
    ],
)
def test_file_that_cannot_be_used_is_refused_at_its_field(client, manager, data, sentence):
    response = upload(client, data)

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_errors_are_listed_by_row_and_column(client, manager, site):
    response = upload(client, "slug;email\r\nnamur;a@example.org\r\n\r\nhuy;nobody\r\n")

    content = response.content.decode()
    assert response.status_code == 422
    assert "6 problems in the file" in content
    assert re.search(
        r'<td class="is-number">4</td><td><code>email</code></td><td>Enter a valid email address.</td>', content
    )
    assert 'name="draft"' not in content


def test_long_list_of_errors_is_cut(client, manager, site):
    content = upload(client, "slug;email\r\n" + "namur;x\r\n" * 250).content.decode()

    assert "250 problems in the file" in content
    assert "50 more problems are not listed." in content


def test_file_without_a_difference_asks_for_no_confirmation(client, manager, site):
    content = upload(client, "slug;city\r\nnamur;Namur\r\n").content.decode()

    assert "There is nothing to import." in content
    assert 'name="draft"' not in content


def test_site_of_another_network_is_refused(client, manager):
    SiteFactory(slug="bruxelles")

    response = upload(client, "slug;phone\r\nbruxelles;1\r\n")

    assert response.status_code == 422
    assert "You may not change this row" in response.content.decode()


def test_confirmation_after_a_change_shows_the_differences_again(client, manager, site):
    preview = upload(client, "slug;phone\r\nnamur;1\r\n")
    Site.objects.update(phone="2")

    again = confirm(client, preview)

    assert again.status_code == 422
    assert "Somebody changed these data since this preview." in again.content.decode()
    assert Site.objects.get().phone == "2"
    confirm(client, again)
    assert Site.objects.get().phone == "1"


@pytest.mark.parametrize(
    ("name", "text"), [("site", "slug;phone\r\nnamur;1\r\n"), ("room", "site;name\r\nnamur;Salle 1\r\n")]
)
def test_confirmation_sent_twice_succeeds(client, manager, site, name, text):
    preview = upload(client, text, name=name)
    confirm(client, preview, name=name)

    again = confirm(client, preview, name=name, follow=True)

    assert again.redirect_chain == [(url("changelist", name), 302)]
    assert "Everything is already as the file says." in again.content.decode()
    assert "Somebody changed these data" not in again.content.decode()


def test_preview_tells_whose_name_and_language_stay(client, manager, site):
    held = MembershipFactory(site=site, user__email="ann@example.org", user__display_name="Anna", role=Role.ADVISOR)
    text = "email;display_name;role;site;network;partner\r\nann@example.org;RENAMED;{};namur;;\r\n"

    nothing = upload(client, text.format("ADVISOR"), name="user")
    preview = upload(client, text.format("RECEPTION"), name="user")

    for content in (nothing.content.decode(), preview.content.decode()):
        assert "Row 2, ann@example.org: This person has an account already" in content
        assert "RENAMED" not in content
        assert "The file says what the portal holds already." not in content
    confirm(client, preview, name="user")
    held.user.refresh_from_db()
    assert held.user.display_name == "Anna"
    assert held.user.memberships.count() == 2


def test_confirmation_checks_the_rights_again(client, manager, site):
    preview = upload(client, "slug;phone\r\nnamur;1\r\n")
    Membership.objects.update(network=NetworkFactory())

    again = confirm(client, preview)

    assert again.status_code == 422
    assert "You may not change this row" in again.content.decode()
    assert Site.objects.get().phone != "1"


def test_confirmation_of_somebody_else_is_refused(client, manager, site):
    preview = upload(client, "slug;phone\r\nnamur;1\r\n")
    client.force_login(UserFactory(is_superuser=True))

    again = confirm(client, preview)

    assert "This preview belongs to somebody else." in again.content.decode()
    assert Site.objects.get().phone != "1"


def test_confirmation_of_another_list_is_refused(client, manager, site):
    draft = draft_of(upload(client, "slug;phone\r\nnamur;1\r\n"))

    response = client.post(url("process_import", "partner"), {"draft": draft})

    assert response.status_code == 422
    assert "This preview cannot be read." in response.content.decode()


def test_confirmation_expires(client, manager, site, monkeypatch):
    preview = upload(client, "slug;phone\r\nnamur;1\r\n")
    monkeypatch.setattr("citemetiers.kernel.sheets.sealing.MAX_AGE_SECONDS", -1)

    assert "older than four hours" in confirm(client, preview).content.decode()
    assert Site.objects.get().phone != "1"


def test_file_too_long_for_a_preview_says_so(client, manager, site, monkeypatch):
    monkeypatch.setattr("citemetiers.kernel.sheets.sealing.MAX_LENGTH", 10)

    response = upload(client, "slug;phone\r\nnamur;1\r\n")

    assert response.status_code == 422
    assert "too much text" in response.content.decode()


def test_many_rows_are_counted_and_only_some_are_shown(client, manager, site):
    rows = "".join(f"namur;Salle {number}\r\n" for number in range(201))

    content = upload(client, "site;name\r\n" + rows, name="room").content.decode()

    assert content.count("exchange-row__cells") == 200
    assert "One more new row is not listed." in content
    assert not Room.objects.exists()


def test_markup_in_a_file_stays_text(client, manager, site):
    content = upload(client, "slug;name\r\nnamur;<script>x</script>\r\n").content.decode()

    assert "&lt;script&gt;x" in content
    assert "<script>x" not in content


# --- Out -----------------------------------------------------------------------------------------


def export(client, kind, name="site", query=""):
    return client.post(url("export", name) + query, {"format": kind})


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_is_a_dated_file_that_imports_without_a_difference(client, manager, site, name, kind):
    RoomFactory(site=site)
    PartnerFactory()
    ResourceFactory(network=site.network, url="https://example.org")

    response = export(client, kind, name)

    assert response["Content-Disposition"] == f'attachment; filename="{name}-{timezone.localdate()}.{kind}"'
    assert "There is nothing to import." in upload(client, response.content, name=name).content.decode()


def test_export_neutralises_formulas(client, manager, site):
    Site.objects.update(name="=HYPERLINK(1)")

    row = rows_of(export(client, "csv").content)[0]

    assert (row["name"], row["phone"]) == ("'=HYPERLINK(1)", "'+32 81 00 00 00")


def test_export_ends_where_the_networks_of_the_person_end(client, manager, site):
    SiteFactory(slug="bruxelles")
    MembershipFactory(site=Site.objects.get(slug="bruxelles"))

    assert [row["slug"] for row in rows_of(export(client, "csv").content)] == ["namur"]
    assert [row["email"] for row in rows_of(export(client, "csv", "user").content)] == [manager.email]


def test_export_of_staff_names_no_role_in_another_network(client, manager, site):
    person = MembershipFactory(site=site).user
    MembershipFactory(user=person, site=SiteFactory(slug="bruxelles"))

    rows = rows_of(export(client, "csv", "user").content)

    assert {row["site"] for row in rows if row["email"] == person.email} == {"namur"}


def test_export_follows_the_filter_of_the_list(client, manager, site):
    SiteFactory(network=site.network, slug="huy", kind="CARREFOUR")

    rows = rows_of(export(client, "csv", query="?kind__exact=CARREFOUR").content)

    assert [row["slug"] for row in rows] == ["huy"]


def test_export_of_an_unknown_kind_offers_the_known_ones(client, manager):
    response = export(client, "exe")

    assert "attachment" not in response.headers.get("Content-Disposition", "")
    assert 'value="xlsx"' in response.content.decode()


@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize(
    ("name", "limit"), [("site", 14), ("room", 14), ("partner", 14), ("resource", 14), ("user", 14)]
)
def test_export_takes_few_queries(client, manager, site, name, limit, count, django_assert_max_num_queries):
    for _ in range(count):
        RoomFactory(site=SiteFactory(network=site.network))
        PartnerFactory()
        ResourceFactory(network=site.network, url="https://example.org")
        MembershipFactory(site=site)

    with django_assert_max_num_queries(limit):
        export(client, "csv", name)
