"""The telephone number of a site is one that can be dialled; no column changes."""

import sites.models.places
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0010_roles_at_places'),
    ]

    operations = [
        migrations.AlterField(
            model_name='site',
            name='phone',
            field=models.CharField(blank=True, max_length=40, validators=[sites.models.places.validate_phone], verbose_name='telephone'),
        ),
    ]
