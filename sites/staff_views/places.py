"""Correcting the facts of a site: everything on one page, each question with a short form of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from citemetiers.kernel import dates
from citemetiers.kernel.access import permission_required
from sites import services
from sites.forms.facts import FactForm
from sites.forms.places import AddressForm, ContactForm, LabelForm, MoveForm, PresenceForm
from sites.forms.week import WeekForm
from sites.models import Address, Closure, Season, Site, SpecialHours
from sites.opening import opening_at
from sites.opening_words import opening_words
from sites.rules import EDIT_SITE, ChangedMeanwhileError, PlaceError, label_reminder_due
from sites.staff_views import REFUSED, StaffRequest
from sites.staff_views.place_rows import KINDS, Kind, names_of
from sites.timetables import timetables

CHANGED_MEANWHILE = gettext_lazy(
    "Somebody changed this meanwhile. What you typed is still here: save it to replace their change."
)

# Rows that say when a site is open.
HOURS = (Closure, SpecialHours, Season)


def editable_sites(request: StaffRequest) -> list[Site]:
    """The sites whose facts this person may correct, by town."""
    held = Site.objects.for_user(request.user).select_related("network").with_addresses().by_town()
    return [site for site in held if request.user.has_perm(EDIT_SITE, site)]


def _site(request: StaffRequest, slug: str) -> Site:
    held = Site.objects.for_user(request.user).select_related("network").with_addresses()
    site: Site = get_object_or_404(held, slug=slug)
    if not request.user.has_perm(EDIT_SITE, site):
        raise Http404
    return site


@permission_required(EDIT_SITE)
@require_safe
def place_list(request: StaffRequest) -> HttpResponse:
    sites = editable_sites(request)
    if len(sites) == 1:
        return redirect("places:place-detail", sites[0].slug)
    now = timezone.now()
    tables = timetables(sites, now=now)
    rows = [
        (site, opening_words(opening_at(tables[site.pk], now=now), now=now, tz=site.tz), _is_label_due(site))
        for site in sites
    ]
    return render(request, "sites/place_list.html", {"rows": rows})


@permission_required(EDIT_SITE)
@require_safe
def place_detail(request: StaffRequest, slug: str) -> HttpResponse:
    site, now = _site(request, slug), timezone.now()
    today = dates.local_day(now, tz=site.tz)
    address = site.address_on(today)
    presences = [one for one in KINDS["partners"].rows(site) if one.last_on is None or one.last_on >= today]
    context = {
        "site": site,
        "address": address,
        "coming": site.addresses.filter(first_on__gt=today).order_by("first_on", "pk"),
        "opening": opening_words(opening_at(timetables([site], now=now)[site.pk], now=now), now=now, tz=site.tz),
        "is_label_due": _is_label_due(site),
        "week": services.weekly_rows(site, None),
        "seasons": KINDS["seasons"].rows(site),
        "closures": KINDS["closures"].rows(site).filter(last_on__gte=today),
        "special_hours": KINDS["special-hours"].rows(site).filter(day__gte=today),
        "pauses": [row for row in KINDS["pauses"].rows(site) if row.ends_at is None or row.ends_at > now],
        "rooms": KINDS["rooms"].rows(site),
        "desks": KINDS["desks"].rows(site),
        "presences": names_of(presences, today=today),
    }
    return render(request, "sites/place_detail.html", context)


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def place_contact(request: StaffRequest, slug: str) -> HttpResponse:
    site = _site(request, slug)
    about = Question(_("Contact and languages"), _("The contact details are saved."))
    return _fact(request, site, lambda data: ContactForm(data, site=site, instance=site), about)


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def place_label(request: StaffRequest, slug: str) -> HttpResponse:
    site = _site(request, slug)
    about = Question(_("Label"), _("The label is saved."))
    return _fact(request, site, lambda data: LabelForm(data, site=site, instance=site), about)


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def place_address(request: StaffRequest, slug: str) -> HttpResponse:
    site = _site(request, slug)
    address = site.address_now(timezone.now()) or Address(site=site)
    about = Question(_("Correct the address and the access"), _("The address is saved."))
    return _fact(request, site, lambda data: AddressForm(data, site=site, instance=address), about)


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def place_move(request: StaffRequest, slug: str) -> HttpResponse:
    site = _site(request, slug)
    form = MoveForm(request.POST or None, site=site)
    if request.method == "POST" and form.is_valid():
        try:
            services.move_site(site=site, address=form.instance, by=request.user)
        except PlaceError as error:
            form.add_error(error.field, str(error))
        else:
            return _saved(request, site, _("The move is written down. Visitors see a notice on the page of the place."))
    return _form_page(request, site, form, Question(_("The place moves"), ""))


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def move_edit(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    site = _site(request, slug)
    address = _planned(site, pk)
    withdraw_url = reverse("places:move-withdraw", args=[slug, pk])
    about = Question(_("Correct the address to come"), _("The address is saved."), remove_url=withdraw_url)
    return _fact(request, site, lambda data: AddressForm(data, site=site, instance=address), about)


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def move_withdraw(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    site = _site(request, slug)
    address = _planned(site, pk)
    if request.method == "POST":
        today = timezone.localdate(timezone=site.tz)
        services.withdraw_move(site=site, address=address, by=request.user, today=today)
        return _saved(request, site, _("The move is withdrawn: the address before it goes on."))
    day = dates.date_words(address.first_on) if address.first_on else ""
    context = {"site": site, "words": f"{day}: {address}", "back": reverse("places:move-edit", args=[slug, pk])}
    return render(request, "sites/place_row_remove.html", context)


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def place_week(request: StaffRequest, slug: str, season: int | None = None) -> HttpResponse:
    site = _site(request, slug)
    part = get_object_or_404(Season, site=site, pk=season) if season is not None else None
    seen = services.state_of_week(site, part)
    # A new season begins with the ordinary week: most hours stay.
    hours = services.weekly_rows(site, part) or services.weekly_rows(site, None)
    form = WeekForm(request.POST or None, hours=hours, seen=seen)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.set_week(site=site, season=part, rows=given["rows"], seen=given["seen"], by=request.user)
        except PlaceError as error:
            form.add_error(None, str(error))
            if isinstance(error, ChangedMeanwhileError):
                form.data = {**request.POST.dict(), "seen": seen}
        else:
            _say(request, site, _("The opening hours are saved."), is_about_hours=True)
            return redirect(site_url(site))
    context = {"site": site, "form": form, "season": part}
    return render(request, "sites/place_week.html", context, status=REFUSED if form.errors else None)


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def row_add(request: StaffRequest, slug: str, kind: str) -> HttpResponse:
    site, rows = _site(request, slug), _kind(kind)
    about = Question(rows.adding, rows.saved, onward=_onward(kind))
    return _fact(request, site, lambda data: _row_form(rows, site, data), about)


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def row_edit(request: StaffRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    site, rows = _site(request, slug), _kind(kind)
    row = get_object_or_404(rows.rows(site), pk=pk)
    remove_url = reverse("places:row-remove", args=[slug, kind, pk]) if rows.is_removable else ""
    about = Question(rows.changing, rows.saved, remove_url=remove_url)
    return _fact(request, site, lambda data: _row_form(rows, site, data, row), about)


@permission_required(EDIT_SITE)
@require_http_methods(["GET", "HEAD", "POST"])
def row_remove(request: StaffRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    site, rows = _site(request, slug), _kind(kind)
    row = get_object_or_404(rows.rows(site), pk=pk)
    if not rows.is_removable:
        raise Http404
    if request.method == "POST":
        row.delete()
        _say(request, site, _("It is removed."), is_about_hours=isinstance(row, HOURS))
        return redirect(site_url(site))
    context = {"site": site, "words": rows.words(row), "back": reverse("places:row-edit", args=[slug, kind, pk])}
    return render(request, "sites/place_row_remove.html", context)


@dataclass(frozen=True)
class Question:
    """What one form is about: its heading, what is said once it is saved, and where it leads."""

    title: object
    saved: object
    remove_url: str = ""
    onward: Callable[[Site, Any], str] | None = None


def _fact(request: StaffRequest, site: Site, make: Callable[[Any], FactForm], about: Question) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, site, make(None), about)
    with transaction.atomic():  # what may not overlap is looked up and written while nobody else writes
        services.lock_site(site)
        row = make(None).instance
        if row.pk:
            row.refresh_from_db()
        form = make(request.POST)
        if form.is_valid() and form.seen != request.POST.get("seen", form.seen):
            form.add_error(None, CHANGED_MEANWHILE)
        if form.is_valid():
            _keep(form)
            _say(request, site, about.saved, is_about_hours=isinstance(form.instance, HOURS))
            return redirect(about.onward(site, form.instance) if about.onward else site_url(site))
    return _form_page(request, site, form, about)


def _keep(form: FactForm) -> None:
    if isinstance(form.instance, Address):
        if "postcode" in form.changed_data:
            form.instance.latitude = form.instance.longitude = None
        services.locate(form.instance)
    form.save()


def _onward(kind: str) -> Callable[[Site, Any], str] | None:
    if kind != "seasons":
        return None
    return lambda site, season: reverse("places:place-season-week", args=[site.slug, season.pk])


def site_url(site: Site) -> str:
    """The page of all facts of a site."""
    return reverse("places:place-detail", args=[site.slug])


def _form_page(request: StaffRequest, site: Site, form: FactForm, about: Question) -> HttpResponse:
    context = {"site": site, "form": form, "title": about.title, "remove_url": about.remove_url}
    return render(request, "sites/place_form.html", context, status=REFUSED if form.errors else None)


def _saved(request: StaffRequest, site: Site, sentence: object) -> HttpResponse:
    messages.success(request, str(sentence))
    return redirect(site_url(site))


def _say(request: StaffRequest, site: Site, sentence: object, *, is_about_hours: bool) -> None:
    messages.success(request, str(sentence))
    if is_about_hours:
        for text in services.consequences_of_hours(site=site, now=timezone.now()):
            messages.warning(request, text)


def _row_form(rows: Kind, site: Site, data: Any, row: Any = None) -> FactForm:
    if issubclass(rows.form, PresenceForm):
        return rows.form(data, site=site, instance=row, today=timezone.localdate(timezone=site.tz))
    return rows.form(data, site=site, instance=row)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _is_label_due(site: Site) -> bool:
    return label_reminder_due(site, today=timezone.localdate(timezone=site.tz)) is not None


def _planned(site: Site, pk: int) -> Address:
    today = timezone.localdate(timezone=site.tz)
    return get_object_or_404(Address, site=site, pk=pk, first_on__gt=today)
