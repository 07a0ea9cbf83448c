import uuid
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from appointments.enums import PRESCRIBERS, BookedBy, Channel
from appointments.forms.mended import MendedForm
from appointments.forms.telephone import TelephoneField

FIELDS = "appointments/_reach_fields.html"
FOR_MYSELF = (BookedBy.VISITOR, pgettext_lazy("who books", "Myself"))
FOR_ANOTHER = (
    (BookedBy.SCHOOL, pgettext_lazy("who books", "As a school, for a pupil or a student")),
    (BookedBy.PARTNER, pgettext_lazy("who books", "As a partner organisation, for somebody we advise")),
    (BookedBy.FAMILY, pgettext_lazy("who books", "As family or a friend")),
)


class ReachForm(MendedForm):
    """How the visitor may be reached, and who books: all of it may stay empty."""

    alias = forms.CharField(
        label=_("Name or nickname"),
        help_text=_("So that we know what to call you. Any name will do."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("You get a confirmation, a reminder, and the link to move or cancel."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = TelephoneField(
        label=_("Telephone"),
        help_text=_("For a reminder by text message, or if we have to change something at short notice."),
        required=False,
    )
    booked_by = forms.ChoiceField(
        label=_("Who comes?"), choices=(FOR_MYSELF, *FOR_ANOTHER), required=False, widget=forms.RadioSelect
    )
    way = forms.ChoiceField(choices=Channel.choices, widget=forms.HiddenInput)
    # Of the place, when a limit is reached: there is nothing to correct, and one may call instead.
    phone_to_call = ""
    # Drawn when the form is shown: pressing the button twice sends the same one twice.
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, data: Any = None, *, way: str) -> None:
        super().__init__(data, initial={"way": way, "booked_by": BookedBy.VISITOR})
        self.is_for_another = False
        if not settings.SMS_URL:
            self.fields["phone"].help_text = _("If we have to change something at short notice.")
        # What the way to meet cannot do without is no longer optional.
        if way == Channel.PHONE:
            self._insist("phone", _("We call you at this number."))

    def ask_for_whom(self) -> None:
        """Nobody books this for themselves."""
        self.is_for_another = True
        self.fields["booked_by"].choices = FOR_ANOTHER  # type: ignore[attr-defined]

    @cached_property
    def is_by_another(self) -> bool:
        """Whether the one who fills in the form books for somebody else, as far as it says."""
        return self["booked_by"].value() in PRESCRIBERS

    @property
    def fields_html(self) -> SafeString:
        """The fields as they stand on the page. Empty ones are the same for every reader of a language."""
        if self.is_bound:
            return render_to_string(FIELDS, {"form": self, "retention_days": settings.PORTAL_RETENTION_DAYS})
        return _empty_fields(
            str(self.initial["way"]),
            is_for_another=self.is_for_another,
            language=get_language() or "",
            by_text=bool(settings.SMS_URL),
            retention_days=settings.PORTAL_RETENTION_DAYS,
        )

    def clean_booked_by(self) -> str:
        """Who books, when nothing is said: the visitor."""
        return str(self.cleaned_data["booked_by"] or BookedBy.VISITOR)

    def _insist(self, name: str, reason: Any) -> None:
        field = self.fields[name]
        field.required, field.help_text = True, reason
        # The browser must not refuse before the server has said why, in words.
        field.widget.is_required = False


@cache
def _empty_fields(way: str, *, is_for_another: bool, retention_days: int, **_reader: Any) -> SafeString:
    """Written once a process, for what all who read it have in common: a quarter of the work of the page else."""
    form = ReachForm(way=way)
    if is_for_another:
        form.ask_for_whom()
    return render_to_string(FIELDS, {"form": form, "retention_days": retention_days})
