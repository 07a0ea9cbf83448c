"""Signing in and one's own account. Where a road of allauth is closed, ours stands before it."""

from allauth.socialaccount import views as partner_pages
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path

from citemetiers.accounts import partner_views, views

partner_urlpatterns = [
    path("oidc/<slug:provider_id>/login/", partner_views.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", partner_views.callback, name="openid_connect_callback"),
    path("partner/cancelled/", partner_pages.login_cancelled, name="socialaccount_login_cancelled"),
    path("partner/error/", login_not_required(partner_pages.login_error), name="socialaccount_login_error"),
    # Names that allauth asks for; nothing lies behind them.
    path("partner/signup/", login_not_required(views.nobody_signs_up), name="socialaccount_signup"),
    path("partner/", views.address_is_given, name="socialaccount_connections"),
]

urlpatterns = [
    path("", views.account_home, name="account-home"),
    path("second-factor/", views.wait_for_second_factor, name="second-factor"),
    path("welcome/<str:token>/", views.welcome, name="account-welcome"),
    re_path(r"^(?:email|confirm-email)/", views.address_is_given),
    path("sessions/<int:pk>/end/", views.end_session, name="account-session-end"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    *partner_urlpatterns,
]
