import datetime as dt
import uuid
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from appointments.enums import BookedBy, State, WhoBooks
from appointments.models import Appointment
from sites.enums import Role
from tests.factories.appointments import AppointmentFactory, offer
from tests.factories.sites import MembershipFactory, SiteFactory, UserFactory
from tests.factories.visitors import VisitorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

CALLER = {"alias": "Robin", "email": "", "phone": ""}


@pytest.fixture
def site():
    return SiteFactory(city="Namur", languages=("fr", "de"))


@pytest.fixture
def staff(client, site):
    client.force_login(MembershipFactory(site=site, role=Role.RECEPTION, user__language="en").user)
    return client


def soon(hours=1):
    """A moment to come on a whole hour."""
    return timezone.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=hours)


@pytest.fixture
def theme(site):
    """Three hours from the next hour on, for a theme that only reception books, with a day of notice for others."""
    _service, _site, theme = offer(
        site=site, starts_at=soon(), who_books=WhoBooks.RECEPTION, notice_hours=48, channels=("ON_SITE", "PHONE")
    )
    return theme


def wish(site, theme, /, **more):
    return urlencode({"theme": theme.code, "site": site.slug, "language": "fr", "channel": "ON_SITE", **more})


def text_of(response):
    return " ".join(response.content.decode().split())


def test_free_times_need_no_notice_and_hold_what_only_reception_books(staff, site, theme):
    answer = staff.get(f"/appointments/new/?{wish(site, theme)}")

    moments = [moment for day in answer.context["days"] for moment in day.moments]
    assert [moment.starts_at for moment in moments] == [soon() + n * dt.timedelta(minutes=45) for n in range(4)]
    assert "/appointments/new/details/?" in text_of(answer)


def test_form_begins_with_the_site_of_today_and_its_language(staff, site, theme):
    form = staff.get("/appointments/new/?day=2027-01-01").context["form"]

    assert form["site"].value() == site.slug
    assert form["language"].value() == "fr"
    assert form["day"].value() == "2027-01-01"


def test_all_my_sites_are_looked_at_and_no_others(staff, client, site, theme):
    person = UserFactory(language="en")
    for place in (site, SiteFactory(network=site.network, city="Mons")):
        MembershipFactory(user=person, site=place, role=Role.RECEPTION)
        offer(site=place, theme=theme, starts_at=soon())
    offer(site=SiteFactory(network=site.network), theme=theme, starts_at=soon())
    client.force_login(person)

    answer = client.get(f"/appointments/new/?{wish(site, theme)}&site=")

    assert {moment.site.city for day in answer.context["days"] for moment in day.moments} == {"Namur", "Mons"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"theme": "nothing"},
        {"theme": "\x00"},
        {"language": "xx"},
        {"channel": "PIGEON"},
        {"day": "2026-02-30"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
    ],
)
def test_wish_that_nobody_can_fulfil_is_refused_at_its_field(staff, site, theme, wrong):
    answer = staff.get(f"/appointments/new/?{wish(site, theme, **wrong)}")

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)


def test_site_of_others_does_not_exist(staff, theme):
    other = SiteFactory()

    assert staff.get(f"/appointments/new/?site={other.slug}").status_code == 404
    assert staff.get(f"/appointments/new/details/?{wish(other, theme)}").status_code == 404
    assert staff.post(f"/appointments/new/over/?site={other.slug}", {}).status_code == 404


def test_nothing_free_leads_to_a_time_that_is_taken(staff, site, theme):
    far = (soon() + dt.timedelta(days=20)).date()

    html = text_of(staff.get(f"/appointments/new/?{wish(site, theme, day=far)}"))

    assert "Nothing is free in these two weeks." in html
    assert "/appointments/new/over/?theme=" in html


def test_caller_gets_a_code_that_stands_large_on_the_page(staff, site, theme):
    address = f"/appointments/new/details/?{wish(site, theme, starts=soon().isoformat())}"

    shown = staff.get(address)
    answer = staff.post(address, {**CALLER, "token": uuid.uuid4()}, follow=True)

    made = Appointment.objects.get()
    html = text_of(answer)
    assert shown.status_code == 200
    assert (made.starts_at, made.site, made.booked_by) == (soon(), site, BookedBy.RECEPTION)
    assert (made.visitor.alias, made.visitor.language) == ("Robin", "fr")
    assert f'<span class="agenda-code">{made.code[:3]}</span> <span class="agenda-code">{made.code[3:]}</span>' in html
    assert "Read the code out" in html
    assert "<svg" in html
    assert "/fr/b/" in html


def test_button_pressed_twice_books_once(staff, site, theme):
    address = f"/appointments/new/details/?{wish(site, theme, starts=soon().isoformat())}"
    token = uuid.uuid4()

    first, second = (staff.post(address, {**CALLER, "token": token}) for _press in range(2))

    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 1


