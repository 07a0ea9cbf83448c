from django.db import migrations, models


def pending_once(place: str, condition: models.Q) -> migrations.AddConstraint:
    return migrations.AddConstraint(
        model_name="invitation",
        constraint=models.UniqueConstraint(
            name=f"invitation_pending_once_a_{place}",
            fields=("email", "role", place),
            condition=condition & models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
            violation_error_message="This address is invited to this role already.",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("sites", "0007_terms_are_never_rewritten")]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="sent_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="sent"),
        ),
        migrations.AddField(
            model_name="invitation",
            name="failed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="could not be sent"),
        ),
        pending_once("site", models.Q(site__isnull=False)),
        pending_once("network", models.Q(network__isnull=False)),
        pending_once("partner", models.Q(role="PARTNER_MANAGER")),
    ]
