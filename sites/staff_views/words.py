"""The screen on which a network keeps up its words."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.words import fold
from sites import services
from sites.forms.words import LastDayForm, TermForm, TranslationForm, WordFilterForm, WordsForm, missing_texts
from sites.models import Term
from sites.rules.reference import MANAGE_REFERENCE
from sites.rules.terms import TermError, begin_of, text_fields
from sites.staff_views import REFUSED, StaffRequest
from sites.staff_views.word_lists import VOCABULARY_OF, Word, WordList, list_named, places_of

PAGE_SIZE = 50
STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True)
class Page:
    """The words around a form."""

    title: str
    intro: str
    submit: str
    saved: str


@permission_required(MANAGE_REFERENCE)
@require_safe
def word_index(request: StaffRequest) -> HttpResponse:
    places = list(places_of(request.user))
    rows = [
        (
            VOCABULARY_OF[key]._meta.verbose_name_plural,
            [_cell(WordList(key, network, is_writable=False)) for network in places],
        )
        for key in VOCABULARY_OF
    ]
    return render(request, "sites/words.html", {"places": places, "rows": rows})


@permission_required(MANAGE_REFERENCE)
@require_safe
def word_list(request: StaffRequest, place: str, vocabulary: str) -> HttpResponse:
    return _show_list(request, list_named(request.user, place, vocabulary))


@permission_required(MANAGE_REFERENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def word_add(request: StaffRequest, place: str, vocabulary: str) -> HttpResponse:
    words, today = _writable(request, place, vocabulary), timezone.localdate()
    if not words.is_begun:  # the page of the list says how to begin one
        return redirect(words.url())
    form = _words_form(request, words, initial={"first_on": today})
    page = Page(
        title=_("Add a term"),
        intro=_("One language is enough to begin with. It stands last in the order; you can move it."),
        submit=_("Add the term"),
        saved=_("“%(term)s” is added."),
    )

    def act() -> Term:
        data = form.cleaned_data
        return services.add_term(
            vocabulary=words.vocabulary,
            network=words.network,
            texts=form.texts,
            common=data.get("common"),
            first_on=data["first_on"],
            by=request.user,
            today=today,
        )

    return _form_page(request, words, form, page, act)


@permission_required(MANAGE_REFERENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def word_reword(request: StaffRequest, place: str, vocabulary: str, code: str) -> HttpResponse:
    words, today = _writable(request, place, vocabulary), timezone.localdate()
    term = _word(words, code, today=today).latest
    form = _words_form(request, words, initial=_as_initial(words, term, today=today))

    def act() -> Term:
        data = form.cleaned_data
        return services.reword_term(
            term=term,
            first_on=data["first_on"],
            texts=form.texts,
            common=data.get("common"),
            by=request.user,
            today=today,
        )

    return _form_page(request, words, form, _reword_page(term, today=today), act, term=term)


@permission_required(MANAGE_REFERENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def word_retire(request: StaffRequest, place: str, vocabulary: str, code: str) -> HttpResponse:
    words, today = _writable(request, place, vocabulary), timezone.localdate()
    term = _word(words, code, today=today).latest
    form = LastDayForm(request.POST if request.method == "POST" else None, term=term)
    page = Page(
        title=_("Retire “%(term)s”") % {"term": term},
        intro=_("After its last day nobody can choose it any more. What was counted under it stays as it is."),
        submit=_("Save the last day"),
        saved=_("The last day of “%(term)s” is saved."),
    )

    def act() -> Term:
        return services.retire_term(term=term, last_on=form.cleaned_data["last_on"], by=request.user, today=today)

    return _form_page(request, words, form, page, act, term=term)


@permission_required(MANAGE_REFERENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def word_translate(request: StaffRequest, place: str, vocabulary: str, code: str) -> HttpResponse:
    words = _writable(request, place, vocabulary)
    term = _word(words, code, today=timezone.localdate()).shown
    if not missing_texts(term):
        return redirect(words.url())
    form = TranslationForm(request.POST if request.method == "POST" else None, term=term)
    page = Page(
        title=_("Translate “%(term)s”") % {"term": term},
        intro=_("Only what is missing can be filled in. A text that is there already changes with a new version."),
        submit=_("Save the translation"),
        saved=_("The translation of “%(term)s” is saved."),
    )

    def act() -> Term:
        return services.translate_term(term=term, texts=form.texts, by=request.user)

    return _form_page(request, words, form, page, act, term=term)


@permission_required(MANAGE_REFERENCE)
@require_POST
def word_order(request: StaffRequest, place: str, vocabulary: str) -> HttpResponse:
    words, today = _writable(request, place, vocabulary), timezone.localdate()
    direction, _separator, code = request.POST.get("move", "").partition(":")
    codes = [word.code for word in words.words(today=today) if not word.is_over]
    if code not in codes or direction not in STEPS:
        raise Http404
    at = codes.index(code)
    to = min(max(at + STEPS[direction], 0), len(codes) - 1)
    codes.insert(to, codes.pop(at))
    try:
        services.reorder_terms(
            vocabulary=words.vocabulary, network=words.network, codes=codes, by=request.user, today=today
        )
    except TermError as error:
        messages.error(request, str(error))
    return redirect(f"{words.url()}?page={to // PAGE_SIZE + 1}#term-{code}")


@permission_required(MANAGE_REFERENCE)
@require_POST
def word_copy(request: StaffRequest, place: str, vocabulary: str) -> HttpResponse:
    words, today = _writable(request, place, vocabulary), timezone.localdate()
    if words.network is None:
        raise Http404
    try:
        services.copy_common_list(
            vocabulary=words.vocabulary, network=words.network, first_on=today, by=request.user, today=today
        )
    except TermError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The list is now your own: reword, retire and add as your network speaks."))
    return redirect(words.url())


def _show_list(request: StaffRequest, words: WordList) -> HttpResponse:
    form, today = WordFilterForm(request.GET), timezone.localdate()
    form.is_valid()
    wanted, with_ended = fold(form.cleaned_data.get("q", "")), form.cleaned_data.get("ended", False)
    everything = words.words(today=today)
    found = [word for word in everything if (with_ended or not word.is_over) and word.matches(wanted)]
    context = {
        "words": words,
        "form": form,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "has_own": bool(everything) or words.network is None,
        "add_url": words.url("word-add"),
        "order_url": words.url("word-order"),
        "copy_url": words.url("word-copy"),
        "offered": sum(word.is_offered for word in everything),
        "may_order": words.is_writable and not wanted,
        "first_code": everything[0].code if everything else "",
        "last_code": next((word.code for word in reversed(everything) if not word.is_over), ""),
    }
    return render(request, "sites/words_list.html", context)


def _form_page(  # noqa: PLR0913  the parts of a page
    request: StaffRequest,
    words: WordList,
    form: TermForm,
    page: Page,
    act: Callable[[], Term],
    *,
    term: Term | None = None,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = act()
        except TermError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, page.saved % {"term": saved})
            return redirect(f"{words.url()}#term-{saved.code}")
    context = {"words": words, "form": form, "page": page, "term": term}
    return render(request, "sites/words_form.html", context, status=REFUSED if form.errors else None)


def _writable(request: StaffRequest, place: str, vocabulary: str) -> WordList:
    words = list_named(request.user, place, vocabulary)
    if not words.is_writable:
        raise Http404
    return words


def _word(words: WordList, code: str, *, today: dt.date) -> Word:
    for word in words.words(today=today):
        if word.code == code:
            return word
    raise Http404


def _words_form(request: StaffRequest, words: WordList, *, initial: dict[str, Any]) -> WordsForm:
    return WordsForm(
        request.POST if request.method == "POST" else None,
        vocabulary=words.vocabulary,
        network=words.network,
        today=timezone.localdate(),
        initial=initial,
    )


def _as_initial(words: WordList, term: Term, *, today: dt.date) -> dict[str, Any]:
    """What the version says, and the first day on which another one may."""
    columns = [column for names in text_fields(words.vocabulary).values() for column in names]
    initial: dict[str, Any] = {column: getattr(term, column) or "" for column in columns}
    initial["first_on"] = begin_of(term) if begin_of(term) > today else today + dt.timedelta(days=1)
    if term.common is not None:
        # The same common term, in its words of today.
        initial["common"] = words.vocabulary.objects.on_offer(today=today).filter(code=term.common.code).first()
    return initial


def _reword_page(term: Term, *, today: dt.date) -> Page:
    saved = _("“%(term)s” is saved.")
    if begin_of(term) > today:
        intro = _("These words have not begun: you can still change them.")
        return Page(_("Change “%(term)s”") % {"term": term}, intro, _("Save the words"), saved)
    if term.last_on is not None and term.last_on < today:
        intro = _("It is offered again from the first day on, in these words.")
        return Page(_("Bring back “%(term)s”") % {"term": term}, intro, _("Bring it back"), saved)
    intro = _("The present words hold until the day before. What was counted under them keeps them.")
    return Page(_("Other words for “%(term)s”") % {"term": term}, intro, _("Save the new words"), saved)


def _cell(words: WordList) -> dict[str, Any]:
    today = timezone.localdate()
    rows = words.vocabulary.objects.filter(network=words.network)
    return {"url": words.url(), "network": words.network, "offered": rows.on(today).count(), "has_own": rows.exists()}
