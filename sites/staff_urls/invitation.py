"""The link in the mail. Without a language in front: the invitation has its own."""

from django.urls import path

from sites.views import invitations

app_name = "invitation"

urlpatterns = [path("<str:secret>/", invitations.invitation_accept, name="invitation-accept")]
