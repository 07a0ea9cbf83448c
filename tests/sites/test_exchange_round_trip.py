import datetime as dt
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from citemetiers.kernel.sheets import tidy
from sites.enums import Language, ResourceKind, Role, SiteKind
from sites.exchange import CatalogueExchange, PartnerExchange, RoomExchange, SiteExchange, StaffExchange
from sites.models import (
    Address,
    Convention,
    Holding,
    Membership,
    Partner,
    PartnerName,
    Resource,
    Room,
    Site,
    User,
)
from sites.rules import MOST_SEATS
from sites.services import load_reference
from tests.factories.sites import (
    AddressFactory,
    AudienceFactory,
    MembershipFactory,
    NetworkFactory,
    PartnerFactory,
    PartnerNameFactory,
    PresenceFactory,
    ResourceFactory,
    RoomFactory,
    SiteFactory,
    ThemeFactory,
    UserFactory,
)
from tests.sites.exchange import FORMATS, TODAY, exported, read

pytestmark = pytest.mark.django_db

TRICKY = (
    *("=1+1", "+32 81 00 00 00", "-5", "@home", "'=1", "''", "＝1", "0800", "1e5", "2026-12-31", "yes"),
    *(
        'a "quoted" word',
        "a;b,c\td",
        "first\nsecond",
        "l’été à Liège, cœur & ça",
        "Straße in Größe",
        "één ĳs",
        "👩‍🏫 🎉",
    ),
)
# What forms and files give: no control characters, no blank at either end.
TEXT = st.sampled_from(TRICKY) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]) | st.just("\n"), max_size=30
).map(tidy)
NAME = TEXT.filter(bool)
DAY = st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2050, 12, 31))
YES_NO = st.none() | st.booleans()
EACH = settings(max_examples=10)


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assert_comes_back(exchange, queryset, *emptied):
    before = exported(exchange, queryset=queryset.all())
    for kind in FORMATS:
        data = exported(exchange, kind, queryset.all())
        unchanged = exchange(today=TODAY).import_data(read(exchange, data), dry_run=True)
        assert (unchanged.errors, unchanged.new, unchanged.changed) == ([], [], [])
        with undone():
            for model in emptied:
                model.objects.all().delete()
            exchange(today=TODAY).import_data(read(exchange, data))
            assert exported(exchange, queryset=queryset.all()) == before


def translated(name, texts=TEXT):
    return st.fixed_dictionaries({f"{name}_{code}": texts for code in Language.values})


def period(draw, around=None):
    first_on, last_on = draw(DAY), draw(DAY)
    if around is not None:
        first_on, last_on = (first_on and min(first_on, around)), (last_on and max(last_on, around))
    if first_on and last_on and last_on < first_on:
        first_on, last_on = last_on, first_on
    return {"first_on": first_on, "last_on": last_on}


@EACH
@given(data=st.data())
def test_sites_come_back(data):
    with undone():
        site = SiteFactory(
            name=data.draw(NAME),
            kind=data.draw(st.sampled_from(SiteKind)),
            city=data.draw(NAME),
            phone=data.draw(st.sampled_from(["", "+32 81 00 00 00", "0800 12 345", "(081) 12.34/56"])),
            languages=tuple(data.draw(st.sets(st.sampled_from(Language.values), min_size=1))),
            is_open_to_public=data.draw(st.booleans()),
            label_until_on=data.draw(DAY),
            address=None,
        )
        if data.draw(st.booleans()):
            facts = ("is_step_free", "has_lift", "has_hearing_loop", "has_adapted_toilet")
            AddressFactory(
                site=site,
                street=data.draw(TEXT),
                is_street_partial=data.draw(st.booleans()),
                postcode=data.draw(st.sampled_from(["0800", "1000", "L-1234"])),
                city=data.draw(NAME),
                latitude=data.draw(st.floats(-90, 90)),
                longitude=data.draw(st.floats(-180, 180)),
                **{name: data.draw(YES_NO) for name in facts},
                **{k: v for name in ("parking", "transport", "note") for k, v in data.draw(translated(name)).items()},
                **period(data.draw, around=TODAY),
            )

        assert_comes_back(SiteExchange, Site.objects.order_by("slug"), Address, Site)


@EACH
@given(names=st.lists(NAME, min_size=1, max_size=4, unique=True), data=st.data())
def test_rooms_come_back(names, data):
    with undone():
        site = SiteFactory()
        for name in names:
            RoomFactory(
                site=site,
                name=name,
                seats=data.draw(st.none() | st.integers(1, MOST_SEATS)),
                is_step_free=data.draw(YES_NO),
                has_hearing_loop=data.draw(YES_NO),
                is_in_use=data.draw(st.booleans()),
                is_illustrative=data.draw(st.booleans()),
            )

        assert_comes_back(RoomExchange, Room.objects.all(), Room)


