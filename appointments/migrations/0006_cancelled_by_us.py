from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0005_promises_of_the_booked_half")]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="is_cancelled_by_us",
            field=models.BooleanField(
                default=False,
                help_text="The visitor is told that it was not their doing.",
                verbose_name="cancelled by us",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_cancelled_by_us", False), ("state", "CANCELLED"), _connector="OR"),
                name="appointment_cancelled_by_us_is_cancelled",
                violation_error_message="Only a cancelled appointment was cancelled by us.",
            ),
        ),
    ]
