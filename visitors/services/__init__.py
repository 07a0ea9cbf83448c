"""Actions on what visitors left with us, and on the anonymous log."""

from visitors.services.entries import Operation, keep_entries, keep_entry
from visitors.services.erasure import (
    correct_visitor,
    erase_expired_visitors,
    erase_visitor,
    postpone_erasure,
    register_visitor,
)
from visitors.services.months import close_months, delete_old_rows, write_illustrative
from visitors.services.nightly import do_job, tend_log
from visitors.services.retention import retention_on
from visitors.services.sealing import seal_entries
from visitors.services.survey import (
    SurveyError,
    answer_survey,
    shuffle_survey,
    survey_code,
    survey_key,
    survey_limits,
    survey_url,
)
from visitors.services.survey_demo import ensure_demo_answers

__all__ = [
    "Operation",
    "SurveyError",
    "answer_survey",
    "close_months",
    "correct_visitor",
    "delete_old_rows",
    "do_job",
    "ensure_demo_answers",
    "erase_expired_visitors",
    "erase_visitor",
    "keep_entries",
    "keep_entry",
    "postpone_erasure",
    "register_visitor",
    "retention_on",
    "seal_entries",
    "shuffle_survey",
    "survey_code",
    "survey_key",
    "survey_limits",
    "survey_url",
    "tend_log",
    "write_illustrative",
]
