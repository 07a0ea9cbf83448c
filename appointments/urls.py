from django.urls import path

from appointments.views import booking, secret

app_name = "appointments"

urlpatterns = [
    path("book/", booking.book, name="book"),
    path("book/confirm/", booking.book_confirm, name="book-confirm"),
    path("b/<str:secret>/", secret.appointment, name="appointment"),
    path("b/<str:secret>/move/", secret.appointment_move, name="appointment-move"),
    path("b/<str:secret>/cancel/", secret.appointment_cancel, name="appointment-cancel"),
    path("b/<str:secret>/erase/", secret.appointment_erase, name="appointment-erase"),
    path("b/<str:secret>/appointment.ics", secret.appointment_calendar, name="appointment-calendar"),
]