def test_taken_moment_offers_the_next_ones_and_keeps_what_was_typed(staff, site, theme):
    address = f"/appointments/new/details/?{wish(site, theme, starts=soon().isoformat())}"
    staff.post(address, CALLER)

    answer = staff.post(address, CALLER)

    html = text_of(answer)
    assert answer.status_code == 409
    assert "was just taken" in html
    assert 'value="Robin"' in html
    assert (soon() + dt.timedelta(minutes=45)).isoformat().replace("+", "%2B").replace(":", "%3A") in html


def test_moment_at_which_nobody_receives_is_refused_with_a_sentence(staff, site, theme):
    starts = soon() + dt.timedelta(minutes=7)

    answer = staff.post(f"/appointments/new/details/?{wish(site, theme, starts=starts.isoformat())}", CALLER)

    assert answer.status_code == 422
    assert "Nobody receives at this time" in text_of(answer)


def test_call_back_needs_a_number(staff, site, theme):
    query = wish(site, theme, starts=soon().isoformat()).replace("ON_SITE", "PHONE")

    shown = staff.get(f"/appointments/new/details/?{query}")
    refused = staff.post(f"/appointments/new/details/?{query}", CALLER)

    assert "ask for the number" in text_of(shown)
    assert refused.status_code == 422
    assert "Ask for a telephone number" in text_of(refused)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("starts", ["", "nonsense", "9999-12-31T23:59Z", "0001-01-01T00:00Z", "2026-11-24"])
def test_moment_that_is_none_leads_back_to_the_choice(staff, site, theme, starts):
    answer = staff.get(f"/appointments/new/details/?{wish(site, theme, starts=starts)}")

    if starts != "2026-11-24":
        assert answer["Location"].startswith("/appointments/new/?")
    assert answer.status_code in {200, 302}


# --- On purpose ------------------------------------------------------------------------------------


def over(site, theme, /, **more):
    advisor = site.shifts.get().advisor
    local = soon().astimezone(site.tz)
    return {
        **CALLER,
        "theme": theme.code,
        "language": "fr",
        "channel": "ON_SITE",
        "advisor": advisor.pk,
        "day": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "is_on_purpose": "on",
        **more,
    }


@pytest.fixture
def member(site, theme):
    """The advisor on duty works at the site."""
    return MembershipFactory(user=site.shifts.get().advisor, site=site, role=Role.ADVISOR).user


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"is_on_purpose": ""}, "This field is required"),
        ({"advisor": "99999999999999999999"}, "Select a valid choice"),
        ({"day": "2020-01-06"}, "already past"),
        ({"day": "2027-03-28", "time": "02:30"}, "clocks change"),
        ({"time": "25:00"}, "Enter a valid time"),
        ({"channel": "VIDEO"}, "Select a valid choice"),
        ({"theme": "nothing"}, "Select a valid choice"),
    ],
)
def test_overbooking_is_refused_with_a_sentence_and_keeps_what_was_typed(staff, site, theme, member, wrong, sentence):
    answer = staff.post(f"/appointments/new/over/?site={site.slug}", over(site, theme, **wrong))

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert 'value="Robin"' in text_of(answer)
    assert not Appointment.objects.exists()


def test_overbooking_form_begins_with_what_was_asked(staff, site, theme):
    form = staff.get(f"/appointments/new/over/?{wish(site, theme, day='2027-01-04')}").context["form"]

    assert form["theme"].value() == theme.code
    assert form["day"].value() == "2027-01-04"


# --- A visitor on the telephone --------------------------------------------------------------------


@pytest.fixture
def visit(site, theme):
    service = site.network.services.get()
    advisor = site.shifts.get().advisor
    return AppointmentFactory(
        site=site,
        service=service,
        advisor=advisor,
        starts_at=soon(),
        code="ABC234",
        visitor=VisitorFactory(alias="Robin", email="robin@example.org", phone="+3281223344"),
    )


def test_code_leads_to_the_appointment_and_is_in_no_address(staff, visit):
    answer = staff.post("/appointments/find/", {"code": "abc 234"})

    assert answer["Location"] == f"/appointments/{visit.pk}/"
    assert "ABC234" not in answer["Location"]


@pytest.mark.parametrize("code", ["", "ABC235", "\x00", "A" * 500])
def test_code_that_nobody_has_is_refused_at_its_field(staff, visit, code):
    answer = staff.post("/appointments/find/", {"code": code})

    assert answer.status_code == 422
    assert answer.context["form"].errors["code"]


def test_code_of_another_site_is_not_found(staff):
    AppointmentFactory(code="XYZ789")

    assert staff.post("/appointments/find/", {"code": "XYZ789"}).status_code == 422


