from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0006_cancelled_by_us")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="failure",
            field=models.CharField(
                blank=True,
                choices=[
                    ("REFUSED", "refused"),
                    ("BOUNCED", "came back"),
                    ("TOO_LATE", "not sent in time"),
                    ("UNREACHABLE", "no address that works"),
                ],
                max_length=15,
                verbose_name="why it was given up",
            ),
        ),
    ]
