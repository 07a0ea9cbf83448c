from django.urls import path

from reporting import staff_views, views

app_name = "reports"

urlpatterns = [
    path("", views.figure_list, name="figure-list"),
    path("survey/", staff_views.survey, name="survey"),
    path("survey/<str:period>/survey.xlsx", staff_views.survey_export, name="survey-export"),
    path("retention/", staff_views.retention, name="retention"),
    path("<str:year>/figures.xlsx", views.figure_export, name="figure-export"),
]
