from django.urls import path

from visitors import views

app_name = "visitors"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("site/", views.site_choose, name="site-choose"),
    path("contacts/log/", views.contact_log, name="contact-log"),
    path("contacts/undo/", views.contact_undo, name="contact-undo"),
]
