"""Every address. Public pages carry their language, staff pages follow the person's."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from citemetiers import home, staff

handler400 = "citemetiers.errors.bad_request"
handler403 = "citemetiers.errors.permission_denied"
handler404 = "citemetiers.errors.page_not_found"
handler500 = "citemetiers.errors.server_error"

# One door for all: the admin has no sign-in page of its own.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", home.healthz, name="healthz"),
    path("favicon.ico", home.favicon, name="favicon"),
    path("robots.txt", home.robots, name="robots"),
    path("", home.choose_language, name="choose-language"),
    path("staff/", staff.staff_home, name="staff-home"),
    path("staff/language/", staff.set_language, name="set-language"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("desk/", include("visitors.urls")),
    path("programmes/", include("activities.staff_urls")),
    path("reports/", include("reporting.staff_urls")),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("sites/", include("sites.urls")),
        path("", include("appointments.urls")),
        path("open-days/", include("activities.urls")),
        path("figures/", include("reporting.urls")),
        path("privacy/", home.privacy, name="privacy"),
        path("data/", home.data_sources, name="data-sources"),
    ),
]

if settings.DEBUG:
    from citemetiers import styleguide

    urlpatterns.append(path("styleguide/", styleguide.gallery, name="styleguide"))
