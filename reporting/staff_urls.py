from django.urls import path

from reporting import views

app_name = "reports"

urlpatterns = [
    path("", views.figure_list, name="figure-list"),
    path("<str:year>/figures.xlsx", views.figure_export, name="figure-export"),
]
