"""On PostgreSQL the database itself refuses to delete a term, or to rewrite one that has begun."""

from django.db import migrations

TABLES = (
    "sites_theme",
    "sites_audience",
    "sites_status",
    "sites_education",
    "sites_territory",
    "sites_ageband",
    "sites_channel",
    "sites_duration",
    "sites_howheard",
)

# The clock of the database is UTC, days are those of a network: one day of slack covers every time zone, and the
# service keeps the exact rule. The column “name” without a language only repeats the language of the last writer.
FUNCTION = """
CREATE FUNCTION sites_term_is_never_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    becomes jsonb;
    text_column text;
    yesterday date := CURRENT_DATE - 2;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A term is never deleted: %, row % of %', OLD.code, OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    becomes := to_jsonb(NEW);
    IF (NEW.id, NEW.network_id, NEW.code) IS DISTINCT FROM (OLD.id, OLD.network_id, OLD.code) THEN
        RAISE EXCEPTION 'A term keeps its network and its code: %, row % of %', OLD.code, OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.last_on IS DISTINCT FROM NEW.last_on AND (OLD.last_on < yesterday OR NEW.last_on < yesterday) THEN
        RAISE EXCEPTION 'The past of a term does not move: %, row % of %', OLD.code, OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.first_on > CURRENT_DATE AND NEW.first_on > yesterday THEN
        RETURN NEW;
    END IF;
    IF (NEW.first_on, NEW.common_id) IS DISTINCT FROM (OLD.first_on, OLD.common_id) THEN
        RAISE EXCEPTION 'A term that has begun is not moved: %, row % of %', OLD.code, OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    FOR text_column IN SELECT jsonb_object_keys(was) LOOP
        IF text_column ~ '^(name|question)_'
            AND COALESCE(was ->> text_column, '') <> ''
            AND was -> text_column IS DISTINCT FROM becomes -> text_column
        THEN
            RAISE EXCEPTION 'A term is never rewritten: %, row % of %', OLD.code, OLD.id, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;
"""
TRIGGER = """
CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION sites_term_is_never_rewritten();
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION, params=None)
        for table in TABLES:
            schema_editor.execute(TRIGGER.format(table=table), params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_is_never_rewritten ON {table};", params=None)
        schema_editor.execute("DROP FUNCTION sites_term_is_never_rewritten();", params=None)


class Migration(migrations.Migration):
    dependencies = [("sites", "0006_forget_what_moved")]

    operations = [migrations.RunPython(guard, unguard)]
