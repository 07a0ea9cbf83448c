import datetime as dt
import json

import pytest

from sites.models import Audience, Network, Partner, Presence, SchoolHoliday, Site, Theme
from sites.services import SEED, load_reference

pytestmark = pytest.mark.django_db


def test_load_reference_carries_the_recorded_facts() -> None:
    load_reference()

    assert Site.objects.count() == 13
    assert set(Network.objects.values_list("slug", flat=True)) == {"wallonie", "bruxelles"}
    assert Site.objects.filter(network__slug="wallonie").count() == 12
    assert Theme.objects.count() == 6
    assert Audience.objects.count() == 5
    assert Partner.objects.count() == 25
    assert SchoolHoliday.objects.filter(first_on__isnull=True).count() == 1


def test_load_reference_leaves_empty_what_was_not_found() -> None:
    load_reference()

    facts = {row["slug"]: row for row in json.loads((SEED / "sites.json").read_text())["sites"]}
    for site in Site.objects.all():
        assert (site.phone, site.email, site.addresses.get().street) == ("", "", facts[site.slug]["street"] or "")
        assert not site.opening_hours.exists()


def test_load_reference_marks_partners_of_the_whole_network_as_unconfirmed() -> None:
    load_reference()

    assert not Presence.objects.filter(site__slug="mons", is_confirmed=True).exists()
    assert Presence.objects.filter(site__slug="namur", is_confirmed=True).count() == 10


def test_load_reference_changes_nothing_that_staff_have_edited() -> None:
    load_reference()
    Site.objects.filter(slug="namur").update(phone="+32 81 00 00 00")

    load_reference()

    assert Site.objects.get(slug="namur").phone == "+32 81 00 00 00"
    assert Presence.objects.count() == 95


def test_load_reference_leaves_alone_a_partner_that_left_a_site_and_came_back() -> None:
    load_reference()
    before = Presence.objects.filter(site__slug="namur").order_by("pk")[0]
    Presence.objects.filter(pk=before.pk).update(last_on=dt.date(2026, 10, 31))
    again = Presence.objects.create(partner=before.partner, site=before.site, first_on=dt.date(2026, 12, 1))

    load_reference()

    kept = Presence.objects.filter(partner=before.partner, site=before.site).order_by("pk")
    assert [(one.pk, one.first_on, one.last_on) for one in kept] == [
        (before.pk, None, dt.date(2026, 10, 31)),
        (again.pk, dt.date(2026, 12, 1), None),
    ]
    assert Presence.objects.count() == 96


def test_load_reference_gives_every_theme_four_languages() -> None:
    load_reference()

    for theme in Theme.objects.all():
        texts = [
            getattr(theme, f"{field}_{code}") for field in ("name", "question") for code in ("fr", "nl", "de", "en")
        ]
        assert all(texts)
