"""Groups, outings and classes: counted in one go, with parts of the group as numbers and never as people."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sites.models import Site, Theme, User
from visitors.enums import WAYS_OF_KIND, HalfDay, Margin, TallyKind
from visitors.models import LARGEST_COUNT, Tally, TallyMargin
from visitors.querysets import TallyQuerySet
from visitors.services.counting_rules import (
    ChangedMeanwhileError,
    CountError,
    check_half_day,
    check_may_count,
    check_theme,
    window_at,
)

GROUP_KINDS = (TallyKind.GROUP, TallyKind.OUTREACH, TallyKind.SCHOOL)
GENDERS = (Margin.WOMEN, Margin.MEN, Margin.OTHER_GENDER)
YOUNG = (Margin.UNDER_18, Margin.FROM_18)
GROWN_UP = (Margin.FROM_25, Margin.FROM_45, Margin.FROM_65)


@dataclass(frozen=True)
class Group:
    """People met in one go on one half-day, and how many of them were what. A part not counted is left out."""

    kind: str
    day: dt.date
    half_day: str
    number: int
    theme: Theme | None = None
    language: str = ""
    margins: Mapping[str, int] = field(default_factory=dict)


class PartsError(CountError):
    """Parts that no such group can have, each with a sentence at its field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()), field=next(iter(problems)))
        self.problems = dict(problems)


def groups_of_window(site: Site, *, now: dt.datetime) -> TallyQuerySet:
    """The groups that the team may still correct, the newest half-day first."""
    first, today = window_at(site, now=now)
    found = Tally.objects.at(site).of_kind(*GROUP_KINDS).within(first, today + dt.timedelta(days=1))
    # “AFTERNOON” sorts before “MORNING”, as the newest does.
    return found.select_related("theme").prefetch_related("margins").order_by("-day", "half_day", "kind", "pk")


def group_of(tally: Tally) -> Group:
    """What is counted of a group, in the words of its form."""
    margins = {one.margin: one.number for one in tally.margins.all()}
    return Group(tally.kind, tally.day, tally.half_day, tally.number, tally.theme, tally.language, margins)


def state_of(group: Group) -> str:
    """What a person saw of a group, to notice a change by a colleague."""
    facts = (group.kind, group.day, group.half_day, group.number, group.theme and group.theme.pk, group.language)
    parts = (f"{margin}-{number}" for margin, number in sorted(group.margins.items()))
    return "/".join([*map(str, facts), *parts])


def check_margins(number: int, margins: Mapping[str, int]) -> None:
    """Refuse parts that no such group can have: larger than the group, alone or together, or against each other."""
    problems = dict(_problems_of(number, margins))
    if problems:
        raise PartsError(problems)


def count_group(*, key: UUID, site: Site, group: Group, by: User, now: dt.datetime) -> Tally:
    """Write one group under its random key; the same key again is the same group, counted once."""
    known: Tally | None = Tally.objects.filter(pk=key).first()
    if known is not None:
        return known
    _check(group, site=site, by=by, now=now)
    try:
        with transaction.atomic():
            tally = Tally(pk=key, site=site)
            _fill(tally, group)
            tally.save(force_insert=True)
            _write_margins(tally, group)
    except IntegrityError:
        # The same key came twice at once and the other one wrote it. Any other refusal is ours to hear of.
        written: Tally | None = Tally.objects.filter(pk=key).first()
        if written is None:
            raise
        return written
    return tally


def change_group(  # noqa: PLR0913  each is a part of the promise
    *, key: UUID, site: Site, group: Group, seen: str, by: User, now: dt.datetime
) -> Tally:
    """Replace what is counted of a group, by anyone of the team while its day may be corrected.

    ``seen`` is the state that the person was shown: where a colleague changed it since, nothing is written.
    """
    _check(group, site=site, by=by, now=now)
    with transaction.atomic():
        tally = _locked(key, site=site, now=now)
        # Sent twice, a change is no conflict with itself.
        if state_of(group_of(tally)) not in {seen, state_of(group)}:
            raise ChangedMeanwhileError(
                _("Somebody changed this meanwhile. What you typed is still here: save it to replace their change.")
            )
        _fill(tally, group)
        tally.save()
        tally.margins.all().delete()
        _write_margins(tally, group)
    return tally


def remove_group(*, key: UUID, site: Site, by: User, now: dt.datetime) -> None:
    """Take a group back as if it had never been counted; one that is already gone is no error."""
    check_may_count(by=by, site=site)
    with transaction.atomic():
        tally = Tally.objects.at(site).of_kind(*GROUP_KINDS).filter(pk=key).first()
        if tally is not None:
            check_half_day((tally.day, tally.half_day), site=site, now=now)
            tally.delete()


def _check(group: Group, *, site: Site, by: User, now: dt.datetime) -> None:
    check_may_count(by=by, site=site)
    if group.kind not in GROUP_KINDS or group.half_day not in HalfDay.values:
        raise CountError(_("Choose one of the listed answers."))
    check_half_day((group.day, group.half_day), site=site, now=now)
    check_theme(group.theme, day=group.day)
    if not 1 <= group.number <= LARGEST_COUNT:
        raise CountError(_("Count 1 to 9999 people."), field="number")
    check_margins(group.number, group.margins)


def _problems_of(number: int, margins: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """What is wrong at which part; what is said of one part alone comes last, and is the sentence that stays."""
    for apart in (GENDERS, (*YOUNG, *GROWN_UP), (Margin.UNDER_25, *GROWN_UP)):
        given = [margin for margin in apart if margin in margins]
        together = sum(margins[margin] for margin in given)
        if together > number and len(given) > 1:
            names = " + ".join(str(margin.label) for margin in given)
            sentence = _("%(names)s: %(together)d people, more than the %(number)d of the whole group.")
            yield given[-1], sentence % {"names": names, "together": together, "number": number}
    young, under_25 = sum(margins.get(one, 0) for one in YOUNG), margins.get(Margin.UNDER_25)
    if under_25 is not None and under_25 < young:
        yield Margin.UNDER_25, _("Under 18 and 18–24 are already %(young)d people.") % {"young": young}
    for margin, part in margins.items():
        if part > number:
            yield margin, _("More than the whole group: it is %(number)d people.") % {"number": number}


def _locked(key: UUID, *, site: Site, now: dt.datetime) -> Tally:
    groups = Tally.objects.at(site).of_kind(*GROUP_KINDS).select_for_update(of=("self",))
    tally: Tally | None = groups.filter(pk=key).first()
    if tally is None:
        raise CountError(_("A colleague removed this count meanwhile. Count it anew if it was right."))
    check_half_day((tally.day, tally.half_day), site=site, now=now)
    return tally


def _fill(tally: Tally, group: Group) -> None:
    tally.kind, tally.way = group.kind, WAYS_OF_KIND[group.kind][0]
    tally.day, tally.half_day = group.day, group.half_day
    tally.number, tally.theme, tally.language = group.number, group.theme, group.language


def _write_margins(tally: Tally, group: Group) -> None:
    TallyMargin.objects.bulk_create(
        TallyMargin(tally=tally, margin=margin, number=number) for margin, number in group.margins.items()
    )
