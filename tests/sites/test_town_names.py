"""Towns are called as the reader calls them, where the table of municipalities knows how."""

import pytest
from django.test import Client
from django.utils import translation

from sites.models import Site
from sites.town_names import by_town, town_in, unshared
from tests.factories.sites import AddressFactory, NetworkFactory, SiteFactory

HERE = "Europe/Brussels"


@pytest.mark.parametrize(
    ("town", "language", "name"),
    [
        ("Liège", "nl", "Luik"),
        ("Luik", "fr", "Liège"),
        ("Luik", "nl", "Luik"),
        ("Saint-Josse-ten-Noode (Bruxelles)", "nl", "Sint-Joost-ten-Node (Brussel)"),
        ("Charleroi", "nl", "Charleroi"),
        ("Jambes", "nl", "Jambes"),
        ("Liège", "de", "Liège"),
        ("Hoei", "de", "Huy"),
        ("Luik", "en", "Liège"),
        ("Gent", "fr", "Gand"),
        ("Gand", "en", "Gent"),
        ("La Calamine", "de", "Kelmis"),
        ("Liège", "en", "Liège"),
        ("Liège", None, "Liège"),
        ("", "nl", ""),
    ],
)
def test_town_is_called_as_the_reader_calls_it(town: str, language: str | None, name: str) -> None:
    assert town_in(town, language, zone=HERE) == name


def test_town_of_another_country_keeps_its_name() -> None:
    assert town_in("Mons", "nl", zone="Europe/Paris") == "Mons"


def test_name_that_two_municipalities_share_is_left_alone() -> None:
    """In the table of today no two share one: the next merger may bring it."""
    names = [("Bourg", "Burg"), ("Bourg", "Burcht"), ("Mons", "Bergen")]

    known = unshared({"fr": french, "nl": dutch, "own": "fr"} for french, dutch in names)

    assert set(known) == {"Burg", "Burcht", "Mons", "Bergen"}


def test_sites_stand_in_the_alphabet_of_the_reader() -> None:
    towns = [Site(city=city, timezone=HERE) for city in ("Mons", "Écaussinnes", "Namur", "Charleroi", "Tournai")]

    def order() -> list[str]:
        return [site.town for site in sorted(towns, key=by_town)]

    with translation.override("fr"):
        assert order() == ["Charleroi", "Écaussinnes", "Mons", "Namur", "Tournai"]
    with translation.override("nl"):
        assert order() == ["Bergen", "Charleroi", "Doornik", "Écaussinnes", "Namen"]


@pytest.mark.django_db
def test_pages_call_the_town_as_the_reader_does(client: Client) -> None:
    network = NetworkFactory()
    site = SiteFactory(network=network, name="Cité des métiers de Liège", city="Liège", address=None)
    AddressFactory(site=site, postcode="4000", city="Liège")

    dutch = client.get(f"/nl/sites/{site.slug}/").content.decode()
    french = client.get(f"/fr/sites/{site.slug}/").content.decode()

    assert "Cité des métiers de Liège" in dutch
    assert "4000 Luik" in dutch
    assert "4000 Liège" in french
    assert ">Luik<" in client.get("/nl/").content.decode()
