from django.urls import path

from appointments.views.queue import display, door, kiosk, live, near, ticket

app_name = "queue"

urlpatterns = [
    path("queue/", live.live_list, name="live-list"),
    path("queue/<slug:site>/", live.live, name="live"),
    path("display/<slug:site>/", display.display, name="display"),
    path("queue/<slug:site>/take/", door.door, name="door"),
    path("t/<str:secret>/", ticket.ticket, name="ticket"),
    path("t/<str:secret>/leave/", ticket.ticket_leave, name="ticket-leave"),
    path("t/<str:secret>/swap/", ticket.ticket_swap, name="ticket-swap"),
    path("t/<str:secret>/near/", near.ticket_near, name="ticket-near"),
    path("kiosk/<slug:site>/", kiosk.kiosk, name="kiosk"),
    path("kiosk/<slug:site>/take/", kiosk.kiosk_take, name="kiosk-take"),
    path("kiosk/<slug:site>/arrive/", kiosk.kiosk_arrive, name="kiosk-arrive"),
    path("kiosk/<slug:site>/number/", kiosk.kiosk_number, name="kiosk-number"),
]
