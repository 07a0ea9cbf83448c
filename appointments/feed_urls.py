from django.urls import path

from appointments.staff_views import feed

app_name = "feeds"

urlpatterns = [
    path("agenda/<str:secret>.ics", feed.agenda_feed, name="agenda"),
]
