"""What the search for resources and the look at their links need; trigrams on PostgreSQL alone."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

FORWARD = (
    "CREATE INDEX sites_resource_search_text_trigrams ON sites_resource USING gin (search_text gin_trgm_ops)"
)
BACKWARD = "DROP INDEX sites_resource_search_text_trigrams"


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FORWARD, params=None)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BACKWARD, params=None)


class Migration(migrations.Migration):
    dependencies = [("sites", "0008_invitation_sending")]

    operations = [
        migrations.AddField(
            model_name="resource",
            name="link_failures",
            field=models.PositiveSmallIntegerField(
                default=0, editable=False, verbose_name="looks in a row that found nothing"
            ),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("url", ""),
                    ("url__istartswith", "https://"),
                    ("url__istartswith", "http://"),
                    _connector="OR",
                ),
                name="resource_link_is_a_web_page",
                violation_error_message="A link starts with https:// or http://.",
            ),
        ),
        TrigramExtension(),
        migrations.RunPython(add_index, drop_index),
    ]
