"""Random months: every figure, page and file is the same before closing, after it, and after the rows are gone."""

import datetime as dt
import io
from typing import Any

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from appointments.services import NoShowRate
from reporting.exports import build_workbook
from reporting.figures import figures_of, themes_of, years_with_figures
from sites.models import Site
from tests.factories.contacts import ContactFactory
from tests.factories.counts import TallyFactory, TallyMarginFactory
from tests.factories.sites import AudienceFactory, PartnerFactory, SiteFactory, ThemeFactory
from tests.factories.vocabularies import EducationFactory, HowHeardFactory, StatusFactory, TerritoryFactory
from visitors.counting import count
from visitors.enums import WAYS_OF_KIND, AgeBand, Answer, Dimension, DurationBand, Gender, HalfDay, Margin, Way
from visitors.models import ClosedMonth, Contact, ContactTheme, MonthCube, Tally, TallyMargin
from visitors.services import close_months, delete_old_rows

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
GONE_AT = dt.datetime(2028, 3, 1, 12, tzinfo=dt.UTC)
NEW_YEAR = dt.datetime(2026, 1, 1, 4, tzinfo=dt.UTC)
YEARS = (2025, 2026)
days = st.dates(dt.date(2025, 11, 1), dt.date(2026, 11, 20))
places = st.integers(0, 1)
WORDS = {
    "audience": AudienceFactory,
    "status": StatusFactory,
    "education": EducationFactory,
    "territory": TerritoryFactory,
    "how_heard": HowHeardFactory,
}
word = st.one_of(st.none(), st.just("unsaid"), st.integers(0, 2))
contact_row = st.fixed_dictionaries(
    {
        "site": places,
        "day": days,
        "half_day": st.sampled_from(HalfDay.values),
        "way": st.sampled_from(Way.values),
        "language": st.sampled_from(["fr", "nl"]),
        "headcount": st.integers(1, 5),
        "duration": st.sampled_from(DurationBand.values),
        "gender": st.sampled_from(Gender.values),
        "age_band": st.sampled_from(AgeBand.values),
        "first_visit": st.sampled_from(Answer.values),
        "is_illustrative": st.booleans(),
        "referred": st.booleans(),
        "words": st.fixed_dictionaries(dict.fromkeys(WORDS, word)),
        # Of four words two are of the common list, and two of the network stand for the first of them.
        "themes": st.sets(st.integers(0, 3)),
    }
)
kind_and_way = st.sampled_from([(kind, way) for kind, ways in WAYS_OF_KIND.items() for way in ways])
tally_row = st.fixed_dictionaries(
    {
        "site": places,
        "day": days,
        "half_day": st.sampled_from(HalfDay.values),
        "kind": kind_and_way,
        "language": st.sampled_from(["", "fr"]),
        "number": st.integers(1, 40),
        "theme": st.integers(0, 3),
        "is_illustrative": st.booleans(),
        "margins": st.dictionaries(st.sampled_from(Margin.values), st.integers(0, 20), max_size=5),
    }
)


class World:
    """Two sites of a network with words of its own, and what was logged there."""

    def __init__(self) -> None:
        first = SiteFactory()
        self.sites = [first, SiteFactory(network=first.network)]
        common = [ThemeFactory(code="train"), ThemeFactory(code="work")]
        self.themes = common + [ThemeFactory(network=first.network, common=common[0]) for _number in range(2)]
        self.partner = PartnerFactory()
        self.words = {}
        for name, factory in WORDS.items():
            known = [factory(), factory()]
            self.words[name] = [*known, factory(network=first.network, common=known[0])]
        self.batches: set[Any] = set()

    def log(self, said: dict[str, Any]) -> None:
        words = {}
        for name, chosen in said.pop("words").items():
            words |= {f"is_{name}_unsaid": chosen == "unsaid"}
            words |= {name: self.words[name][chosen]} if isinstance(chosen, int) else {}
        themes = [self.themes[number] for number in said.pop("themes")]
        partner = self.partner if said.pop("referred") else None
        site = self.sites[said.pop("site")]
        ContactFactory(site=site, themes=themes, referred_to=partner, **words, **said)

    def count(self, said: dict[str, Any]) -> None:
        (kind, way), margins = said.pop("kind"), said.pop("margins")
        site, theme = self.sites[said.pop("site")], self.themes[said.pop("theme")]
        place = (site, said["day"], said["half_day"], way, theme)
        if place in self.batches and kind == "BATCH":
            return
        self.batches.add(place)
        tally = TallyFactory(site=site, kind=kind, way=way, theme=theme, **said)
        for margin, number in margins.items():
            TallyMarginFactory(tally=tally, margin=margin, number=min(number, tally.number))


def everything(sites: list[Site]) -> dict[str, Any]:
    """All that the portal says of these years, whatever it is told from."""
    found: dict[str, Any] = {"years": years_with_figures(sites=sites, now=NOW)}
    for year in YEARS:
        first, until = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
        figures = figures_of(year, sites=sites, now=NOW)
        file = build_workbook(figures, no_shows=NoShowRate(0, 0, 0, None), scope="all", now=NOW)
        book = load_workbook(io.BytesIO(file))
        found[f"{year}/file"] = [list(sheet.iter_rows(values_only=True)) for sheet in book]
        found[f"{year}/cells"] = (figures.cells, figures.beside_cells, figures.coverage(), figures.beside())
        for chosen in (sites, sites[:1]):
            found[f"{year}/themes/{len(chosen)}"] = themes_of(year, sites=chosen, now=NOW)
        keys = [site.pk for site in sites]
        for dimension in Dimension:
            found[f"{year}/{dimension}"] = count(first, until, sites=keys, dimension=dimension)
    return found


class AnyMonths(TestCase):
    @hypothesis_settings(max_examples=6)
    @given(
        contacts=st.lists(contact_row, max_size=8),
        tallies=st.lists(tally_row, max_size=6),
        closed_at=st.integers(0, 364).map(lambda number: NEW_YEAR + dt.timedelta(days=number)),
    )
    def test_figures_stay_as_they_are(self, contacts: list[Any], tallies: list[Any], closed_at: dt.datetime) -> None:
        world = World()
        for said in contacts:
            world.log(said)
        for said in tallies:
            world.count(said)
        before = everything(world.sites)
        rows = Contact.objects.count() + Tally.objects.count()

        some = close_months(now=closed_at)
        assert everything(world.sites) == before
        rest = close_months(now=GONE_AT)
        assert everything(world.sites) == before
        deleted = delete_old_rows(now=GONE_AT)
        assert everything(world.sites) == before

        assert some + rest == rows == deleted
        assert not any(model.objects.exists() for model in (Contact, ContactTheme, Tally, TallyMargin))
        months = ClosedMonth.objects.values("month")
        assert not MonthCube.objects.exclude(month__in=months).exists()
