import datetime as dt

import factory
from django.utils import timezone

from citemetiers.kernel.codes import fingerprint, secret_for
from sites.enums import ResourceKind, Role, SiteKind
from sites.models import (
    Address,
    Audience,
    Desk,
    Invitation,
    Membership,
    Network,
    Partner,
    PartnerName,
    Presence,
    Resource,
    Room,
    Site,
    Theme,
    User,
)
from tests.factories.base import PortalFactory

PASSWORD = "correct horse battery staple"


class NetworkFactory(PortalFactory):
    class Meta:
        model = Network

    slug = factory.Sequence(lambda n: f"network-{n}")
    name = factory.Sequence(lambda n: f"Network {n}")


class AddressFactory(PortalFactory):
    class Meta:
        model = Address

    site = factory.SubFactory("tests.factories.sites.SiteFactory", address=None)
    postcode = "5000"
    city = "Namur"


class SiteFactory(PortalFactory):
    class Meta:
        model = Site

    network = factory.SubFactory(NetworkFactory)
    slug = factory.Sequence(lambda n: f"site-{n}")
    name = factory.Sequence(lambda n: f"Cité des métiers {n}")
    kind = SiteKind.CITE
    city = "Namur"
    languages = ("fr",)
    address = factory.RelatedFactory(AddressFactory, factory_related_name="site")


class RoomFactory(PortalFactory):
    class Meta:
        model = Room

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda n: f"Room {n}")


class DeskFactory(PortalFactory):
    class Meta:
        model = Desk

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda n: f"Desk {n}")


class TermFactory(PortalFactory):
    class Meta:
        abstract = True

    class Params:
        retired = factory.Trait(last_on=factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=1)))


class ThemeFactory(TermFactory):
    class Meta:
        model = Theme

    code = factory.Sequence(lambda n: f"theme-{n}")
    name_fr = factory.Sequence(lambda n: f"Thème {n}")
    name_nl = factory.Sequence(lambda n: f"Thema {n}")
    name_de = factory.Sequence(lambda n: f"Thema {n}")
    name_en = factory.Sequence(lambda n: f"Theme {n}")
    question_fr = question_nl = question_de = question_en = "?"
    position = factory.Sequence(lambda n: n + 1)


class AudienceFactory(TermFactory):
    class Meta:
        model = Audience

    code = factory.Sequence(lambda n: f"audience-{n}")
    name_fr = name_nl = name_de = name_en = factory.Sequence(lambda n: f"Audience {n}")
    position = factory.Sequence(lambda n: n + 1)


class PartnerNameFactory(PortalFactory):
    class Meta:
        model = PartnerName

    partner = factory.SubFactory("tests.factories.sites.PartnerFactory")
    name_fr = factory.Sequence(lambda n: f"Partner {n}")


class PartnerFactory(PortalFactory):
    class Meta:
        model = Partner

    slug = factory.Sequence(lambda n: f"partner-{n}")

    @factory.post_generation
    def name(self: Partner, create: bool, extracted: str | None, **_kwargs: object) -> None:
        if create:
            PartnerNameFactory(partner=self, name_fr=extracted or f"Partner {self.slug.rpartition('-')[2]}")


class PresenceFactory(PortalFactory):
    class Meta:
        model = Presence

    partner = factory.SubFactory(PartnerFactory)
    site = factory.SubFactory(SiteFactory)
    is_confirmed = True


class ResourceFactory(PortalFactory):
    class Meta:
        model = Resource

    slug = factory.Sequence(lambda n: f"resource-{n}")
    network = factory.SubFactory(NetworkFactory)
    kind = ResourceKind.GUIDE
    title_fr = factory.Sequence(lambda n: f"Guide {n}")
    languages = ("fr",)


class UserFactory(PortalFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person-{n}@example.org")
    display_name = factory.Sequence(lambda n: f"Person {n}")
    language = "en"
    password = factory.django.Password(PASSWORD)


class MembershipFactory(PortalFactory):
    class Meta:
        model = Membership

    class Params:
        is_in_network = factory.LazyAttribute(lambda made: made.role == Role.NETWORK_MANAGER)
        is_for_partner = factory.LazyAttribute(lambda made: made.role == Role.PARTNER_MANAGER)
        is_at_site = factory.LazyAttribute(lambda made: not made.is_in_network and not made.is_for_partner)

    user = factory.SubFactory(UserFactory)
    role = Role.ADVISOR
    site = factory.Maybe("is_at_site", factory.SubFactory(SiteFactory))
    network = factory.Maybe("is_in_network", factory.SubFactory(NetworkFactory))
    partner = factory.Maybe("is_for_partner", factory.SubFactory(PartnerFactory))


class InvitationFactory(PortalFactory):
    class Meta:
        model = Invitation

    class Params:
        expired = factory.Trait(invited_at=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=8)))

    id = factory.Faker("uuid4", cast_to=None)
    email = factory.Sequence(lambda n: f"invited-{n}@example.org")
    language = "en"
    role = Role.ADVISOR
    site = factory.SubFactory(SiteFactory)
    invited_by = factory.SubFactory(UserFactory, is_superuser=True)
    invited_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda made: made.invited_at + dt.timedelta(days=7))
    fingerprint = factory.LazyAttribute(lambda made: fingerprint(secret_for("invitation", made.id)))
