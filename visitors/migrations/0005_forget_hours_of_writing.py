from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("visitors", "0004_carry_authors_over")]

    operations = [migrations.DeleteModel(name="ContactAuthor")]
