from django.urls import path

from appointments.staff_views.planning import absences, copies, days, duties, stranded, weeks

app_name = "planning"

urlpatterns = [
    path("", weeks.site_choose, name="week"),
    path("<slug:slug>/", weeks.site_week, name="site-week"),
    path("<slug:slug>/copy/", copies.week_copy, name="week-copy"),
    path("<slug:slug>/orphans/", stranded.orphan_list, name="orphan-list"),
    path("<slug:slug>/duties/add/", duties.duty_add, name="duty-add"),
    path("<slug:slug>/duties/<int:pk>/", duties.duty_edit, name="duty-edit"),
    path("<slug:slug>/duties/<int:pk>/end/", duties.duty_end, name="duty-end"),
    path("<slug:slug>/duties/<int:pk>/<slug:day>/", days.day_change, name="day-change"),
    path("<slug:slug>/duties/<int:pk>/<slug:day>/move/", days.day_move, name="day-move"),
    path("<slug:slug>/duties/<int:pk>/<slug:day>/restore/", days.day_restore, name="day-restore"),
    path("<slug:slug>/absences/add/", absences.absence_add, name="absence-add"),
    path("<slug:slug>/absences/<int:pk>/remove/", absences.absence_remove, name="absence-remove"),
]
