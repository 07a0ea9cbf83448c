import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.conf import settings
from django.db import connections, models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, ProtectedError, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citemetiers.kernel.fields import holding
from citemetiers.kernel.periods import DatedQuerySet
from sites.enums import Role

if TYPE_CHECKING:
    from sites.models import Closure, Invitation, Membership, Network, Partner, Resource, Site  # noqa: F401  named below

# Below this length nearly every word is spelt nearly like another one.
LONG_WORD = 5
LOOK_AGAIN_AFTER = dt.timedelta(days=7)
RETRY_AFTER = dt.timedelta(hours=20)


class SiteQuerySet(models.QuerySet["Site"]):
    def for_public(self) -> Self:
        """Sites that visitors see."""
        return self.filter(is_open_to_public=True).select_related("network")

    def with_addresses(self) -> Self:
        """With the addresses of all days, ready for ``address_on``."""
        return self.prefetch_related("addresses")

    def for_user(self, user: Any) -> Self:
        """Sites where this person holds any role, by site or by network."""
        if not user.is_authenticated:
            return self.none()
        held = Q(memberships__user=user) | Q(network__memberships__user=user)
        return self.filter(held).distinct()

    def by_town(self) -> Self:
        """In the alphabetical order of their town, for lists; never an order of merit."""
        return self.order_by("city", "slug")


class ClosureQuerySet(models.QuerySet["Closure"]):
    def at(self, site: "Site") -> Self:
        """Closures of this site, those of its whole network included."""
        return self.filter(Q(site=site) | Q(site__isnull=True, network=site.network_id))

    def covering(self, first_on: dt.date, last_on: dt.date) -> Self:
        """Closures that touch a period; both days included."""
        return self.filter(first_on__lte=last_on, last_on__gte=first_on)


class PartnerQuerySet(models.QuerySet["Partner"]):
    def with_names(self) -> Self:
        """With the names of all days, ready for ``name_on``."""
        return self.prefetch_related("names")

    def by_name(self, *, today: dt.date) -> Self:
        """In the alphabetical order of their name today: for staff who look one up, never on a public page."""
        names: Any = self.model._meta.get_field("names").related_model
        return (
            self.with_names()
            .annotate(name_today=Subquery(names.objects.on(today).filter(partner=OuterRef("pk")).values("name_fr")[:1]))
            .order_by("name_today", "slug")
        )


def refuse_deletion(terms: Iterable[Any]) -> NoReturn:
    """A term that was used once is needed for ever: the figures of its days are told in its words."""
    raise ProtectedError(_("A term is never deleted: retire it, and past figures keep their words."), set(terms))


class TermQuerySet(DatedQuerySet):
    def common(self) -> Self:
        """The list that all networks have in common."""
        return self.filter(network__isnull=True)

    def on_offer(self, *, today: Any, network: "Network | int | None" = None) -> Self:
        """Terms that one may choose today, in their order: the common ones, or a network's own where it has any."""
        offered = self.on(today)
        if network is None:
            return offered.common().order_by("position", "pk")
        own = self.model._default_manager.on(today).filter(network=network)
        return offered.filter(Q(network=network) | (Q(network__isnull=True) & ~Exists(own))).order_by("position", "pk")

    def counting_as(self, term: Any) -> Self:
        """Every version of this word on the common list, and the words of networks that count as it."""
        return self.counting_as_code(term.common_code)

    def counting_as_code(self, code: Any) -> Self:
        """Every version of the word that has this code on the common list, and the words that count as it."""
        return self.filter(Q(network__isnull=True, code=code) | Q(common__code=code))

    def delete(self) -> NoReturn:
        """Refused: a term is retired, and what was counted under it keeps its words."""
        refuse_deletion(self)


