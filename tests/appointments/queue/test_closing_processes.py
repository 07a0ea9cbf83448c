import pytest

from appointments.models import QueueObservation, Seating, SiteQueue, Ticket
from tests.appointments.queue.test_closing import MIDNIGHT
from tests.factories.appointments import NOW
from tests.factories.queue import SeatingFactory, SiteQueueFactory, TicketFactory
from tests.processes import told_by

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

TICKETS = 30


def close(*options, beats):
    asked = ["--now", MIDNIGHT.isoformat(), "--beats", str(beats), *options]
    return told_by("tests.appointments.queue.closing_race", *asked)


@pytest.fixture
def _day():
    site = SiteQueueFactory(day=NOW.date(), last_number=TICKETS).site
    seating = SeatingFactory(site=site)
    TicketFactory.create_batch(TICKETS, site=site, seating=seating, done=True)


@pytest.mark.usefixtures("_day")
def test_beats_at_once_keep_each_ticket_once():
    found = close(beats=4)

    assert sorted(found) == [0, 0, 0, TICKETS]
    assert QueueObservation.objects.count() == TICKETS
    assert not Ticket.objects.exists()
    assert not Seating.objects.exists()
    assert SiteQueue.objects.get().last_number == 0


@pytest.mark.usefixtures("_day")
def test_control_without_the_lock_tickets_are_kept_twice():
    close("--unguarded", beats=2)

    assert QueueObservation.objects.count() == 2 * TICKETS
