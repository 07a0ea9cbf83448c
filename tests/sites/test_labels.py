import datetime as dt
from typing import Any

import pytest
from django.core import mail

from sites.enums import Role
from sites.models import LabelReminder, Site
from sites.rules import label_reminder_due
from sites.services import send_label_reminders
from sites.tasks import send_label_reminders as send_task
from tests.factories.sites import MembershipFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db

END = dt.date(2027, 3, 31)


def at(days_before: int) -> dt.datetime:
    return dt.datetime.combine(END - dt.timedelta(days=days_before), dt.time(7), tzinfo=dt.UTC)


@pytest.fixture
def site() -> Site:
    return SiteFactory(name="Cité des métiers de Namur", label_until_on=END)


@pytest.fixture
def coordinator(site: Site) -> Any:
    return MembershipFactory(site=site, role=Role.COORDINATOR, user__email="coordinator@example.org").user


@pytest.mark.parametrize(
    ("left", "step"), [(61, None), (60, 60), (15, 60), (14, 14), (1, 14), (0, 0), (-1, 0), (-400, 0)]
)
def test_label_reminder_is_due_in_three_steps(left: int, step: int | None) -> None:
    site = SiteFactory.build(label_until_on=END)

    assert label_reminder_due(site, today=END - dt.timedelta(days=left)) == step


def test_label_without_an_end_reminds_nobody() -> None:
    assert label_reminder_due(SiteFactory.build(), today=END) is None


@pytest.mark.usefixtures("coordinator")
def test_each_step_is_sent_once(site: Site) -> None:
    sent = [send_label_reminders(now=at(days)) for days in (90, 60, 59, 20, 14, 13, 0, -1, -30)]

    assert sent == [0, 1, 0, 0, 1, 0, 1, 0, 0]
    assert list(site.label_reminders.order_by("pk").values_list("days_before", flat=True)) == [60, 14, 0]


@pytest.mark.usefixtures("coordinator")
def test_first_run_inside_the_last_step_sends_that_one_alone() -> None:
    assert send_label_reminders(now=at(3)) == 1
    assert LabelReminder.objects.get().days_before == 14


@pytest.mark.usefixtures("coordinator")
def test_renewed_label_starts_anew(site: Site) -> None:
    send_label_reminders(now=at(60))
    Site.objects.filter(pk=site.pk).update(label_until_on=END.replace(year=2028))

    assert send_label_reminders(now=at(10)) == 0


def test_those_who_answer_for_the_site_are_reminded_and_nobody_else(site: Site) -> None:
    for role, name in ((Role.COORDINATOR, "coordinator"), (Role.SITE_MANAGER, "manager"), (Role.ADVISOR, "advisor")):
        MembershipFactory(site=site, role=role, user__email=f"{name}@example.org")
    MembershipFactory(site=None, network=site.network, role=Role.NETWORK_MANAGER, user__email="network@example.org")
    MembershipFactory(role=Role.SITE_MANAGER, user__email="stranger@example.org")
    MembershipFactory(site=site, role=Role.COORDINATOR, user=UserFactory(is_active=False, email="gone@example.org"))

    send_label_reminders(now=at(60))

    assert sorted(message.to[0] for message in mail.outbox) == [
        "coordinator@example.org",
        "manager@example.org",
        "network@example.org",
    ]


@pytest.mark.parametrize(
    ("days_before", "sentence"), [(60, "runs until 31 March 2027"), (-1, "ran until 31 March 2027")]
)
def test_reminder_names_site_and_day(coordinator: Any, days_before: int, sentence: str) -> None:
    send_label_reminders(now=at(days_before))

    message = mail.outbox[0]
    assert message.subject == "The label of Cité des métiers de Namur is due for renewal"
    assert message.body.startswith(f"Hello {coordinator.display_name},")
    assert sentence in message.body


@pytest.mark.usefixtures("coordinator")
def test_reminder_that_could_not_be_sent_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        with pytest.raises(ConnectionRefusedError):
            send_label_reminders(now=at(60))

    assert not LabelReminder.objects.exists()
    assert send_label_reminders(now=at(60)) == 1


@pytest.mark.usefixtures("coordinator")
def test_task_reminds(site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(label_until_on=dt.date(2020, 1, 1))

    send_task.delay()

    assert len(mail.outbox) == 1
