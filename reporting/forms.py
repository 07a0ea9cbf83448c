from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reporting.survey import Period
from sites.models import Site


class FigureChoiceForm(forms.Form):
    """Which year, and which of the reader's sites; someone with one site is not asked."""

    def __init__(self, *, years: Sequence[int], sites: Sequence[Site], year: int, site: Site | None) -> None:
        # Without the attribute: the empty choice of the site is a choice.
        super().__init__(initial={"year": str(year), "site": site.slug if site else ""}, use_required_attribute=False)
        self.fields["year"] = forms.ChoiceField(
            label=pgettext_lazy("figures of", "Year"),
            choices=[(str(one), str(one)) for one in sorted({*years, year}, reverse=True)],
        )
        if len(sites) > 1:
            self.fields["site"] = forms.ChoiceField(
                label=pgettext_lazy("figures of", "Site"),
                choices=[("", _("all my sites")), *((one.slug, one.name) for one in sites)],
            )


class SurveyChoiceForm(forms.Form):
    """Which year or month, and which of the reader's sites; someone with one site is not asked."""

    def __init__(self, *, periods: Sequence[Period], sites: Sequence[Site], period: Period, site: Site | None) -> None:
        chosen = {"period": period.code, "site": site.slug if site else ""}
        super().__init__(initial=chosen, use_required_attribute=False)
        offered = periods if period in periods else [period, *periods]
        self.fields["period"] = forms.ChoiceField(
            label=pgettext_lazy("figures of", "Period"), choices=[(one.code, one.label) for one in offered]
        )
        if len(sites) > 1:
            self.fields["site"] = forms.ChoiceField(
                label=pgettext_lazy("figures of", "Site"),
                choices=[("", _("all my sites")), *((one.slug, one.name) for one in sites)],
            )
