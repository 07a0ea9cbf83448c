import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from activities import services
from citemetiers.kernel.dates import at_local
from sites.models import Site
from sites.services import reword_term
from tests.factories.activities import DAY, HOUR, NINE, NOW, OpenDayFactory, ProgrammeFactory, SessionFactory
from tests.factories.sites import NetworkFactory, PartnerFactory, SiteFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db
DATE = DAY.isoformat()
DAY_LONG = dt.timedelta(days=1)


def released(**kwargs):
    session = SessionFactory(**kwargs)
    services.release_programme(programme=session.programme, by=None, now=NOW)
    return session


def page(client, *path, reader="en", **query):
    name = {0: "open-day-list", 1: "open-day", 2: "open-day-site"}[len(path)]
    with translation.override(reader):
        return client.get(reverse(f"activities:{name}", args=path), query)


def site_page(client, session, **kwargs):
    return page(client, DATE, session.programme.site.slug, **kwargs)


def test_list_shows_what_comes_and_what_was(client):
    OpenDayFactory(is_illustrative=True)
    past = OpenDayFactory(day=dt.date(2024, 2, 21))
    released(programme__open_day=past)

    response = page(client)

    assert b"Programme not yet published" in response.content
    assert b"1 programme" in response.content
    assert b"illustrative" in response.content


def test_list_without_open_days_helps_on(client):
    assert b"No open day is planned yet" in page(client).content


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_number_of_queries(client, count, django_assert_num_queries):
    for _ in range(count):
        released()

    with django_assert_num_queries(2):
        page(client)


def test_overview_shows_released_and_unreleased_sites(client):
    session = released()
    other = SiteFactory(network=session.programme.open_day.network, name="Site without programme")

    response = page(client, DATE)

    content = response.content.decode()
    assert session.programme.site.name in content
    assert other.name in content
    assert content.count("Programme not yet published") == 1
    assert "09:00–10:00" in content


def test_overview_shows_the_open_days_of_two_networks(client):
    first, second = released(), released()

    content = page(client, DATE).content.decode()

    assert first.programme.open_day.network.name in content
    assert second.programme.open_day.network.name in content


def test_overview_hides_a_site_that_is_not_public(client):
    session = released(programme__site__is_open_to_public=False)

    assert session.programme.site.name not in page(client, DATE).content.decode()
    assert site_page(client, session).status_code == 404


@pytest.mark.parametrize("group", ["theme", "public", "language", "site"])
def test_filters_are_links_that_find_sessions(client, group):
    session = released(languages=("de",))
    other = released(programme__open_day=session.programme.open_day)
    value = {
        "theme": session.themes.get().code,
        "public": session.audiences.get().code,
        "language": "de",
        "site": session.programme.site.slug,
    }[group]

    content = page(client, DATE, **{group: value}).content.decode()

    assert "1 session found" in content
    assert session.title_fr in content
    assert other.title_fr not in content
    assert 'aria-current="true"' in content


def test_filter_without_a_match_helps_on(client):
    released()

    assert "Nothing matches these filters" in page(client, DATE, theme="nothing").content.decode()


def test_filters_can_be_combined_and_taken_away(client):
    session = released(languages=("fr", "nl"))
    released(programme__open_day=session.programme.open_day)

    content = page(client, DATE, language="nl", site=session.programme.site.slug).content.decode()

    assert f'href="?site={session.programme.site.slug}"' in content
    assert 'href="?language=nl"' in content
    assert 'href="?"' in content


@pytest.mark.parametrize("count", [1, 3])
def test_overview_takes_the_same_number_of_queries(client, count, django_assert_num_queries):
    open_day = OpenDayFactory()
    for _ in range(count):
        released(programme__open_day=open_day)

    with django_assert_num_queries(4):
        page(client, DATE)


def test_site_page_shows_what_was_released(client):
    partner = PartnerFactory()
    session = SessionFactory(booking="REQUIRED", seats=12, access=("loop",), languages=("nl",), is_illustrative=True)
    session.partners.add(partner)
    services.release_programme(programme=session.programme, by=None, now=NOW)

    content = site_page(client, session).content.decode()

    for text in (
        *("09:00–10:00", session.room.name, "Workshop", "Nederlands", "Booking required", "12 seats"),
        *("Hearing loop", str(partner), "illustrative", "Release 1 of this programme"),
    ):
        assert text in content


def test_site_page_shows_nothing_that_is_not_released(client):
    session = released()
    later = SessionFactory(programme=session.programme)

    assert later.title_fr not in site_page(client, session).content.decode()


def test_site_page_without_release_says_so(client):
    programme = ProgrammeFactory()

    response = page(client, DATE, programme.site.slug)

    assert response.status_code == 200
    assert "Programme not yet published" in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_site_page_takes_the_same_number_of_queries(client, count, django_assert_num_queries):
    programme = ProgrammeFactory()
    for _ in range(count):
        SessionFactory(programme=programme)
    services.release_programme(programme=programme, by=None, now=NOW)

    with django_assert_num_queries(4):
        page(client, DATE, programme.site.slug)


