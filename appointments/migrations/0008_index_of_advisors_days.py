from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0007_message_unreachable"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="appointment", name="appointment_active_of_advisor"),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["advisor", "starts_at"], name="appointment_by_advisor_start"),
        ),
    ]
