from django.urls import path

from appointments.views import hooks

app_name = "hooks"

urlpatterns = [
    path("texts/", hooks.texts, name="texts"),
]
