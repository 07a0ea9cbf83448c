from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0009_video_address")]

    operations = [
        migrations.AddField(
            model_name="bookingpolicy",
            name="day_from",
            field=models.PositiveSmallIntegerField(
                default=8,
                help_text="On the clock of the place. At night, reminders by text message and offers of a moment wait.",
                verbose_name="text messages and offers from, as an hour",
            ),
        ),
        migrations.AddField(
            model_name="bookingpolicy",
            name="day_until",
            field=models.PositiveSmallIntegerField(
                default=21, help_text="24 is midnight.", verbose_name="text messages and offers until, as an hour"
            ),
        ),
        migrations.AddConstraint(
            model_name="bookingpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("day_from__lt", models.F("day_until")), ("day_until__lte", 24)),
                name="booking_policy_day_ends_after_it_begins",
                violation_error_message="The day begins before it ends, at 24 at the latest.",
            ),
        ),
    ]
