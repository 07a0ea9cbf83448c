from django.urls import path

from sites.staff_views import team, team_changes

app_name = "team"

urlpatterns = [
    path("", team.team_list, name="team-list"),
    path("sites/<slug:slug>/", team.site_team, name="site-team"),
    path("sites/<slug:slug>/invite/", team.site_invite, name="site-invite"),
    path("networks/<slug:slug>/", team.network_team, name="network-team"),
    path("networks/<slug:slug>/invite/", team.network_invite, name="network-invite"),
    path("partners/<slug:slug>/", team.partner_team, name="partner-team"),
    path("partners/<slug:slug>/invite/", team.partner_invite, name="partner-invite"),
    path("invitations/<uuid:invitation_id>/resend/", team_changes.invitation_resend, name="invitation-resend"),
    path("invitations/<uuid:invitation_id>/withdraw/", team_changes.invitation_withdraw, name="invitation-withdraw"),
    path("memberships/<int:pk>/role/", team_changes.membership_role, name="membership-role"),
    path("memberships/<int:pk>/end/", team_changes.membership_end, name="membership-end"),
]
