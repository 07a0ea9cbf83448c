"""Carries what lay in columns into rows with dates: addresses of sites, names of partners, terms that were retired."""

import datetime as dt

from django.db import migrations

ADDRESS = ("street", "is_street_partial", "postcode", "city", "nis_code", "latitude", "longitude")


def carry_over(apps, schema_editor):
    Site, Address = apps.get_model("sites", "Site"), apps.get_model("sites", "Address")
    for site in Site.objects.order_by("pk"):
        Address.objects.create(site=site, **{name: getattr(site, name) for name in ADDRESS})
    Partner, PartnerName = apps.get_model("sites", "Partner"), apps.get_model("sites", "PartnerName")
    for partner in Partner.objects.order_by("pk"):
        PartnerName.objects.create(partner=partner, name=partner.name, name_fr=partner.name)
    yesterday = dt.date.today() - dt.timedelta(days=1)
    for name in ("Theme", "Audience"):
        apps.get_model("sites", name).objects.filter(is_retired=True).update(last_on=yesterday)


def carry_back(apps, schema_editor):
    for address in apps.get_model("sites", "Address").objects.filter(last_on__isnull=True).select_related("site"):
        for name in ADDRESS:
            setattr(address.site, name, getattr(address, name))
        address.site.save()
    for row in apps.get_model("sites", "PartnerName").objects.filter(last_on__isnull=True).select_related("partner"):
        row.partner.name = row.name_fr or row.name
        row.partner.save()
    for name in ("Theme", "Audience"):
        model = apps.get_model("sites", name)
        model.objects.filter(last_on__isnull=False).update(is_retired=True)
    for name in ("Address", "PartnerName"):
        apps.get_model("sites", name).objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0004_places_people_and_words'),
    ]

    operations = [migrations.RunPython(carry_over, carry_back, elidable=False)]
