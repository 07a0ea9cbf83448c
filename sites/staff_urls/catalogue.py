from django.urls import path

from sites.staff_views import resources

app_name = "catalogue"

urlpatterns = [
    path("", resources.resource_list, name="resource-list"),
    path("add/", resources.resource_add, name="resource-add"),
    path("<slug:slug>/", resources.resource_edit, name="resource-edit"),
    path("<slug:slug>/shelves/", resources.resource_shelves, name="resource-shelves"),
    path("<slug:slug>/reviewed/", resources.resource_reviewed, name="resource-reviewed"),
    path("<slug:slug>/listed/", resources.resource_listed, name="resource-listed"),
]
