import factory

from sites.enums import Role, SiteKind
from sites.models import Audience, Membership, Network, Partner, Room, Site, Theme, User
from tests.factories.base import PortalFactory

PASSWORD = "correct horse battery staple"


class NetworkFactory(PortalFactory):
    class Meta:
        model = Network

    slug = factory.Sequence(lambda n: f"network-{n}")
    name = factory.Sequence(lambda n: f"Network {n}")


class SiteFactory(PortalFactory):
    class Meta:
        model = Site

    network = factory.SubFactory(NetworkFactory)
    slug = factory.Sequence(lambda n: f"site-{n}")
    name = factory.Sequence(lambda n: f"Cité des métiers {n}")
    kind = SiteKind.CITE
    postcode = "5000"
    city = "Namur"
    languages = ("fr",)


class RoomFactory(PortalFactory):
    class Meta:
        model = Room

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda n: f"Room {n}")


class ThemeFactory(PortalFactory):
    class Meta:
        model = Theme

    code = factory.Sequence(lambda n: f"theme-{n}")
    name_fr = factory.Sequence(lambda n: f"Thème {n}")
    name_nl = factory.Sequence(lambda n: f"Thema {n}")
    name_de = factory.Sequence(lambda n: f"Thema {n}")
    name_en = factory.Sequence(lambda n: f"Theme {n}")
    question_fr = question_nl = question_de = question_en = "?"
    position = factory.Sequence(lambda n: n + 1)


class AudienceFactory(PortalFactory):
    class Meta:
        model = Audience

    code = factory.Sequence(lambda n: f"audience-{n}")
    name_fr = name_nl = name_de = name_en = factory.Sequence(lambda n: f"Audience {n}")
    position = factory.Sequence(lambda n: n + 1)


class PartnerFactory(PortalFactory):
    class Meta:
        model = Partner

    slug = factory.Sequence(lambda n: f"partner-{n}")
    name = factory.Sequence(lambda n: f"Partner {n}")


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

    user = factory.SubFactory(UserFactory)
    role = Role.ADVISOR
    site = factory.SubFactory(SiteFactory)
