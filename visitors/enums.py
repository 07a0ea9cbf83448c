"""What can be said of a contact. Each question may stay unasked or unanswered."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NOT_ASKED = "NOT_ASKED"
NOT_SAID = "NOT_SAID"


class HalfDay(models.TextChoices):
    """The finest time that the anonymous log knows."""

    MORNING = "MORNING", _("morning")
    AFTERNOON = "AFTERNOON", _("afternoon")


class Way(models.TextChoices):
    """The way in which a person was served."""

    BOOKED = "BOOKED", _("one-to-one, booked")
    WALK_IN = "WALK_IN", _("one-to-one, walk-in")
    PHONE = "PHONE", pgettext_lazy("way of service", "telephone")
    EMAIL = "EMAIL", pgettext_lazy("way of service", "e-mail")
    VIDEO = "VIDEO", pgettext_lazy("way of service", "chat or video")
    GROUP = "GROUP", pgettext_lazy("way of service", "group")
    SELF_SERVICE = "SELF_SERVICE", pgettext_lazy("way of service", "self-service")
    OUTREACH = "OUTREACH", pgettext_lazy("way of service", "outreach")


class DurationBand(models.TextChoices):
    UNDER_15 = "UNDER_15", _("under 15 min")
    FROM_15 = "FROM_15", _("15–30 min")
    FROM_30 = "FROM_30", _("30–60 min")
    OVER_60 = "OVER_60", _("over 60 min")


class Gender(models.TextChoices):
    NOT_ASKED = NOT_ASKED, _("not asked")
    WOMAN = "WOMAN", _("woman")
    MAN = "MAN", _("man")
    OTHER = "OTHER", pgettext_lazy("gender", "other")
    NOT_SAID = NOT_SAID, _("did not wish to say")


class AgeBand(models.TextChoices):
    NOT_ASKED = NOT_ASKED, _("not asked")
    UNDER_18 = "UNDER_18", _("under 18")
    FROM_18 = "FROM_18", _("18–24")
    FROM_25 = "FROM_25", _("25–44")
    FROM_45 = "FROM_45", _("45–64")
    FROM_65 = "FROM_65", _("65 or over")
    NOT_SAID = NOT_SAID, _("did not wish to say")


class Answer(models.TextChoices):
    NOT_ASKED = NOT_ASKED, _("not asked")
    YES = "YES", _("yes")
    NO = "NO", _("no")
    NOT_SAID = NOT_SAID, _("did not wish to say")


class TallyKind(models.TextChoices):
    """What is counted without a record of each."""

    SELF_SERVICE = "SELF_SERVICE", _("self-service")
    INFORMATION = "INFORMATION", _("information at reception")
    BATCH = "BATCH", _("contacts caught up in a batch")
    GROUP = "GROUP", pgettext_lazy("kind of count", "group")
    OUTREACH = "OUTREACH", pgettext_lazy("kind of count", "outing")
    SCHOOL = "SCHOOL", _("pupils in their school or with their class")


# A person who asks the way at reception is no contact, and pupils are counted beside the visitors.
WAYS_OF_KIND: dict[str, tuple[str, ...]] = {
    TallyKind.SELF_SERVICE: (Way.SELF_SERVICE,),
    TallyKind.INFORMATION: ("",),
    TallyKind.BATCH: (Way.BOOKED, Way.WALK_IN, Way.PHONE, Way.EMAIL, Way.VIDEO),
    TallyKind.GROUP: (Way.GROUP,),
    TallyKind.OUTREACH: (Way.OUTREACH,),
    TallyKind.SCHOOL: ("",),
}


class Margin(models.TextChoices):
    """What so many people of a group were. Ages may overlap: whoever knows only “under 25” says that."""

    WOMEN = "WOMEN", _("women")
    MEN = "MEN", _("men")
    OTHER_GENDER = "OTHER_GENDER", pgettext_lazy("gender of people", "other")
    UNDER_18 = "UNDER_18", _("under 18")
    FROM_18 = "FROM_18", _("18–24")
    UNDER_25 = "UNDER_25", _("under 25")
    FROM_25 = "FROM_25", _("25–44")
    FROM_45 = "FROM_45", _("45–64")
    FROM_65 = "FROM_65", _("65 or over")
    JOB_SEEKERS = "JOB_SEEKERS", _("looking for work")
    FIRST_VISITS = "FIRST_VISITS", _("here for the first time")


class Found(models.TextChoices):
    """Whether a visitor found what they came for."""

    YES = "YES", _("yes")
    PARTLY = "PARTLY", _("in part")
    NO = "NO", _("no")


class Agreement(models.TextChoices):
    """How far a visitor agrees."""

    FULLY = "FULLY", _("fully agree")
    RATHER = "RATHER", _("rather agree")
    RATHER_NOT = "RATHER_NOT", _("rather disagree")
    NOT_AT_ALL = "NOT_AT_ALL", _("disagree")


class Line(models.TextChoices):
    """What figures are told by: the ways of service, and beside them what is never added to contacts."""

    BOOKED = Way.BOOKED.value, Way.BOOKED.label
    WALK_IN = Way.WALK_IN.value, Way.WALK_IN.label
    PHONE = Way.PHONE.value, Way.PHONE.label
    EMAIL = Way.EMAIL.value, Way.EMAIL.label
    VIDEO = Way.VIDEO.value, Way.VIDEO.label
    GROUP = Way.GROUP.value, Way.GROUP.label
    SELF_SERVICE = Way.SELF_SERVICE.value, Way.SELF_SERVICE.label
    OUTREACH = Way.OUTREACH.value, Way.OUTREACH.label
    INFORMATION = "INFORMATION", _("information at reception")
    PUPILS = "PUPILS", _("pupils")


class Dimension(models.TextChoices):
    """What a closed month is told by."""

    TOTAL = "TOTAL", pgettext_lazy("dimension", "in all")
    THEME = "THEME", pgettext_lazy("dimension", "theme")
    LANGUAGE = "LANGUAGE", pgettext_lazy("dimension", "language")
    DURATION = "DURATION", pgettext_lazy("dimension", "length")
    HALF_DAY = "HALF_DAY", pgettext_lazy("dimension", "half-day")
    AUDIENCE = "AUDIENCE", pgettext_lazy("dimension", "public")
    GENDER = "GENDER", pgettext_lazy("dimension", "gender")
    AGE = "AGE", pgettext_lazy("dimension", "age")
    FIRST_VISIT = "FIRST_VISIT", pgettext_lazy("dimension", "first visit")
    STATUS = "STATUS", pgettext_lazy("dimension", "status")
    EDUCATION = "EDUCATION", pgettext_lazy("dimension", "education")
    TERRITORY = "TERRITORY", pgettext_lazy("dimension", "territory")
    HOW_HEARD = "HOW_HEARD", pgettext_lazy("dimension", "how they heard of us")
    REFERRED = "REFERRED", pgettext_lazy("dimension", "passed on to")


class Job(models.TextChoices):
    """What is done at night for the log."""

    SEAL = "SEAL", _("forget authors and shuffle rows")
    CLOSE = "CLOSE", _("close months")
    DELETE = "DELETE", _("delete old rows")


class JobState(models.TextChoices):
    RUNNING = "RUNNING", pgettext_lazy("of a job", "running")
    DONE = "DONE", pgettext_lazy("of a job", "done")
    FAILED = "FAILED", pgettext_lazy("of a job", "failed")


class SurveyQuestion(models.TextChoices):
    """The five questions of the exit survey, by the column that holds the answer."""

    FOUND = "found", _("Did you find what you came for?")
    WELCOME = "welcome", _("Were you well received?")
    WAIT = "wait", _("Was the waiting time all right?")
    NEXT_STEP = "next_step", _("Do you know what to do after this visit?")
    RECOMMEND = "recommend", _("Would you tell a friend to come here?")


_AGREEMENT_WORDS = (
    (Agreement.FULLY.value, pgettext_lazy("answer of a visitor", "Yes, fully")),
    (Agreement.RATHER.value, pgettext_lazy("answer of a visitor", "Rather yes")),
    (Agreement.RATHER_NOT.value, pgettext_lazy("answer of a visitor", "Rather no")),
    (Agreement.NOT_AT_ALL.value, pgettext_lazy("answer of a visitor", "Not at all")),
)
# What a visitor may answer, in the words that stand on the form.
SURVEY_ANSWERS = {
    SurveyQuestion.FOUND: (
        (Found.YES.value, pgettext_lazy("answer of a visitor", "Yes")),
        (Found.PARTLY.value, pgettext_lazy("answer of a visitor", "In part")),
        (Found.NO.value, pgettext_lazy("answer of a visitor", "No")),
    ),
    SurveyQuestion.WELCOME: _AGREEMENT_WORDS,
    SurveyQuestion.WAIT: _AGREEMENT_WORDS,
    SurveyQuestion.NEXT_STEP: _AGREEMENT_WORDS,
    SurveyQuestion.RECOMMEND: _AGREEMENT_WORDS,
}


class EntryKind(models.TextChoices):
    """What is logged at the desk with one key, and can be taken back: in the words of the device that sends it."""

    CONTACT = "contact", _("contact")
    SELF_SERVICE = "self-service", pgettext_lazy("way of service", "self-service")
    INFORMATION = "information", _("information at reception")


# What a device counts with one key, and the kind of count that it becomes.
TALLY_OF_ENTRY: dict[str, str] = {
    EntryKind.SELF_SERVICE.value: TallyKind.SELF_SERVICE.value,
    EntryKind.INFORMATION.value: TallyKind.INFORMATION.value,
}
