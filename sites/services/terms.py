"""Words come, change and go on a day; what has begun is never deleted nor rewritten."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from sites.models import Network, Term, User
from sites.rules.terms import (
    ONE_DAY,
    PastWordsError,
    RewrittenError,
    TermError,
    Texts,
    begin_of,
    check_begins,
    check_follows,
    check_has_list,
    check_is_last,
    check_is_not_counted_on,
    check_mapping,
    check_may_end,
    check_may_write,
    check_only_fills,
    check_says_something_new,
    check_texts,
    new_code,
    text_fields,
)
from sites.services.traces import trace_added, trace_changed

# Out of the way of every position in use, while terms change places.
PARKED_FROM = 20_000


@transaction.atomic
def add_term(  # noqa: PLR0913  what a term says of itself
    *,
    vocabulary: type[Term],
    network: Network | None,
    texts: Texts,
    common: Term | None,
    first_on: dt.date,
    by: User,
    today: dt.date,
    code: str = "",
) -> Term:
    """A new term, last in the order, from a day of today or later; without a network, on the common list."""
    check_may_write(by, network)
    check_begins(first_on, today=today)
    check_texts(vocabulary, texts)
    rows = vocabulary.objects.filter(network=network)
    taken = set(rows.values_list("code", flat=True))
    check_has_list(network, taken)
    if code in taken:
        raise RewrittenError(_("This code is that of another term."), field="code")
    term = vocabulary(network=network, first_on=first_on, code=code or new_code(texts, taken=taken))
    term.common = common
    term.position = _last_position(vocabulary, network, first_on) + 1
    check_mapping(term, _locked_common(term))
    return _write(term, texts)


@transaction.atomic
def reword_term(  # noqa: PLR0913  what a version says of itself
    *,
    term: Term,
    first_on: dt.date,
    texts: Texts,
    by: User,
    today: dt.date,
    common: Term | None = None,
) -> Term:
    """Let other words hold from a day on, under the same code; they may count as another common term.

    The present version ends on the day before and stays as it is. One that has not begun is changed in its place.
    """
    check_may_write(by, term.network)
    check_begins(first_on, today=today)
    check_texts(type(term), texts)
    versions = _locked(type(term), term.network, term.code)
    current = next(version for version in versions if version.pk == term.pk)
    check_is_last(current, versions)
    if begin_of(current) > today:
        return _change_planned(current, versions, first_on=first_on, texts=texts, common=common)
    check_follows(current, first_on=first_on)
    follower = type(term)(network=current.network, code=current.code, position=current.position, first_on=first_on)
    follower.common = common or current.common
    if current.last_on is None or current.last_on >= first_on:
        check_says_something_new(current, texts, common=common)
        follower.last_on, current.last_on = current.last_on, first_on - ONE_DAY
        _save(current)
    else:
        follower.position = _last_position(type(term), term.network, first_on) + 1
    check_mapping(follower, _locked_common(follower))
    return _write(follower, texts)


@transaction.atomic
def retire_term(*, term: Term, last_on: dt.date | None, by: User, today: dt.date) -> Term:
    """Offer a term no longer after its last day; without one, go on offering it. What was counted stays."""
    check_may_write(by, term.network)
    versions = _locked(type(term), term.network, term.code)
    current = next(version for version in versions if version.pk == term.pk)
    check_may_end(current, last_on=last_on, today=today)
    check_is_last(current, versions)
    current.last_on = last_on
    if current.network is None:
        check_is_not_counted_on(current, _counted_as(current), last_on=last_on)
    else:
        check_mapping(current, _locked_common(current))
    _save(current)
    return current


@transaction.atomic
def translate_term(*, term: Term, texts: Texts, by: User) -> Term:
    """Fill in translations that were missing, of any version; a text that is there stays."""
    check_may_write(by, term.network)
    current: Term = type(term).objects.select_for_update(of=("self",), no_key=True).get(pk=term.pk)
    given = {column: text for column, text in texts.items() if text}
    check_only_fills(current, given)
    for column, text in given.items():
        setattr(current, column, text)
    _save(current)
    return current


@transaction.atomic
def reorder_terms(
    *, vocabulary: type[Term], network: Network | None, codes: Sequence[str], by: User, today: dt.date
) -> None:
    """Put the terms of today and later in this order. Whatever ended keeps its place, and the order of its days."""
    check_may_write(by, network)
    rows = list(
        vocabulary.objects.select_for_update(of=("self",), no_key=True)
        .filter(network=network)
        .order_by("position", "first_on", "pk")
    )
    ended = [row for row in rows if row.last_on is not None and row.last_on < today]
    versions: dict[str, list[Term]] = {}
    for row in rows:
        if row not in ended:
            versions.setdefault(row.code, []).append(row)
    if sorted(versions) != sorted(codes):
        raise TermError(_("Somebody changed this list meanwhile. Look at it again."))
    _renumber([versions[code] for code in codes], ended=ended)


@transaction.atomic
def copy_common_list(
    *, vocabulary: type[Term], network: Network, first_on: dt.date, by: User, today: dt.date
) -> list[Term]:
    """Give a network the words of the common list as its own, each counting as itself, to change from there."""
    check_may_write(by, network)
    check_begins(first_on, today=today)
    # Two who press at once: the second one waits, and then finds the list.
    Network.objects.select_for_update(of=("self",), no_key=True).get(pk=network.pk)
    if vocabulary.objects.filter(network=network).exists():
        raise RewrittenError(_("This network has words of its own already."))
    common = vocabulary.objects.on(first_on).common().order_by("position", "pk")
    ends = _ends_of_common(vocabulary)
    own = [_own_of(term, network, first_on=first_on, last_on=ends[term.code]) for term in common]
    added = list(vocabulary.objects.bulk_create(own))
    trace_added(added)
    return added


def _own_of(term: Term, network: Network, *, first_on: dt.date, last_on: dt.date | None) -> Term:
    own = type(term)(network=network, code=term.code, position=term.position, first_on=first_on, last_on=last_on)
    own.common = term
    for columns in text_fields(type(term)).values():
        for column in columns:
            setattr(own, column, getattr(term, column))
    return own


def _change_planned(
    planned: Term, versions: Sequence[Term], *, first_on: dt.date, texts: Texts, common: Term | None
) -> Term:
    """Nothing was counted under a version that has not begun; the one before it ends where it begins."""
    if first_on == planned.first_on:
        check_says_something_new(planned, texts, common=common)
    before = next((one for one in versions if one.last_on and one.last_on + ONE_DAY == planned.first_on), None)
    if before is not None:
        check_follows(before, first_on=first_on)
        before.last_on = first_on - ONE_DAY
    if planned.last_on is not None and planned.last_on < first_on:
        raise PastWordsError(_("The last day cannot be before the first day."), field="first_on")
    was, planned.first_on, planned.common = begin_of(planned), first_on, common or planned.common
    check_mapping(planned, _locked_common(planned))
    # At no moment do both hold on one day: whichever grows goes last.
    postponed = first_on > was
    if postponed:
        _write(planned, texts)
    if before is not None:
        _save(before)
    return planned if postponed else _write(planned, texts)


def _locked(vocabulary: type[Term], network: Network | None, code: str) -> list[Term]:
    rows = vocabulary.objects.select_for_update(of=("self",), no_key=True).filter(network=network, code=code)
    return sorted(rows.select_related("network", "common").order_by("pk"), key=begin_of)


def _locked_common(term: Term) -> list[Term]:
    """Versions of the common term that this one counts as, held so that none ends meanwhile."""
    return _locked(type(term), None, term.common.code) if term.common is not None else []


def _counted_as(term: Term) -> list[Term]:
    rows = type(term).objects.filter(common__code=term.code).exclude(network=None)
    return list(rows.select_related("network").order_by("pk"))


def _ends_of_common(vocabulary: type[Term]) -> dict[str, dt.date | None]:
    """The last day of each code, all its versions together: reworded later, a common term goes on."""
    ends: dict[str, dt.date | None] = {}
    for code, last_on in vocabulary.objects.common().order_by("pk").values_list("code", "last_on"):
        before = ends.get(code, dt.date.min)
        ends[code] = max(before, last_on) if before and last_on else None
    return ends


def _last_position(vocabulary: type[Term], network: Network | None, day: dt.date) -> int:
    rows = vocabulary.objects.filter(network=network).touching(day, dt.date.max)
    return rows.aggregate(last=models.Max("position"))["last"] or 0


def _renumber(terms: Sequence[Sequence[Term]], *, ended: Sequence[Term]) -> None:
    """Keep to the numbers in use; one that an ended term holds on the same days is passed over."""
    numbers = sorted({versions[0].position for versions in terms})
    changed: list[tuple[Term, int]] = []
    last = 0
    numbers += [0] * (len(terms) - len(numbers))
    for versions, number in zip(terms, numbers, strict=True):
        last = max(number, last + 1)
        while any(_clash(version, one, last) for version in versions for one in ended):
            last += 1
        changed += [(version, last) for version in versions if version.position != last]
    # Two cannot stand at one place, not even for a moment.
    for parked, (version, _number) in enumerate(changed, start=PARKED_FROM):
        type(version).objects.filter(pk=version.pk).update(position=parked)
    for version, number in changed:
        type(version).objects.filter(pk=version.pk).update(position=number)
        trace_changed(version, field="position", before=version.position, after=number)


def _clash(term: Term, ended: Term, position: int) -> bool:
    return ended.position == position and ended.last_on is not None and begin_of(term) <= ended.last_on


def _write(term: Term, texts: Texts) -> Term:
    for columns in text_fields(type(term)).values():
        for column in columns:
            setattr(term, column, texts.get(column) or None)
    _save(term)
    return term


def _save(term: Term) -> None:
    try:
        term.full_clean()
        with transaction.atomic():
            term.save()
    except ValidationError as error:
        raise TermError(" ".join(error.messages)) from error
    except IntegrityError as error:
        raise TermError(_("Somebody changed this list meanwhile. Look at it again.")) from error
