"""Lists as files, inside the administration: choose a file, look at the differences, confirm; or take a file away."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from import_export.admin import ImportExportMixin

from citemetiers.kernel.errors import DomainError
from citemetiers.kernel.sheets import DraftError, Sheet, SheetError, read_sheet, seal, unseal
from sites.exchange import CsvFormat, ExchangeResource, SheetDataset, SheetFormat, XlsxFormat
from sites.exchange.resource import MAX_BYTES
from sites.rules import MANAGE_REFERENCE

FORMATS: dict[str, type[SheetFormat]] = {"csv": CsvFormat, "xlsx": XlsxFormat}
# A page that lists more is read by nobody; the file itself is the place to look.
MAX_SHOWN = 200
WRONG = 422


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, up to 12 MB and 20,000 rows, with the headings of the export."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )

    def __init__(self, *args: Any, resource: type[ExchangeResource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resource = resource

    def clean_file(self) -> Sheet:
        try:
            # One byte more than allowed is enough to refuse a file without reading the rest of it.
            return read_sheet(self.cleaned_data["file"].read(MAX_BYTES + 1), layout=self.resource.layout())
        except SheetError as error:
            raise ValidationError(str(error)) from None


class ExchangeMixin(ImportExportMixin):
    """Adds both ways to a page of the administration. Its base says which rows a person sees and takes away."""

    exchange: ClassVar[type[ExchangeResource]]
    import_export_change_list_template = "admin/exchange/change_list.html"
    import_template_name = "admin/exchange/import.html"
    preview_template_name = "admin/exchange/preview.html"
    export_template_name = "admin/exchange/export.html"
    opts: Any
    admin_site: admin.AdminSite

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MANAGE_REFERENCE))

    has_export_permission = has_import_permission

    # --- In --------------------------------------------------------------------------------------

    def import_action(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Ask for a file, and show what it would change; nothing is written."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._import_page(request, FileForm(resource=self.exchange))
        form = FileForm(request.POST, request.FILES, resource=self.exchange)
        if not form.is_valid():
            return self._import_page(request, form, status=WRONG)
        return self._preview(request, form.cleaned_data["file"])

    def process_import(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Write what the person saw: all of it, or nothing and the reason why."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":  # where signing in again leads after the session has expired
            return redirect(self._url("import"))
        try:
            sheet, (seen,) = unseal(request.POST.get("draft", ""), by=request.user, salt=self._salt)
        except DraftError as error:
            return self._import_page(request, FileForm(resource=self.exchange), refusal=str(error), status=WRONG)
        resource = self._resource(request)
        try:
            done = resource.import_data(SheetDataset(sheet), seen=seen)
        except DomainError as error:
            return self._preview(request, sheet, refusal=str(error))
        text = ngettext("%(count)s row was imported.", "%(count)s rows were imported.", done.change_count)
        messages.success(request, text % {"count": done.change_count})
        return redirect(self._url("changelist"))

    def _preview(self, request: HttpRequest, sheet: Sheet, *, refusal: str = "") -> HttpResponse:
        form = FileForm(resource=self.exchange)
        comparison = self._resource(request).import_data(SheetDataset(sheet), dry_run=True)
        if refusal and not comparison.errors and not comparison.change_count:  # confirmed twice
            messages.success(request, _("Everything is already as the file says."))
            return redirect(self._url("changelist"))
        if comparison.errors:
            context = {
                "errors": comparison.errors[:MAX_SHOWN],
                "error_count": len(comparison.errors),
                "hidden_count": max(0, len(comparison.errors) - MAX_SHOWN),
            }
            return self._import_page(request, form, refusal=refusal, status=WRONG, **context)
        try:
            draft = seal(sheet, comparison.seen, by=request.user, salt=self._salt)
        except DraftError as error:
            return self._import_page(request, form, refusal=str(error), status=WRONG)
        context = {
            "title": _("Check the import"),
            "refusal": refusal,
            "comparison": comparison,
            "changed": comparison.changed[:MAX_SHOWN],
            "new": comparison.new[:MAX_SHOWN],
            "notes": comparison.notes[:MAX_SHOWN],
            "hidden_changed": max(0, len(comparison.changed) - MAX_SHOWN),
            "hidden_new": max(0, len(comparison.new) - MAX_SHOWN),
            "hidden_notes": max(0, len(comparison.notes) - MAX_SHOWN),
            "draft": draft,
        }
        return self._page(request, self.preview_template_name, context, status=WRONG if refusal else 200)

    def _import_page(self, request: HttpRequest, form: FileForm, *, status: int = 200, **context: Any) -> HttpResponse:
        layout = self.exchange.layout()
        shown = {"title": _("Import"), "form": form, "required": layout.required, "optional": layout.optional}
        return self._page(request, self.import_template_name, shown | context, status=status)

    # --- Out -------------------------------------------------------------------------------------

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """Offer the list as a file: the rows that the page before shows, in the columns of the import."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        kind = FORMATS.get(request.POST.get("format", ""))
        if kind is None:
            return self._page(request, self.export_template_name, {"title": _("Export"), "formats": FORMATS})
        now = timezone.now()
        return self._as_file(kind, request, now=now)

    def _as_file(self, kind: type[SheetFormat], request: HttpRequest, *, now: dt.datetime) -> HttpResponse:
        file_format = kind(layout=self.exchange.layout(), title=str(self.opts.verbose_name_plural), now=now)
        data = self._resource(request).export(self.get_export_queryset(request))
        response = HttpResponse(file_format.export_data(data), content_type=file_format.get_content_type())
        name = f"{self.opts.model_name}-{timezone.localdate(now)}.{file_format.get_extension()}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    # --- Both ------------------------------------------------------------------------------------

    def _resource(self, request: HttpRequest) -> ExchangeResource:
        return self.exchange(today=timezone.localdate(), by=request.user)

    @property
    def _salt(self) -> str:
        return f"sites.exchange.{self.opts.model_name}"

    def _url(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        request.current_app = self.admin_site.name
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, shared | context, status=status)
