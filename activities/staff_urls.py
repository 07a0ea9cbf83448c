from django.urls import path

from activities import converters, staff_views

app_name = "programmes"
__all__ = ["app_name", "converters", "urlpatterns"]

urlpatterns = [
    path("", staff_views.programme_list, name="programme-list"),
    path("import/", staff_views.programme_import, name="programme-import"),
    path("import/confirm/", staff_views.programme_import_confirm, name="programme-import-confirm"),
    path("example.csv", staff_views.programme_example, name="programme-example"),
    path("sessions/<uuid:public_id>/", staff_views.session_edit, name="session-edit"),
    path("sessions/<uuid:public_id>/delete/", staff_views.session_delete, name="session-delete"),
    path("release/<isodate:day>/<slug:network>/", staff_views.open_day_release, name="open-day-release"),
    path("<isodate:day>/<slug:site>/", staff_views.programme_detail, name="programme-detail"),
    path("<isodate:day>/<slug:site>/add/", staff_views.session_add, name="session-add"),
    path("<isodate:day>/<slug:site>/release/", staff_views.programme_release, name="programme-release"),
]