def test_title_without_translation_is_shown_in_french_and_marked(client):
    session = released(title_fr="Bonjour", title_nl="Goeiedag")

    assert '<span lang="fr">Bonjour</span>' in site_page(client, session, reader="de").content.decode()
    dutch = site_page(client, session, reader="nl").content.decode()
    assert "Goeiedag" in dutch
    assert "Bonjour" not in dutch
    assert '<span lang="fr">Bonjour' not in site_page(client, session, reader="fr").content.decode()


def test_words_of_a_release_stay_as_they_were(client):
    session = released()
    theme = session.themes.get()
    was, today = theme.name_en, timezone.localdate()
    texts = {"name_en": "Renamed", "question_en": "?"}
    renamed = reword_term(term=theme, first_on=today, texts=texts, by=UserFactory(is_superuser=True), today=today)
    session.themes.set([renamed])

    content = site_page(client, session).content.decode()

    assert was in content
    assert "Renamed" not in content


def test_text_of_staff_is_escaped(client):
    session = released(title_fr="<script>alert(1)</script>")

    assert "<script>alert" not in site_page(client, session).content.decode()


@pytest.mark.parametrize("path", [("2030-01-01",), ("2030-01-01", "nowhere"), (DATE, "nowhere")])
def test_unknown_date_or_site_is_not_found(client, path):
    released()

    assert page(client, *path).status_code == 404


def test_impossible_date_is_not_found(client):
    assert client.get("/en/open-days/2024-02-31/").status_code == 404


def test_site_of_another_network_is_not_found(client):
    released()
    other = SiteFactory(network=NetworkFactory())

    assert page(client, DATE, other.slug).status_code == 404


@pytest.mark.parametrize("depth", [1, 2])
def test_page_is_sent_again_only_after_a_release(client, depth, django_assert_num_queries):
    session = released()
    path = reverse("activities:open-day-site", args=[DATE, session.programme.site.slug])
    if depth == 1:
        path = reverse("activities:open-day", args=[DATE])
    first = client.get(path)
    assert first["Cache-Control"] == "public, max-age=60"

    with django_assert_num_queries(3):
        again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    SessionFactory(programme=session.programme, starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR)
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 304
    services.release_programme(programme=session.programme, by=None, now=NOW)
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_page_is_tagged_by_language_and_filter(client):
    session = released()
    tags = [
        site_page(client, session)["ETag"],
        site_page(client, session, reader="fr")["ETag"],
        site_page(client, session, theme="x")["ETag"],
    ]

    assert len(set(tags)) == 3


def test_page_depends_on_nobody(client):
    session = released()

    response = site_page(client, session)

    assert "Cookie" not in response.headers.get("Vary", "")
    assert not response.cookies


def test_shipped_programme_shows_twelve_sites(client, reference):
    services.load_open_day(now=NOW)

    with translation.override("fr"):
        content = client.get(reverse("activities:open-day", args=["2024-02-21"])).content.decode()

    for site in Site.objects.filter(network__slug="wallonie"):
        assert site.name.replace("'", "&#x27;") in content
    counts = re.findall(r"open-day-site__count\"><strong>(\d+)", content)
    assert (len(counts), sum(map(int, counts))) == (12, 183)


def test_retired_theme_code_does_not_break_a_page(client):
    session = released()
    session.themes.clear()
    session.themes.add(ThemeFactory())

    assert site_page(client, session).status_code == 200


def next_of(client, site, *, now, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: now)
    return client.get(reverse("activities:next-of-site", args=[site.slug])).content.decode()


def test_next_of_site_names_the_sessions_of_today_that_come(client, monkeypatch):
    session = released(title_en="Late talk")
    site = session.programme.site
    day = session.programme.open_day.day

    before = next_of(client, site, now=at_local(day, dt.time(0, 5), tz=site.tz), monkeypatch=monkeypatch)
    after = next_of(client, site, now=at_local(day, dt.time(23, 55), tz=site.tz), monkeypatch=monkeypatch)

    assert "Late talk" in before
    assert "Late talk" not in after
    assert "Next open day:" in after


def test_next_of_site_names_the_next_open_day_before_it(client, monkeypatch):
    one = OpenDayFactory()
    site = SiteFactory(network=one.network)

    piece = next_of(client, site, now=at_local(one.day, dt.time(9), tz=site.tz) - 7 * DAY_LONG, monkeypatch=monkeypatch)

    assert "Next open day:" in piece
    assert "<html" not in piece


def test_next_of_site_is_empty_without_open_days_and_hides_hidden_sites(client):
    shown, hidden = SiteFactory(), SiteFactory(is_open_to_public=False)

    pages = [client.get(reverse("activities:next-of-site", args=[site.slug])) for site in (shown, hidden)]

    assert [page.status_code for page in pages] == [200, 404]
    assert not pages[0].content.strip()
