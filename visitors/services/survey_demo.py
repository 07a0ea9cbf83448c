"""Made-up answers to the exit survey, for its page to show something. Every row says that it is illustrative."""

import calendar
import datetime as dt
import random
import uuid
from collections.abc import Iterator

from citemetiers.kernel.dates import local_day
from sites.enums import SiteKind
from sites.models import Site
from visitors.enums import SURVEY_ANSWERS, Found, SurveyQuestion
from visitors.models import SurveyAnswer

NAMESPACE = uuid.UUID("0f3ce9d4-53a7-4c0b-8a2e-6f2b8b0f1c77")
# In a whole month; a Cité receives three times as many people as a Carrefour.
ANSWERS_A_MONTH = {SiteKind.CITE: 36, SiteKind.CARREFOUR: 12}
# How often each answer is given, of a hundred, in the order of the form; what is missing was left empty.
SHARES: dict[str, tuple[int, ...]] = {
    SurveyQuestion.FOUND: (66, 22, 6),
    SurveyQuestion.WELCOME: (71, 19, 4, 1),
    SurveyQuestion.WAIT: (42, 28, 12, 5),
    SurveyQuestion.NEXT_STEP: (48, 31, 9, 3),
    SurveyQuestion.RECOMMEND: (62, 22, 4, 2),
}
# Most speak the first language of the site.
FIRST_LANGUAGE = 0.8


def ensure_demo_answers(*, now: dt.datetime) -> int:
    """Illustrative answers of every public site from New Year to yesterday; says how many rows are new.

    A later day only adds: each row has its own key, drawn from its site, month and number.
    """
    rows = [row for site in Site.objects.for_public().by_town() for row in _rows_of(site, now=now)]
    known = set(SurveyAnswer.objects.filter(is_illustrative=True).values_list("pk", flat=True))
    fresh = [row for row in rows if row.pk not in known]
    # A second run beside this one may have come first.
    SurveyAnswer.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _rows_of(site: Site, *, now: dt.datetime) -> Iterator[SurveyAnswer]:
    today = local_day(now, tz=site.tz)
    for number in range(1, today.month + 1):
        month = today.replace(month=number, day=1)
        days = calendar.monthrange(month.year, month.month)[1]
        passed = days if number < today.month else today.day - 1
        for answer in range(ANSWERS_A_MONTH[SiteKind(site.kind)] * passed // days):
            yield _row(site, month, answer)


def _row(site: Site, month: dt.date, number: int) -> SurveyAnswer:
    name = f"{site.slug}/{month}/{number}"
    draw = random.Random(name)  # noqa: S311  made-up people need no secrets
    answers = {question.value: _drawn(draw, question) for question in SurveyQuestion}
    if not any(answers.values()):  # whoever leaves everything empty sends nothing
        answers[SurveyQuestion.FOUND.value] = Found.YES.value
    language = site.languages[0] if draw.random() < FIRST_LANGUAGE else draw.choice(list(site.languages))
    key = uuid.uuid5(NAMESPACE, name)
    return SurveyAnswer(id=key, site=site, month=month, language=language, is_illustrative=True, **answers)


def _drawn(draw: random.Random, question: SurveyQuestion) -> str:
    codes, shares = [code for code, _words in SURVEY_ANSWERS[question]], SHARES[question]
    return str(draw.choices([*codes, ""], [*shares, 100 - sum(shares)])[0])
