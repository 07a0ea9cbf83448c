"""Every address. Public pages carry their language, staff pages follow the person's."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from citemetiers import home, staff

handler400 = "citemetiers.errors.bad_request"
handler403 = "citemetiers.errors.permission_denied"
handler404 = "citemetiers.errors.page_not_found"
handler429 = "citemetiers.errors.too_many_attempts"  # asked for by allauth
handler500 = "citemetiers.errors.server_error"

urlpatterns = [
    path("healthz", home.healthz, name="healthz"),
    path("favicon.ico", home.favicon, name="favicon"),
    path("robots.txt", home.robots, name="robots"),
    path("", home.choose_language, name="choose-language"),
    path("staff/", staff.staff_home, name="staff-home"),
    path("staff/language/", staff.set_language, name="set-language"),
    path("accounts/", include("citemetiers.accounts.urls")),
    path("admin/", admin.site.urls),
    path("desk/", include("visitors.urls")),
    path("appointments/", include("appointments.staff_urls.agenda")),
    path("planning/", include("appointments.staff_urls.planning")),
    path("counter/", include("appointments.staff_urls.queue")),
    path("feeds/", include("appointments.feed_urls")),
    path("hooks/", include("appointments.hook_urls")),
    path("programmes/", include("activities.staff_urls")),
    path("places/", include("sites.staff_urls.places")),
    path("catalogue/", include("sites.staff_urls.catalogue")),
    path("reports/", include("reporting.staff_urls")),
    path("audit/", include("citemetiers.audit.urls")),
    path("team/", include("sites.staff_urls.team")),
    path("words/", include("sites.staff_urls.words")),
    path("invitation/", include("sites.staff_urls.invitation")),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("", include("sites.urls")),
        path("", include("appointments.urls")),
        path("", include("appointments.queue_urls")),
        path("survey/", include("visitors.survey_urls")),
        path("open-days/", include("activities.urls")),
        path("figures/", include("reporting.urls")),
        path("charter/", home.charter, name="charter"),
        path("accessibility/", home.accessibility, name="accessibility"),
        path("privacy/", home.privacy, name="privacy"),
        path("data/", home.data_sources, name="data-sources"),
    ),
]

if settings.DEBUG:
    from citemetiers import styleguide

    urlpatterns.append(path("styleguide/", styleguide.gallery, name="styleguide"))
