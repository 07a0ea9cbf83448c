from django.urls import path

from sites.staff_views import places

app_name = "places"

urlpatterns = [
    path("", places.place_list, name="place-list"),
    path("<slug:slug>/", places.place_detail, name="place-detail"),
    path("<slug:slug>/contact/", places.place_contact, name="place-contact"),
    path("<slug:slug>/label/", places.place_label, name="place-label"),
    path("<slug:slug>/address/", places.place_address, name="place-address"),
    path("<slug:slug>/move/", places.place_move, name="place-move"),
    path("<slug:slug>/moves/<int:pk>/", places.move_edit, name="move-edit"),
    path("<slug:slug>/moves/<int:pk>/withdraw/", places.move_withdraw, name="move-withdraw"),
    path("<slug:slug>/hours/", places.place_week, name="place-week"),
    path("<slug:slug>/hours/<int:season>/", places.place_week, name="place-season-week"),
    path("<slug:slug>/<slug:kind>/add/", places.row_add, name="row-add"),
    path("<slug:slug>/<slug:kind>/<int:pk>/", places.row_edit, name="row-edit"),
    path("<slug:slug>/<slug:kind>/<int:pk>/remove/", places.row_remove, name="row-remove"),
]
