"""On PostgreSQL the database itself refuses to alter or delete a release."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION activities_release_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A release never changes: release % of programme %', OLD.number, OLD.programme_id
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER activities_release_never_changes BEFORE UPDATE OR DELETE ON activities_release
    FOR EACH ROW EXECUTE FUNCTION activities_release_never_changes();
"""
BACKWARD = """
DROP TRIGGER activities_release_never_changes ON activities_release;
DROP FUNCTION activities_release_never_changes();
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FORWARD, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BACKWARD, params=None)


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
