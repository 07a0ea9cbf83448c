"""The fields of memberships and invitations come from one place; no column changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0009_resource_search'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invitation',
            name='network',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='sites.network', verbose_name='network'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='partner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='sites.partner', verbose_name='employer'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='sites.site', verbose_name='site'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='network',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='sites.network', verbose_name='network'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='partner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='sites.partner', verbose_name='employer'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='sites.site', verbose_name='site'),
        ),
    ]
