"""Who may still undo a contact, told by the day of the contact and no hour."""

from typing import Any

from django.db import migrations


def carry_over(apps: Any, _editor: Any) -> None:
    old, new, contact = (apps.get_model("visitors", name) for name in ("ContactAuthor", "EntryAuthor", "Contact"))
    days = dict(contact.objects.filter(pk__in=old.objects.values("contact_key")).values_list("pk", "day"))
    kept = [row for row in old.objects.order_by("written_at", "contact_key") if row.contact_key in days]
    new.objects.bulk_create(
        new(entry_key=row.contact_key, author_id=row.author_id, day=days[row.contact_key], position=place)
        for place, row in enumerate(kept, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("visitors", "0003_entries_counts_and_months")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