@EACH
@given(data=st.data())
def test_partners_come_back(data):
    with undone():
        networks = [NetworkFactory(), NetworkFactory()]
        for number in range(data.draw(st.integers(1, 2))):
            partner = Partner.objects.create(
                slug=f"partner-{number}",
                url="https://example.org",
                note=data.draw(TEXT),
                **data.draw(translated("work")),
            )
            days = sorted(data.draw(st.sets(st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), max_size=3)))
            ends = [*(day - dt.timedelta(days=1) for day in days), data.draw(st.none() | st.just(dt.date(2040, 1, 1)))]
            for first_on, last_on in zip([None, *days], ends, strict=True):
                texts = data.draw(translated("name").filter(lambda texts: any(texts.values())))
                PartnerNameFactory(partner=partner, first_on=first_on, last_on=last_on, **texts)
            for network in networks[: data.draw(st.integers(0, 2))]:
                Convention.objects.create(partner=partner, network=network, **period(data.draw))

        assert_comes_back(PartnerExchange, Partner.objects.order_by("slug"), Convention, PartnerName, Partner)


@EACH
@given(data=st.data())
def test_resources_come_back(data):
    with undone():
        sites = [SiteFactory(), SiteFactory()]
        themes, audiences = [ThemeFactory(), ThemeFactory(retired=True)], [AudienceFactory()]
        resource = Resource.objects.create(
            slug="guide",
            network=sites[0].network,
            kind=data.draw(st.sampled_from(ResourceKind)),
            languages=("fr", "nl"),
            url=data.draw(st.sampled_from(["https://example.org/?a=b;c", "https://example.org/été"])),
            reviewed_on=data.draw(DAY),
            is_listed=data.draw(st.booleans()),
            **data.draw(translated("title").filter(lambda texts: any(texts.values()))),
            **data.draw(translated("summary")),
        )
        resource.themes.set(themes[: data.draw(st.integers(0, 2))])
        resource.audiences.set(audiences[: data.draw(st.integers(0, 1))])
        for site in sites[: data.draw(st.integers(0, 2))]:
            mark = data.draw(TEXT.map(lambda text: " ".join(text.split())))
            Holding.objects.create(resource=resource, site=site, shelf_mark=mark)

        assert_comes_back(CatalogueExchange, Resource.objects.order_by("slug"), Resource)


@EACH
@given(data=st.data())
def test_staff_comes_back(data):
    with undone():
        site, partner = SiteFactory(), PartnerFactory()
        PresenceFactory(site=site, partner=partner)
        for name in data.draw(st.lists(NAME, min_size=1, max_size=3)):
            user = UserFactory(display_name=name, language=data.draw(st.sampled_from(Language.values)))
            employer = data.draw(st.sampled_from([None, partner]))
            MembershipFactory(
                user=user, site=site, partner=employer, role=data.draw(st.sampled_from(["ADVISOR", "RECEPTION"]))
            )
            if data.draw(st.booleans()):
                MembershipFactory(user=user, site=None, network=site.network, role=Role.NETWORK_MANAGER)
            if data.draw(st.booleans()):
                MembershipFactory(user=user, site=None, partner=partner, role=Role.PARTNER_MANAGER)

        assert_comes_back(StaffExchange, User.objects.all(), Membership, User)


@pytest.mark.parametrize(
    ("exchange", "model"),
    [(SiteExchange, Site), (RoomExchange, Room), (PartnerExchange, Partner), (CatalogueExchange, Resource)],
)
def test_same_facts_give_same_file_in_whatever_order_they_are_read(exchange, model):
    for _ in range(3):
        site = SiteFactory()
        RoomFactory.create_batch(2, site=site)
        PartnerFactory()
        ResourceFactory(network=site.network)

    first, last = (exported(exchange, queryset=model.objects.order_by(order)) for order in ("pk", "-pk"))

    assert first == last


def test_recorded_facts_come_back():
    load_reference()

    for exchange, model in ((SiteExchange, Site), (PartnerExchange, Partner)):
        for kind in FORMATS:
            data = exported(exchange, kind, model.objects.all())
            comparison = exchange(today=TODAY).import_data(read(exchange, data), dry_run=True)
            assert (comparison.errors, comparison.change_count) == ([], 0)
            assert comparison.row_count >= model.objects.count() > 0
