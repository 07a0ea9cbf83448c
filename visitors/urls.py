from django.urls import URLPattern

app_name = "visitors"

urlpatterns: list[URLPattern] = []
