import datetime as dt
from typing import Any

import factory

from tests.factories.base import PortalFactory
from tests.factories.sites import SiteFactory, ThemeFactory, UserFactory
from visitors.enums import DurationBand, HalfDay, Way
from visitors.models import Contact, ContactTheme, EntryAuthor

DAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


class ContactFactory(PortalFactory):
    class Meta:
        model = Contact

    site = factory.SubFactory(SiteFactory)
    day = DAY
    half_day = HalfDay.MORNING
    way = Way.WALK_IN
    language = "fr"
    headcount = 1
    duration = DurationBand.FROM_15

    @factory.post_generation
    def themes(self: Contact, create: bool, extracted: Any, **_more: Any) -> None:
        """Pass ``themes=[…]``; without it the contact is about one new theme."""
        if create:
            chosen = [ThemeFactory()] if extracted is None else extracted
            ContactTheme.objects.bulk_create(ContactTheme(contact=self, theme=theme) for theme in chosen)


class EntryAuthorFactory(PortalFactory):
    class Meta:
        model = EntryAuthor

    entry_key = factory.LazyFunction(lambda: ContactFactory().pk)
    author = factory.SubFactory(UserFactory)
    day = DAY
