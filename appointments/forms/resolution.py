"""What becomes of the appointments that a change of the rota would leave without anybody to receive them."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.enums import Medium, Remedy
from appointments.services import Orphan, Resolution, Resolutions, is_within_reach, medium_for
from citemetiers.kernel.dates import date_words


@dataclass(frozen=True)
class Reach:
    """Whether the visitor can be told, and the sign beside it."""

    sign: str
    words: str


PREFIX = "orphan-"
FOR_ALL, FILL = "for_all", "fill"
# What the step itself sends; the rest is what was typed in the form before it.
OWN = (FOR_ALL, FILL, "csrfmiddlewaretoken")


class ResolutionForm(forms.Form):
    """One appointment and what becomes of it."""

    remedy = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what becomes of this appointment."),
            "invalid_choice": gettext_lazy("This is no longer possible. Choose again."),
        },
    )
    colleague = forms.TypedChoiceField(
        label=gettext_lazy("Colleague"),
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This colleague is no longer free then. Choose again.")},
    )
    moment = forms.TypedChoiceField(
        label=gettext_lazy("Other time"),
        coerce=dt.datetime.fromisoformat,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This time is no longer free. Choose another one.")},
    )

    def __init__(
        self, data: Any, *, orphan: Orphan, wished: str = "", given: Collection[str] = (), may_wait: bool = False
    ) -> None:
        self.orphan = orphan
        colleagues = [(str(one.pk), str(one)) for one in orphan.colleagues]
        moments = [(slot.starts_at.isoformat(), self._words(slot.starts_at)) for slot in orphan.slots]
        self.remedies = possible_for(orphan)
        remedies: list[tuple[str, Any]] = [(one.value, self._label(one)) for one in self.remedies]
        # A colleague at the same moment spares the visitor everything: proposed where there is one.
        proposed = Remedy.KEEP_WITH if colleagues and not may_wait else ""
        initial = wished if wished in dict(remedies) else proposed
        if may_wait:
            remedies.append(("", gettext_lazy("nothing yet")))
        # Two are not sent to the same time unasked.
        moment = next((value for value, _words in moments if value not in given), None)
        first = {"remedy": initial, "moment": moment}
        super().__init__(data, prefix=f"{PREFIX}{orphan.appointment.pk}", initial=first)
        offers: dict[str, list[tuple[str, Any]]] = {"remedy": remedies, "colleague": colleagues, "moment": moments}
        for name, choices in offers.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared above
            field.choices = choices
        self.fields["remedy"].required = not may_wait
        for name in ("colleague", "moment"):
            self.fields[name].is_one_of_several = True  # type: ignore[attr-defined]  # read by the label
            if not offers[name]:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Ask for the colleague or the time where the choice needs one."""
        data = super().clean() or self.cleaned_data
        if data.get("remedy") == Remedy.KEEP_WITH and not data.get("colleague"):
            self.add_error("colleague", _("Choose a colleague."))
        if data.get("remedy") == Remedy.MOVE and not data.get("moment"):
            self.add_error("moment", _("Choose a time."))
        return data

    @property
    def resolution(self) -> Resolution:
        """The choice, for the service."""
        data = self.cleaned_data
        return Resolution(
            remedy=Remedy(data["remedy"]),
            advisor_id=data.get("colleague") if data["remedy"] == Remedy.KEEP_WITH else None,
            starts_at=data.get("moment") if data["remedy"] == Remedy.MOVE else None,
        )

    @property
    def reach(self) -> Reach:
        """How the visitor learns of it."""
        appointment = self.orphan.appointment
        visitor = appointment.visitor
        medium = medium_for(visitor, network=appointment.site.network) if visitor else None
        if medium == Medium.EMAIL:
            return Reach("mail", _("The visitor can be told by e-mail."))
        if medium == Medium.SMS:
            return Reach("phone", _("The visitor can be told by text message."))
        if is_within_reach(appointment):
            return Reach("phone", _("No message reaches the visitor: somebody must call them."))
        return Reach(
            "warning", _("The visitor left no address: nobody can tell them. Reception must know before they come.")
        )

    def _label(self, remedy: Remedy) -> str:
        if remedy == Remedy.MOVE and not is_within_reach(self.orphan.appointment):
            return _("another time (the visitor does not know until they come or call)")
        return str(remedy.label)

    def _words(self, moment: dt.datetime) -> str:
        local = moment.astimezone(self.orphan.appointment.site.tz)
        return f"{date_words(local, 'l j F')}, {local:%H:%M}"


