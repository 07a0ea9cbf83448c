from django.urls import path

from sites.views import partners, places, resources

app_name = "sites"

urlpatterns = [
    path("sites/", places.site_list, name="site-list"),
    path("sites/<slug:slug>/", places.site_detail, name="site-detail"),
    path("partners/", partners.partner_list, name="partner-list"),
    path("resources/", resources.resource_list, name="resource-list"),
    path("resources/<slug:slug>/", resources.resource_detail, name="resource-detail"),
]
