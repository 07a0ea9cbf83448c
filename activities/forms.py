import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from activities.models import OpenDay, Session
from activities.rules import ActivityError, check_period, check_room_is_free
from activities.services import room_named
from activities.sheets import Draft, DraftError, Sheet, SheetError, open_draft, read_sheet
from activities.sheets.reading import MAX_BYTES
from activities.sheets.rows import MAX_SEATS, read_moment
from citemetiers.kernel import dates
from citemetiers.kernel.forms import OfferedField, TimeInput
from sites.enums import Language
from sites.models import Audience, Partner, Room, Site, Theme

PLAIN = ("kind", "languages", "booking", "seats", "access", "is_illustrative", "themes", "audiences", "partners")
TEXTS = tuple(f"{part}_{code}" for code in Language.values for part in ("title", "summary"))


class OpenDayChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: OpenDay) -> str:
        return f"{date_format(obj.day, 'DATE_FORMAT')} · {obj.network.name}"


class ImportForm(forms.Form):
    open_day = OpenDayChoiceField(queryset=OpenDay.objects.none(), label=gettext_lazy("Open day"), empty_label=None)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, up to 5 MB and 5,000 rows, with the headings of the example."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )
    moves_date = forms.BooleanField(
        label=gettext_lazy("Use this file as a proposal for another date: keep the times, change the date"),
        required=False,
    )
    is_only_mine = forms.BooleanField(
        label=gettext_lazy("Leave out the rows of sites that are not mine"), required=False
    )
    is_illustrative = forms.BooleanField(
        label=gettext_lazy("Mark every session as illustrative"),
        help_text=gettext_lazy("For trials. The public pages then say that the session is an example."),
        required=False,
    )

    def __init__(self, *args: Any, open_days: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["open_day"].queryset = open_days  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "file" in data and "open_day" in data and not data["moves_date"]:
            self._check_dates(data["file"], data["open_day"])
        return data

    def _check_dates(self, sheet: Sheet, open_day: OpenDay) -> None:
        # One sentence at the cure, instead of one for each row.
        moments = [read_moment(cells.get("starts") or "") for _number, cells in sheet.as_dicts()]
        days = {moment.date() for moment in moments if moment}
        if days and open_day.day not in days:
            text = _(
                "The rows of this file are dated %(given)s, not %(day)s. Tick this box to use their times on %(day)s."
            )
            params = {"given": date_format(min(days), "DATE_FORMAT"), "day": date_format(open_day.day, "DATE_FORMAT")}
            self.add_error("moves_date", text % params)

    def clean_file(self) -> Sheet:
        uploaded = self.cleaned_data["file"]
        try:
            # One byte more than allowed is enough to refuse a file without reading the rest of it.
            return read_sheet(uploaded.read(MAX_BYTES + 1))
        except SheetError as error:
            raise ValidationError(str(error)) from None


class ConfirmForm(forms.Form):
    draft = forms.CharField(widget=forms.HiddenInput, strip=False)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_draft(self) -> Draft:
        try:
            return open_draft(self.cleaned_data["draft"], by=self.by)
        except DraftError as error:
            raise ValidationError(str(error)) from None


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]
    starts = forms.TimeField(label=pgettext_lazy("period", "from"), widget=TimeInput)
    ends = forms.TimeField(label=pgettext_lazy("period", "to"), widget=TimeInput)
    room = forms.ModelChoiceField(queryset=Room.objects.none(), label=gettext_lazy("room"), required=False)
    new_room = forms.CharField(label=gettext_lazy("Or a room that is not in the list"), max_length=100, required=False)
    seats = forms.IntegerField(
        label=gettext_lazy("Seats"),
        min_value=1,
        max_value=MAX_SEATS,
        required=False,
        error_messages={"min_value": gettext_lazy("A session has at least one seat.")},
    )

    class Meta:
        model = Session
        fields = (*TEXTS, *PLAIN)
        field_classes = {"themes": OfferedField, "audiences": OfferedField, "partners": OfferedField}
        widgets = {
            "themes": forms.CheckboxSelectMultiple,
            "audiences": forms.CheckboxSelectMultiple,
            "partners": forms.CheckboxSelectMultiple,
            **{f"summary_{code}": forms.Textarea(attrs={"rows": 2}) for code in Language.values},
        }

    def __init__(self, *args: Any, open_day: OpenDay, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open_day, self.site = open_day, site
        self._offer("room", Room.objects.filter(site=site).order_by("name", "pk"))
        today = timezone.localdate()
        self._offer("themes", Theme.objects.on_offer(today=today, network=site.network_id) | self._own(Theme))
        self._offer("audiences", Audience.objects.on_offer(today=today, network=site.network_id) | self._own(Audience))
        self._offer("partners", Partner.objects.by_name(today=today))
        for code, language in Language.choices:
            self.fields[f"title_{code}"].label = _("Title (%(language)s)") % {"language": language}
            self.fields[f"title_{code}"].required = code == "fr"
            self.fields[f"summary_{code}"].label = _("Summary (%(language)s)") % {"language": language}
        if self.instance.pk:
            self.initial["room"] = self.instance.room_id
            self.initial["starts"] = self.instance.starts_at.astimezone(site.tz).time()
            self.initial["ends"] = self.instance.ends_at.astimezone(site.tz).time()
        elif not self.initial.get("languages"):
            self.initial["languages"] = list(site.languages)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._clean_room(data)
        starts, ends = data.get("starts"), data.get("ends")
        if starts is None or ends is None:
            return data
        try:
            data["starts_at"], data["ends_at"] = self._instant(starts), self._instant(ends)
        except ValueError:
            self.add_error("starts", _("The clocks change at this hour. Choose another time."))
            return data
        self._check_times(data)
        return data

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = [*TEXTS, *PLAIN, "starts_at", "ends_at"]
        values = {name: data[name] for name in names} | {name: data[name] or "" for name in TEXTS}
        place = {"new_room": data["new_room"]} if data.get("new_room") else {"room": data["room"]}
        return values | place

    def add_domain_error(self, error: ActivityError) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))

    def _clean_room(self, data: dict[str, Any]) -> None:
        data["new_room"] = " ".join((data.get("new_room") or "").split())
        if data["new_room"] and data.get("room"):
            self.add_error("new_room", _("Choose a room or name a new one, not both."))
        elif data["new_room"]:
            data["room"] = room_named(self.site, data["new_room"])
        elif "room" not in self.errors and not data.get("room"):
            self.add_error("room", _("Choose a room, or name a new one."))

    def _check_times(self, data: dict[str, Any]) -> None:
        period = {"starts_at": data["starts_at"], "ends_at": data["ends_at"]}
        try:
            check_period(open_day=self.open_day, site=self.site, **period)
            if data.get("room"):
                check_room_is_free(room=data["room"], besides=self.instance, **period)
        except ActivityError as error:
            self.add_domain_error(error)

    def _instant(self, time: dt.time) -> dt.datetime:
        return dates.at_local(self.open_day.day, time, tz=self.site.tz)

    def _own(self, words: Any) -> Any:
        """The words that the session has already, retired since or not."""
        name = "themes" if words is Theme else "audiences"
        own = [word.pk for word in getattr(self.instance, name).all()] if self.instance.pk else []
        return words.objects.filter(pk__in=own)

    def _offer(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """Leave the instance alone: the service writes it under a lock."""


def editable_open_days(sites: Iterable[Site]) -> Any:
    """The open days of the networks of these sites, the latest first."""
    networks = {site.network_id for site in sites}
    return OpenDay.objects.filter(network__in=networks).select_related("network").order_by("-day", "pk")
