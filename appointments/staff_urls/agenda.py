from django.urls import path

from appointments.staff_views import agenda, failures, feed, overbooking, reception, visits

app_name = "agenda"

urlpatterns = [
    path("", agenda.day, name="day"),
    path("week/", agenda.week, name="week"),
    path("site/", agenda.site_choose, name="site-choose"),
    path("new/", reception.new, name="new"),
    path("new/details/", reception.new_details, name="new-details"),
    path("new/over/", overbooking.overbook, name="overbook"),
    path("find/", visits.find, name="find"),
    path("calendar/", feed.subscription, name="subscription"),
    path("calendar/revoke/", feed.subscription_revoke, name="subscription-revoke"),
    path("messages/", failures.message_list, name="message-list"),
    path("messages/<int:pk>/settled/", failures.message_settle, name="message-settle"),
    path("<uuid:pk>/", visits.appointment, name="appointment"),
    path("<uuid:pk>/mark/", agenda.mark, name="mark"),
    path("<uuid:pk>/move/", visits.move, name="move"),
    path("<uuid:pk>/cancel/", visits.cancel, name="cancel"),
]
