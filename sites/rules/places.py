"""Who may correct the facts of a site, and which facts contradict each other."""

from collections.abc import Collection

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citemetiers.kernel.errors import DomainError
from sites.models import Convention, Locality, Presence, Site, Territory, User

# More than the largest hall of any place; whoever writes more has slipped.
MOST_SEATS = 2_000
EDIT_SITE = "sites.edit_site"


class PlaceError(DomainError):
    """A rule about a site was broken; ``field`` names the field of a form it belongs to."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class ChangedMeanwhileError(PlaceError):
    """Somebody else wrote first."""


def check_may_edit(*, by: User, site: Site) -> None:
    """Refuse whoever may not correct the facts of this site."""
    if not by.has_perm(EDIT_SITE, site):
        raise PlaceError(_("You cannot change the facts of this place."))


def postcodes_of(country: str) -> frozenset[str]:
    """The postcodes of a country that the portal knows; none where it ships no table of that country."""
    return frozenset(Locality.objects.filter(country=country).order_by("pk").values_list("postcode", flat=True))


def municipalities_of(country: str) -> frozenset[str]:
    """The municipality codes of a country that the portal knows; none where it ships no table of that country."""
    prefix = f"{country.lower()}-"
    codes = Territory.objects.common().filter(code__startswith=prefix).order_by("pk").values_list("code", flat=True)
    return frozenset(code.removeprefix(prefix) for code in codes)


def check_postcode(postcode: str, *, known: Collection[str]) -> None:
    """Refuse a postcode that the country does not have; any goes where nothing is known of the country."""
    if known and postcode not in known:
        sentence = _("We do not know this postcode. Write it without the town, such as 5000.")
        raise PlaceError(sentence, field="postcode")


def check_municipality(code: str, *, known: Collection[str]) -> None:
    """Refuse a municipality code that the country does not have; any goes where nothing is known of the country."""
    if known and code and code not in known:
        sentence = _("We do not know this municipality code. Write the one of the national statistics, such as 92094.")
        raise PlaceError(sentence, field="nis_code")


def check_presence_fits(presence: Presence) -> None:
    """Refuse a presence of a partner that has left: where its conventions are recorded, one must cover all its days."""
    conventions = list(
        Convention.objects.filter(partner=presence.partner_id, network=presence.site.network_id).order_by("pk")
    )
    if not conventions or any(_covers(convention, presence) for convention in conventions):
        return
    ends = [convention.last_on for convention in conventions]
    last_on = max((day for day in ends if day), default=None)
    if None in ends or last_on is None:
        raise PlaceError(_("No convention of this partner covers all these days."), field="first_on")
    sentence = _("The convention of this partner ended on %(day)s: it cannot be present after that day.")
    raise PlaceError(sentence % {"day": date_format(last_on, "DATE_FORMAT")}, field="last_on")


def _covers(convention: Convention, presence: Presence) -> bool:
    begins = convention.first_on is None or (presence.first_on is not None and presence.first_on >= convention.first_on)
    ends = convention.last_on is None or (presence.last_on is not None and presence.last_on <= convention.last_on)
    return begins and ends
