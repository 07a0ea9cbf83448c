import pytest
from django.contrib.auth.models import AnonymousUser

from sites.models import Site
from tests.factories.sites import MembershipFactory, NetworkFactory, SiteFactory

pytestmark = pytest.mark.django_db


def test_for_user_holds_the_sites_of_the_person_only() -> None:
    membership = MembershipFactory()
    SiteFactory()

    assert list(Site.objects.for_user(membership.user)) == [membership.site]


def test_for_user_names_a_site_once_though_it_is_held_twice() -> None:
    membership = MembershipFactory()
    MembershipFactory(user=membership.user, site=None, network=membership.site.network)

    assert list(Site.objects.for_user(membership.user)) == [membership.site]


def test_for_user_holds_every_site_of_a_network() -> None:
    network = NetworkFactory()
    sites = {SiteFactory(network=network), SiteFactory(network=network)}
    membership = MembershipFactory(site=None, network=network)

    assert set(Site.objects.for_user(membership.user)) == sites


def test_for_user_holds_nothing_for_a_stranger() -> None:
    SiteFactory()

    assert not Site.objects.for_user(AnonymousUser()).exists()


def test_for_public_leaves_out_sites_that_are_not_shown() -> None:
    SiteFactory(is_open_to_public=False)
    shown = SiteFactory()

    assert list(Site.objects.for_public()) == [shown]
