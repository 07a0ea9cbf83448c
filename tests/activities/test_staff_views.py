import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.formats import date_format

from activities import services
from activities.models import Programme, Release, Session
from sites.enums import Role
from sites.models import Room, Site
from tests.activities.conftest import DATE, as_csv, at_namur, url
from tests.factories.activities import NOW, OpenDayFactory, ProgrammeFactory, SessionFactory
from tests.factories.sites import MembershipFactory


def upload(client, open_day, *rows, data=None, **options):
    file = SimpleUploadedFile("programme.csv", as_csv(rows) if data is None else data)
    return client.post(url("programme-import"), {"open_day": open_day.pk, "file": file, **options})


def confirm(client, response):
    draft = re.search(r'name="draft" value="([^"]+)"', response.content.decode()).group(1)
    return client.post(url("programme-import-confirm"), {"draft": draft}, follow=True)


def addresses(session):
    return [
        url("programme-list"),
        url("programme-import"),
        url("programme-example"),
        url("programme-detail", DATE, "namur"),
        url("session-add", DATE, "namur"),
        url("session-edit", session.public_id),
        url("session-delete", session.public_id),
        url("programme-release", DATE, "namur"),
    ]


def test_visitor_is_asked_to_sign_in(client, session):
    for address in addresses(session):
        assert client.get(address).status_code == 302


def test_advisor_has_no_business_here(client, session, advisor):
    client.force_login(advisor)

    assert {client.get(address).status_code for address in addresses(session)} == {403}


def test_coordinator_of_another_site_finds_nothing(client, session, stranger):
    client.force_login(stranger)

    statuses = [client.get(address).status_code for address in addresses(session)]

    assert statuses == [200, 200, 200, 404, 404, 404, 404, 404]
    assert client.post(url("session-delete", session.public_id)).status_code == 404
    assert client.post(url("open-day-release", DATE, "wallonie")).status_code == 404
    assert Session.objects.exists()


def test_every_page_opens_for_the_coordinator(staff, session):
    assert {staff.get(address).status_code for address in addresses(session)} == {200}


def test_list_says_how_each_programme_stands(staff, session):
    content = staff.get(url("programme-list")).content.decode()
    assert content.count("not yet released") == 1

    services.release_programme(programme=session.programme, by=None, now=NOW)
    assert "no. 1," in staff.get(url("programme-list")).content.decode()

    Session.objects.update(seats=3)
    assert "unreleased changes" in staff.get(url("programme-list")).content.decode()


def test_list_shows_only_the_sites_of_the_person(client, open_day, namur):
    client.force_login(MembershipFactory(role=Role.COORDINATOR, site=namur).user)

    content = client.get(url("programme-list")).content.decode()

    assert namur.name in content
    assert "métiers de Huy" not in content


