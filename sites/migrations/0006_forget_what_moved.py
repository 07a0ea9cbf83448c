"""The columns whose content moved into rows with dates."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0005_carry_over'),
    ]

    operations = [
        # A way back needs something to put into the columns before they are filled again.
        migrations.AlterField(
            model_name='partner',
            name='name',
            field=models.CharField(default='', max_length=200, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='site',
            name='postcode',
            field=models.CharField(default='', max_length=12, verbose_name='postcode'),
        ),
        migrations.RemoveField(
            model_name='audience',
            name='is_retired',
        ),
        migrations.RemoveField(
            model_name='partner',
            name='name',
        ),
        migrations.RemoveField(
            model_name='site',
            name='is_street_partial',
        ),
        migrations.RemoveField(
            model_name='site',
            name='latitude',
        ),
        migrations.RemoveField(
            model_name='site',
            name='longitude',
        ),
        migrations.RemoveField(
            model_name='site',
            name='nis_code',
        ),
        migrations.RemoveField(
            model_name='site',
            name='postcode',
        ),
        migrations.RemoveField(
            model_name='site',
            name='street',
        ),
        migrations.RemoveField(
            model_name='theme',
            name='is_retired',
        ),
    ]
