import re

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0008_index_of_advisors_days")]

    operations = [
        migrations.AddField(
            model_name="bookingpolicy",
            name="video_address",
            field=models.CharField(
                blank=True,
                help_text=(
                    "Such as https://meet.example.org/{room}: each appointment puts a secret name of its own there. "
                    "Empty: no session by video can be booked."
                ),
                max_length=200,
                validators=[
                    django.core.validators.RegexValidator(
                        re.compile(r"^https://[A-Za-z0-9.:\[\]-]+/[^\s{}<>\"\\]*\{room\}[^\s{}<>\"\\]*\Z"),
                        "Write one address that begins with https:// "
                        "and holds {room} once after the name of the server.",
                    )
                ],
                verbose_name="address of video calls",
            ),
        ),
    ]