def test_list_without_open_day_helps_on(staff):
    assert "No open day is planned for your sites" in staff.get(url("programme-list")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_number_of_queries(staff, open_day, count, django_assert_num_queries):
    for site in Site.objects.filter(network=open_day.network).order_by("pk")[:count]:
        SessionFactory(programme=ProgrammeFactory(open_day=open_day, site=site))

    with django_assert_num_queries(13):
        staff.get(url("programme-list"))


def test_detail_takes_the_same_number_of_queries(staff, session, django_assert_max_num_queries):
    for _ in range(3):
        SessionFactory(programme=session.programme)

    with django_assert_max_num_queries(18):
        staff.get(url("programme-detail", DATE, "namur"))


def test_detail_shows_local_times(staff, session):
    assert "10:00–11:00" in staff.get(url("programme-detail", DATE, "namur")).content.decode()


def test_detail_of_an_empty_programme_helps_on(staff, open_day):
    assert "This programme is still empty" in staff.get(url("programme-detail", DATE, "huy")).content.decode()
    assert staff.get(url("programme-release", DATE, "huy")).status_code == 404
    assert staff.get(url("programme-detail", "2030-01-01", "huy")).status_code == 404


def test_example_is_the_shipped_file(staff):
    response = staff.get(url("programme-example"))

    assert response.content == services.SEED_FILE.read_bytes()
    assert response["Content-Disposition"] == 'attachment; filename="open_day_2024-02-21.csv"'


def test_import_previews_then_writes(staff, open_day):
    preview = upload(staff, open_day, at_namur(), at_namur(site="huy"), is_illustrative="on")
    assert "Differences by place" in preview.content.decode()
    assert not Session.objects.exists()

    done = confirm(staff, preview)

    assert "2 differences were imported." in done.content.decode()
    assert Session.objects.filter(is_illustrative=True).count() == 2


def test_import_of_the_example_for_another_date(staff, reference, coordinator):
    open_day = services.ensure_upcoming_open_day(now=NOW)

    preview = upload(staff, open_day, data=services.SEED_FILE.read_bytes(), moves_date="on")
    confirm(staff, preview)

    assert Session.objects.filter(programme__open_day=open_day).count() == 183


def test_import_of_another_date_is_an_error_without_the_option(staff, reference):
    open_day = services.ensure_upcoming_open_day(now=NOW)

    content = upload(staff, open_day, at_namur()).content.decode()

    given, day = "21 February 2024", date_format(open_day.day, "DATE_FORMAT")
    assert f"The rows of this file are dated {given}, not {day}. Tick this box" in content
    assert not Session.objects.filter(programme__open_day=open_day).exists()


def test_import_with_errors_names_rows_and_writes_nothing(staff, open_day):
    content = upload(staff, open_day, at_namur(), at_namur(site="huy", kind="party")).content.decode()

    assert "1 problem in the file" in content
    assert '<td class="is-number">3</td><td><code>kind</code></td>' in content
    assert "“party” is not known." in content
    assert 'name="draft"' not in content
    assert not Session.objects.exists()


def test_import_lists_at_most_some_hundred_errors(staff, open_day):
    content = upload(staff, open_day, *[at_namur(kind="party")] * 302).content.decode()

    assert "302 problems in the file" in content
    assert "2 more problems are not listed." in content


def test_import_of_an_unusable_file_says_why(staff, open_day):
    assert "This file is not a programme" in upload(staff, open_day, data=b"\x89PNG\0").content.decode()
    assert "The file is empty." in upload(staff, open_day, data=b"").content.decode()
    assert "larger than 5 MB" in upload(staff, open_day, data=b"a" * (5 * 1024 * 1024 + 10)).content.decode()


def test_import_leaves_out_other_sites_when_asked(client, open_day, namur):
    client.force_login(MembershipFactory(role=Role.COORDINATOR, site=namur).user)
    rows = [at_namur(), at_namur(site="huy")]

    refused = upload(client, open_day, *rows).content.decode()
    preview = upload(client, open_day, *rows, is_only_mine="on")
    nothing = upload(client, open_day, at_namur(site="huy"), is_only_mine="on").content.decode()

    assert "You may not change the programme of Carrefour des métiers de Huy." in refused
    assert "One row of a site that is not yours is left out." in preview.content.decode()
    assert "No row of this file is about one of your sites." in nothing
    confirm(client, preview)
    assert Session.objects.get().programme.site == namur


def test_import_for_an_open_day_of_others_is_refused(staff):
    other = OpenDayFactory()

    content = upload(staff, other, at_namur()).content.decode()

    assert "Select a valid choice." in content


def test_confirmation_that_was_altered_says_so(staff, open_day):
    response = staff.post(url("programme-import-confirm"), {"draft": "forged"})

    assert "This preview cannot be read. Choose the file again." in response.content.decode()


def test_confirmation_after_a_change_shows_the_differences_again(staff, open_day):
    preview = upload(staff, open_day, at_namur())
    confirm(staff, upload(staff, open_day, at_namur(title_fr="By a colleague")))

    again = confirm(staff, preview)

    assert "Somebody changed the programme since this preview." in again.content.decode()
    assert Session.objects.get().title_fr == "By a colleague"
    confirm(staff, again)
    assert Session.objects.get().title_fr == "Un CV clair"


def test_confirmation_checks_the_rows_again(staff, open_day):
    preview = upload(staff, open_day, at_namur())
    open_day.opens_at = "10:30"
    open_day.save()

    again = confirm(staff, preview)

    assert "The open day lasts from" in again.content.decode()
    assert not Session.objects.exists()


def test_import_too_long_for_a_preview_says_so(staff, open_day, monkeypatch):
    monkeypatch.setattr("citemetiers.kernel.sheets.sealing.MAX_LENGTH", 10)

    assert "too much text" in upload(staff, open_day, at_namur()).content.decode()


def release_all(staff):
    seen = re.search(r'name="seen" value="(\w+)"', staff.get(url("programme-list")).content.decode())
    data = {"seen": seen.group(1) if seen else ""}
    return staff.post(url("open-day-release", DATE, "wallonie"), data, follow=True).content.decode()


def release(staff, session):
    address = url("programme-release", DATE, session.programme.site.slug)
    content = staff.get(address).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', content)
    return staff.post(address, {"seen": seen.group(1) if seen else ""}, follow=True).content.decode()


def test_release_shows_the_differences_and_publishes_them(staff, session, coordinator):
    content = staff.get(url("programme-release", DATE, "namur")).content.decode()
    assert "1 difference since the last release" in content

    assert "is public." in release(staff, session)

    assert Release.objects.get().released_by == coordinator


def test_release_names_the_fields_that_changed(staff, session):
    release(staff, session)
    Session.objects.update(seats=3, room=Room.objects.create(site=session.programme.site, name="Agora"))

    content = staff.get(url("programme-release", DATE, "namur")).content.decode()

    assert "room, seats" in content


def test_release_without_a_change_is_a_sentence(staff, session):
    release(staff, session)

    assert "Nothing has changed since release 1." in release(staff, session)
    assert Release.objects.count() == 1


def test_release_of_a_renamed_site_says_what_changed(staff, session):
    release(staff, session)
    Site.objects.filter(slug="namur").update(name="Autre nom")

    assert "No session changed" in staff.get(url("programme-release", DATE, "namur")).content.decode()
    assert "is public." in release(staff, session)


def test_all_changed_programmes_are_released_in_one_act(staff, session, open_day):
    SessionFactory(programme=ProgrammeFactory(open_day=open_day, site=Site.objects.get(slug="huy")))

    first = release_all(staff)
    again = release_all(staff)

    assert "2 programmes were released." in first
    assert "Nothing has changed since the last releases." in again
    assert Release.objects.count() == Programme.objects.count() == 2


def test_releases_that_collide_are_a_sentence(staff, session, monkeypatch):
    release(staff, session)
    Session.objects.update(seats=3)
    monkeypatch.setattr("activities.services.releasing._last_release", lambda _programme: None)

    content = release_all(staff)

    assert "This programme was just released by somebody else." in content


def test_what_changed_since_the_list_was_shown_is_not_released(staff, session):
    shown = re.search(r'name="seen" value="(\w+)"', staff.get(url("programme-list")).content.decode()).group(1)
    Session.objects.update(seats=3)

    content = staff.post(url("open-day-release", DATE, "wallonie"), {"seen": shown}, follow=True).content.decode()

    assert "Somebody changed the programme meanwhile. Look at the differences again." in content
    assert not Release.objects.exists()
    assert "1 programme was released." in release_all(staff)


def test_release_without_what_was_shown_is_refused(staff, session):
    content = staff.post(url("open-day-release", DATE, "wallonie"), follow=True).content.decode()

    assert "Somebody changed the programme meanwhile." in content
    assert not Release.objects.exists()


@pytest.mark.parametrize("method", ["get", "head"])
def test_what_is_by_post_only_leads_back(staff, session, method):
    to_import = getattr(staff, method)(url("programme-import-confirm"))
    to_list = getattr(staff, method)(url("open-day-release", DATE, "wallonie"))

    assert (to_import.status_code, to_import.url) == (302, url("programme-import"))
    assert (to_list.status_code, to_list.url) == (302, url("programme-list"))
    assert not Release.objects.exists()


def test_what_is_by_post_only_is_not_for_an_advisor(client, session, advisor):
    client.force_login(advisor)

    assert client.get(url("programme-import-confirm")).status_code == 403
    assert client.get(url("open-day-release", DATE, "wallonie")).status_code == 403
