import pytest
from django.core.exceptions import ValidationError

from citemetiers.kernel.fields import CodesField, holding
from sites.models import Site
from tests.factories.sites import SiteFactory

pytestmark = pytest.mark.django_db


def test_codes_field_comes_back_as_a_tuple_in_the_order_of_the_choices() -> None:
    site = SiteFactory(languages=["nl", "fr"])

    site.refresh_from_db()

    assert site.languages == ("fr", "nl")


def test_codes_field_finds_rows_that_hold_a_code() -> None:
    both = SiteFactory(languages=("fr", "nl"))
    SiteFactory(languages=("fr",))

    found = Site.objects.filter(languages__contains=holding("nl"))

    assert list(found) == [both]


def test_codes_field_refuses_an_unknown_code() -> None:
    site = SiteFactory.build(network=SiteFactory().network, languages=("fr", "xx"))

    with pytest.raises(ValidationError) as refused:
        site.full_clean()

    assert "“xx” is not one of the choices." in refused.value.messages


def test_codes_field_refuses_to_be_empty_where_it_must_not_be() -> None:
    site = SiteFactory.build(network=SiteFactory().network, languages=())

    with pytest.raises(ValidationError) as refused:
        site.full_clean()

    assert set(refused.value.message_dict) == {"languages"}


def test_codes_field_offers_its_choices_in_a_form() -> None:
    field = CodesField("languages", codes=[("fr", "Français")]).formfield()

    assert field.choices == [("fr", "Français")]
    assert not field.required
