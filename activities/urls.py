from django.urls import path

from activities import converters, views

app_name = "activities"
__all__ = ["app_name", "converters", "urlpatterns"]

urlpatterns = [
    path("", views.open_day_list, name="open-day-list"),
    path("next/<slug:site>/", views.next_of_site, name="next-of-site"),
    path("<isodate:day>/", views.open_day, name="open-day"),
    path("<isodate:day>/<slug:site>/", views.open_day_site, name="open-day-site"),
]
