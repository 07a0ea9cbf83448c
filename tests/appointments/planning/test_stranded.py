"""What the coordinator sees of appointments that nobody receives any more, and does about them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appointments.enums import State
from appointments.models import Absence, Appointment, Duty, Shift
from sites.enums import Role
from sites.models import Closure, Site, Theme
from tests.appointments.planning.steps import DAY, THIS, TODAY, TUESDAY, WEEK, advisor_of, planned, text, url
from tests.factories.appointments import AppointmentFactory, DutyFactory
from tests.factories.sites import MembershipFactory, SiteFactory
from tests.factories.visitors import VisitorFactory

Book = Callable[..., Appointment]


@pytest.fixture
def book(site: Site, duty: Duty) -> Book:
    def made(weeks: int = 0) -> Appointment:
        shift = Shift.objects.get(stands_for_on=TUESDAY + weeks * WEEK, duty=duty)
        service = site.network.services.get()
        return AppointmentFactory(  # type: ignore[no-any-return]
            site=site, service=service, advisor=duty.advisor, starts_at=shift.starts_at, visitor=VisitorFactory()
        )

    return made


def close(site: Site, weeks: int = 1) -> None:
    last_on = TUESDAY + (weeks - 1) * WEEK
    Closure.objects.create(network=site.network, site=site, first_on=TUESDAY, last_on=last_on, reason_fr="Fermé")


def choice(appointment: Appointment, remedy: str, **more: object) -> dict[str, Any]:
    start = f"orphan-{appointment.pk}"
    return {f"{start}-remedy": remedy, **{f"{start}-{name}": value for name, value in more.items()}}


def test_week_says_how_many_have_nobody_and_leads_to_them(staff: Client, site: Site, book: Book) -> None:
    booked = book()
    before = text(staff.get(url("site-week")))
    close(site)

    page = text(staff.get(url("site-week")))
    listed = text(staff.get(url("orphan-list")))

    assert "nobody to receive" not in before
    assert f'<a href="{url("orphan-list")}">1 appointment has nobody to receive it</a>' in page
    assert all(words in listed for words in (str(booked), "Work", "The visitor can be told by e-mail", "nothing yet"))
    assert "robin" not in listed.lower()


def test_page_without_orphans_says_so(staff: Client, book: Book) -> None:
    book()

    answer = staff.get(url("orphan-list"))

    assert answer.status_code == 200
    assert "Somebody receives every appointment" in text(answer)


def test_answers_are_carried_out_and_the_others_stay(staff: Client, site: Site, book: Book) -> None:
    first, second, third = book(), book(weeks=1), book(weeks=2)
    close(site, weeks=3)
    sent = {**choice(first, "CANCEL"), **choice(second, ""), **choice(third, "OFFER")}

    answer = staff.post(url("orphan-list"), sent)

    states = [Appointment.objects.get(pk=one.pk).state for one in (first, second, third)]
    assert states == [State.CANCELLED, State.BOOKED, State.TO_MOVE]
    assert answer.url == url("site-week")
    page = text(staff.get(answer.url))
    assert "2 appointments are settled." in page
    assert "1 appointment has nobody to receive it" in page


def test_colleague_takes_over_from_who_left(staff: Client, site: Site, theme: Theme, duty: Duty, book: Book) -> None:
    booked, bert = book(), advisor_of(site, "Bert")
    planned(DutyFactory(site=site, advisor=bert, themes=[theme], first_on=TODAY))
    Duty.objects.filter(pk=duty.pk).update(last_on=TODAY - DAY)
    planned(Duty.objects.get(pk=duty.pk))

    staff.post(url("orphan-list"), choice(booked, "KEEP_WITH", colleague=bert.pk))

    booked.refresh_from_db()
    assert (booked.advisor, booked.state) == (bert, State.BOOKED)


def test_nothing_chosen_changes_nothing(staff: Client, site: Site, book: Book) -> None:
    booked = book()
    close(site)

    answer = staff.post(url("orphan-list"), choice(booked, ""), follow=True)

    booked.refresh_from_db()
    assert booked.state == State.BOOKED
    assert "Nothing is changed." in text(answer)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"remedy": "FORGET"}, "remedy"),
        ({"remedy": "KEEP_WITH"}, "remedy"),
        ({"remedy": "MOVE"}, "moment"),
        ({"remedy": "MOVE", "moment": "soon"}, "moment"),
    ],
)
def test_choice_that_is_none_is_refused(
    staff: Client, site: Site, book: Book, sent: dict[str, str], field: str
) -> None:
    first, second = book(), book(weeks=1)
    close(site, weeks=2)

    answer = staff.post(url("orphan-list"), {**choice(first, **sent), **choice(second, "CANCEL")})

    second.refresh_from_db()
    assert answer.status_code == 422
    assert field in answer.context["step"].forms[0].errors
    assert answer.context["step"].forms[1]["remedy"].value() == "CANCEL"
    assert second.state == State.BOOKED


def test_time_given_twice_is_refused_and_linked_to(staff: Client, site: Site, book: Book) -> None:
    first, second = book(), book(weeks=1)
    close(site, weeks=2)
    asked = staff.get(url("orphan-list"))
    proposed = [form["moment"].value() for form in asked.context["step"].forms]
    moment = asked.context["step"].forms[1].fields["moment"].choices[0][0]
    sent = {**choice(first, "MOVE", moment=moment), **choice(second, "MOVE", moment=moment)}

    answer = staff.post(url("orphan-list"), sent)

    assert len(set(proposed)) == 2
    assert answer.status_code == 422
    assert f'<a href="#id_orphan-{second.pk}-moment">{second}, Other time</a>: You gave this time twice.' in text(
        answer
    )
    assert not Appointment.objects.exclude(starts_at__in=(first.starts_at, second.starts_at)).exists()


def test_choice_that_is_no_longer_possible_is_asked_again(
    staff: Client, site: Site, theme: Theme, duty: Duty, book: Book
) -> None:
    first, bert = book(), advisor_of(site, "Bert")
    same = {"site": site, "service": first.service, "advisor": first.advisor, "starts_at": first.starts_at}
    second = AppointmentFactory(**same, is_overbooked=True)
    planned(DutyFactory(site=site, advisor=bert, themes=[theme], first_on=TODAY))
    Absence.objects.create(advisor=duty.advisor, starts_at=first.starts_at, ends_at=first.ends_at)
    planned(duty)
    keep = [choice(one, "KEEP_WITH", colleague=bert.pk) for one in (first, second)]

    answer = staff.post(url("orphan-list"), keep[0] | keep[1])

    problems = [form.orphan.problem for form in answer.context["step"].forms]
    assert answer.status_code == 409
    assert sorted(map(bool, problems)) == [False, True]
    assert text(answer).count("What becomes of it</a>: This colleague") == 1


def test_answers_about_what_was_settled_meanwhile_are_told_of(staff: Client, site: Site, book: Book) -> None:
    first, second = book(), book(weeks=1)
    close(site, weeks=2)
    Appointment.objects.filter(pk=first.pk).update(state=State.TO_MOVE)

    answer = staff.post(url("orphan-list"), choice(first, "CANCEL") | choice(second, "CANCEL"), follow=True)

    assert "1 appointment is settled." in text(answer)
    assert "has decided meanwhile about 1 appointment." in text(answer)


def test_one_choice_is_made_for_all(staff: Client, site: Site, book: Book) -> None:
    book(), book(weeks=1)
    close(site, weeks=2)

    answer = staff.post(url("orphan-list"), {"for_all": "CANCEL", "fill": "1"})

    assert [form["remedy"].value() for form in answer.context["step"].forms] == ["CANCEL", "CANCEL"]
    assert Appointment.objects.active().count() == 2


def test_orphans_of_another_site_are_not_found(client: Client, site: Site, book: Book) -> None:
    client.force_login(MembershipFactory(site=SiteFactory(), role=Role.COORDINATOR).user)

    assert client.get(url("orphan-list")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("site-week", 17), ("orphan-list", 17)])
def test_one_and_three_orphans_take_the_same_queries(
    staff: Client, site: Site, book: Book, django_assert_num_queries: Any, name: str, queries: int, count: int
) -> None:
    for weeks in range(count):
        book(weeks=weeks)
    close(site, weeks=count)

    with django_assert_num_queries(queries):
        answer = staff.get(url(name) + THIS)

    assert answer.status_code == 200


@pytest.mark.parametrize(("kind", "is_told"), [("closures", True), ("rooms", False)])
def test_whoever_saves_closing_days_is_told_at_once(
    staff: Client, site: Site, book: Book, kind: str, is_told: bool
) -> None:
    book()
    if kind == "rooms":
        close(site)
    sent = {"first_on": f"{TUESDAY}", "last_on": f"{TUESDAY}", "name": "Room 3"}

    answer = staff.post(reverse("places:row-add", args=["namur", kind]), sent, follow=True)

    assert answer.redirect_chain
    assert ("1 appointment here has nobody to receive it now." in text(answer)) is is_told