def test_page_of_the_appointment_tells_how_to_reach_the_visitor_and_who_receives(staff, visit):
    html = text_of(staff.get(f"/appointments/{visit.pk}/"))

    for words in ("Robin", "robin@example.org", "+32 81 22 33 44", visit.advisor.display_name, "booked"):
        assert words in html


@pytest.mark.parametrize("page", ["", "move/", "cancel/"])
def test_appointment_elsewhere_does_not_exist(staff, page):
    other = AppointmentFactory()

    assert staff.get(f"/appointments/{other.pk}/{page}").status_code == 404
    if page:
        assert staff.post(f"/appointments/{other.pk}/{page}", {"how": "US"}).status_code == 404
    other.refresh_from_db()
    assert other.state == State.BOOKED


def test_appointment_is_moved_for_the_visitor_without_notice(staff, visit):
    later = soon() + dt.timedelta(minutes=45)
    address = f"/appointments/{visit.pk}/move/"

    offered = [one.starts_at for day in staff.get(address).context["days"] for one in day.moments]
    answer = staff.post(address, {"starts": later.isoformat()}, follow=True)

    visit.refresh_from_db()
    assert later in offered
    assert visit.starts_at == later
    assert visit.code == "ABC234"
    assert "The code stays the same" in text_of(answer)


@pytest.mark.parametrize("starts", ["", "nonsense", "2026-01-01T00:00Z", "9999-12-31T23:59Z", "2099-01-01T10:07Z"])
def test_move_to_no_free_time_is_refused_and_nothing_changes(staff, visit, starts):
    answer = staff.post(f"/appointments/{visit.pk}/move/", {"starts": starts})

    assert answer.status_code == 422
    assert answer.context["problem"]
    visit.refresh_from_db()
    assert visit.starts_at == soon()


@pytest.mark.parametrize(("how", "by_us"), [("VISITOR", False), ("US", True)])
def test_appointment_is_cancelled_with_or_without_an_apology(staff, visit, how, by_us):
    answer = staff.post(f"/appointments/{visit.pk}/cancel/", {"how": how}, follow=True)

    visit.refresh_from_db()
    assert visit.state == State.CANCELLED
    assert visit.is_cancelled_by_us == by_us
    assert "cancelled" in text_of(answer)
    assert visit.messages.filter(kind="APOLOGY" if by_us else "CANCELLED").exists()


@pytest.mark.parametrize("how", ["", "nonsense"])
def test_cancelling_asks_why(staff, visit, how):
    assert staff.post(f"/appointments/{visit.pk}/cancel/", {"how": how}).status_code == 422
    visit.refresh_from_db()
    assert visit.state == State.BOOKED


def test_what_is_over_cannot_be_moved_or_cancelled_and_says_so(staff, site):
    past = AppointmentFactory(site=site, starts_at=soon(-30))

    for page, data in (("move/", {"starts": soon(5).isoformat()}), ("cancel/", {"how": "VISITOR"})):
        shown = staff.get(f"/appointments/{past.pk}/{page}")
        refused = staff.post(f"/appointments/{past.pk}/{page}", data)
        assert "cannot be changed any more" in text_of(shown)
        assert refused.status_code == 422
        assert "already begun" in text_of(refused)


def test_appointment_long_over_has_neither_code_nor_link(staff, site):
    past = AppointmentFactory(site=site, starts_at=soon(-100), code=None, secret_fingerprint=None, state=State.DONE)

    html = text_of(staff.get(f"/appointments/{past.pk}/"))

    assert "ticket__qr" not in html
    assert "Log the contact at the desk" in html


@pytest.mark.parametrize("page", ["", "move/", "cancel/"])
def test_page_of_an_appointment_takes_few_queries(staff, visit, page, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        assert staff.get(f"/appointments/{visit.pk}/{page}").status_code == 200


@pytest.mark.parametrize("advisors", [1, 3])
def test_free_times_take_as_many_queries_for_three_as_for_one(
    staff, site, theme, advisors, django_assert_max_num_queries
):
    offer(site=site, theme=theme, advisors=advisors, starts_at=soon(24))

    with django_assert_max_num_queries(14):
        assert staff.get(f"/appointments/new/?{wish(site, theme)}").context["days"]


@pytest.mark.parametrize(
    ("by_us", "sentence"), [(True, "We cancelled it, and said sorry"), (False, "The visitor cancelled it")]
)
def test_cancelled_appointment_says_by_whom_and_is_moved_no_more(staff, visit, by_us, sentence):
    Appointment.objects.update(state=State.CANCELLED, cancelled_at=timezone.now(), is_cancelled_by_us=by_us)

    for answer in (
        staff.get(f"/appointments/{visit.pk}/move/", follow=True),
        staff.post(f"/appointments/{visit.pk}/move/", follow=True),
    ):
        assert answer.redirect_chain[0][0] == f"/appointments/{visit.pk}/"
        assert "cannot be changed any more" in text_of(answer)
        assert sentence in text_of(answer)
