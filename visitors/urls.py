from django.urls import path

from visitors.views import batch, desk, door_import, doors, entries, groups, log, offline

app_name = "visitors"

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("site/", desk.site_choose, name="site-choose"),
    path("entries/", entries.entries, name="entries"),
    path("shell/", offline.shell, name="shell"),
    path("sw.js", offline.worker, name="worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("contacts/log/", log.contact_log, name="contact-log"),
    path("contacts/count/", log.count_one, name="count-one"),
    path("contacts/again/", log.contact_again, name="contact-again"),
    path("contacts/undo/", log.contact_undo, name="contact-undo"),
    path("batch/", batch.batch, name="batch"),
    path("groups/", groups.group_list, name="group-list"),
    path("groups/add/", groups.group_add, name="group-add"),
    path("groups/change/", groups.group_change, name="group-change"),
    path("groups/remove/", groups.group_remove, name="group-remove"),
    path("doors/", doors.door_list, name="door-list"),
    path("doors/counters/add/", doors.counter_add, name="counter-add"),
    path("doors/counters/change/", doors.counter_change, name="counter-change"),
    path("doors/import/", door_import.door_import, name="door-import"),
    path("doors/import/confirm/", door_import.door_import_confirm, name="door-import-confirm"),
    path("doors/import/example/", door_import.door_example, name="door-example"),
]