def possible_for(orphan: Orphan) -> list[Remedy]:
    """What can become of an appointment: whom nobody can tell, nobody can ask."""
    possible = {
        Remedy.KEEP_WITH: bool(orphan.colleagues),
        Remedy.MOVE: bool(orphan.slots),
        Remedy.OFFER: is_within_reach(orphan.appointment),
    }
    return [one for one in Remedy if possible.get(one, True)]


class ForAllForm(forms.Form):
    """One choice for all of them, among those possible for one at least, which each may still change."""

    for_all = forms.ChoiceField(label=gettext_lazy("For all of them"), required=False)

    def __init__(self, data: Any, *, remedies: Collection[Remedy]) -> None:
        super().__init__(data)
        field = self.fields["for_all"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared above
        field.is_one_of_several = True  # type: ignore[attr-defined]  # read by the label
        some = [(one.value, one.label) for one in Remedy if one in remedies]
        field.choices = [("", gettext_lazy("each on its own")), *some]


@dataclass(frozen=True)
class Refusal:
    """A choice that is refused, as the summary of errors names it: whose, and where."""

    auto_id: str
    label: str
    errors: Sequence[str]


class OrphanStep:
    """The question about all of them; with ``may_wait`` some may stay without an answer.

    ``typed`` is what the form before it sent, to be sent again.
    """

    def __init__(self, data: QueryDict, orphans: Sequence[Orphan], *, may_wait: bool = False) -> None:
        asked = {f"{PREFIX}{orphan.appointment.pk}-remedy" for orphan in orphans}
        self.is_filling = FILL in data
        self.is_answered = not self.is_filling and any(name.startswith(PREFIX) for name in data)
        wished = data.get(FOR_ALL, "") if self.is_filling else ""
        # An orphan that is new since the page was shown has nothing to refuse yet.
        is_known = self.is_answered and bool(asked & set(data))
        bound = data if is_known else None
        self.forms: list[ResolutionForm] = []
        given: set[str] = set()
        for one in orphans:
            self.forms.append(ResolutionForm(bound, orphan=one, wished=wished, given=given, may_wait=may_wait))
            given.add(self.forms[-1].initial["moment"])
        remedies = {remedy for form in self.forms for remedy in form.remedies}
        self.for_all = ForAllForm(data if self.is_filling else None, remedies=remedies)
        self.typed = [
            (name, value)
            for name, values in data.lists()
            if name not in OWN and not name.startswith(PREFIX)
            for value in values
        ]

    @property
    def resolutions(self) -> Resolutions:
        """The choice made for each appointment that has one."""
        chosen = [form for form in self.forms if form.cleaned_data["remedy"]]
        return {form.orphan.appointment.pk: form.resolution for form in chosen}

    def is_valid(self) -> bool:
        """Whether every appointment has its choice; each form is looked at, so that all errors show."""
        found = [form.is_valid() for form in self.forms]
        if not self.is_answered or not all(found):
            return False
        self._refuse_given_twice()
        return not self.has_errors

    @property
    def has_errors(self) -> bool:
        """Whether a choice is refused."""
        return any(form.errors for form in self.forms)

    @property
    def errors(self) -> list[Refusal]:
        """Whatever is refused, in the order of the page."""
        return list(self)

    def __iter__(self) -> Iterator[Refusal]:
        """Like the fields of one form, for its summary."""
        for form in self.forms:
            of = str(form.orphan.appointment)
            if form.orphan.problem:
                yield Refusal(form["remedy"].auto_id, f"{of}, {form['remedy'].label}", [form.orphan.problem])
            for field in form:
                if field.errors:
                    yield Refusal(field.auto_id, f"{of}, {field.label}", [str(error) for error in field.errors])

    def _refuse_given_twice(self) -> None:
        given: Counter[tuple[int, dt.datetime]] = Counter()
        for form in self.forms:
            starts_at = form.resolution.starts_at if form.cleaned_data["remedy"] else None
            if starts_at is None:
                continue
            here = form.orphan.appointment.site_id, starts_at
            given[here] += 1
            # Where two receive at that time, two can have it.
            free = next(len(slot.advisor_ids) for slot in form.orphan.slots if slot.starts_at == starts_at)
            if given[here] > free:
                form.add_error("moment", _("You gave this time twice."))


def count_settled_before(data: QueryDict, orphans: Sequence[Orphan]) -> int:
    """How many answers are about appointments that are not asked about any more."""
    asked = {f"{PREFIX}{orphan.appointment.pk}-remedy" for orphan in orphans}
    answered = {name for name in data if name.startswith(PREFIX) and name.endswith("-remedy") and data[name]}
    return len(answered - asked)
