"""The exit survey: the key that comes with a form, the answer under it, and the order that is forgotten."""

import datetime as dt
import random
import uuid
from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from citemetiers.kernel.dates import local_day
from citemetiers.kernel.limits import Limits
from citemetiers.kernel.qr import qr_code
from sites.models import Site
from visitors.enums import SurveyQuestion
from visitors.models import SurveyAnswer
from visitors.rules import VisitorsError

DRAWINGS_KEPT = 256


class SurveyError(VisitorsError):
    """The answers cannot be counted, or not now."""


def survey_key(*, site: Site, given: str = "") -> str:
    """The key of one form of this site: the one it came with, or else a new one, random and signed.

    A key of somebody's own making could hold an hour or a name.
    """
    try:
        _keys_of(site).unsign(given)
    except signing.BadSignature:
        return _keys_of(site).sign(uuid.uuid4().hex)
    return given


def answer_survey(*, site: Site, key: str, language: str, answers: Mapping[str, str], now: dt.datetime) -> SurveyAnswer:
    """Keep what was answered, with site, month and language. One form counts once: sent again, its last answers stand.

    Raises SurveyError when nothing was answered, or the key came with no form of this site.
    """
    given = {question.value: answers.get(question, "") for question in SurveyQuestion}
    if not any(given.values()):
        raise SurveyError(_("Answer one question at least."))
    answer = SurveyAnswer(
        id=_read_key(key, site=site),
        site=site,
        month=local_day(now, tz=site.tz).replace(day=1),
        language=language,
        **given,
    )
    # One statement: of two at once neither is lost, and the month stays that of the first.
    SurveyAnswer.objects.bulk_create([answer], update_conflicts=True, unique_fields=["id"], update_fields=list(given))
    return answer


@transaction.atomic
def shuffle_survey(*, since: dt.date) -> int:
    """Write the answers of the months since one anew, in random order under new keys; says how many.

    Afterwards neither a key nor the place on disk tells who answered before whom, and no form that is still open
    somewhere knows its answer. Illustrative ones keep the keys by which they are made up again.
    """
    draw = random.SystemRandom()
    asked = SurveyAnswer.objects.filter(month__gte=since, is_illustrative=False)
    number = 0
    for site in asked.order_by("site_id").values_list("site_id", flat=True).distinct():
        rows = list(asked.filter(site=site).select_for_update(of=("self",)).order_by("id"))
        asked.filter(id__in=[row.pk for row in rows]).delete()
        draw.shuffle(rows)
        for row in rows:
            row.pk = uuid.uuid4()
        SurveyAnswer.objects.bulk_create(rows)
        number += len(rows)
    return number


def survey_limits() -> Limits:
    """How many forms come from one place within an hour."""
    return Limits(
        kind="survey",
        a_place=settings.PORTAL_ANSWERS_A_PLACE,
        without_proof=settings.PORTAL_ANSWERS_WITHOUT_PROOF,
        proof_failed=_proof_failed,
        too_many_here=_too_many_here,
        too_many_unproven=_too_many_unproven,
    )


def survey_url(site: Site) -> str:
    """The address of the survey without a language: whoever opens it gets the one of their telephone."""
    _root, _language, path = reverse("survey:answer", args=[site.slug]).split("/", 2)
    return f"{settings.PORTAL_BASE_URL}/{path}"


def survey_code(site: Site) -> SafeString:
    """The square code of that address, the same for years: drawn once."""
    return _drawn(survey_url(site))


@lru_cache(DRAWINGS_KEPT)
def _drawn(address: str) -> SafeString:
    return qr_code(address)


def _keys_of(site: Site) -> signing.Signer:
    return signing.Signer(salt=f"visitors.survey.{site.pk}")


def _read_key(key: str, *, site: Site) -> uuid.UUID:
    try:
        return uuid.UUID(_keys_of(site).unsign(key))
    except signing.BadSignature:
        raise SurveyError(_("This form came without its number. Here is a fresh one: please send it again.")) from None


def _proof_failed() -> SurveyError:
    return SurveyError(_("This page had been open for too long. Nothing is lost: press again."))


def _too_many_here() -> SurveyError:
    return SurveyError(_("Many answers came from this place within an hour. Please try again later."))


def _too_many_unproven() -> SurveyError:
    return SurveyError(_("We cannot take more answers without JavaScript this hour. Please try again later."))
