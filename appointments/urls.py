from django.urls import path

from appointments.views import booking, changes, reach, secret, waiting, waiting_list

app_name = "appointments"

urlpatterns = [
    path("book/", booking.book, name="book"),
    path("book/confirm/", booking.book_confirm, name="book-confirm"),
    path("b/<str:secret>/", secret.appointment, name="appointment"),
    path("b/<str:secret>/move/", changes.appointment_move, name="appointment-move"),
    path("b/<str:secret>/cancel/", changes.appointment_cancel, name="appointment-cancel"),
    path("b/<str:secret>/erase/", changes.appointment_erase, name="appointment-erase"),
    path("b/<str:secret>/reach/", reach.appointment_reach, name="appointment-reach"),
    path("b/<str:secret>/wait/", waiting.appointment_wait, name="appointment-wait"),
    path("b/<str:secret>/print/", secret.appointment_print, name="appointment-print"),
    path("b/<str:secret>/appointment.ics", secret.appointment_calendar, name="appointment-calendar"),
    path("wait/", waiting_list.wait_start, name="wait-start"),
    path("w/<str:secret>/", waiting.wait, name="wait"),
    path("w/<str:secret>/reach/", reach.wait_reach, name="wait-reach"),
]