class ResourceQuerySet(models.QuerySet["Resource"]):
    def for_public(self) -> Self:
        """Resources that visitors may find."""
        return self.filter(is_listed=True)

    def with_shelves(self) -> Self:
        """With the shelves that visitors can reach."""
        holdings = self.model._meta.get_field("holdings").related_model._default_manager
        shelves = holdings.filter(site__is_open_to_public=True).select_related("site").order_by("site")
        return self.prefetch_related(Prefetch("holdings", queryset=shelves))

    def on_theme(self, code: str) -> Self:
        """About a theme of the common list, also where a network calls it by a word of its own."""
        return self._with_term("themes", code)

    def for_audience(self, code: str) -> Self:
        """For a public of the common list, also where a network calls it by a word of its own."""
        return self._with_term("audiences", code)

    def in_language(self, code: str) -> Self:
        """Readable, or usable, in this language."""
        return self.filter(languages__contains=holding(code))

    def on_the_web(self) -> Self:
        """That one can open from home."""
        return self.exclude(url="")

    def on_a_shelf(self) -> Self:
        """That at least one site open to the public holds."""
        return self._among(Q(holdings__site__is_open_to_public=True))

    def held_at(self, slug: str) -> Self:
        """On the shelf of this site."""
        return self._among(Q(holdings__site__slug=slug))

    def matching(self, words: Iterable[str]) -> Self:
        """That hold every one of these folded words, annotated with ``closeness``: a whole word counts most.

        A part of a word is enough; on PostgreSQL so is a word that is spelt nearly alike.
        """
        has_trigrams = connections[self.db].vendor == "postgresql"
        found = self
        closeness: Combinable = Value(0)
        for word in words:
            is_part = Q(search_text__contains=word)
            is_alike = Q(search_text__trigram_word_similar=word) if has_trigrams and len(word) >= LONG_WORD else Q()
            found = found.filter(is_part | is_alike if is_alike else is_part)
            closeness = closeness + Case(
                When(search_text__contains=f" {word} ", then=Value(3)),
                When(search_text__contains=f" {word}", then=Value(2)),
                When(is_part, then=Value(1)),
                default=Value(0),
            )
        return found.annotate(closeness=closeness)

    @property
    def title_order(self) -> Combinable:
        """By the title that the reader sees, small letters beside capitals."""
        current = get_language() or settings.LANGUAGE_CODE
        codes = dict.fromkeys((current, *settings.MODELTRANSLATION_FALLBACK_LANGUAGES["default"]))
        titles = (NullIf(F(f"title_{code}"), Value("")) for code in codes)
        return Lower(Coalesce(*titles, Value("")))

    def due_for_look(self, *, now: dt.datetime) -> Self:
        """Links to look at: never seen, not seen for a week, or without an answer the night before.

        An illustrative link leads nowhere on purpose: no machine is asked for it.
        """
        is_due = (
            Q(link_checked_at__isnull=True)
            | Q(link_checked_at__lte=now - LOOK_AGAIN_AFTER)
            | Q(link_failures__gt=0, link_checked_at__lte=now - RETRY_AFTER)
        )
        looked_at = self.for_public().on_the_web().filter(is_due, is_illustrative=False)
        return looked_at.order_by(F("link_checked_at").asc(nulls_first=True), "pk")

    def _with_term(self, field: str, code: str) -> Self:
        is_common = Q(**{f"{field}__network__isnull": True, f"{field}__code": code})
        return self._among(is_common | Q(**{f"{field}__common__code": code}))

    def _among(self, condition: Q) -> Self:
        # A join could bring a row twice: once for each version of a word, once for each shelf.
        return self.filter(pk__in=self.model._default_manager.filter(condition).values("pk"))


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_team_of(self, place: "Site | Network | Partner") -> Self:
        """Who works at a site, the people of its whole network included; who holds a role in a network; whom a
        partner employs. With all that a list of people shows."""
        rows = self.filter(_in_team_of(place)).select_related("user", "site", "network").distinct()
        return rows.prefetch_related("partner__names", "partner__presences__site").order_by("user__display_name", "pk")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def in_team_of(self, place: "Site | Network | Partner") -> Self:
        """Invitations to the team of a place, with all that a list of them shows."""
        rows = self.filter(_in_team_of(place)).select_related("invited_by", "site", "network").distinct()
        return rows.prefetch_related("partner__names", "partner__presences__site").order_by("invited_at", "pk")

    def open_at(self, now: dt.datetime) -> Self:
        """Invitations that may still be accepted."""
        return self.pending().filter(expires_at__gt=now)

    def pending(self) -> Self:
        """Invitations neither accepted nor withdrawn; the link of some has expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def closed_by(self, moment: dt.datetime) -> Self:
        """Invitations that were of no more use at a moment."""
        return self.filter(Q(expires_at__lte=moment) | Q(accepted_at__lte=moment) | Q(revoked_at__lte=moment))


def _in_team_of(place: "Site | Network | Partner") -> Q:
    kind = place._meta.model_name
    if kind == "site":
        return Q(site=place) | Q(network__sites=place)
    if kind == "partner":
        return Q(partner=place)
    # A partner manager belongs to every network in which the partner has been present.
    return Q(network=place) | Q(role=Role.PARTNER_MANAGER, partner__presences__site__network=place)
