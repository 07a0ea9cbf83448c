import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from appointments.enums import Outcome, TicketState
from appointments.models.queue import LONGEST_NUMBER
from tests.factories.appointments import NOW
from tests.factories.queue import QueueObservationFactory, SeatingFactory, SiteQueueFactory, TicketFactory

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def seated_twice(name):
    first = SeatingFactory()
    return SeatingFactory(**{name: getattr(first, name), "site": first.site})


def two_at_a_desk():
    first = TicketFactory(called=True)
    return TicketFactory(called=True, seating=first.seating, site=first.site)


def same_number():
    first = TicketFactory()
    return TicketFactory(site=first.site, number=first.number)


BROKEN = {
    "site_queue_letter_is_a_capital": lambda: SiteQueueFactory(letter="é"),
    "site_queue_numbers_fit_on_a_ticket": lambda: SiteQueueFactory(last_number=LONGEST_NUMBER + 1),
    "seating_one_open_an_advisor": lambda: seated_twice("advisor"),
    "seating_one_open_a_desk": lambda: seated_twice("desk"),
    "seating_closes_after_it_opens": lambda: SeatingFactory(closed_at=NOW - HOUR),
    "ticket_number_once_a_day": same_number,
    "ticket_one_at_a_desk": two_at_a_desk,
    "ticket_at_a_desk_names_it": lambda: TicketFactory(state=TicketState.CALLED, called_at=NOW),
    "ticket_at_a_desk_says_when": lambda: TicketFactory(called=True, called_at=None),
    "ticket_ended_with_its_moment": lambda: TicketFactory(state=TicketState.LEFT),
    "ticket_in_line_has_not_ended": lambda: TicketFactory(ended_at=NOW),
    "ticket_estimate_is_whole": lambda: TicketFactory(estimated_from=11, estimated=10, estimated_to=12),
    "ticket_estimate_has_both_ends": lambda: TicketFactory(estimated=10),
    "queue_observation_in_a_day": lambda: QueueObservationFactory(half_hour=48),
    "queue_observation_of_a_session_says_both": lambda: QueueObservationFactory(lasted=None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_database_refuses_what_makes_no_sense(name):
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[name]()


@pytest.mark.parametrize(
    "make",
    [
        lambda: SeatingFactory(advisor=SeatingFactory(closed_at=NOW).advisor),
        lambda: TicketFactory(seating=TicketFactory(done=True).seating, called=True),
        lambda: TicketFactory(estimated_from=0, estimated=0, estimated_to=0),
        lambda: QueueObservationFactory(outcome=Outcome.LEFT, waited=None, lasted=None),
        lambda: TicketFactory(number=TicketFactory(taken_at=NOW - 24 * HOUR).number),
    ],
)
def test_database_takes_what_happens_on_a_day(make):
    assert make().pk


def test_refusal_is_told_in_words():
    with pytest.raises(ValidationError, match="one letter from A to Z"):
        SiteQueueFactory.build(letter="é").full_clean()
