from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    apps.get_model("appointments", "Appointment").objects.filter(free_again_at=None).update(free_again_at=F("ends_at"))
    apps.get_model("appointments", "Message").objects.exclude(given_up_at=None).update(failure="REFUSED")
    Shift = apps.get_model("appointments", "Shift")
    shifts = Shift.objects.filter(stands_for_on=None).select_related("site")
    batch = []
    for shift in shifts.iterator(chunk_size=1000):
        shift.stands_for_on = shift.starts_at.astimezone(ZoneInfo(shift.site.timezone)).date()
        batch.append(shift)
    Shift.objects.bulk_update(batch, ["stands_for_on"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("appointments", "0003_booked_half")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
