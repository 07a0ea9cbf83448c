from django.urls import path

from appointments.staff_views.queue import panel, reception, screens, tickets

app_name = "counter"

urlpatterns = [
    path("", panel.panel, name="panel"),
    path("seat/", panel.seat, name="seat"),
    path("next/", tickets.call_next_one, name="call-next"),
    path("take/", reception.take, name="take"),
    path("check-in/", reception.arrive, name="check-in"),
    path("screens/", screens.screens, name="screens"),
    path("screens/renew/", screens.screens_renew, name="screens-renew"),
    path("tickets/<uuid:pk>/", tickets.ticket, name="ticket"),
    path("tickets/<uuid:pk>/act/", tickets.act, name="act"),
    path("tickets/<uuid:pk>/pass-on/", tickets.pass_on, name="pass-on"),
    path("tickets/<uuid:pk>/second/", tickets.second, name="second"),
    path("tickets/<uuid:pk>/slip/", reception.slip, name="slip"),
]
